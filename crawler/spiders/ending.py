"""How a crawl ends: in good order, whoever or whatever ends it, and saying why."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import scrapy
from pymongo.database import Database

from crawler.errors import KhabarError, StoreUnavailableError
from crawler.spiders.run import CrawlRun
from crawler.storage.lease import LEASE_SECONDS, LeaseLostError
from crawler.storage.schema import Document

T = TypeVar("T")

logger = logging.getLogger(__name__)


class StoppableSpider(scrapy.Spider):
    """A spider that crawls as long as it holds its site's lease and can write, and then ends.

    Args:
        run: The crawl's stores, lease and counts.
    """

    name = "stoppable"

    def __init__(self, run: CrawlRun) -> None:
        super().__init__(name=run.site.id)
        self.run = run
        self.site = run.site
        self.stopping = False
        self._renewal: asyncio.Task[None] | None = None

    def told_to_wait(self, until: datetime) -> None:
        """End the crawl because the site asked for a pause until then."""
        local = until.astimezone(self.site.zone)
        self.stop("told_to_wait", f"the site asked not to be crawled before {local:%Y-%m-%d %H:%M} its time")
        self.remember_pause(until)

    def remember_pause(self, until: datetime) -> None:
        """Remember for later crawls that the site asked for a pause until then."""
        asyncio.get_running_loop().run_in_executor(None, self._hold_off, until)

    def _hold_off(self, until: datetime) -> None:
        try:
            self.run.hold_off(until)
        except KhabarError as error:
            self.give_up(error)

    def give_up(self, error: KhabarError) -> None:
        """End the crawl because nothing can be written any more; what is not stored stays pending."""
        if isinstance(error, StoreUnavailableError):
            outcome = "store_lost"
        elif isinstance(error, LeaseLostError):
            outcome = "lease_lost"
        else:
            outcome = "error"
        self.stop(outcome, str(error))

    def stop(self, outcome: str, reason: str) -> None:
        """End the crawl in good order; may be called from any thread, more than once."""
        self.run.end(outcome, reason)
        if not self.stopping:
            self.stopping = True
            logger.warning("The crawl ends: %s", reason)
            from twisted.internet import reactor  # it exists only once the crawl has installed it

            reactor.callFromThread(self._close)

    def _close(self) -> None:
        asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=self.run.report.outcome))  # noqa: RUF006

    def keep_lease(self) -> None:
        """Renew the lease from now on, until the spider is closed."""
        self._renewal = asyncio.create_task(self._keep_lease())

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            await self.in_thread(self.run.renew_lease)

    def spider_closed(self, reason: str) -> None:
        """Note a crawl that was stopped from outside."""
        if self._renewal is not None:
            self._renewal.cancel()
        if reason == "shutdown":
            self.run.end("stopped", "it was told to stop; the rest is still pending")
        self.run.report.requests = self.crawler.stats.get_value("downloader/request_count", 0)

    async def in_store(self, work: Callable[[Database[Document]], T]) -> T | None:
        """Do something with the store in a thread; where that cannot be done, end the crawl."""
        found: T | None = await self.in_thread(lambda: self.run.session.run(lambda stores: work(stores.db)))
        return found

    async def in_thread(self, work: Callable[[], Any]) -> Any:
        """Run blocking work in a thread; where it cannot be done at all, end the crawl and return None."""
        try:
            return await asyncio.to_thread(work)
        except KhabarError as error:
            self.give_up(error)
            return None
