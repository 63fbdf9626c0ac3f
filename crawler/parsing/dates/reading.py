"""Reads one date as newspapers write it: the day, the time of day if there is one, and how exact it is."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from crawler.model.article import DatePrecision
from crawler.parsing.dates.clock import Clock, read_clock
from crawler.parsing.dates.day import MAX_STRANGE_WORDS, read_day
from crawler.parsing.dates.names import DAY, DAY_WORDS, FILLERS, HOUR, NUMBER_WORDS, PLURALS, UNITS, fold
from crawler.parsing.dates.order import DateOrder

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

_AGO_BEFORE, _AGO_AFTER = "منذ|مند|قبل|beri|پێش|az|simdi|just|الان", "مضت|مضي|ago|once|لهمهوپێش"
_AGO = re.compile(rf"(?<![^\W_])(?:(?P<before>{_AGO_BEFORE})|{_AGO_AFTER})(?![^\W_])")
_AGO_WORD = re.compile(f"{_AGO_BEFORE}|{_AGO_AFTER}")
"""Looked for first: without a look behind, only places with one of the first letters are tried."""
_JUST_NOW = re.compile(
    r"(?<![^\W_])(?:منذ (?:لحظات|ثوان|لحظه)|قبل لحظات|الان|just now|az once|simdi)(?![^\W_])"
)
_RECENTLY = re.compile(r"(?<![^\W_])(?:منذ قليل|قبل قليل|منذ وقت قصير)(?![^\W_])")
_TOKEN = re.compile(r"\d{1,4}|[^\W\d_]+")
_DAY_WORD = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(sorted(map(re.escape, DAY_WORDS), key=len, reverse=True))})(?![^\W_])"
)


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
    """A date with what its wording tells about how far to trust it.

    `zoned` is whether a time zone was written, `relative` whether it was told from the day of reading
    («أمس»), `vague` whether the wording is one that also stands in other places (no year, «اليوم» alone), and
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
    """Like `parse_date`, and telling how the date was worded."""
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
    if match[4] is None or int(match[4]) > 23 or int(match[5]) > 59:
        return _reading(day, None, zone)
    clock = Clock(int(match[4]), int(match[5]), min(int(match[6] or 0), 59), _iso_zone(match[7]))
    return _reading(day, clock, zone)


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
    clock, rest = read_clock(line)
    today = now.astimezone((clock and clock.zone) or zone).date()
    day, strange, yearless = read_day(rest, today, order)
    if strange > MAX_STRANGE_WORDS:
        return None
    if day is not None:
        if day.year not in YEARS:
            return None
        return _reading(day, clock, zone, strange=strange, vague=yearless and clock is None)
    match = _DAY_WORD.search(rest)
    if match is None:
        return None
    if _has_other_words(rest, match):  # «صحيفة اليوم»
        return None
    told = today - timedelta(days=DAY_WORDS[match.group()])
    return _reading(told, clock, zone, relative=True, vague=clock is None)


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
    when = datetime(
        day.year, day.month, day.day, clock.hour, clock.minute, clock.second, tzinfo=clock.zone or zone
    )
    zoned = clock.zone is not None
    return Reading(when, DatePrecision.MINUTE, zoned=zoned, relative=relative, vague=vague, strange=strange)


def _ago(line: str, zone: ZoneInfo, now: datetime) -> Reading | None:
    trigger = _AGO.search(line) if _AGO_WORD.search(line) else None
    if trigger is None:
        return None
    local = now.astimezone(zone)
    if match := _JUST_NOW.search(line) or _RECENTLY.search(line):
        if _has_other_words(line, match):  # «شاهد الآن»
            return None
        precision = DatePrecision.MINUTE if match.re is _JUST_NOW else DatePrecision.DAY
        return Reading(local, precision, zoned=True, relative=True, vague=True)
    if trigger["before"]:
        words = _TOKEN.findall(line[trigger.end() : trigger.end() + MAX_WORDING])
        strange_before = sum(word not in FILLERS for word in _TOKEN.findall(line[: trigger.start()]))
    else:
        words = _TOKEN.findall(line[max(0, trigger.start() - MAX_WORDING) : trigger.start()])
        start = next((at for at, word in enumerate(words) if word.isdecimal() or word in NUMBER_WORDS), 0)
        strange_before = sum(word not in FILLERS for word in words[:start])
        words = words[start:]
    seconds, finest, strange = _duration(words)
    strange += strange_before
    if finest == 0 or strange > MAX_STRANGE_WORDS:
        return None
    when = local - timedelta(seconds=seconds)
    if finest >= DAY:
        return _reading(when.date(), None, zone, relative=True, strange=strange)
    precision = DatePrecision.MINUTE if finest < HOUR else DatePrecision.DAY
    return Reading(when, precision, zoned=True, relative=True, strange=strange)


def _has_other_words(line: str, match: re.Match[str]) -> bool:
    others = _TOKEN.findall(f"{line[: match.start()]} {line[match.end() :]}")
    return any(word not in FILLERS for word in others)


def _duration(words: list[str]) -> tuple[int, int, int]:
    """Seconds of such as «3 ساعات و 20 دقيقة», the finest unit in seconds (0: none), how many other words."""
    seconds = finest = strange = 0
    amount: int | None = None
    for word in words:
        bare = word.removeprefix("و") if word.removeprefix("و") in UNITS else word
        if word.isdecimal():
            amount = int(word)
        elif amount is None and bare in PLURALS:
            return 0, 0, 0
        elif bare in UNITS and (finest == 0 or UNITS[bare][0] < finest):
            unit, count = UNITS[bare]
            seconds += unit * count * (1 if amount is None else amount)
            finest, amount = unit, None
        elif word in NUMBER_WORDS:
            amount = NUMBER_WORDS[word]
        elif finest:
            strange += word not in FILLERS
        elif word not in FILLERS:
            return 0, 0, 0
    return seconds, finest, strange
