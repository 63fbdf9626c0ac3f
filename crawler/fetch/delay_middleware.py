"""Pacing: one slot a site, Crawl-delay and Retry-After honoured."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.fetch.delay import PATIENCE, requested_pause
from crawler.fetch.outcome import HeldBackError, header_of
from crawler.fetch.slot import PacedSlot
from crawler.parsing.robots import RobotsTxt, product_token

logger = logging.getLogger(__name__)

ASKS_TO_WAIT = frozenset({429, 503})
"""Statuses that put the page itself off: it is asked for again after the pause."""

NO_ANSWER = (
    DownloadTimeoutError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    ResponseDataLossError,
    asyncio.TimeoutError,
)

MOST_WAITS = 3
"""Times in a row that a site may ask for a pause before the crawl ends."""

FAST_SLOT = 8
"""Requests at once to a site whose seed sets `delay = 0`: its keeper has no objection to speed."""

SLOW_SLOT = 2
"""Requests at once to any other site: the delay rules, and one slow answer does not stop the rest."""


class PacingMiddleware:
    """Puts every request into the site's slot, slows down to Crawl-delay, and waits when asked to."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        spider: Any = crawler.spider  # it is a SiteSpider
        self._spider, self._pace = spider, spider.run.pace
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
            HeldBackError: The crawl ends because of a pause; the page was not asked for.
        """
        if self._pace.closed_by is not None:
            raise self._pace.closed_by
        request.meta["download_slot"] = self._spider.site.id
        self._crawler.engine.downloader.slots.setdefault(self._spider.site.id, self._slot)

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
            self._spider.told_to_wait(until)
            # The crawl ends: whoever waits goes home at once instead of keeping it from ending.
            self._slot.close_pace(HeldBackError("the site asked for a longer pause than a crawl waits"))
            request.meta["not_before"] = until
            return response
        # A crawl that is stopped meanwhile, and one that follows it at once, wait for the same moment.
        self._spider.remember_pause(until)
        if not asks_again:
            return response
        logger.info("the site asks for a pause of %.0f s (%s)", wait, response.status)
        self._crawler.stats.inc_value("khabar/pacing/waits")
        return request.replace(dont_filter=True, priority=request.priority + 1)

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002
        """Slow down where no answer came: a site that is overloaded drops connections."""
        if isinstance(exception, NO_ANSWER):
            self._adapt(None)
