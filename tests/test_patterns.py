"""No regular expression of the packages takes more than time in proportion to what it is fed."""

import contextlib
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import crawler
import dedup
from crawler.discovery.feed import parse_feed
from crawler.extraction import ExtractionError, extract
from crawler.parsing.phrases import PhraseList
from tests.support.pumping import pumped, pumps

LENGTH = 3_000
GROWTH = 4
MOST = 8.0
"""How many times as long a text of four times the length may take: 4 is linear, 16 quadratic; the clock is
uneven."""
NEGLIGIBLE = 0.006
"""Seconds under which a text of `LENGTH` is not looked at further: 2 µs a character. The fastest quadratic
pattern takes twice that."""
LIMIT = 0.5
"""Seconds after which a search is given up."""


def _modules() -> Iterator[Any]:
    for package in (crawler, dedup):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            try:
                yield importlib.import_module(module.name)
            except ModuleNotFoundError as error:  # Spark and Celery are extras.
                if (error.name or "").split(".")[0] in ("crawler", "dedup"):
                    raise


def _patterns_in(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, PhraseList):
        value = value.pattern
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 3:
        if isinstance(value, dict):
            value = [*value.keys(), *value.values()]
        if isinstance(value, list | tuple | set | frozenset):
            for item in value:
                yield from _patterns_in(item, depth + 1)


def _all_patterns() -> dict[str, re.Pattern[Any]]:
    patterns: dict[re.Pattern[Any], str] = {}
    for module in _modules():
        spaces = [module, *(value for value in vars(module).values() if isinstance(value, type))]
        for space in spaces:
            for name, value in list(vars(space).items()):
                for pattern in _patterns_in(value):
                    patterns.setdefault(pattern, f"{module.__name__}.{name}[{len(patterns)}]")
    return {name: pattern for pattern, name in patterns.items()}


class _TooLongError(Exception):
    pass


def _give_up(*_: object) -> None:
    raise _TooLongError


def _timed(pattern: re.Pattern[Any], before: str, unit: str, length: int, end: str) -> float:
    text = pumped(pattern, before, unit, length, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    started = time.process_time()
    try:
        for _ in pattern.finditer(text):
            pass
    except _TooLongError:
        return LIMIT
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - started


def _seconds(pattern: re.Pattern[Any], before: str, unit: str, length: int, end: str) -> float:
    """Seconds of this process that finding all matches takes; `LIMIT` where it was given up."""
    try:
        return _timed(pattern, before, unit, length, end)
    except _TooLongError:
        # The clock may also strike when the search has just come to its end.
        return LIMIT
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _worst(pattern: re.Pattern[Any]) -> tuple[float, str] | None:
    """What makes a pattern take more than in proportion, or None."""
    for before, unit in pumps(pattern):
        # An end that the unit's repetition can't take makes it give back what it took.
        for end in ("", "\x00" if unit[-1].isalnum() else "a"):
            first = _seconds(pattern, before, unit, LENGTH, end)
            if first <= NEGLIGIBLE:
                continue
            if first >= LIMIT:
                return first, f"{before!r} + {unit!r} * n + {end!r}"
            short = min(_seconds(pattern, before, unit, LENGTH, end) for _ in range(4))
            long = min(_seconds(pattern, before, unit, GROWTH * LENGTH, end) for _ in range(4))
            if long > max(MOST * short, GROWTH * NEGLIGIBLE):
                return long, f"{before!r} + {unit!r} * n + {end!r}"
    return None


@pytest.mark.parametrize(
    ("pattern", "is_slow"),
    [
        (r"\s+x", True),
        (r"(a+)+\Z", True),
        (r"(?<!\s)\s+x", False),
        (r"\A(?:a|b)+\Z", False),
        (r"[^<]{0,40}<", False),
    ],
)
def test_the_pump_tells_patterns_that_crawl(pattern: str, is_slow: bool) -> None:
    handler = signal.signal(signal.SIGVTALRM, _give_up)
    try:
        assert (_worst(re.compile(pattern)) is not None) is is_slow
    finally:
        signal.signal(signal.SIGVTALRM, handler)


@pytest.mark.slow
@pytest.mark.timeout(600)  # ten seconds of work; a busy machine stretches them
def test_no_pattern_takes_more_than_in_proportion() -> None:
    patterns = _all_patterns()
    assert len(patterns) > 200
    handler = signal.signal(signal.SIGVTALRM, _give_up)
    try:
        slow = {name: worst for name, pattern in patterns.items() if (worst := _worst(pattern))}
    finally:
        signal.signal(signal.SIGVTALRM, handler)
    assert not slow, "\n".join(f"{name}: {seconds:.3f} s, {what}" for name, (seconds, what) in slow.items())


def test_a_feed_of_brackets_is_read() -> None:
    body = f"""<rss version="2.0"><channel><item><link>https://example.org/1</link>
      <author>{"@(" * 500}</author></item></channel></rss>"""
    (entry,) = parse_feed(body.encode(), "https://example.org/feed", zone=ZoneInfo("Asia/Damascus")).entries
    assert entry.hints.authors == ()


@pytest.mark.parametrize("mark", [".", "«", "|", "-", "\u200c", "&#160;", "1", "<b>", "(", "@"])
def test_a_paragraph_of_marks_takes_no_time(mark: str) -> None:
    page = f"<title>عنوان</title><body><article><h1>عنوان من كلمات</h1><p>ب{mark * 20_000}ا</p></article>"
    started = time.process_time()
    with contextlib.suppress(ExtractionError):
        extract(page.encode(), "https://example.org/news/1-a-story")
    assert time.process_time() - started < 1
