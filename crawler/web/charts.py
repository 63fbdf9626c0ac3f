"""Where things stand in the small charts; lengths are in the chart's own units.

A chart of the overview is a strip of rectangles that a table row repeats in words, so the page draws its SVG
itself. Why no charting library does stands in docs/decisions/0025-charts-drawn-by-the-template.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from crawler.web.models import Crawl, Day

HEIGHT: Final = 28.0
WIDTH: Final = 4.0
"""Of a column with its gap."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column from the bottom: where it starts, how high it is and how high its darker part is."""

    x: float
    height: float
    part: float = 0.0
    wrong: bool = False
    running: bool = False


def crawl_columns(crawls: Sequence[Crawl], places: int) -> list[Column]:
    """The latest crawls, oldest first, the newest in the last of `places`.

    Heights go by the square root of what was new: a backfill of thousands does not flatten the others.
    """
    highest = max((crawl.new for crawl in crawls), default=0)
    columns = []
    for number, crawl in enumerate(crawls[:places]):
        height = max(2.0, sqrt(crawl.new / highest) * HEIGHT) if highest and crawl.new else 2.0
        columns.append(
            Column(
                x=(places - 1 - number) * WIDTH,
                height=round(HEIGHT if not crawl.healthy else height, 1),
                wrong=not crawl.healthy,
                running=crawl.finished_at is None,
            )
        )
    return columns[::-1]


def day_columns(days: Sequence[Day]) -> list[Column]:
    """A column for each day, duplicates as its part."""
    highest = max((day.articles for day in days), default=0)
    return [
        Column(
            x=number * WIDTH,
            height=round(max(1.0, day.articles / highest * HEIGHT), 1) if day.articles else 0.0,
            part=round(day.duplicates / highest * HEIGHT, 1) if day.duplicates else 0.0,
        )
        for number, day in enumerate(days)
    ]
