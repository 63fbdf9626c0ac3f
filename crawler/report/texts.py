"""Which articles' texts a report needs, and the report with them."""

from collections.abc import Mapping
from dataclasses import replace

from crawler.report.figures import Member, Pair, Report, Story
from dedup import compare


def with_texts(report: Report, texts: Mapping[str, str]) -> Report:
    """The report with the texts of what it lists one by one, so that they can be compared.

    Args:
        report: A report.
        texts: Texts by article; they may be too many, or too few.
    """

    def told(member: Member) -> Member:
        return replace(member, text=texts.get(member.id, member.text))

    def pairs(given: tuple[Pair, ...]) -> tuple[Pair, ...]:
        return tuple(
            replace(pair, first=pair.first and told(pair.first), copy=told(pair.copy)) for pair in given
        )

    def stories(given: tuple[Story, ...]) -> tuple[Story, ...]:
        filled = []
        for story in given:
            members = tuple(map(told, story.members))
            first = next(
                (one for one in members if story.first is not None and one.id == story.first.id), None
            )
            filled.append(replace(story, first=first, members=members))
        return tuple(filled)

    return replace(
        report,
        largest=stories(report.largest),
        recent=stories(report.recent),
        borderline=pairs(report.borderline),
        near_misses=tuple(map(_with_reason, pairs(report.near_misses))),
    )


def _with_reason(pair: Pair) -> Pair:
    """A pair of near misses with the reason why they are no copies."""
    if pair.first is None or pair.first.text is None or pair.copy.text is None:
        return pair
    timed = pair.first.timed and pair.copy.timed
    verdict = compare(
        pair.copy.text,
        pair.first.text,
        published_a=pair.copy.at if timed else None,
        published_b=pair.first.at if timed else None,
        same_source=pair.first.site == pair.copy.site,
    )
    return replace(pair, reason=None if verdict.duplicate else verdict.reason)


def articles_compared(report: Report, members: int) -> list[str]:
    """Ids of the articles whose texts a report has a use for.

    Args:
        report: A report.
        members: Articles of each story that are compared.
    """
    pairs = (*report.borderline, *report.near_misses)
    found = {one.id for pair in pairs for one in (pair.first, pair.copy) if one is not None}
    found |= {one.id for story in (*report.largest, *report.recent) for one in story.members[:members]}
    return sorted(found | {story.first.id for story in (*report.largest, *report.recent) if story.first})
