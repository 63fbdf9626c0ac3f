"""Ending Scrapy's engine in bounded time.

The engine waits for every request that it has begun, and those that wait for their turn in the downloader's
slot count as begun: at a delay of a minute that takes as many minutes as there are requests in the queue.
"""

import asyncio
import logging
from typing import Any

from crawler.fetch.outcome import HeldBackError
from crawler.spiders.run import CrawlRun

REQUEST_SECONDS = 3.0
"""The request under way may take so long once the crawl is to end at once; most answers come within one."""

LOOK = 0.05
"""Seconds between two looks at what is left."""

PAGE_SECONDS = 1.0
"""Pages that have been fetched may take so much longer to be stored. With what it takes to record the crawl,
it ends within five seconds."""

logger = logging.getLogger(__name__)


def turn_away_waiting(crawler: Any, run: CrawlRun) -> None:
    """End the requests that wait for their turn, and send no other; call it in the reactor's thread.

    Args:
        crawler: Scrapy's crawler.
        run: The crawl.
    """
    error = HeldBackError("the crawl ends")
    run.pace.close(error)
    for slot in list(crawler.engine.downloader.slots.values()):
        slot.close_pace(error)


async def end_in_time(crawler: Any, run: CrawlRun) -> None:
    """Leave what is still under way when its time is over; it stays pending. Cancel it once the crawl ends.

    Args:
        crawler: Scrapy's crawler, whose spider is being closed.
        run: The crawl.
    """
    for _ in range(round(REQUEST_SECONDS / LOOK)):
        # One may have been on its way to the queue.
        turn_away_waiting(crawler, run)
        await asyncio.sleep(LOOK)
    logger.warning("What is still under way is left: %d requests", len(crawler.engine.downloader.active))
    # Pages that are being read by a worker are put back at once.
    await asyncio.to_thread(run.pool.close)
    for _ in range(round(PAGE_SECONDS / LOOK)):
        if crawler.engine.scraper.slot.is_idle():
            break
        await asyncio.sleep(LOOK)
    run.abandon()
    from twisted.internet import reactor

    # Not `stop`: that waits for the engine.
    reactor.crash()  # type: ignore[misc]  # a module in the eyes of the type checker
