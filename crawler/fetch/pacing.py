"""Pacing: one slot a site, Crawl-delay and Retry-After honoured."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
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

from crawler.fetch.outcome import HeldBackError
from crawler.fetch.throttle import Throttle

logger = logging.getLogger(__name__)

ASKS_TO_WAIT = frozenset({429, 503})

NO_ANSWER = (
    DownloadTimeoutError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    ResponseDataLossError,
    asyncio.TimeoutError,
)

PATIENCE = 60.0
"""Seconds a crawl waits for a site that asks for it; told to wait longer, it ends and comes back later."""

DEFAULT_WAIT = 30.0
"""Seconds to wait after a 429 that does not say how long: a guess on the polite side."""

LONGEST = 7 * 86_400.0
"""Seconds that a site may ask for: a week, as long as a page waits at most. One that asks for years has set
its clock wrong, or wants to be forgotten, which no site ever is."""

MOST_WAITS = 3
"""Times in a row that a site may ask for a pause before the crawl ends."""


def retry_after(value: bytes | None, now: datetime) -> float | None:
    """Read a Retry-After header (RFC 9110, section 10.2.3): seconds from `now`, or None."""
    if not value:
        return None
    text = value.decode("latin-1").strip()
    if text.isdecimal():
        return min(float(text[:9]), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), LONGEST)


class PacingMiddleware:
    """Puts every request into the site's slot, slows down to Crawl-delay, and waits when asked to."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._slot: str = crawler.spider.site.id  # type: ignore[union-attr]  # the spider is a SiteSpider
        self._held_until = 0.0
        self._waits = 0
        self._ended = False
        self._throttle: Throttle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware and listen for the site's robots.txt."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.robots_parsed, signal=signals.robots_parsed)
        return middleware

    def robots_parsed(self, robotparser: Any, request: Request) -> None:  # noqa: ARG002
        """Slow the site's slot down to the Crawl-delay that robots.txt asks for."""
        delay = robotparser.crawl_delay(self._crawler.settings["USER_AGENT"])
        slot = self._crawler.engine.downloader.slots.get(self._slot)
        if delay and slot is not None and float(delay) > self._throttle_of(slot).delay:
            self._throttle_of(slot).ask_for(float(delay))
            slot.delay, slot.concurrency, slot.jitter = float(delay), 1, 0.0
            logger.info("robots.txt asks for %s s between requests", delay)

    def _throttle_of(self, slot: Any) -> Throttle:
        if self._throttle is None:
            self._throttle = Throttle(slot.delay)
        return self._throttle

    def _adapt(self, latency: float | None) -> None:
        """Adapt the slot's pause to an answer, or to the lack of one (None)."""
        slot = self._crawler.engine.downloader.slots.get(self._slot)
        if slot is None:
            return
        throttle = self._throttle_of(slot)
        before = throttle.delay
        if latency is None:
            throttle.failed()
        else:
            throttle.answered(latency)
        if throttle.delay != before:
            slot.delay = throttle.delay
            if throttle.delay >= 2 * max(before, 0.1):
                logger.info("The site is in trouble or slow: %.1f s between requests now", throttle.delay)

    async def process_request(self, request: Request) -> None:
        """Name the slot, and hold the request back while the site asks for a pause.

        Raises:
            HeldBackError: The crawl ends because of the pause; the page was not asked for.
        """
        request.meta["download_slot"] = self._slot
        if self._ended:
            raise HeldBackError("the site asked for a longer pause than a crawl waits")
        while (wait := self._held_until - time.monotonic()) > 0:
            await asyncio.sleep(wait)
            if self._ended:
                raise HeldBackError("the site asked for a longer pause than a crawl waits")

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Wait and ask again after a 429 or 503, or end the crawl where the wait is long."""
        trouble = response.status >= 500 or response.status == 429
        self._adapt(None if trouble else request.meta.get("download_latency", 0.0))
        if response.status not in ASKS_TO_WAIT:
            self._waits = 0
            return response
        now = datetime.now(UTC)
        wait = retry_after(response.headers.get(b"Retry-After"), now)
        if wait is None:
            if response.status == 503:
                return response
            wait = DEFAULT_WAIT
        already_held = self._held_until > time.monotonic()
        self._held_until = max(self._held_until, time.monotonic() + wait)
        self._waits += 0 if already_held else 1
        if wait > PATIENCE or self._waits > MOST_WAITS:
            until = now + timedelta(seconds=wait)
            self._crawler.spider.told_to_wait(until)  # type: ignore[union-attr]
            # The crawl ends: whoever is held back goes home at once instead of keeping it from ending.
            self._ended, self._held_until = True, 0.0
            request.meta["not_before"] = until
            return response
        logger.info("the site asks for a pause of %.0f s (%s)", wait, response.status)
        self._crawler.stats.inc_value("khabar/pacing/waits")
        return request.replace(dont_filter=True, priority=request.priority + 1)

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002
        """Slow down where no answer came: a site that is overloaded drops connections."""
        if isinstance(exception, NO_ANSWER):
            self._adapt(None)
