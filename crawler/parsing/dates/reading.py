"""Reads one date as newspapers write it: the day, the time of day if there is one, and how exact it is."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crawler.model.article import DatePrecision
from crawler.parsing.dates.clock import Clock, read_clock
from crawler.parsing.dates.day import MAX_STRANGE_WORDS, read_day
from crawler.parsing.dates.order import DateOrder
from crawler.parsing.dates.words import (
    DAY,
    DAY_WORDS,
    FILLERS,
    HOUR,
    NUMBER_WORDS,
    PLURALS,
    UNITS,
    alternatives,
    fold,
)

MAX_CHARS = 200
"""A longer text isn't one date. The longest real ones (both calendars, zone, label) stay under 150."""

YEARS = range(1900, 2101)
"""Years that are read at all; numbers outside are no year of a paper."""

MAX_WORDING = 60
"""Characters beside «منذ» or "ago" that may belong to it."""

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:t|\s{1,3})(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?(z|[+-]\d{2}:?\d{2})?)?")
_EPOCH = re.compile(r"(?P<seconds>1\d{9})(?:\d{3}|\d{6}|\.\d{1,9})?")
"""Seconds since 1970 since September 2001; milliseconds, microseconds or fractions behind them."""
_JSON_DATE = re.compile(r"\\?/?date\((?P<number>1\d{9,12})(?:[+-]\d{4})?\)\\?/?")
"""How ASP.NET wrote a time in JSON: /Date(1730395708000+0300)/. The offset is for show."""

_AGO_BEFORE, _AGO_AFTER = "منذ|مند|قبل|beri|پيش|az|simdi|just|الان", "مضت|مضي|ago|once|لهمهوپيش"
_AGO = re.compile(rf"(?<![^\W_])(?:(?P<before>{_AGO_BEFORE})|{_AGO_AFTER})(?![^\W_])")
_AGO_WORD = re.compile(f"{_AGO_BEFORE}|{_AGO_AFTER}")
"""Looked for first: without a look behind, only places with one of the first letters are tried."""
_JUST_NOW = re.compile(
    r"(?<![^\W_])(?:منذ (?:لحظات|ثوان|لحظه)|قبل لحظات|الان|just now|az once|simdi)(?![^\W_])"
)
_RECENTLY = re.compile(r"(?<![^\W_])(?:منذ قليل|قبل قليل|منذ وقت قصير)(?![^\W_])")
_TOKEN = re.compile(r"\d{1,4}|[^\W\d_]+")
_DAY_WORD = re.compile(rf"(?<![^\W_])(?:{alternatives(DAY_WORDS)})(?![^\W_])")


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """One date, read.

    `when` is aware. With `precision` DAY its time of day is midnight in the site's time zone or, for wordings
    such as "three hours ago", an estimate.
    """

    when: datetime
    precision: DatePrecision


@dataclass(frozen=True, slots=True)
class Reading(ParsedDate):
    """A date with how far its wording can be trusted.

    `zoned` is whether a time zone was written, `relative` whether it counts from the day of reading («أمس»),
    `vague` whether the wording is one that also stands in other places (no year, «اليوم» alone), and
    `strange` how many words of the line have nothing to do with a date.
    """

    zoned: bool = False
    relative: bool = False
    vague: bool = False
    strange: int = 0


def parse_date(
    text: str, *, timezone: ZoneInfo, now: datetime, order: DateOrder | None = None
) -> ParsedDate | None:
    """Read one date, with or without a time of day, as newspapers and their software write it.

    Understood are ISO 8601, RFC 822 and Unix times, ``/Date(…)/``; the month names of `calendars`, two at
    once too; lunar and solar Hijri dates where no other stands beside them; numbers in the order that is
    given; Arabic-Indic and Persian digits; 12-hour clocks; "… ago", yesterday, today. Labels and a byline
    around the date are passed over; a sentence is no date. The time it takes is bounded.

    Args:
        text: The text that holds the date.
        timezone: In which times without a zone are read.
        now: The aware time of reading, for relative dates, dates without a year, and to decide between day
            and month where only one order lies in the past.
        order: Whether numeric dates are day first or month first, where that is known.

    Returns:
        The date, or None where the text holds none.

    Raises:
        ValueError: `now` is naive.
    """
    reading = read_date(text, timezone=timezone, now=now, order=order)
    return ParsedDate(reading.when, reading.precision) if reading else None


def read_date(
    text: str, *, timezone: ZoneInfo, now: datetime, order: DateOrder | None = None
) -> Reading | None:
    """Like `parse_date`, with how the date was worded."""
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    if not text or len(text) > MAX_CHARS:
        return None
    line = fold(text).strip()[: 2 * MAX_CHARS]
    try:
        return _machine(line, timezone) or _ago(line, timezone, now) or _written(line, timezone, now, order)
    except OverflowError:  # A day before year 1 or after 9999 by way of an offset.
        return None


def _machine(line: str, zone: ZoneInfo) -> Reading | None:
    """ISO 8601 in its usual and compact forms, and Unix time in seconds or milliseconds."""
    if match := _JSON_DATE.fullmatch(line):
        line = match["number"]
    if not line[:4].isdecimal():
        return None
    if match := _EPOCH.fullmatch(line):
        when = datetime.fromtimestamp(int(match["seconds"]), tz=zone)
        return Reading(when, DatePrecision.MINUTE, zoned=True) if when.year in YEARS else None
    match = _ISO.fullmatch(line) or _COMPACT.fullmatch(line)
    if match is None or int(match[1]) not in YEARS:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return _reading(day, _iso_clock(match), zone)


