"""The day in a folded line: named months of three calendars, numbers in any order, with or without a year."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from crawler.parsing.dates.calendars import (
    HIJRI_MONTHS,
    HIJRI_YEARS,
    JALALI_MONTHS,
    JALALI_YEARS,
    KURDISH_ERA,
    MONTHS,
    NAMED_JALALI_YEARS,
    WEEKDAYS,
    from_hijri,
    from_jalali,
)
from crawler.parsing.dates.order import DateOrder
from crawler.parsing.dates.words import DIGIT, FILLERS, fold

# Arabic and other letters are words apart: «Samer Halabiيونيو 26».
_WORD = re.compile(r"\d+|[ء-ۿ]+|[^\W\d_ء-ۿ]+|[|/.,()\-–—]")

MAX_TOKENS = 80
"""Tokens read of one line; a date has a dozen."""
MAX_STRANGE_WORDS = 8
"""Words a line may hold that don't belong to a date: a byline, a place, an agency. More is a sentence."""
CENTURY_SPLIT = 70
"""Years of two digits from here on are of the last century."""

_YEARS = frozenset((*range(1900, 2101), *HIJRI_YEARS, *JALALI_YEARS))
"""Numbers that are years wherever they stand."""
_YEARS_OF_NAMED_MONTHS = frozenset(
    (*NAMED_JALALI_YEARS, *(year + KURDISH_ERA for year in NAMED_JALALI_YEARS))
)
"""Numbers that are years beside a month's name alone."""

# A line is written as one letter a token, and dates are patterns over these letters:
#   d a number of one or two digits   y a year   o any other number
#   M a Gregorian month   H a lunar Hijri month   J a solar Hijri month
#   s a separator between numbers   w any other word
#   | the place of something that was cut out
# Commas, brackets, weekdays, words such as «من» and the marks «م» and «هـ» behind a year are left out.
_NAMED = (
    re.compile(r"(?P<d>d)s?M(?:s?M){0,3}s?(?P<y>y)"),
    re.compile(r"M(?:s?M){0,3}s?(?P<d>d)s?(?P<y>y)"),
    re.compile(r"(?P<y>y)s?M(?:s?M){0,3}s?(?P<d>d)(?!d)"),
    re.compile(r"(?P<y>y)s?(?P<d>d)s?M"),
    re.compile(r"(?P<d>d)sMs(?P<y>d)"),
    re.compile(r"(?P<d>d)M(?P<y>d)(?=\||\Z)"),
    re.compile(r"M(?P<d>d)\|(?P<y>y)"),  # asctime: Wed Dec 4 10:00:00 2024
)
_NUMERIC = (
    re.compile(r"(?P<y>y)s(?P<m>d)s(?P<d>d)(?!s?[dy])"),
    re.compile(r"(?<!d)(?<!ds)(?P<d>d)s(?P<m>d)s(?P<y>y)"),
    re.compile(r"(?<!d)(?<!ds)(?P<d>d)s(?P<m>d)s(?P<y>d)(?!s?[dy])"),
    re.compile(r"(?<!d)(?<!ds)(?P<d>d)(?P<m>d)(?P<y>y)(?!d)"),
    re.compile(r"(?<!d)(?P<y>y)(?P<m>d)(?P<d>d)(?!d)"),
)
_HIJRI = (
    re.compile(r"(?P<d>d)s?Hs?(?P<y>y)"),
    re.compile(r"Hs?(?P<d>d)s?(?P<y>y)"),
    re.compile(r"(?P<y>y)s?Hs?(?P<d>d)(?!d)"),
)
_JALALI = (
    re.compile(r"(?P<d>d)s?Js?(?P<y>[yo])"),
    re.compile(r"Js?(?P<d>d)s?(?P<y>[yo])"),
    re.compile(r"(?P<y>[yo])s?Js?(?P<d>d)(?!d)"),
)
_YEARLESS = (
    re.compile(r"(?<!d)(?<!ds)(?P<d>d)s?M(?:s?M){0,3}(?!s?[dyoM])"),
    re.compile(r"(?<![dy])(?<![dy]s)M(?:s?M){0,3}s?(?P<d>d)(?!s?[dyo])"),
)
_MONTHS = (("M", MONTHS), ("H", HIJRI_MONTHS), ("J", JALALI_MONTHS))
_EZAFE = fold("ی")
"""The ending by which Kurdish ties a month to its year: «تشرینی یەکەمی 2024»."""
_HEBREW_IN = "ב"
"""The preposition that Hebrew writes together with the month."""


