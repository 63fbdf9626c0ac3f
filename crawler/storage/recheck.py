"""When a young article is looked at again: news is edited or taken down soon after it was published."""

from datetime import datetime, timedelta

AGES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=7))
"""Ages at which an article is fetched again. Corrections come within hours, removals within days."""


def next_recheck(since: datetime, now: datetime) -> datetime | None:
    """The next moment to look at an article again; None once it is old.

    Moments that have passed, for example during a downtime, are not made up for: one look tells as much.

    Args:
        since: When it was published, or first seen.
        now: When it was last looked at.
    """
    born = min(since, now)
    return next((born + age for age in AGES if born + age > now), None)