def _iso_clock(match: re.Match[str]) -> Clock | None:
    """The time of an ISO 8601 date; None where it has none, or an impossible one."""
    if match[4] is None:
        return None
    hour, minute, second = int(match[4]), int(match[5]), int(match[6] or 0)
    if hour > 23 or minute > 59:
        return None
    return Clock(hour, minute, min(second, 59), _iso_zone(match[7]))


def _iso_zone(written: str | None) -> tzinfo | None:
    if written is None:
        return None
    if written[0] not in "+-":
        return UTC
    digits = written[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    if offset > timedelta(hours=14):
        return None
    return timezone(-offset if written[0] == "-" else offset)


def _written(line: str, zone: ZoneInfo, now: datetime, order: DateOrder | None) -> Reading | None:
    """A date with a month's name or in numbers, or a word such as «أمس»."""
    clock, rest = read_clock(line)
    today = now.astimezone((clock and clock.zone) or zone).date()
    day, strange, is_yearless = read_day(rest, today, order)
    if strange > MAX_STRANGE_WORDS:
        return None
    if day is not None:
        if day.year not in YEARS:
            return None
        return _reading(day, clock, zone, strange=strange, vague=is_yearless and clock is None)
    match = _DAY_WORD.search(rest)
    if match is None or _has_other_words(rest, match):  # «صحيفة اليوم»
        return None
    day = today - timedelta(days=DAY_WORDS[match.group()])
    return _reading(day, clock, zone, relative=True, vague=clock is None)


def _reading(
    day: date,
    clock: Clock | None,
    zone: ZoneInfo,
    *,
    strange: int = 0,
    relative: bool = False,
    vague: bool = False,
) -> Reading:
    if clock is None:
        when = datetime(day.year, day.month, day.day, tzinfo=zone)
        return Reading(when, DatePrecision.DAY, relative=relative, vague=vague, strange=strange)
    time_of_day = time(clock.hour, clock.minute, clock.second, tzinfo=clock.zone or zone)
    return Reading(
        datetime.combine(day, time_of_day),
        DatePrecision.MINUTE,
        zoned=clock.zone is not None,
        relative=relative,
        vague=vague,
        strange=strange,
    )


def _ago(line: str, zone: ZoneInfo, now: datetime) -> Reading | None:
    """A date that counts from now: «منذ 3 ساعات», "just now"."""
    trigger = _AGO.search(line) if _AGO_WORD.search(line) else None
    if trigger is None:
        return None
    local = now.astimezone(zone)
    if match := _JUST_NOW.search(line) or _RECENTLY.search(line):
        if _has_other_words(line, match):  # «شاهد الآن»
            return None
        precision = DatePrecision.MINUTE if match.re is _JUST_NOW else DatePrecision.DAY
        return Reading(local, precision, zoned=True, relative=True, vague=True)
    words, other_words = _around_ago(line, trigger)
    duration = _duration(words)
    strange = duration.strange + sum(word not in FILLERS for word in other_words)
    if duration.finest == 0 or strange > MAX_STRANGE_WORDS:
        return None
    when = local - timedelta(seconds=duration.seconds)
    if duration.finest >= DAY:
        return _reading(when.date(), None, zone, relative=True, strange=strange)
    precision = DatePrecision.MINUTE if duration.finest < HOUR else DatePrecision.DAY
    return Reading(when, precision, zoned=True, relative=True, strange=strange)


def _around_ago(line: str, trigger: re.Match[str]) -> tuple[list[str], list[str]]:
    """The words of the duration beside «منذ» or "ago", and the words before them."""
    if trigger["before"]:
        words = _TOKEN.findall(line[trigger.end() : trigger.end() + MAX_WORDING])
        return words, _TOKEN.findall(line[: trigger.start()])
    words = _TOKEN.findall(line[max(0, trigger.start() - MAX_WORDING) : trigger.start()])
    start = next((position for position, word in enumerate(words) if _is_number(word)), 0)
    return words[start:], words[:start]


def _is_number(word: str) -> bool:
    return word.isdecimal() or word in NUMBER_WORDS


def _has_other_words(line: str, match: re.Match[str]) -> bool:
    words = _TOKEN.findall(f"{line[: match.start()]} {line[match.end() :]}")
    return not FILLERS.issuperset(words)


class _Duration(NamedTuple):
    """A duration in words: its seconds, the finest unit in seconds (0: no duration), other words."""

    seconds: int = 0
    finest: int = 0
    strange: int = 0


_NO_DURATION = _Duration()


def _duration(words: list[str]) -> _Duration:
    """The duration of such as «3 ساعات و 20 دقيقة»."""
    seconds = finest = strange = 0
    amount: int | None = None
    for word in words:
        unit = word.removeprefix("و") if word.removeprefix("و") in UNITS else word
        length, count = UNITS.get(unit, (0, 0))
        if word.isdecimal():
            amount = int(word)
        elif amount is None and unit in PLURALS:
            return _NO_DURATION
        elif length and (finest == 0 or length < finest):
            seconds += length * count * (1 if amount is None else amount)
            finest, amount = length, None
        elif word in NUMBER_WORDS:
            amount = NUMBER_WORDS[word]
        elif word not in FILLERS:
            if not finest:
                return _NO_DURATION
            strange += 1
    return _Duration(seconds, finest, strange)
