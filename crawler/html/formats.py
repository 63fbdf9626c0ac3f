"""Numbers, shares, delays, days and times as Arabic and English write them.

Digits are 0-9 in both languages, as on most Syrian news sites, so that a figure can be searched for and
compared with the CSV. The names of months (Levantine in Arabic) are Unicode CLDR's, through Babel.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime

from crawler.html.words import counted, word

LOCALES: Final = {"ar": Locale.parse("ar_SY"), "en": Locale.parse("en_GB")}

_MOMENT: Final = {"ar": "d MMMM yyyy، HH:mm", "en": "d MMMM yyyy, HH:mm"}
_DATE: Final = {"day": "d MMMM yyyy", "month": "LLLL yyyy", "year": "yyyy"}

_LONG: Final = {"minutes": "n_minutes", "hours": "n_hours", "days": "n_days"}
_LATER: Final = {"minutes": "after_n_minutes", "hours": "after_n_hours", "days": "after_n_days"}
_EARLIER: Final = {"minutes": "before_n_minutes", "hours": "before_n_hours", "days": "before_n_days"}

HOURS_FROM: Final = 90
"""Minutes from which a delay is given in hours."""
DAYS_FROM: Final = 48 * 60
"""Minutes from which it is given in days."""


def number(n: int) -> str:
    """A number with its thousands set apart."""
    return f"{n:,}"


def percent(share: float | None, lang: str, digits: int = 0) -> str:
    """A share (0 to 1) as per cent. Only all is 100%, only nothing is 0%."""
    if share is None:
        return word("unknown", lang)
    shown = round(share * 100, digits)
    step = 10.0**-digits
    if 0 < share < 1:
        shown = min(max(shown, step), 100 - step)
    return f"{shown:.{digits}f}%"


def duration(delay: timedelta | None, lang: str, *, relative: bool = False) -> str:
    """A delay in its largest fitting unit: minutes, hours (`HOURS_FROM`) or days (`DAYS_FROM`).

    Args:
        delay: How long; None is shown as unknown.
        lang: ``ar`` or ``en``.
        relative: Relate it to the first article: after it, before it, at the same time.
    """
    if delay is None:
        return word("unknown", lang)
    minutes = round(abs(delay.total_seconds()) / 60)
    if minutes == 0:
        key = "at_the_same_time" if relative else "under_a_minute"
        return word(key, lang)
    unit, count = _in_unit(minutes)
    early = delay < timedelta(0)
    if relative:
        return counted((_EARLIER if early else _LATER)[unit], count, lang)
    return ("−" if early else "") + counted(_LONG[unit], count, lang)


def _in_unit(minutes: int) -> tuple[str, int]:
    if minutes >= DAYS_FROM:
        return "days", round(minutes / (24 * 60))
    if minutes >= HOURS_FROM:
        return "hours", round(minutes / 60)
    return "minutes", minutes


@lru_cache(maxsize=4096)
def moment(at: datetime, lang: str) -> str:
    """A day and time, to the minute."""
    return format_datetime(at, _MOMENT[lang], locale=LOCALES[lang])


@lru_cache(maxsize=4096)
def day(at: date, lang: str, unit: str = "day") -> str:
    """A day, a month or a year by name."""
    return format_date(at, _DATE[unit], locale=LOCALES[lang])


def language(code: str, lang: str) -> str:
    """The name of a language by its ISO 639 code; an unknown code is shown as it is."""
    try:
        return Locale.parse(code, sep="-").get_display_name(lang) or code
    except (ValueError, UnknownLocaleError):
        return code
