"""The time of day in a folded line: 12- and 24-hour clocks, parts of the day, time zones."""

import re
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.parsing.dates.names import DIGIT, fold


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as written; `zone` is None where the line names none."""

    hour: int
    minute: int
    second: int = 0
    zone: tzinfo | None = None


def _words(names: str) -> str:
    return "|".join(re.escape(fold(name)) for name in sorted(names.split("|"), key=len, reverse=True))


_AM = _words(
    "ص|صباحا|صباح|صباحاً|فجرا|الفجر|قبل الظهر|قبل ظهر|ق.ظ|am|a.m.|a.m|öö|sabah|beriya nîvro|bn"
    '|پ.ن|پێش نیوەڕۆ|پێش نیوەرۆ|پێشنیوەڕۆ|صبح|לפנה"צ|בבוקר'
)
_PM = _words(
    "م|مساء|مساءا|مساءً|المساء|عصرا|العصر|بعد الظهر|بعد ظهر|ب.ظ|pm|p.m.|p.m|ös|piştî nîvro|pn"
    '|د.ن|دوای نیوەڕۆ|دوای نیوەرۆ|پاش نیوەڕۆ|پاشنیوەڕۆ|عصر|אחה"צ|בערב'
)
_NOON = _words("ظهرا|الظهر|ظهر")
_NIGHT = _words("ليلا|الليل|بعد منتصف الليل|منتصف الليل|ليل")
_PART = rf"(?:(?P<am>{_AM})|(?P<pm>{_PM})|(?P<night>{_NIGHT})|(?P<noon>{_NOON}))(?![^\W_])"

# Hours and minutes; or an hour alone where something else tells that it is one.
_DIGITAL = (
    r"(?<![\d:])(?P<hour>\d{1,2})\s?:\s?(?P<minute>\d{2})"
    r"(?:\s?:\s?(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?!\d|:\d)"
)
_CLOCK = re.compile(rf"{_DIGITAL}(?:[\s,]{{0,3}}{_PART})?")
_HOUR_AND_PART = re.compile(rf"(?<![\d:./-])(?P<hour>\d{{1,2}})(?:[.](?P<minute>\d{{2}}))?\s{{0,3}}{_PART}")
_NAMED_HOUR = re.compile(
    r"(?<![^\W_])(?:الساعه|ساعت|saat|saet|كاتژمير|בשעה|um|alle ore|a las)\s{0,3}"
    r"(?P<hour>\d{1,2})(?:[.](?P<minute>\d{2}))?(?![\d.:/-])"
)
_FRENCH = re.compile(r"(?<!\d)(?P<hour>\d{1,2})\s?h\s?(?P<minute>\d{2})(?![^\W_])")
# «م 09:22»: before the clock, unless it is the "AD" behind a year.
_PART_BEFORE = re.compile(rf"(?<![^\W_])(?<!\d\s){_PART}[\s,]{{0,3}}\Z")

_OFFSET = re.compile(r"\s?\(?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})(?![\d/.-])")
_ZULU = re.compile(r"\s?z(?![^\W_])")
_UTC = re.compile(
    r"(?<![^\W_])(?:gmt|utc|بتوقيت (?:غرينتش|غرينيتش|جرينتش|جرينيتش)|ت\.غ|توقيت غرينتش|غرينتش|جرينتش)"
    r"(?:\s?(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?![\d/.-]))?(?![^\W_])"
)
_PLACE = re.compile(r"(?:بتوقيت|توقيت)\s{1,3}(?P<place>[^\W\d_]{2,20}(?:\s[^\W\d_]{2,12})?)")

# RFC 822 section 5.1 names the American ones; the rest are those in use by the region's papers.
_ABBREVIATIONS = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "trt": 3,
}  # fmt: skip
_ZONE_NAME = re.compile(r"\s?\(?(?P<area>[a-z]{2,12})/(?P<city>[a-z_]{2,20})(?![^\W_])")
"""A name of the time zone database (https://www.iana.org/time-zones): Asia/Damascus."""
_ABBREVIATION = re.compile(rf"\s?\(?(?P<name>{'|'.join(_ABBREVIATIONS)})(?![^\W_])")

_PLACES = {
    fold(place): zone
    for zone, places in {
        "Asia/Damascus": "دمشق|سوريا|سورية",
        "Asia/Beirut": "بيروت|لبنان",
        "Africa/Cairo": "القاهرة|مصر",
        "Asia/Riyadh": "مكة|مكة المكرمة|السعودية|الرياض",
        "Asia/Baghdad": "بغداد|العراق",
        "Asia/Dubai": "الإمارات|دبي|أبوظبي|أبو ظبي",
        "Asia/Qatar": "الدوحة|قطر",
        "Asia/Kuwait": "الكويت",
        "Asia/Amman": "الأردن",
        "Asia/Jerusalem": "القدس|القدس المحتلة|فلسطين",
        "Asia/Aden": "صنعاء|اليمن|عدن",
        "Africa/Tunis": "تونس",
        "Africa/Algiers": "الجزائر",
        "Africa/Casablanca": "المغرب|الرباط",
        "Europe/Istanbul": "تركيا|إسطنبول|اسطنبول|أنقرة",
        "Europe/London": "لندن",
        "Europe/Paris": "باريس",
        "Europe/Berlin": "برلين",
        "Europe/Moscow": "موسكو",
        "Asia/Tehran": "طهران|إيران",
        "America/New_York": "نيويورك|واشنطن",
    }.items()
    for place in places.split("|")
}


def read_clock(line: str) -> tuple[Clock | None, str]:
    """The first time of day in a line, and the line without it.

    Args:
        line: A folded line.

    Returns:
        The clock, or None where there is none or an impossible one; the line with clock and zone cut out.
    """
    zone, line = _named_zone(line)
    match = DIGIT.search(line) and (
        (_CLOCK.search(line) if ":" in line else None)
        or _NAMED_HOUR.search(line)
        or _HOUR_AND_PART.search(line)
        or (_FRENCH.search(line) if "h" in line else None)
    )
    if match is None:
        return None, line
    start, end = match.span()
    parts = match.groupdict()
    if match.re is _NAMED_HOUR and (after := _HOUR_AND_PART.match(line, match.start("hour"))):
        parts, end = after.groupdict(), after.end()
    elif not any(parts.get(part) for part in ("am", "pm", "noon", "night")):
        before = _PART_BEFORE.search(line, max(0, start - 20), start)
        if before and not re.search(r"\d\s?\Z", line[max(0, before.start() - 2) : before.start()]):
            parts |= {part: before[part] for part in ("am", "pm", "noon", "night")}
            start = before.start()
    if zone is None:
        zone, end = _zone_after(line, end)
        if zone is None and _OFFSET.match(line, end):  # An offset that no place has: whose clock is it?
            return None, f"{line[:start]} | {line[end:]}"
    rest = f"{line[:start]} | {line[end:]}"
    hour = _hour(int(parts["hour"]), parts)
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    if hour is None or minute > 59 or second > 60:
        return None, rest
    return Clock(hour, minute, min(second, 59), zone), rest


def _hour(hour: int, parts: dict[str, str | None]) -> int | None:
    if hour > 23:
        return None
    if hour > 12:
        return hour  # «21:22 مساءً»: the part of the day only repeats it.
    if parts.get("am"):
        return hour % 12
    if parts.get("pm"):
        return hour % 12 + 12
    if parts.get("noon"):
        return hour if hour >= 10 else hour + 12
    if parts.get("night"):
        # «9 ليلاً» is 21:00, «12 ليلاً» midnight, «2 ليلاً» two in the morning.
        return 0 if hour == 12 else hour + 12 if hour >= 6 else hour
    return hour


def _named_zone(line: str) -> tuple[tzinfo | None, str]:
    if match := _UTC.search(line):
        zone = _offset(match)
        return (zone, f"{line[: match.start()]} {line[match.end() :]}") if zone else (None, line)
    if match := _PLACE.search(line):
        words = match["place"].split()
        for place in (" ".join(words), words[0]):
            if name := _PLACES.get(place):
                end = match.start("place") + len(place)
                return ZoneInfo(name), f"{line[: match.start()]} {line[end:]}"
    return None, line


def _zone_after(line: str, end: int) -> tuple[tzinfo | None, int]:
    if match := _ZULU.match(line, end):
        return UTC, match.end()
    if match := _ABBREVIATION.match(line, end):
        return timezone(timedelta(hours=_ABBREVIATIONS[match["name"]])), match.end()
    if (match := _OFFSET.match(line, end)) and (zone := _offset(match)):
        return zone, match.end()
    if (match := _ZONE_NAME.match(line, end)) and (zone := _database_zone(match["area"], match["city"])):
        return zone, match.end()
    return None, end


@lru_cache(maxsize=64)
def _database_zone(area: str, city: str) -> tzinfo | None:
    try:
        return ZoneInfo(f"{area.title()}/{city.title()}")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _offset(match: re.Match[str]) -> tzinfo | None:
    """The zone of a sign, hours and minutes; None for one that no place on earth has."""
    if not match["sign"]:
        return UTC
    hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
    if hours > 14 or minutes % 15 or minutes > 45:
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if match["sign"] == "-" else offset)
