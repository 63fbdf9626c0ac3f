"""How the report says words, numbers, times and delays in Arabic and English.

Digits are 0–9 in both languages, as on most Syrian news sites, so that a figure can be searched for and
compared with the CSV. Plural categories and the names of months (Levantine for Arabic) are Unicode CLDR's,
through Babel.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime

from crawler.report.counts import CATEGORIES, COUNTED
from crawler.report.words import TROUBLES, WORDS

LANGUAGES: Final = ("ar", "en")
LOCALES: Final = {"ar": Locale.parse("ar_SY"), "en": Locale.parse("en_GB")}


def word(key: str, lang: str) -> str:
    """The words for `key` in ``ar`` or ``en``."""
    return WORDS[key][LANGUAGES.index(lang)]


def trouble(key: str, lang: str) -> str:
    """What is wrong with a site; a word that is not ours is said as it is."""
    known = TROUBLES.get(key)
    return key.replace("_", " ") if known is None else known[LANGUAGES.index(lang)]


def counted(key: str, n: int, lang: str, **values: int) -> str:
    """A phrase about `n` things, in the form that the language has for that number."""
    arabic, english = COUNTED[key]
    category = LOCALES[lang].plural_form(n)
    form = arabic[CATEGORIES.index(category)] if lang == "ar" else english[category != "one"]
    return form.format(n=number(n), **{name: number(value) for name, value in values.items()})


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
    """A delay in its largest fitting unit: minutes up to 90, hours up to 48, then days.

    Args:
        delay: How long; None is said to be unknown.
        lang: ``ar`` or ``en``.
        relative: Say it against the first article: after it, before it, at the same time.
    """
    if delay is None:
        return word("unknown", lang)
    minutes = round(abs(delay.total_seconds()) / 60)
    unit, n = "minutes", minutes
    if minutes >= 90:
        unit, n = "hours", round(minutes / 60)
    if minutes >= 48 * 60:
        unit, n = "days", round(minutes / 1440)
    if not relative:
        if n == 0 and lang == "en":
            return "under 1 min"
        sign = "−" if delay < timedelta(0) and n else ""
        return sign + counted(unit, n, lang)
    if n == 0:
        return "في الوقت نفسه" if lang == "ar" else "at the same time"
    return counted(f"{'before' if delay < timedelta(0) else 'after'}_{unit}", n, lang)


@lru_cache(maxsize=4096)
def moment(at: datetime, lang: str) -> str:
    """A day and time, to the minute."""
    return format_datetime(
        at, "d MMMM yyyy، HH:mm" if lang == "ar" else "d MMMM yyyy, HH:mm", locale=LOCALES[lang]
    )


@lru_cache(maxsize=4096)
def day(at: date, lang: str, unit: str = "day") -> str:
    """A day, a month or a year by name."""
    pattern = {"day": "d MMMM yyyy", "month": "LLLL yyyy", "year": "yyyy"}[unit]
    return format_date(at, pattern, locale=LOCALES[lang])
