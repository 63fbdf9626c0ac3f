"""Whether a page or feed writes the day or the month first in dates of numbers alone (03/04/2024)."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import islice

from crawler.parsing.dates.names import fold

MAX_DATES = 300
"""Numeric dates that are looked at; a page with more of them is a table, and a sample of it is enough."""
MIN_SERIES = 3
"""Different days of one month that make a series: 05/12, 06/12, 07/12 are three days, not three months."""

_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d)(?!\d)"
)
_LIKELY = re.compile(r"(?<![\d/.-])\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{2}")
MIN_NUMERIC = 6
"""Characters of the shortest numeric date: «3/4/24»."""
_AMERICAN = re.compile(r"(?<![\d/])[1-9]\d?/[1-9]\d?/20\d\d,? \d{1,2}:\d\d:\d\d [ap]m(?!\w)")
"""How American software prints a time, without leading zeros: «12/4/2024 12:31:00 PM»."""


def may_need_order(text: str) -> bool:
    """Whether a text may hold a numeric date with the year last."""
    return len(text) >= MIN_NUMERIC and _LIKELY.search(text) is not None


class DateOrder(StrEnum):
    """Which of the first two numbers is the day."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def find_order(
    texts: Iterable[str], *, known_days: Iterable[date] = (), american: bool = False
) -> DateOrder | None:
    """Find out from a page's or feed's own dates in which order it writes them.

    A number over twelve tells; so does a date that is one of the known days in one order alone, and a series
    of days of one month. What contradicts itself tells nothing. The weakest evidence, the form of the time or
    the language, only counts where there is no other.

    Args:
        texts: All texts that may hold dates.
        known_days: Days that are stated otherwise: in the address, in metadata.
        american: Whether the page says that it is in American English.

    Returns:
        The order, or None where nothing tells it.
    """
    lines = [fold(text) for text in texts if may_need_order(text)]
    matches = list(islice((match for line in lines for match in _NUMERIC.finditer(line)), MAX_DATES))
    pairs = {(int(match["first"]), int(match["second"]), int(match["year"])) for match in matches}
    for evidence in (_over_twelve(pairs), _as_known(pairs, set(known_days)), _series(pairs)):
        if len(evidence) == 1:
            return evidence.pop()
        if evidence:
            return None
    if american or any(_AMERICAN.search(line) for line in lines):
        return DateOrder.MONTH_FIRST
    return None


_Pairs = set[tuple[int, int, int]]


def _over_twelve(pairs: _Pairs) -> set[DateOrder]:
    orders = set()
    for first, second, _ in pairs:
        if 12 < first <= 31 and 1 <= second <= 12:
            orders.add(DateOrder.DAY_FIRST)
        elif 12 < second <= 31 and 1 <= first <= 12:
            orders.add(DateOrder.MONTH_FIRST)
    return orders


def _as_known(pairs: _Pairs, days: set[date]) -> set[DateOrder]:
    orders = set()
    for first, second, year in pairs:
        if first != second:
            if any((day.year, day.month, day.day) == (year, second, first) for day in days):
                orders.add(DateOrder.DAY_FIRST)
            if any((day.year, day.month, day.day) == (year, first, second) for day in days):
                orders.add(DateOrder.MONTH_FIRST)
    return orders


def _series(pairs: _Pairs) -> set[DateOrder]:
    firsts = {first for first, _, _ in pairs}
    seconds = {second for _, second, _ in pairs}
    if len(firsts) >= MIN_SERIES and len(seconds) == 1:
        return {DateOrder.DAY_FIRST}
    if len(seconds) >= MIN_SERIES and len(firsts) == 1:
        return {DateOrder.MONTH_FIRST}
    return set()