class DayReading(NamedTuple):
    """The day that a line names, how many of its words don't belong to a date, whether it has no year."""

    day: date | None
    strange: int = 0
    is_yearless: bool = False


class _Token(NamedTuple):
    letter: str
    number: int = 0


_OTHER_WORD = _Token("w")


def read_day(line: str, today: date, order: DateOrder | None = None) -> DayReading:
    """The day that a line names.

    A Gregorian date is preferred to one of the other calendars. Numbers are in the given order. Without one
    they are day first, unless only month first makes a day, agrees with the weekday beside it, or lies in the
    past.

    Args:
        line: A folded line, without its time of day.
        today: The day of reading, for dates without a year and for doubtful orders.
        order: In which order the page or feed writes its numeric dates, where that is known.
    """
    if not DIGIT.search(line):
        return DayReading(None)
    tokens = _tokenize(line)
    if tokens.strange > MAX_STRANGE_WORDS or "d" not in tokens.letters:
        return DayReading(None, tokens.strange)
    day = (
        _named_day(tokens) or _numeric_day(tokens, today, order) or _jalali_day(tokens) or _hijri_day(tokens)
    )
    if day is not None:
        return DayReading(day, tokens.strange)
    match = next(tokens.first_matches(_YEARLESS), None)
    if match is None:
        return DayReading(None, tokens.strange)
    day = _latest(tokens.month(match, "M"), tokens.number(match, "d"), tokens.weekday, today)
    return DayReading(day, tokens.strange, is_yearless=True)


@dataclass(slots=True)
class _Tokens:
    """A line as tokens."""

    tokens: list[_Token] = field(default_factory=list)
    weekday: int | None = None
    strange: int = 0
    letters: str = ""
    """The tokens' letters, which patterns are looked for in."""

    def add_weekday(self, weekday: int) -> None:
        """Add a weekday; the first one counts."""
        if self.weekday is None:
            self.weekday = weekday

    def matches(self, patterns: tuple[re.Pattern[str], ...]) -> Iterator[re.Match[str]]:
        """The places that look like dates, pattern by pattern."""
        for pattern in patterns:
            yield from pattern.finditer(self.letters)

    def first_matches(self, patterns: tuple[re.Pattern[str], ...]) -> Iterator[re.Match[str]]:
        """The first such place for each pattern that has one."""
        return filter(None, (pattern.search(self.letters) for pattern in patterns))

    def number(self, match: re.Match[str], name: str) -> int:
        """The number in a group of a match."""
        return self.tokens[match.start(name)].number

    def month(self, match: re.Match[str], letter: str) -> int:
        """The first month of a calendar in a match."""
        tokens = self.tokens[match.start() : match.end()]
        return next(token.number for token in tokens if token.letter == letter)

    def year(self, match: re.Match[str]) -> int:
        """The year of a match, in full."""
        letter, number = self.tokens[match.start("y")]
        if letter == "y":
            return number
        return number + (2000 if number < CENTURY_SPLIT else 1900)


def _named_day(tokens: _Tokens) -> date | None:
    """The day of a date with a Gregorian month's name."""
    for match in tokens.matches(_NAMED):
        if day := _day(tokens.year(match), tokens.month(match, "M"), tokens.number(match, "d")):
            return day
    return None


def _numeric_day(tokens: _Tokens, today: date, order: DateOrder | None) -> date | None:
    """The day of a Gregorian date of numbers alone."""
    for match in tokens.matches(_NUMERIC):
        year, first, second = tokens.year(match), tokens.number(match, "d"), tokens.number(match, "m")
        if year in HIJRI_YEARS or year in JALALI_YEARS:
            continue
        if tokens.letters[match.start()] == "y":
            day = _day(year, second, first) or _day(year, first, second)
        else:
            day = _in_order(year, first, second, tokens.weekday, today, order)
        if day is not None:
            return day
    return None


