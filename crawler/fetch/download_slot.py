"""The site's slot in Scrapy's downloader: the delay, Crawl-delay and Retry-After are kept here.

A request that has passed every middleware may still wait in the slot's queue, and after that for its
connection. The site's pace is therefore checked twice: when a request leaves the queue, and when it is
written to its connection.
"""

import asyncio
import logging
import time
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.web.client import HTTPConnectionPool

from crawler.fetch.content import KEEP_EXCHANGE
from crawler.fetch.context import crawl_context
from crawler.fetch.delay import FAST_SLOT, PATIENCE, SLOW_SLOT, Pace, requested_pause
from crawler.fetch.outcome import HeldBackError, header_of
from crawler.fetch.wire import WIRE, RecordingFactory, WireRecord, recorded
from crawler.parsing.robots import RobotsTxt, product_token

logger = logging.getLogger(__name__)

ASKS_TO_WAIT = frozenset({429, 503})
"""Statuses that put the page itself off: it is requested again after the pause."""

NO_ANSWER = (
    DownloadTimeoutError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    ResponseDataLossError,
    asyncio.TimeoutError,
)

MOST_WAITS = 3
"""Times in a row that a site may ask for a pause before the crawl ends."""


class PacedSlot(Slot):
    """A slot whose requests leave as the site's pace allows.

    Args:
        pace: The site's.
        concurrency: Requests that may be under way at once.
    """

    __slots__ = ("pace",)

    def __init__(self, pace: Pace, concurrency: int) -> None:
        super().__init__(concurrency, pace.delay, jitter=0.0)
        self.pace = pace

    def download_delay(self) -> float:
        """Seconds from when the last request left the queue to when the next may."""
        # A request that has left the queue counts from there, until it counts from when it was sent.
        delay = self.pace.delay
        if self.pace.wait() <= 0:
            return delay
        return max(delay, time.monotonic() - self.lastseen + self.pace.next_look())

    def close_pace(self, error: Exception) -> None:
        """Let no further request leave: those that wait in the queue end with the error."""
        self.pace.close(error)
        while self.queue:
            _, waiting = self.queue.popleft()
            waiting.errback(Failure(error))  # type: ignore[no-untyped-call]


class PacedConnectionPool(HTTPConnectionPool):
    """A connection pool that hands a connection over when the site's pace allows a request.

    Args:
        reactor: Twisted's.
        pace: The site's.
    """

    # Twisted would send a request again by itself where a connection breaks, at once. Scrapy's retries wait
    # their turn in the slot.
    retryAutomatically = False  # noqa: N815 - Twisted's name
    # Seconds. Servers close an idle connection after 5 s (Apache) or later; one sent meanwhile
    # is lost.
    cachedConnectionTimeout = 4  # noqa: N815 - Twisted's name

    def __init__(self, reactor: IReactorTime, pace: Pace) -> None:
        super().__init__(reactor, persistent=True)  # type: ignore[no-untyped-call]
        self._pace = pace
        self._clock = reactor

    def getConnection(self, key: Hashable, endpoint: IStreamClientEndpoint) -> "Deferred[Any]":  # noqa: N802
        """Supply a connection for one request, which is sent at once.

        Once the pace is closed the deferred fails with its error: nothing is sent any more.
        """
        ready: Deferred[Any] = super().getConnection(key, endpoint)
        return ready.addCallback(self._when_due, recorded.get())

    def _when_due(self, connection: Any, record: WireRecord | None) -> Any:
        if self._pace.closed_by is not None:
            connection.abort()
            raise self._pace.closed_by
        if self._pace.wait() <= 0:
            self._pace.note_sent()
            connection.record = record
            return connection
        later = deferLater(self._clock, self._pace.next_look(), self._when_due, connection, record)
        return later.addErrback(_abort_cancelled, connection)


def _abort_cancelled(failure: Failure, connection: Any) -> Failure:
    """Close the connection of a request that was given up while it waited."""
    if isinstance(failure.value, CancelledError):
        connection.abort()
    return failure


class PacedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, with a `PacedConnectionPool`.

    Of requests whose exchange is to be kept it notes the bytes that go over the wire.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        plain = self._pool
        pace = crawl_context(crawler).pace
        self._pool = PacedConnectionPool(reactor, pace)
        self._pool.maxPersistentPerHost = plain.maxPersistentPerHost
        self._pool._factory = RecordingFactory
        # Chunks of a few bytes make a body longer on the wire; Scrapy itself ends what is far too long.
        self._max_bytes = 2 * crawler.settings.getint("DOWNLOAD_MAXSIZE")

    async def download_request(self, request: Request) -> Response:
        """Fetch a request."""
        request.meta.pop(WIRE, None)
        if not request.meta.get(KEEP_EXCHANGE):
            recorded.set(None)
            return await super().download_request(request)
        record = request.meta[WIRE] = WireRecord(self._max_bytes)
        recorded.set(record)
        return await super().download_request(request)


class DelayMiddleware:
    """Puts every request into the site's slot, slows down to Crawl-delay, and waits when asked to."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._context = crawl_context(crawler)
        self._pace = self._context.pace
        self._slot = PacedSlot(self._pace, SLOW_SLOT if self._pace.delay else FAST_SLOT)
        self._waits = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware and listen for the site's robots.txt."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.robots_parsed, signal=signals.robots_parsed)
        crawler.signals.connect(middleware.answer_begins, signal=signals.headers_received)
        crawler.signals.connect(middleware.answer_begins, signal=signals.request_left_downloader)
        return middleware

    def answer_begins(self) -> None:
        """Note that the site has seen the last request, or that it ended without an answer."""
        self._pace.note_answered()

    def robots_parsed(self, robotparser: RobotsTxt, request: Request) -> None:  # noqa: ARG002
        """Slow the site's slot down to the Crawl-delay that robots.txt asks for."""
        delay = robotparser.crawl_delay(product_token(self._crawler.settings["USER_AGENT"]))
        if delay and delay > self._pace.delay:
            self._pace.throttle.ask_for(delay)
            self._slot.concurrency = 1
            logger.info("robots.txt asks for %s s between requests", delay)

    def _adapt(self, latency: float | None) -> None:
        """Adapt the site's pace to an answer, or to the lack of one (None)."""
        throttle = self._pace.throttle
        before = throttle.delay
        if latency is None:
            throttle.failed()
        else:
            throttle.answered(latency)
        if throttle.delay >= 2 * max(before, 0.1):
            logger.info("The site is in trouble or slow: %.1f s between requests now", throttle.delay)

    async def process_request(self, request: Request) -> None:
        """Put the request into the site's slot, where it waits until the pace allows it.

        Raises:
            HeldBackError: The crawl ends because of a pause; the page was not requested.
        """
        if self._pace.closed_by is not None:
            raise self._pace.closed_by
        slot = request.meta["download_slot"] = self._context.site.id
        self._context.engine.downloader.slots.setdefault(slot, self._slot)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Wait and ask again after a 429 or 503, or end the crawl where the wait is long."""
        trouble = response.status >= 500 or response.status == 429
        self._adapt(None if trouble else request.meta.get("download_latency", 0.0))
        wait = requested_pause(
            response.status, header_of(response, b"Retry-After"), header_of(response, b"Date")
        )
        asks_again = response.status in ASKS_TO_WAIT and wait is not None
        if not asks_again:
            self._waits = 0
        if wait is None:
            return response
        self._waits += 1 if asks_again and not self._pace.is_paused else 0
        self._pace.pause(wait)
        until = datetime.now(UTC) + timedelta(seconds=wait)
        if wait > PATIENCE or self._waits > MOST_WAITS:
            self._context.end_for_pause(until)
            # The crawl ends: requests that wait end at once instead of keeping it from ending.
            self._slot.close_pace(HeldBackError("the site asked for a longer pause than a crawl waits"))
            request.meta["not_before"] = until
            return response
        # A crawl that is stopped meanwhile, and one that follows it at once, wait for the same moment.
        self._context.remember_pause(until)
        if not asks_again:
            return response
        logger.info("the site asks for a pause of %.0f s (%s)", wait, response.status)
        self._crawler.stats.inc_value("khabar/pacing/waits")
        return request.replace(dont_filter=True, priority=request.priority + 1)

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002
        """Slow down where no answer came: a site that is overloaded drops connections."""
        if isinstance(exception, NO_ANSWER):
            self._adapt(None)
