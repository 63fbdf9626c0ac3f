"""Dates of the solar Hijri calendar (Jalali) of Iran and Afghanistan as Gregorian ones."""

from datetime import date, timedelta

YEARS = range(1374, 1416)
"""Years that are read as such in dates of numbers alone: from 1995 on, and lower than the lunar Hijri years
that `hijri` reads, so that the two can be told apart."""
NAMED_YEARS = range(1300, 1500)
"""Years beside the name of a month, where nothing else can be meant."""
KURDISH_ERA = 1321
"""The Kurdish calendar counts its years from 700 BC: 2724 is the solar Hijri year 1403."""

_ANCHOR_YEAR, _ANCHOR = 1403, date(2024, 3, 20)
"""A year, and the Gregorian day of its first day (Nowruz)."""


def is_leap(year: int) -> bool:
    """Whether Esfand has 30 days: 8 years of 33.

    M. Heydari-Malayeri, "A concise review of the Iranian calendar" (2004): equal to the astronomical calendar
    for the years 1178 to 1633.
    """
    return (25 * year + 11) % 33 < 8


def from_jalali(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a solar Hijri one, or None where there is no such day.

    Args:
        year: Solar Hijri year, within `NAMED_YEARS`; or the same year of the Kurdish era.
        month: 1 to 12.
        day: 1 to 31.
    """
    if year - KURDISH_ERA in NAMED_YEARS:
        year -= KURDISH_ERA
    if year not in NAMED_YEARS or not 1 <= month <= 12:
        return None
    length = 31 if month <= 6 else 30 if month < 12 or is_leap(year) else 29
    if not 1 <= day <= length:
        return None
    years = range(_ANCHOR_YEAR, year) if year >= _ANCHOR_YEAR else range(year, _ANCHOR_YEAR)
    days = sum(365 + is_leap(each) for each in years)
    new_year = _ANCHOR + timedelta(days=days if year >= _ANCHOR_YEAR else -days)
    before = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return new_year + timedelta(days=before + day - 1)
