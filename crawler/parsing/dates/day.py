"""The day in a folded line: named months of three calendars, numbers in any order, with or without a year."""

import re
from datetime import date, timedelta

from crawler.parsing.dates import hijri, jalali
from crawler.parsing.dates.calendars import HIJRI_MONTHS, JALALI_MONTHS, MONTHS, WEEKDAYS
from crawler.parsing.dates.names import DIGIT, FILLERS, fold
from crawler.parsing.dates.order import DateOrder

# Arabic and other letters are words apart: «Samer Halabiيونيو 26».
_TOKEN = re.compile(r"\d+|[ء-ۿ]+|[^\W\d_ء-ۿ]+|[|/.,()\-–—]")

MAX_TOKENS = 80
"""Tokens read of one line; a date has a dozen."""
MAX_STRANGE_WORDS = 8
"""Words a line may hold that don't belong to a date: a byline, a place, an agency. More is a sentence."""

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

_Token = tuple[str, int]

_EZAFE = fold("ی")
"""The ending by which Kurdish ties a month to its year: «تشرینی یەکەمی 2024»."""
_HEBREW_IN = "ב"
"""The preposition that Hebrew writes together with the month."""


def read_day(line: str, today: date, order: DateOrder | None = None) -> tuple[date | None, int, bool]:
    """The day that a line names.

    A Gregorian date is preferred to one of the other calendars. Numbers are in the given order. Without one
    they are day first, unless only month first makes a day, agrees with the weekday beside it, or lies in the
    past.

    Args:
        line: A folded line, without its time of day.
        today: The day of reading, for dates without a year and for doubtful orders.
        order: In which order the page or feed writes its numeric dates, where that is known.

    Returns:
        The day, or None; how many words of the line beside it don't belong to a date; whether the year was
        inferred.
    """
    if not DIGIT.search(line):
        return None, 0, False
    tokens, weekday, strange = _tokens(line)
    if strange > MAX_STRANGE_WORDS:
        return None, strange, False
    letters = "".join(letter for letter, _ in tokens)
    if "d" not in letters:
        return None, strange, False
    for pattern in _NAMED:
        for match in pattern.finditer(letters):
            month = next(value for letter, value in tokens[match.start() : match.end()] if letter == "M")
            if day := _day(_year(tokens[match.start("y")]), month, tokens[match.start("d")][1]):
                return day, strange, False
    jalali_day = _jalali(letters, tokens)
    hijri_day = None
    for pattern in _NUMERIC:
        for match in pattern.finditer(letters):
            year = _year(tokens[match.start("y")])
            first, second = tokens[match.start("d")][1], tokens[match.start("m")][1]
            if year in hijri.YEARS:
                hijri_day = hijri_day or hijri.from_hijri(year, second, first)
            elif year in jalali.YEARS:
                jalali_day = jalali_day or jalali.from_jalali(year, second, first)
            elif letters[match.start()] == "y":
                if day := _day(year, second, first) or _day(year, first, second):
                    return day, strange, False
            elif day := _in_order(year, first, second, weekday, today, order):
                return day, strange, False
    for pattern in _HIJRI:
        if hijri_day is None and (found := pattern.search(letters)):
            month = next(value for letter, value in tokens[found.start() : found.end()] if letter == "H")
            hijri_day = hijri.from_hijri(tokens[found.start("y")][1], month, tokens[found.start("d")][1])
    if other_day := jalali_day or hijri_day:
        return other_day, strange, False
    for pattern in _YEARLESS:
        if found := pattern.search(letters):
            month = next(value for letter, value in tokens[found.start() : found.end()] if letter == "M")
            return _latest(month, tokens[found.start("d")][1], weekday, today), strange, True
    return None, strange, False


def _jalali(letters: str, tokens: list[_Token]) -> date | None:
    """The day of a date with a solar Hijri month's name."""
    if "J" not in letters:
        return None
    for pattern in _JALALI:
        for match in pattern.finditer(letters):
            month = next(value for letter, value in tokens[match.start() : match.end()] if letter == "J")
            if day := jalali.from_jalali(tokens[match.start("y")][1], month, tokens[match.start("d")][1]):
                return day
    return None


def _month(word: str) -> _Token | None:
    """A month's name as a token, also with the Kurdish ezafe or the Hebrew "in" at it."""
    for bare in (word, word.removesuffix(_EZAFE), word.removeprefix(_HEBREW_IN)):
        if bare in MONTHS:
            return "M", MONTHS[bare]
        if bare in HIJRI_MONTHS:
            return "H", HIJRI_MONTHS[bare]
        if bare in JALALI_MONTHS:
            return "J", JALALI_MONTHS[bare]
    return None


def _tokens(line: str) -> tuple[list[_Token], int | None, int]:
    words = _TOKEN.findall(line)[:MAX_TOKENS]
    tokens: list[_Token] = []
    weekday: int | None = None
    strange = 0
    position = 0
    while position < len(words) and strange <= MAX_STRANGE_WORDS:
        word = words[position]
        following = words[position + 1] if position + 1 < len(words) else ""
        pair = f"{word} {following}"
        position += 1
        if word.isdecimal():
            tokens.append(_number(word))
        elif following and (month := _month(pair)):
            tokens.append(month)
            position += 1
        elif month := _month(word):
            tokens.append(month)
        elif pair in WEEKDAYS:
            weekday = WEEKDAYS[pair] if weekday is None else weekday
            position += 1
        elif word in WEEKDAYS:
            weekday = WEEKDAYS[word] if weekday is None else weekday
        elif word in "/.-–—|":
            tokens.append(("|" if word == "|" else "s", 0))
        elif word not in FILLERS and word not in ",()":
            tokens.append(("w", 0))
            strange += 1
    return tokens, weekday, strange


def _number(digits: str) -> _Token:
    if len(digits) <= 2:
        return "d", int(digits)
    if len(digits) == 4 and (1900 <= int(digits) <= 2100 or int(digits) in hijri.YEARS):
        return "y", int(digits)
    if len(digits) == 4 and (
        int(digits) in jalali.NAMED_YEARS or int(digits) - jalali.KURDISH_ERA in jalali.NAMED_YEARS
    ):
        return ("y" if int(digits) in jalali.YEARS else "o"), int(digits)
    return "o", 0


def _year(token: _Token) -> int:
    letter, value = token
    return value if letter == "y" else 2000 + value if value < 70 else 1900 + value


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_order(
    year: int, first: int, second: int, weekday: int | None, today: date, order: DateOrder | None
) -> date | None:
    """The day of a numeric date with the year last: in the usual order, or the other way where that fits."""
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    usual, other = day_first, month_first
    if order is DateOrder.MONTH_FIRST:
        usual, other = month_first, day_first
    if usual is None or other is None:
        return usual or other
    if weekday is not None and usual.weekday() != weekday:
        return other if other.weekday() == weekday else usual
    # A day ahead may be a matter of time zones.
    if weekday is None and usual > today + timedelta(days=1) >= other:
        return other
    return usual


def _latest(month: int, day: int, weekday: int | None, today: date) -> date | None:
    """The last such day that isn't ahead; with a weekday, the last one that falls on it."""
    years = [today.year + 1 - back for back in range(8)]
    days = [
        found for year in years if (found := _day(year, month, day)) and found <= today + timedelta(days=1)
    ]
    if weekday is not None:
        return next((found for found in days if found.weekday() == weekday), None)
    return days[0] if days else None
