"""The texts that a report compares, and which articles they are of."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from markupsafe import Markup

from crawler.html.difference import WORDS_COMPARED
from crawler.html.safe import single_line
from crawler.report.figures import Member, Pair, Report, Story
from dedup import compare

LISTED_MEMBERS: Final = 12
"""Articles listed of one story; the CSV has all."""


def articles_compared(report: Report) -> list[str]:
    """Ids of the articles whose texts a report compares: those of the boundary's pairs and of the stories."""
    members = [member for pair in _boundary_pairs(report) for member in (pair.first, pair.copy)]
    for story in _listed_stories(report):
        members += [story.first, *story.members[:LISTED_MEMBERS]]
    return sorted({member.id for member in members if member is not None})


def with_texts(report: Report, texts: Mapping[str, str]) -> Report:
    """The report with the texts of the articles that it lists, so that they can be compared.

    Args:
        report: A report.
        texts: Texts by article id; there may be more than needed, or some may be missing.
    """

    def with_text(member: Member) -> Member:
        return replace(member, text=texts.get(member.id, member.text))

    def with_pair_texts(pair: Pair) -> Pair:
        return replace(pair, first=pair.first and with_text(pair.first), copy=with_text(pair.copy))

    def with_story_texts(story: Story) -> Story:
        members = tuple(map(with_text, story.members))
        first_id = story.first.id if story.first else None
        return replace(story, members=members, first=next((m for m in members if m.id == first_id), None))

    return replace(
        report,
        largest=tuple(map(with_story_texts, report.largest)),
        recent=tuple(map(with_story_texts, report.recent)),
        borderline=tuple(map(with_pair_texts, report.borderline)),
        near_misses=tuple(_with_reason(with_pair_texts(pair)) for pair in report.near_misses),
    )


def _with_reason(pair: Pair) -> Pair:
    """A near miss with the reason why it is no copy."""
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


def copies_compared(report: Report) -> dict[str, tuple[str, str]]:
    """Texts to compare by the id of each listed copy: of its story's first article, and its own."""
    texts: dict[str, tuple[str, str]] = {}
    for story in _listed_stories(report):
        if story.first is None or story.first.text is None:
            continue
        for member in story.members[:LISTED_MEMBERS]:
            if member.text is not None and member.id != story.first.id:
                texts[member.id] = story.first.text, member.text
    return texts


def pairs_compared(report: Report) -> dict[tuple[str, str], tuple[str, str]]:
    """Both texts of the pairs near the boundary, the nearest first, by both ids."""
    texts: dict[tuple[str, str], tuple[str, str]] = {}
    for pair in _boundary_pairs(report):
        if pair.first is not None and pair.first.text is not None and pair.copy.text is not None:
            texts[pair.first.id, pair.copy.id] = pair.first.text, pair.copy.text
    return texts


def member_texts(report: Report) -> dict[str, list[tuple[str, str, str]]]:
    """Both names of the site and the text of the listed members, by story.

    The script compares any two of a story; of a story of two the difference stands in the page.
    """
    names = {site.id: (site.name, site.name_en) for site in report.sites}
    texts = {}
    for story in _listed_stories(report):
        rows = [
            (*names[member.site], " ".join(single_line(member.text).split()[:WORDS_COMPARED]))
            for member in story.members[:LISTED_MEMBERS]
            if member.text is not None
        ]
        if len(rows) > 2:
            texts[story.id] = rows
    return texts


def as_json(data: object) -> Markup:
    """JSON for a script element: without a character that could end the element or begin a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _listed_stories(report: Report) -> list[Story]:
    """The stories of both lists, each once, the largest first."""
    stories: dict[str, Story] = {}
    for story in (*report.largest, *report.recent):
        stories.setdefault(story.id, story)
    return list(stories.values())


def _boundary_pairs(report: Report) -> Iterator[Pair]:
    """The pairs on either side of the boundary in turn, the nearest first."""
    for sides in zip_longest(report.borderline, report.near_misses):
        yield from filter(None, sides)
