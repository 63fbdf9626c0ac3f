"""What of the articles' texts the page compares word by word: as much as it has room for."""

import json
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Final

from markupsafe import Markup

from crawler.report.article import one_line
from crawler.report.difference import WORDS_COMPARED, Stretch, difference
from crawler.report.figures import Member, Report, Story

LISTED_MEMBERS: Final = 12
"""Articles listed of one story; the CSV has all."""


def first_differences(report: Report, room: int) -> dict[str, list[Stretch]]:
    """Differences from the story's first article by article id, for the stories listed, while they fit."""
    found: dict[str, list[Stretch]] = {}
    left = room
    for story in dict.fromkeys((*report.largest, *report.recent)):
        for member in _listed_copies(story):
            if story.first is None or story.first.text is None or member.text is None or member.id in found:
                continue
            # Letters of Arabic are two bytes, and marked words bring their tags: three is an upper guess.
            cost = 3 * (len(member.text) + len(story.first.text))
            if cost > left:
                return found
            stretches = difference(one_line(story.first.text), one_line(member.text))
            left -= cost
            found[member.id] = stretches
    return found


def left_out(report: Report, found: Mapping[str, list[Stretch]]) -> int:
    """How many of the copies listed, whose texts are known, the page has no room to compare."""
    return len(
        {
            member.id
            for story in (*report.largest, *report.recent)
            if story.first is not None and story.first.text is not None
            for member in _listed_copies(story)
            if member.text is not None and member.id not in found
        }
    )


def pair_differences(report: Report, room: int) -> dict[tuple[str, str], list[Stretch]]:
    """Differences of the pairs near the boundary by both ids, the nearest first, while they fit."""
    found: dict[tuple[str, str], list[Stretch]] = {}
    left = room
    for sides in zip_longest(report.borderline, report.near_misses):
        for pair in filter(None, sides):
            if pair.first is None or pair.first.text is None or pair.copy.text is None:
                continue
            left -= 3 * (len(pair.first.text) + len(pair.copy.text))
            if left < 0:
                return found
            words = one_line(pair.first.text), one_line(pair.copy.text)
            found[pair.first.id, pair.copy.id] = difference(*words)
    return found


def member_texts(report: Report, room: int) -> dict[str, list[tuple[str, str, str]]]:
    """Both names of the site and the text of the listed members, by story, while they fit.

    The script compares any two of a story.
    """
    names = {site.id: (site.name, site.name_en) for site in report.sites}
    found: dict[str, list[tuple[str, str, str]]] = {}
    left = room
    for story in dict.fromkeys((*report.largest, *report.recent)):
        rows = [
            (*names[member.site], " ".join(one_line(member.text).split()[:WORDS_COMPARED]))
            for member in story.members[:LISTED_MEMBERS]
            if member.text is not None
        ]
        # Each name stands in both lists to choose from, too.
        cost = sum(len(row[2].encode()) + 5 * len((row[0] + row[1]).encode()) for row in rows)
        if len(rows) < 3 or cost > left:  # of two, the difference stands in the page
            continue
        left -= cost
        found[story.id] = rows
    return found


def as_json(data: object) -> Markup:
    """JSON for a script element: without a character that could end the element or begin a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _listed_copies(story: Story) -> Iterable[Member]:
    return (member for member in story.members[:LISTED_MEMBERS] if member is not story.first)
