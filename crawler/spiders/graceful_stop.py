"""Ending Scrapy's engine in good order, and in bounded time where somebody waits for that.

The engine waits for every request that it has begun, and those that wait for their turn in the downloader's
slot count as begun: at a delay of a minute that takes as many minutes as there are requests in the queue.
"""

import asyncio
import logging
from collections.abc import Callable

from crawler.fetch.download_slot import PacedSlot
from crawler.fetch.outcome import HeldBackError
from crawler.model.crawl import CrawlOutcome
from crawler.pipelines.run import CrawlRun

REQUEST_SECONDS = 3.0
"""The request under way may take so long once the crawl is to end at once; most answers come within one."""

LOOK = 0.05
"""Seconds between two looks at what is left."""

PAGE_SECONDS = 1.0
"""Pages that have been fetched may take so much longer to be stored. With what it takes to record the crawl,
it ends within five seconds."""

logger = logging.getLogger(__name__)


def in_reactor(work: Callable[[], None]) -> None:
    """Have something done by the reactor's thread, which may be this one."""
    from twisted.internet import reactor  # it exists only once the crawl has installed it

    reactor.callFromThread(work)


class GracefulStop:
    """Closes the spider before its time; `CrawlContext.stop` begins it.

    Args:
        run: The crawl.
    """

    def __init__(self, run: CrawlRun) -> None:
        self._run = run
        self._context = run.context
        self._deadline: asyncio.Task[None] | None = None
        run.context.close = lambda: in_reactor(self._close)

    def stop_now(self, reason: str) -> None:
        """End the crawl within seconds, as somebody waits for that; may be called from any thread."""
        self._context.stop(CrawlOutcome.STOPPED, reason)
        self._context.session.stop_waiting()
        in_reactor(self._hurry)

    def _close(self) -> None:
        self._turn_away_waiting()
        closing = self._context.engine.close_spider_async(reason=self._context.outcome)
        asyncio.ensure_future(closing)  # noqa: RUF006

    def _hurry(self) -> None:
        if self._deadline is None:
            self._deadline = asyncio.ensure_future(self._end_in_time())

    def spider_closed(self) -> None:
        """The engine has ended by itself."""
        if self._deadline is not None:
            self._deadline.cancel()

    def _turn_away_waiting(self) -> None:
        """End the requests that wait for their turn, and send no other."""
        error = HeldBackError("the crawl ends")
        self._context.pace.close(error)
        for slot in list(self._context.engine.downloader.slots.values()):
            if isinstance(slot, PacedSlot):
                slot.close_pace(error)

    async def _end_in_time(self) -> None:
        """Leave what is still under way when its time is over; it stays pending."""
        engine = self._context.engine
        for _ in range(round(REQUEST_SECONDS / LOOK)):
            # One may have been on its way to the queue.
            self._turn_away_waiting()
            await asyncio.sleep(LOOK)
        logger.warning("What is still under way is left: %d requests", len(engine.downloader.active))
        # Pages that are being read by a worker are put back at once.
        await asyncio.to_thread(self._run.pool.close)
        for _ in range(round(PAGE_SECONDS / LOOK)):
            if engine.scraper.slot is None or engine.scraper.slot.is_idle():
                break
            await asyncio.sleep(LOOK)
        self._context.abandoned = True
        self._run.counts.abandon()
        from twisted.internet import reactor

        # Not `stop`: that waits for the engine.
        reactor.crash()  # type: ignore[misc]  # a module in the eyes of the type checker
