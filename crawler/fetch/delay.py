"""The delay between two requests to one site: `Throttle` sets it, `Pace` keeps it.

One object for everything that requests pages of a site: the crawl's downloader asks it when a request leaves,
the client of the other commands before each of its requests. Nothing here knows of Scrapy or of sockets.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

PATIENCE = 60.0
"""Seconds that we wait for a site which asks for it; asked to wait longer, we leave and come back later."""

DEFAULT_WAIT = 30.0
"""Seconds to wait after a 429 without a Retry-After: a guess on the polite side."""

LONGEST_PAUSE = 7 * 86_400.0
"""Seconds that a site may ask for: a week, as long as a page waits at most. One that asks for years has set
its clock wrong, or wants to be forgotten, which no site ever is."""

MARGIN = 0.02
"""Seconds added to a pause: clocks and timers are no better."""

ANSWER_WAIT = 3.0
"""Seconds beyond the delay for which the answer to the last request is waited for. When a request reached the
site is known for sure only when its answer begins, so the delay counts from there; but one slow answer does
not stop the rest for long."""

POLL = 0.05
"""Seconds between two checks whether an answer has begun."""

ASKS_FOR_PAUSE = frozenset({403, 413, 429, *range(300, 400), *range(500, 600)}) - {304}
"""Statuses whose Retry-After is a pause for all requests: RFC 9110 names 3xx, 413 and 503, RFC 6585 429;
firewalls use 403 and their own numbers from 520 on."""


LONGEST_DELAY = 10.0
"""Seconds. Slower than this a crawl gets nowhere; a site in such trouble is left alone after ten pages anyway
(`crawler.spiders.stop_on_refusals`)."""

FIRST_DELAY = 0.5
"""Seconds to begin with where no delay is set."""

TOLERATED_FAILURES = 2
"""Failures in a row that are put down to a single page: one broken page and its retry slow nothing down."""

SLOW_ANSWER = 3.0
"""Seconds until the first byte from which an answer is slow: news pages take a fraction of one."""

RECOVERY = 0.8
"""What each good answer leaves of the pause: ten of them bring it from ten seconds to one."""


FAST_SLOT = 8
"""Requests at once to a site whose seed sets `delay = 0`: its keeper has no objection to speed."""

SLOW_SLOT = 2
"""Requests at once to any other site: the delay rules, and one slow answer does not stop the rest."""


class Throttle:
    """The pause between two requests to one site.

    Args:
        delay: The pause in seconds that seed, settings and robots.txt ask for; never less is kept.
    """

    def __init__(self, delay: float) -> None:
        self._minimum = delay
        self._failures = 0
        self.delay = delay

    def ask_for(self, delay: float) -> None:
        """The site asks for a longer pause, as Crawl-delay does."""
        self._minimum = max(self._minimum, delay)
        self.delay = max(self.delay, self._minimum)

    def answered(self, latency: float) -> None:
        """An answer came, `latency` seconds after the request.

        A slow one is followed by a pause as long as it took: the site then spends half of its time on us at
        the most.
        """
        self._failures = 0
        if latency >= SLOW_ANSWER:
            self.delay = min(max(self.delay, latency, self._minimum), max(LONGEST_DELAY, self._minimum))
        elif self.delay > self._minimum:
            shorter = self.delay * RECOVERY
            self.delay = shorter if shorter > max(self._minimum * 1.05, FIRST_DELAY / 2) else self._minimum

    def failed(self) -> None:
        """A server error, a 429, or no answer: several in a row double the pause each."""
        self._failures += 1
        if self._failures > TOLERATED_FAILURES:
            self.delay = min(max(self.delay * 2, FIRST_DELAY), max(LONGEST_DELAY, self._minimum))


class Pace:
    """When the next request to one site may leave.

    Args:
        delay: Seconds between two requests that seed or settings ask for.
        clock: A monotonic clock, in seconds.
    """

    def __init__(self, delay: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.throttle = Throttle(delay)
        self._clock = clock
        self._sent_at: float | None = None
        self._answered_at = 0.0
        self._paused_until = 0.0
        self.closed_by: Exception | None = None

    @property
    def delay(self) -> float:
        """Seconds between two requests, now."""
        return self.throttle.delay

    @property
    def is_paused(self) -> bool:
        """Whether the site has asked for a pause that is not over."""
        return self._paused_until > self._clock()

    @property
    def _is_unanswered(self) -> bool:
        return self._sent_at is not None and self._answered_at < self._sent_at

    def wait(self) -> float:
        """Seconds until the next request may leave, as it looks now; 0 or less: now."""
        due = self._paused_until
        if self._sent_at is not None and self.delay > 0:
            last = self._sent_at + ANSWER_WAIT if self._is_unanswered else self._answered_at
            due = max(due, last + self.delay + MARGIN)
        return due - self._clock()

    def next_look(self) -> float:
        """Seconds after which `wait` may differ: an answer may begin at any moment."""
        wait = self.wait()
        return min(wait, POLL) if self._is_unanswered else wait

    def note_sent(self) -> None:
        """A request leaves now."""
        self._sent_at = self._clock()

    def note_answered(self) -> None:
        """The answer to the last request begins now, or none will come."""
        self._answered_at = self._clock()

    def pause(self, seconds: float) -> None:
        """The site asks for a pause from now on; of two pauses the one that ends later holds."""
        if seconds > 0:
            self._paused_until = max(self._paused_until, self._clock() + seconds + MARGIN)

    def close(self, error: Exception) -> None:
        """No request leaves any more; each ends with the error."""
        self.closed_by = error


def requested_pause(status: int, retry_after_header: str | None, date_header: str | None) -> float | None:
    """Return the seconds for which an answer asks to be left alone; None where it does not.

    Args:
        status: The answer's status.
        retry_after_header: Its Retry-After.
        date_header: Its Date, the site's own clock.
    """
    if status not in ASKS_FOR_PAUSE:
        return None
    seconds = retry_after(retry_after_header, datetime.now(UTC), date_header)
    return DEFAULT_WAIT if seconds is None and status == 429 else seconds


def retry_after(value: str | None, now: datetime, date_header: str | None = None) -> float | None:
    """Read a Retry-After header (RFC 9110, section 10.2.3): seconds from `now`, or None.

    Where it names a moment, that is seen from the site's clock and from ours; the longer wait is returned.
    """
    text = (value or "").strip()
    if text.isdecimal():
        return min(float(text[:9]), LONGEST_PAUSE)
    moment = _http_date(text)
    if moment is None:
        return None
    waits = [(moment - clock).total_seconds() for clock in (now, _http_date(date_header)) if clock]
    return min(max(0.0, *waits), LONGEST_PAUSE)


def _http_date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime((value or "").strip())
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
