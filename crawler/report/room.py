"""How much of the page each of its parts may take, so that it stays under 3 MB whatever the archive."""

from dataclasses import dataclass
from typing import Final

from crawler.report.comparisons import LISTED_MEMBERS
from crawler.report.figures import Member, Report
from crawler.report.markup import LONGEST_NAME, LONGEST_URL, cut

PAGE_BYTES: Final = 2_950_000
FIXED_BYTES: Final = 250_000
"""Style, script, charts and tables: the sites', the days', the matrix and the list of routes."""
_MEMBER_BYTES: Final = 500
"""Markup of an article that is listed, without its headline, its address and the names of its site."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes for each part of the page that is as large as there is room for.

    Attributes:
        routes: The pairs that the cells of the matrix open.
        differences: Differences from a story's first article, which need no script.
        pairs: Differences of the pairs on either side of the boundary.
        texts: The texts of which the script compares any two.
    """

    routes: int = 900_000
    differences: int = 450_000
    pairs: int = 350_000
    texts: int = 450_000


def room_of(report: Report) -> Room:
    """What is left for each part once the articles that are always listed have their place."""
    stories = dict.fromkeys((*report.largest, *report.recent))
    listed = [member for story in stories for member in story.members[:LISTED_MEMBERS]]
    near = [
        one for pair in (*report.borderline, *report.near_misses) for one in (pair.first, pair.copy) if one
    ]
    left = PAGE_BYTES - FIXED_BYTES - sum(map(listed_bytes, (*listed, *near)))
    most = Room()
    share = min(1.0, max(0.0, left / (most.routes + most.differences + most.pairs + most.texts)))
    return Room(
        routes=int(most.routes * share),
        differences=int(most.differences * share),
        pairs=int(most.pairs * share),
        texts=int(most.texts * share),
    )


def listed_bytes(member: Member) -> int:
    """What an article takes where it is listed."""
    # Letters of Arabic are two bytes; the name of its site stands there in both languages.
    return _MEMBER_BYTES + len((cut(member.title) + member.url[:LONGEST_URL]).encode()) + 3 * LONGEST_NAME
