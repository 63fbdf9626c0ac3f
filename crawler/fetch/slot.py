"""The site's slot in Scrapy's downloader, and the last moment before a request is written to its connection.

A request that has passed every middleware may still wait in the slot's queue, and after that for its
connection. The site's pace is therefore looked at twice: when a request leaves the queue, and when it leaves
for good.
"""

import time
from collections.abc import Hashable
from typing import Any

from scrapy.core.downloader import Slot
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.web.client import HTTPConnectionPool

from crawler.fetch.delay import Pace


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
        return ready.addCallback(self._when_due)

    def _when_due(self, connection: Any) -> Any:
        if self._pace.closed_by is not None:
            connection.abort()
            raise self._pace.closed_by
        if self._pace.wait() <= 0:
            self._pace.note_sent()
            return connection
        later = deferLater(self._clock, self._pace.next_look(), self._when_due, connection)
        return later.addErrback(_abort_cancelled, connection)


def _abort_cancelled(failure: Failure, connection: Any) -> Failure:
    """Close the connection of a request that was given up while it waited."""
    if isinstance(failure.value, CancelledError):
        connection.abort()
    return failure


class PacedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, with a `PacedConnectionPool`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        plain = self._pool
        pace: Pace = crawler.spider.run.pace  # type: ignore[union-attr]  # the spider is a SiteSpider
        self._pool = PacedConnectionPool(reactor, pace)
        self._pool.maxPersistentPerHost = plain.maxPersistentPerHost
        self._pool._factory = plain._factory
