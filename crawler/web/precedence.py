"""Who had a story first, and how sure that is."""

from collections.abc import Sequence
from datetime import datetime, time

from crawler.web import models


def first_of(members: Sequence[models.Brief]) -> models.First:
    """Who had a story first.

    It is sure where its time of publication is known to the minute and no article of another site can have
    been earlier: one that states a day alone may be from its first minute, one without a date from any time
    before it was first seen.

    Args:
        members: The articles of the story in their order; at least one.
    """
    first = members[0]
    rivals: list[models.Brief] = []
    for member in members[1:]:
        earliest = _earliest(member)
        is_other = member.site not in {first.site, *(rival.site for rival in rivals)}
        if is_other and (earliest is None or earliest <= first.at):
            rivals.append(member)
    return models.First(
        article=first.id, site=first.site, certain=first.precision == "minute" and not rivals, rivals=rivals
    )


def _earliest(brief: models.Brief) -> datetime | None:
    """The earliest moment at which it can have been published; None where that is not known."""
    if brief.precision == "minute":
        return brief.at
    return None if brief.day is None else datetime.combine(brief.day, time.min, brief.at.tzinfo)
