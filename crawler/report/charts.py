"""What the page's charts show; `crawler.report.drawing` draws those that have axes.

The strips within rows (a story's dots, a cell's shade) are drawn by the template; their lengths are per cent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, sqrt
from typing import Final, Literal

from markupsafe import Markup

from crawler.report import phrases
from crawler.report.drawing import Column, Span, columns, spans
from crawler.report.figures import Day, Report, Story

BARS: Final = 120
"""More bars than this would be thinner than their gaps on a desk screen; longer periods are folded."""
LEVELS: Final = 6
"""Shades of a heat cell. A person tells apart about this many at a glance."""


@dataclass(frozen=True, slots=True)
class Dot:
    """An article on a story's time line."""

    place: float
    exact: bool
    original: bool


def histogram_chart(report: Report, lang: str) -> Markup:
    """How many duplicates have which similarity, without exact ones, which would dwarf all others."""
    drawn = [bar for bar in report.histogram if bar.count > bar.exact]
    label = phrases.word("histogram", lang)
    return spans(
        [
            Span(
                round(bar.low * 100),
                round(bar.high * 100),
                f"{bar.low:.0%}–{bar.high:.0%}: {phrases.number(bar.count - bar.exact)}",
                bar.count - bar.exact,
            )
            for bar in drawn
        ],
        range(0, 101, 20),
        [least * 100 for least in (report.boundary, report.boundary_within) if least is not None],
        phrases.number,
        f"{label}. {phrases.word('see_table', lang)}",
    )


def fold_days(days: Sequence[Day]) -> tuple[Literal["day", "month", "year"], list[Day]]:
    """Days as they are, or added up to months or years where there are more than `BARS` of them."""
    if len(days) <= BARS:
        return "day", list(days)
    months = _fold(days, month=True)
    return ("month", months) if len(months) <= BARS else ("year", _fold(days, month=False))


def day_chart(days: Sequence[Day], unit: str, lang: str) -> Markup:
    """A column for each day, its duplicates as the lower part."""
    duplicates, articles = phrases.word("duplicates", lang), phrases.word("articles", lang)
    shown = []
    for day in days:
        name = phrases.day(day.day, lang, unit)
        counts = phrases.number(day.articles), phrases.number(day.duplicates)
        told = f"{name}: {articles} {counts[0]} · {duplicates} {counts[1]}"
        shown.append(Column(name, told, (day.duplicates, day.articles - day.duplicates)))
    return columns(shown, phrases.number, f"{phrases.word('days', lang)}. {phrases.word('see_table', lang)}")


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


def _fold(days: Sequence[Day], *, month: bool) -> list[Day]:
    folded: dict[date, Day] = {}
    for day in days:
        start = day.day.replace(day=1) if month else day.day.replace(month=1, day=1)
        sum_ = folded.get(start, Day(start, 0, 0))
        folded[start] = replace(
            sum_, articles=sum_.articles + day.articles, duplicates=sum_.duplicates + day.duplicates
        )
    return list(folded.values())
