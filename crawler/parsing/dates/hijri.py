"""Hijri dates as Gregorian ones, by the Umm al-Qura calendar."""

from datetime import date

YEARS = range(1416, 1501)
"""Hijri years read as such: from 1995, when the first Arabic papers went online, to the end of the Umm
al-Qura tables. Lower years on a page (1404) are mostly those of the Iranian solar calendar."""


def from_hijri(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Hijri one, or None where there is no such day.

    By the Umm al-Qura tables of `hijridate`; where a month was begun by sighting, the day is off by one at
    most. A 30th in a month of 29 days, which sighting allows, is the day after the 29th.

    Args:
        year: Hijri year, within `YEARS`.
        month: 1 to 12.
        day: 1 to 30.
    """
    if year not in YEARS or not 1 <= month <= 12 or not 1 <= day <= 30:
        return None
    # Imported here: building the tables takes 25 ms, and few pages have Hijri dates.
    from hijridate import Hijri

    first = Hijri(year, month, 1).to_gregorian()
    return date.fromordinal(first.toordinal() + day - 1)
