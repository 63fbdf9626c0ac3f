"""The days that a text speaks of: dates, and days of the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from dedup.text.shingles import normalise

_MONTHS = (
    "كانون الثاني|كانون ثاني|يناير|january|jan|janvier|ocak",
    "شباط|فبراير|february|feb|février|şubat",
    "آذار|مارس|march|mar|mars|mart",
    "نيسان|أبريل|إبريل|april|apr|avril|nisan",
    "أيار|مايو|may|mai|mayıs",
    "حزيران|يونيو|يونيه|june|jun|juin|haziran",
    "تموز|يوليو|يوليه|july|jul|juillet|temmuz",
    "آب|أغسطس|august|aug|août|ağustos",
    "أيلول|سبتمبر|september|sep|sept|septembre|eylül",
    "تشرين الأول|تشرين أول|أكتوبر|october|oct|octobre|ekim",
    "تشرين الثاني|تشرين ثاني|نوفمبر|november|nov|novembre|kasım",
    "كانون الأول|كانون أول|ديسمبر|december|dec|décembre|aralık",
)
_WEEKDAYS = (
    "الاثنين|monday|lundi|pazartesi|duşem|دووشەممە",
    "الثلاثاء|tuesday|mardi|salı|sêşem|سێشەممە",
    "الأربعاء|wednesday|mercredi|çarşamba|çarşem|چوارشەممە",
    "الخميس|thursday|jeudi|perşembe|pêncşem|پێنجشەممە",
    "الجمعة|friday|vendredi|cuma|هەینی",
    "السبت|saturday|samedi|cumartesi|شەممە",
    "الأحد|sunday|dimanche|pazar|yekşem|یەکشەممە",
)
_YEARS = range(2000, 2100)
"""What is taken for a year. It also bounds which years a weekday can choose among."""
_NEAR_YEARS = range(2010, 2040)
_BETWEEN = frozenset(("من", "شهر", "عام", "of"))
_BESIDE = 3
"""Words between the name of a weekday and the date that it belongs to, at most."""
_LONGEST_YEAR = 366
_LONGEST_NUMBER = 4


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a text names.

    Attributes:
        dates: (month, day, years) of each date, in order; the years that it may be of, or none where any.
        weekdays: Days of the week, Monday is 0, in order.
    """

    dates: tuple[tuple[int, int, tuple[int, ...]], ...]
    weekdays: tuple[int, ...]

    def after(self, before: "Days") -> "Days":
        """These days with those that another text before it names."""
        return Days(before.dates + self.dates, before.weekdays + self.weekdays)


def find_days(words: Sequence[str]) -> Days:
    """Read the days that a text names.

    Args:
        words: Its normalised words.
    """
    numbers = _weekdays()
    weekdays = [(at, numbers[word]) for at, word in enumerate(words) if word in numbers]
    dates = []
    end = 0
    for at, word in enumerate(words):
        # Most words are no number: they are passed over before anything is called.
        if len(word) > _LONGEST_NUMBER or not word.isdecimal() or at < end:
            continue
        if (number := _number(word)) is None:
            continue
        if parsed := _date_at(words, at, number):
            month, day, year, end = parsed
            beside = [weekday for place, weekday in weekdays if 0 <= at - place <= _BESIDE]
            years = (year,) if year else _years(month, day, beside[-1]) if beside else ()
            dates.append((month, day, years))
    return Days(tuple(dates), tuple(weekday for _, weekday in weekdays))


def weekdays_of(dates: Sequence[tuple[int, int, tuple[int, ...]]]) -> frozenset[int]:
    """The days of the week on which some dates fall, of those whose year tells it."""
    return frozenset(weekday for day in dates if (weekday := _weekday_of(day)) is not None)


def days_between(first: tuple[int, int, tuple[int, ...]], second: tuple[int, int, tuple[int, ...]]) -> int:
    """Days between two dates, as far as they tell: without a year, the nearest anniversaries count."""
    if first[2] and second[2] and not set(first[2]) & set(second[2]):
        return _LONGEST_YEAR
    apart = abs(_day_of_year(*first[:2]) - _day_of_year(*second[:2]))
    return min(apart, _LONGEST_YEAR - apart)


def _date_at(words: Sequence[str], at: int, number: int) -> tuple[int, int, int | None, int] | None:
    """Month, day, year or None of a date that begins at a word, and where it ends."""
    if number in _YEARS:  # 2023-06-25
        month, day = (_number(word) for word in (*words[at + 1 : at + 3], "", "")[:2])
        return (month, day, number, at + 3) if month and day and _exists(month, day) else None
    if not 1 <= number <= 31:
        return None
    end = at + 1
    while end < len(words) and words[end] in _BETWEEN:
        end += 1
    after_day = _month_at(words, end)
    if after_day is None:
        return _numeric_date(words, at, number)
    month, end = after_day
    again = _month_at(words, end)  # «حزيران/يونيو»
    if again and again[0] == month:
        end = again[1]
    while end < len(words) and words[end] in _BETWEEN:
        end += 1
    year = _number(words[end]) if end < len(words) else None
    if not _exists(month, number):
        return None
    return (month, number, year, end + 1) if year in _YEARS else (month, number, None, end)


def _numeric_date(words: Sequence[str], at: int, day: int) -> tuple[int, int, int | None, int] | None:
    """Read 25/6/2023, or 6/25/2023."""
    month, year = (_number(word) for word in (*words[at + 1 : at + 3], "", "")[:2])
    if month is None or year not in _YEARS:
        return None
    if month > 12:
        month, day = day, month
    return (month, day, year, at + 3) if _exists(month, day) else None


def _month_at(words: Sequence[str], at: int) -> tuple[int, int] | None:
    for length in (2, 1):
        if month := _months().get(" ".join(words[at : at + length])):
            return month, at + length
    return None


def _number(word: str) -> int | None:
    return int(word) if len(word) <= _LONGEST_NUMBER and word.isascii() and word.isdecimal() else None


def _exists(month: int, day: int) -> bool:
    try:
        date(2024, month, day)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1 << 12)
def _weekday_of(day: tuple[int, int, tuple[int, ...]]) -> int | None:
    month, number, years = day
    weekdays = {
        date(year, month, number).weekday() for year in years if (month, number) != (2, 29) or _is_leap(year)
    }
    return weekdays.pop() if len(weekdays) == 1 else None


def _is_leap(year: int) -> bool:
    return year % 4 == 0


@lru_cache(maxsize=1 << 12)
def _years(month: int, day: int, weekday: int) -> tuple[int, ...]:
    """The years in which a day is that day of the week."""
    years = [year for year in _NEAR_YEARS if (month, day) != (2, 29) or _is_leap(year)]
    return tuple(year for year in years if date(year, month, day).weekday() == weekday)


@lru_cache(maxsize=1 << 10)
def _day_of_year(month: int, day: int) -> int:
    return date(2024, month, day).timetuple().tm_yday


@cache
def _months() -> dict[str, int]:
    return {normalise(name): month for month, names in enumerate(_MONTHS, 1) for name in names.split("|")}


@cache
def _weekdays() -> dict[str, int]:
    return {normalise(name): weekday for weekday, names in enumerate(_WEEKDAYS) for name in names.split("|")}
