"""Where things stand in the strips of the overview's rows; lengths are in the strip's own units.

A strip is a few rectangles that its row repeats in words. The chart above them is the dedup report's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Final

from markupsafe import Markup

from crawler.report import charts
from crawler.report.figures import Day as Counted
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


def day_chart(days: Sequence[Day], lang: str) -> Markup:
    """The days as a chart with axes, as the dedup report draws them."""
    return _day_chart(tuple(Counted(day.day, day.articles, day.duplicates) for day in days), lang)


@lru_cache(maxsize=8)  # drawing takes longer than the rest of the page, and days change by the crawl
def _day_chart(days: tuple[Counted, ...], lang: str) -> Markup:
    return charts.day_chart(days, "day", lang)
