"""Where things stand in the page's charts; the template draws them. All lengths are per cent of the chart.

The charts are a few rectangles and dots, drawn as SVG by the page itself, mirrored and coloured by its style
sheet. Why no charting library does stands in docs/decisions/0025-charts-drawn-by-the-template.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, sqrt
from typing import Final, Literal

from dedup.report.figures import Day, Report, Story

BARS: Final = 120
"""More bars than this would be thinner than their gaps on a desk screen; longer periods are folded."""
LEVELS: Final = 6
"""Shades of a heat cell. A person tells apart about this many at a glance."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A column: where it starts, how wide it is, how high its part and its whole reach."""

    start: float
    width: float
    part: float
    whole: float


@dataclass(frozen=True, slots=True)
class Dot:
    """An article on a story's time line."""

    place: float
    exact: bool
    original: bool


def histogram_bars(report: Report) -> list[Bar]:
    """A bar for each bin that holds duplicates other than exact ones, which would dwarf all others."""
    highest = max((bar.count - bar.exact for bar in report.histogram), default=0)
    return [
        Bar(
            round(bar.low * 100, 3),
            round((bar.high - bar.low) * 100, 3),
            0.0,
            _share(bar.count - bar.exact, highest),
        )
        for bar in report.histogram
        if bar.count > bar.exact
    ]


def fold_days(days: Sequence[Day]) -> tuple[Literal["day", "month", "year"], list[Day]]:
    """Days as they are, or added up to months or years where there are more than `BARS` of them."""
    if len(days) <= BARS:
        return "day", list(days)
    months = _fold(days, month=True)
    return ("month", months) if len(months) <= BARS else ("year", _fold(days, month=False))


def day_bars(days: Sequence[Day]) -> list[Bar]:
    """A column for each day: its articles, and its duplicates as the part."""
    highest = max((day.articles for day in days), default=0)
    width = 100 / max(len(days), 12)  # a lone day is a column, not a wall
    return [
        Bar(
            round(number * width, 3),
            round(width * 0.8, 3),
            _share(day.duplicates, highest),
            _share(day.articles, highest),
        )
        for number, day in enumerate(days)
    ]


def time_line(story: Story) -> list[Dot]:
    """A story's articles between its first and its last, at true distances."""
    start, end = story.members[0].at, story.members[-1].at
    span = (end - start).total_seconds()
    return [
        Dot(
            place=round((member.at - start).total_seconds() / span * 96 + 2, 2) if span else 2.0,
            exact=member.timed,
            original=member.original,
        )
        for member in story.members
    ]


def heat(count: int, highest: int) -> int:
    """The shade of a cell, 0 (nothing) to `LEVELS`, by the square root: small counts stay visible."""
    if not count:
        return 0
    return ceil(sqrt(count / highest) * LEVELS)


def _share(count: int, highest: int) -> float:
    # What is there is never drawn thinner than a hair.
    return round(max(count / highest * 100, 1.0), 2) if count else 0.0


def _fold(days: Sequence[Day], *, month: bool) -> list[Day]:
    folded: dict[date, Day] = {}
    for day in days:
        start = day.day.replace(day=1) if month else day.day.replace(month=1, day=1)
        sum_ = folded.get(start, Day(start, 0, 0))
        folded[start] = replace(
            sum_, articles=sum_.articles + day.articles, duplicates=sum_.duplicates + day.duplicates
        )
    return list(folded.values())
