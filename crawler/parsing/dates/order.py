"""Whether a page or feed writes the day or the month first in dates of numbers alone (03/04/2024)."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import chain, islice, product
from operator import attrgetter
from typing import NamedTuple

from crawler.parsing.dates.words import fold

MAX_DATES = 300
"""Numeric dates that are looked at; a page with more of them is a table, and a sample of it is enough."""
MIN_SERIES = 3
"""Different days of one month that make a series: 05/12, 06/12, 07/12 are three days, not three months."""

_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d)(?!\d)"
)
_MONTHS, _ONLY_DAYS = range(1, 13), range(13, 32)
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

    By a number over twelve; else by a date that is one of the known days in one order alone, or by a series
    of days of one month. What contradicts itself counts for nothing. The weakest evidence, the form of the
    time or the language, only counts where there is no other.

    Args:
        texts: All texts that may hold dates.
        known_days: Days that are stated otherwise: in the address, in metadata.
        american: Whether the page says that it is in American English.

    Returns:
        The order, or None where nothing shows it.
    """
    lines = list(map(fold, filter(may_need_order, texts)))
    matches = islice(chain.from_iterable(map(_NUMERIC.finditer, lines)), MAX_DATES)
    dates = {_Numbers(*map(int, match.group("first", "second", "year"))) for match in matches}
    for orders in (_by_high_numbers(dates), _by_known_days(dates, set(known_days)), _by_series(dates)):
        if orders:
            return orders.pop() if len(orders) == 1 else None
    if american or any(map(_AMERICAN.search, lines)):
        return DateOrder.MONTH_FIRST
    return None


class _Numbers(NamedTuple):
    """A numeric date: its first two numbers and its year."""

    first: int
    second: int
    year: int

    def agrees(self, order: DateOrder, day: date) -> bool:
        """Whether it is a given day, read in this order."""
        day_first = order is DateOrder.DAY_FIRST
        in_order = (self.second, self.first) if day_first else (self.first, self.second)
        return (self.year, *in_order) == (day.year, day.month, day.day)


def _by_high_numbers(dates: set[_Numbers]) -> set[DateOrder]:
    """A number over twelve is the day."""
    orders = set()
    for first, second, _ in dates:
        if first in _ONLY_DAYS and second in _MONTHS:
            orders.add(DateOrder.DAY_FIRST)
        elif second in _ONLY_DAYS and first in _MONTHS:
            orders.add(DateOrder.MONTH_FIRST)
    return orders


def _by_known_days(dates: set[_Numbers], days: set[date]) -> set[DateOrder]:
    """A date that is one of the known days in one order alone."""
    orders: set[DateOrder] = set()
    for numbers, day in product(dates, days):
        if numbers.first != numbers.second:
            orders.update(order for order in DateOrder if numbers.agrees(order, day))
    return orders


def _by_series(dates: set[_Numbers]) -> set[DateOrder]:
    """Different days of one month."""
    firsts = set(map(attrgetter("first"), dates))
    seconds = set(map(attrgetter("second"), dates))
    if len(seconds) == 1 and len(firsts) >= MIN_SERIES:
        return {DateOrder.DAY_FIRST}
    if len(firsts) == 1 and len(seconds) >= MIN_SERIES:
        return {DateOrder.MONTH_FIRST}
    return set()
