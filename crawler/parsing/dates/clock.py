"""The time of day in a folded line: 12- and 24-hour clocks, parts of the day, time zones."""

import re
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.parsing.dates.words import DIGIT, TABLES, alternatives, fold


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as written; `zone` is None where the line names none."""

    hour: int
    minute: int
    second: int = 0
    zone: tzinfo | None = None


_PARTS_OF_DAY = ("am", "pm", "night", "noon")
_PART_NAMES = "|".join(f"(?P<{part}>{alternatives(TABLES['parts'][part])})" for part in _PARTS_OF_DAY)
_PART = rf"(?:{_PART_NAMES})(?![^\W_])"

# Hours and minutes; or an hour alone where something else shows that it is one.
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
_TIMES = ((_CLOCK, ":"), (_NAMED_HOUR, ""), (_HOUR_AND_PART, ""), (_FRENCH, "h"))
"""The forms of a time, the surest first, each with a mark that its lines have."""
# «م 09:22»: before the clock, unless it is the "AD" behind a year.
_PART_BEFORE = re.compile(rf"(?<![^\W_])(?<!\d\s){_PART}[\s,]{{0,3}}\Z")
_YEAR_BEFORE = re.compile(r"\d\s?\Z")
MAX_BEFORE = 20
"""Characters before a clock in which a part of the day is looked for."""

_OFFSET = re.compile(r"\s?\(?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})(?![\d/.-])")
_ZULU = re.compile(r"\s?z(?![^\W_])")
_UTC = re.compile(
    r"(?<![^\W_])(?:gmt|utc|بتوقيت (?:غرينتش|غرينيتش|جرينتش|جرينيتش)|ت\.غ|توقيت غرينتش|غرينتش|جرينتش)"
    r"(?:\s?(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?![\d/.-]))?(?![^\W_])"
)
_PLACE = re.compile(r"(?:بتوقيت|توقيت)\s{1,3}(?P<place>[^\W\d_]{2,20}(?:\s[^\W\d_]{2,12})?)")
_ABBREVIATIONS = {name: int(hours) for hours, names in TABLES["zones"].items() for name in names}
_ABBREVIATION = re.compile(rf"\s?\(?(?P<name>{'|'.join(_ABBREVIATIONS)})(?![^\W_])")
_ZONE_NAME = re.compile(r"\s?\(?(?P<area>[a-z]{2,12})/(?P<city>[a-z_]{2,20})(?![^\W_])")
"""A name of the time zone database (https://www.iana.org/time-zones): Asia/Damascus."""
_PLACES = {fold(place): zone for zone, places in TABLES["places"].items() for place in places}


def read_clock(line: str) -> tuple[Clock | None, str]:
    """The first time of day in a line, and the line without it.

    Args:
        line: A folded line.

    Returns:
        The clock, or None where there is none or an impossible one; the line with clock and zone cut out.
    """
    zone, line = _named_zone(line)
    match = _find_time(line)
    if match is None:
        return None, line
    start, end, part, match = _with_part_of_day(line, match)
    if zone is None:
        zone, end = _zone_after(line, end)
    rest = f"{line[:start]} | {line[end:]}"
    if zone is None and _OFFSET.match(line, end):  # An offset that no place has: whose clock is it?
        return None, rest
    fields = match.groupdict()
    hour = _hour(int(fields["hour"]), part)
    minute, second = int(fields.get("minute") or 0), int(fields.get("second") or 0)
    if hour is None or minute > 59 or second > 60:
        return None, rest
    clock = Clock(hour, minute, min(second, 59), zone)
    return clock, rest


def _find_time(line: str) -> re.Match[str] | None:
    if not DIGIT.search(line):
        return None
    for pattern, mark in _TIMES:
        if mark in line and (match := pattern.search(line)):
            return match
    return None


def _with_part_of_day(line: str, match: re.Match[str]) -> tuple[int, int, str | None, re.Match[str]]:
    """A time with the part of the day beside it: where both begin and end, the part, the time's match."""
    start, end = match.span()
    if match.re is _NAMED_HOUR and (after := _HOUR_AND_PART.match(line, match.start("hour"))):
        return start, after.end(), _part_of(after), after
    part = _part_of(match)
    if part is None:
        before = _PART_BEFORE.search(line, max(0, start - MAX_BEFORE), start)
        if before and not _YEAR_BEFORE.search(line, max(0, before.start() - 2), before.start()):
            return before.start(), end, _part_of(before), match
    return start, end, part, match


def _part_of(match: re.Match[str]) -> str | None:
    fields = match.groupdict()
    return next((part for part in _PARTS_OF_DAY if fields.get(part)), None)


def _hour(hour: int, part: str | None) -> int | None:
    """The hour of the 24-hour clock; None where there is no such hour."""
    if hour > 23:
        return None
    if hour > 12 or part is None:
        return hour  # «21:22 مساءً»: the part of the day only repeats it.
    is_second_half = {
        "am": False,
        "pm": True,
        # «10 ظهراً» is before noon, «1 ظهراً» after it.
        "noon": hour not in (10, 11),
        # «9 ليلاً» is 21:00, «12 ليلاً» midnight, «2 ليلاً» two in the morning.
        "night": 6 <= hour < 12,
    }[part]
    return hour % 12 + 12 * is_second_half


def _named_zone(line: str) -> tuple[tzinfo | None, str]:
    """The zone that a line names, and the line without it."""
    if match := _UTC.search(line):
        zone = _offset(match)
        if zone is None:
            return None, line
        return zone, f"{line[: match.start()]} {line[match.end() :]}"
    match = _PLACE.search(line)
    if match is None:
        return None, line
    whole = " ".join(match["place"].split())
    for place in (whole, whole.split()[0]):
        if place in _PLACES:
            end = match.start("place") + len(place)
            return ZoneInfo(_PLACES[place]), f"{line[: match.start()]} {line[end:]}"
    return None, line


def _zone_after(line: str, end: int) -> tuple[tzinfo | None, int]:
    """The zone that is written directly behind a clock, and where it ends."""
    if match := _ZULU.match(line, end):
        return UTC, match.end()
    if match := _ABBREVIATION.match(line, end):
        return timezone(timedelta(hours=_ABBREVIATIONS[match["name"]])), match.end()
    zone = None
    if match := _OFFSET.match(line, end):
        zone = _offset(match)
    elif match := _ZONE_NAME.match(line, end):
        zone = _database_zone(match["area"], match["city"])
    if match is None or zone is None:
        return None, end
    return zone, match.end()


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
    if hours > 14 or minutes not in (0, 15, 30, 45):
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if match["sign"] == "-" else offset)
