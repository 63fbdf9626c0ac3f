"""What the values of a seed may be: types that validate themselves, with messages for the seed's writer."""

import difflib
import re
from collections.abc import Iterable
from datetime import time, timedelta
from typing import Annotated, Final
from zoneinfo import available_timezones

import jmespath
from cssselect import GenericTranslator, SelectorError
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from crawler.parsing.urls import InvalidURLError, absolute_url, host_of

_DURATION: Final = re.compile(r"\A(\d{1,30}(?:\.\d{1,30})?)\s{0,9}(ms|s|m|h|d)\Z")
_HOURS: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)\Z")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=30)
# A longer pause would let a crawl of a hundred pages run past the next one at the default of an hour.
LONGEST_DELAY: Final = 600.0
"""Seconds. With ten minutes between two requests a crawl takes days; who writes more mistook the unit."""

DELAY_BOUNDS: Final = "seconds from 0 to 600, or a duration up to 10m"


def _url(value: str) -> str:
    try:
        absolute_url(value)
    except InvalidURLError:
        raise ValueError(
            f"{value!r} is not a web address; allowed: http://… or https://… with a host"
        ) from None
    return value


def _host(value: str) -> str:
    try:
        host = host_of(f"https://{value}/")
    except InvalidURLError:
        host = ""
    if not host or "/" in value:
        raise ValueError(
            f"{value!r} is not a host; allowed: a name such as news.example.org, without https://"
        )
    return host.removeprefix("www.")


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from None
    return value


def _jmespath(value: str) -> str:
    try:
        jmespath.compile(value)
    except JMESPathError as error:
        raise ValueError(f"{value!r} is not a JMESPath expression: {str(error).splitlines()[0]}") from None
    return value


def _css(value: str) -> str:
    try:
        GenericTranslator().css_to_xpath(value)
    except SelectorError as error:
        raise ValueError(f"{value!r} is not a CSS selector: {error}") from None
    return value


def _timezone(value: str) -> str:
    zones = available_timezones()
    if value not in zones:
        raise ValueError(
            f"{value!r} is not a time zone{nearest(value, zones)}; allowed: IANA names such as Asia/Damascus"
        )
    return value


def _seconds(value: object, example: str) -> float:
    match = _DURATION.match(value.strip()) if isinstance(value, str) else None
    if not match:
        raise ValueError(
            f'{value!r} is not a duration; allowed: a number with ms, s, m, h or d, such as "{example}"'
        )
    return float(match[1]) * _UNITS[match[2]]


def _every(value: object) -> timedelta:
    if isinstance(value, timedelta):
        duration = value
    else:
        # Anything longer than a century would overflow; the bounds below turn it down.
        duration = timedelta(seconds=min(_seconds(value, "30m"), 3.2e9))
    if not _SHORTEST <= duration <= _LONGEST:
        raise ValueError(f"{value!r} is out of bounds; allowed: from 5m to 30d")
    return duration


def _delay(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        seconds = _seconds(value, "2s")
    if not 0 <= seconds <= LONGEST_DELAY:
        raise ValueError(f"{value!r} is out of bounds; allowed: {DELAY_BOUNDS}")
    return seconds


def _hours(value: object) -> tuple[time, time] | None:
    if value is None:
        return None
    match = _HOURS.match(value.strip()) if isinstance(value, str) else None
    span = (time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))) if match else None
    if span is None or span[0] == span[1]:
        raise ValueError(f'{value!r} is not a span of the day; allowed: "HH:MM-HH:MM", such as "01:00-06:30"')
    return span


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Url = Annotated[str, AfterValidator(_url)]
Host = Annotated[str, AfterValidator(_host)]
"""A host's name in lower case, IDNA, without ``www.``."""
Pattern = Annotated[Text, AfterValidator(_pattern)]
JmesPath = Annotated[Text, AfterValidator(_jmespath)]
"""An expression in JMESPath."""
Css = Annotated[Text, AfterValidator(_css)]
Zone = Annotated[str, AfterValidator(_timezone)]
"""The IANA name of a time zone."""
Interval = Annotated[
    timedelta,
    BeforeValidator(_every),
    PlainSerializer(lambda every: f"{every.total_seconds():.0f}s", return_type=str, when_used="json"),
]
"""How often: a duration from 5m to 30d."""
Delay = Annotated[float | None, BeforeValidator(_delay)]
"""Seconds, given as a number or a duration."""
Hours = Annotated[
    tuple[time, time] | None,
    BeforeValidator(_hours),
    PlainSerializer(
        lambda span: span and f"{span[0]:%H:%M}-{span[1]:%H:%M}", return_type=str | None, when_used="json"
    ),
]
"""A span of the day, from its first minute up to its last; it may reach over midnight."""
OneOrMore = BeforeValidator(_as_tuple)
"""Lets one text stand for a list of one."""


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint for a misspelt word: " (did you mean …?)", or nothing."""
    close = difflib.get_close_matches(word, list(words), n=2, cutoff=0.6)
    return f" (did you mean {' or '.join(close)}?)" if close else ""
