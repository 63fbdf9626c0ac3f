"""The calendars of the region: names of months and weekdays, and Hijri days as Gregorian ones.

The names are data (`words/calendars.toml`). Lunar Hijri dates are converted by the Umm al-Qura tables, solar
ones (Jalali, of Iran and Afghanistan) by their rule of leap years.
"""

from datetime import date, timedelta
from pathlib import Path

from crawler.parsing.dates.words import numbered
from crawler.parsing.phrases import read_word_tables

HIJRI_YEARS = range(1416, 1501)
"""Hijri years read as such: from 1995, when the first Arabic papers went online, to the end of the Umm
al-Qura tables. Lower years on a page (1404) are mostly those of the Iranian solar calendar."""
JALALI_YEARS = range(1374, 1416)
"""Solar years that are read as such in dates of numbers alone: from 1995 on, and lower than the lunar Hijri
years, so that the two can be told apart."""
NAMED_JALALI_YEARS = range(1300, 1500)
"""Solar years beside the name of a month, where nothing else can be meant."""
KURDISH_ERA = 1321
"""The Kurdish calendar counts its years from 700 BC: 2724 is the solar Hijri year 1403."""

_ANCHOR_YEAR, _ANCHOR = 1403, date(2024, 3, 20)
"""A solar year, and the Gregorian day of its first day (Nowruz)."""


def _read_names() -> dict[str, dict[str, int]]:
    """Names with their numbers, by calendar. A table of the file is called ``calendar_language``."""
    names: dict[str, dict[str, int]] = {}
    for table, lists in read_word_tables(Path(__file__).parent / "words" / "calendars.toml").items():
        names.setdefault(table.partition("_")[0], {}).update(numbered(lists))
    return names


_NAMES = _read_names()
MONTHS = _NAMES["gregorian"]
"""Gregorian month names, folded. Names of two words (or a word and a digit) have one space between them."""
HIJRI_MONTHS = _NAMES["lunar"]
"""Months of the Islamic lunar calendar, folded."""
JALALI_MONTHS = _NAMES["solar"]
"""Months of the solar Hijri calendar of Iran and Afghanistan, folded; read only beside one of its years."""
WEEKDAYS = _NAMES["weekdays"]
"""Weekday names, folded, with `datetime.weekday()`'s numbers."""


def from_hijri(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a lunar Hijri one, or None where there is no such day.

    By the Umm al-Qura tables of `hijridate`; where a month was begun by sighting, the day is off by one at
    most. A 30th in a month of 29 days, which sighting allows, is the day after the 29th.

    Args:
        year: Hijri year, within `HIJRI_YEARS`.
        month: 1 to 12.
        day: 1 to 30.
    """
    if year not in HIJRI_YEARS or not 1 <= month <= 12 or not 1 <= day <= 30:
        return None
    # Imported here: building the tables takes 25 ms, and few pages have Hijri dates.
    from hijridate import Hijri

    first = Hijri(year, month, 1).to_gregorian()
    return date.fromordinal(first.toordinal() + day - 1)


def is_jalali_leap(year: int) -> bool:
    """Whether Esfand has 30 days: 8 years of 33.

    M. Heydari-Malayeri, "A concise review of the Iranian calendar" (2004): equal to the astronomical calendar
    for the years 1178 to 1633.
    """
    return (25 * year + 11) % 33 < 8


def from_jalali(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a solar Hijri one, or None where there is no such day.

    Args:
        year: Solar Hijri year, within `NAMED_JALALI_YEARS`; or the same year of the Kurdish era.
        month: 1 to 12.
        day: 1 to 31.
    """
    if year - KURDISH_ERA in NAMED_JALALI_YEARS:
        year -= KURDISH_ERA
    if year not in NAMED_JALALI_YEARS or not 1 <= month <= 12:
        return None
    lengths = [31] * 6 + [30] * 5 + [29 + is_jalali_leap(year)]
    if not 1 <= day <= lengths[month - 1]:
        return None
    return _new_year(year) + timedelta(days=sum(lengths[: month - 1]) + day - 1)


def _new_year(year: int) -> date:
    """The Gregorian day on which a solar Hijri year begins."""
    first, last = sorted((year, _ANCHOR_YEAR))
    days = sum(365 + is_jalali_leap(between) for between in range(first, last))
    return _ANCHOR + timedelta(days=days if year >= _ANCHOR_YEAR else -days)
