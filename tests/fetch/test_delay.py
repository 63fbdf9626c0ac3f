"""The pace of requests: delays, pauses, and Retry-After in both of its forms."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.delay import (
    ANSWER_WAIT,
    DEFAULT_WAIT,
    LONGEST_PAUSE,
    POLL,
    Pace,
    requested_pause,
    retry_after,
)

NOW = datetime(2024, 12, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Wed, 04 Dec 2024 10:01:30 GMT", 90.0),
        ("Wed, 04 Dec 2024 09:00:00 GMT", 0.0),
        ("999999999999", LONGEST_PAUSE),
        ("Wed, 04 Dec 2099 10:00:00 GMT", LONGEST_PAUSE),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_from_now(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_no_header_breaks_it(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or wait >= 0


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_first_request_leaves_at_once_and_the_next_after_the_delay() -> None:
    clock = Clock()
    pace = Pace(2.0, clock)
    assert pace.wait() <= 0
    pace.note_sent()
    clock.now += 0.5
    pace.note_answered()
    assert pace.wait() >= 2.0
    clock.now += pace.wait()
    assert pace.wait() <= 0


def test_an_answer_that_is_slow_to_begin_is_waited_for_but_not_for_ever() -> None:
    clock = Clock()
    pace = Pace(2.0, clock)
    pace.note_sent()
    clock.now += 2.5
    assert 0 < pace.next_look() <= POLL
    clock.now += ANSWER_WAIT
    assert pace.wait() <= 0


def test_a_pause_counts_from_when_it_was_asked_for_and_the_longest_holds() -> None:
    clock = Clock()
    pace = Pace(0.0, clock)
    pace.note_sent()
    assert pace.wait() <= 0
    pace.pause(15.0)
    clock.now += 5
    pace.pause(1.0)
    assert pace.is_paused
    assert pace.wait() >= 10.0


@given(
    st.lists(st.tuples(st.sampled_from(["sent", "answered", "pause", "ask"]), st.floats(0, 100)), max_size=20)
)
def test_no_order_of_events_lets_a_request_leave_early(events: list[tuple[str, float]]) -> None:
    clock = Clock()
    pace = Pace(1.0, clock)
    earliest = 0.0
    for kind, value in events:
        if kind == "sent":
            clock.now += max(0.0, pace.wait())
            assert clock.now >= earliest
            pace.note_sent()
            sent_at = clock.now
            earliest = max(earliest, sent_at + pace.delay)
        elif kind == "answered":
            clock.now += value
            pace.note_answered()
        elif kind == "pause":
            pace.pause(value)
            earliest = max(earliest, clock.now + value)
        else:
            pace.throttle.ask_for(value)
    clock.now += max(0.0, pace.wait())
    assert clock.now >= earliest


@pytest.mark.parametrize(
    ("status", "header", "pause"),
    [
        (429, None, DEFAULT_WAIT),
        (429, "7", 7.0),
        (503, "7", 7.0),
        (503, None, None),
        (302, "3", 3.0),
        (403, "9", 9.0),
        (520, "9", 9.0),
        (200, "9", None),
        (304, "9", None),
        (404, "9", None),
    ],
)
def test_which_answers_ask_for_a_pause(status: int, header: str | None, pause: float | None) -> None:
    assert requested_pause(status, header, None) == pause


def test_a_moment_is_seen_from_the_sites_clock_too() -> None:
    """Our clock is an hour ahead: by it the moment has passed."""
    site_time, moment = "Wed, 04 Dec 2024 09:00:00 GMT", "Wed, 04 Dec 2024 09:00:30 GMT"
    assert retry_after(moment, NOW) == 0.0
    assert retry_after(moment, NOW, site_time) == 30.0