def _jalali_day(tokens: _Tokens) -> date | None:
    """The day of a date of the solar Hijri calendar: with its month's name, or of numbers alone."""
    for match in tokens.matches(_JALALI):
        if day := from_jalali(tokens.number(match, "y"), tokens.month(match, "J"), tokens.number(match, "d")):
            return day
    for match in tokens.matches(_NUMERIC):
        year = tokens.year(match)
        if year in JALALI_YEARS and (day := from_jalali(year, *_month_and_day(tokens, match))):
            return day
    return None


def _hijri_day(tokens: _Tokens) -> date | None:
    """The day of a date of the lunar Hijri calendar: of numbers alone, or with its month's name."""
    for match in tokens.matches(_NUMERIC):
        if day := from_hijri(tokens.year(match), *_month_and_day(tokens, match)):
            return day
    for match in tokens.first_matches(_HIJRI):
        if day := from_hijri(tokens.number(match, "y"), tokens.month(match, "H"), tokens.number(match, "d")):
            return day
    return None


def _month_and_day(tokens: _Tokens, match: re.Match[str]) -> tuple[int, int]:
    return tokens.number(match, "m"), tokens.number(match, "d")


def _tokenize(line: str) -> _Tokens:
    words = _WORD.findall(line)[:MAX_TOKENS]
    tokens = _Tokens()
    position = 0
    while position < len(words) and tokens.strange <= MAX_STRANGE_WORDS:
        pair = " ".join(words[position : position + 2])
        length = _add_word(tokens, words[position], pair if position + 1 < len(words) else "")
        position += length
    tokens.letters = "".join(token.letter for token in tokens.tokens)
    return tokens


def _add_word(tokens: _Tokens, word: str, pair: str) -> int:
    """Add a word, or it and the next one, as a token; returns how many words that took.

    Args:
        tokens: The line so far.
        word: The word.
        pair: The word and the one behind it; empty at the end of the line.
    """
    if word.isdecimal():
        tokens.tokens.append(_number(word))
        return 1
    month, length = _month(pair), 2
    if month is None:
        month, length = _month(word), 1
    if month is not None:
        tokens.tokens.append(month)
        return length
    for name, length in ((pair, 2), (word, 1)):
        if name in WEEKDAYS:
            tokens.add_weekday(WEEKDAYS[name])
            return length
    if word in "/.-–—|":
        tokens.tokens.append(_Token("|" if word == "|" else "s"))
    elif word not in FILLERS and word not in ",()":
        tokens.tokens.append(_OTHER_WORD)
        tokens.strange += 1
    return 1


@lru_cache(maxsize=8192)
def _month(word: str) -> _Token | None:
    """A month's name as a token, also with the Kurdish ezafe or the Hebrew "in" at it."""
    for name in (word, word.removesuffix(_EZAFE), word.removeprefix(_HEBREW_IN)):
        for letter, months in _MONTHS:
            if name in months:
                return _Token(letter, months[name])
    return None


def _number(digits: str) -> _Token:
    number = int(digits)
    if len(digits) <= 2:
        return _Token("d", number)
    if len(digits) != 4:
        return _Token("o")
    if number in _YEARS:
        return _Token("y", number)
    return _Token("o", number) if number in _YEARS_OF_NAMED_MONTHS else _Token("o")


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_order(
    year: int, first: int, second: int, weekday: int | None, today: date, order: DateOrder | None
) -> date | None:
    """The day of a numeric date with the year last: in the usual order, or the other way where that fits."""
    usual, other = _day(year, second, first), _day(year, first, second)
    if order is DateOrder.MONTH_FIRST:
        usual, other = other, usual
    if usual is None or other is None:
        return usual or other
    if weekday is not None:
        is_other = other.weekday() == weekday != usual.weekday()
    else:
        # A day ahead may be a matter of time zones.
        is_other = other <= today + timedelta(days=1) < usual
    return other if is_other else usual


def _latest(month: int, day: int, weekday: int | None, today: date) -> date | None:
    """The last such day that isn't ahead; with a weekday, the last one that falls on it."""
    days = filter(None, (_day(today.year + 1 - back, month, day) for back in range(8)))
    for candidate in days:
        if candidate <= today + timedelta(days=1) and weekday in (None, candidate.weekday()):
            return candidate
    return None
