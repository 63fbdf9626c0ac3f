"""How a crawl ends: in good order, whoever or whatever ends it, and saying why."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import scrapy
from pymongo.database import Database
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.errors import KhabarError, StoreUnavailableError
from crawler.model.crawl import CrawlOutcome
from crawler.spiders.run import CrawlRun
from crawler.spiders.shutdown import end_in_time, turn_away_waiting
from crawler.storage.lease import LEASE_SECONDS, LeaseLostError
from crawler.storage.schema import Document

T = TypeVar("T")

logger = logging.getLogger(__name__)


def in_reactor(work: Callable[[], None]) -> None:
    """Have something done by the reactor's thread, which may be this one."""
    from twisted.internet import reactor  # it exists only once the crawl has installed it

    reactor.callFromThread(work)


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
        self._deadline: asyncio.Task[None] | None = None

    def told_to_wait(self, until: datetime) -> None:
        """End the crawl because the site asked for a pause until then."""
        local = until.astimezone(self.site.zone)
        self.stop(
            CrawlOutcome.TOLD_TO_WAIT,
            f"the site asked not to be crawled before {local:%Y-%m-%d %H:%M} its time",
        )
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
            outcome = CrawlOutcome.STORE_LOST
        elif isinstance(error, LeaseLostError):
            outcome = CrawlOutcome.LEASE_LOST
        else:
            outcome = CrawlOutcome.ERROR
        self.stop(outcome, str(error))

    def stop(self, outcome: CrawlOutcome, reason: str) -> None:
        """End the crawl in good order; may be called from any thread, more than once.

        No further request is sent. Those under way are waited for, as long as they may take.
        """
        self.run.end(outcome, reason)
        if not self.stopping:
            self.stopping = True
            logger.warning("The crawl ends: %s", reason)
            in_reactor(self._close)

    def stop_now(self, reason: str) -> None:
        """End the crawl within seconds, as somebody waits for that; may be called from any thread."""
        self.stop(CrawlOutcome.STOPPED, reason)
        self.run.session.stop_waiting()
        in_reactor(self._hurry)

    def _close(self) -> None:
        turn_away_waiting(self.crawler, self.run)
        asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=self.run.report.outcome))  # noqa: RUF006

    def _hurry(self) -> None:
        if self._deadline is None:
            self._deadline = asyncio.ensure_future(end_in_time(self.crawler, self.run))

    def keep_lease(self) -> None:
        """Renew the lease from now on, until the spider is closed."""
        self._renewal = asyncio.create_task(self._keep_lease())

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            await self.in_thread(self.run.renew_lease)

    def spider_closed(self) -> None:
        """End what goes on beside the crawl, and count its requests."""
        for task in (self._renewal, self._deadline):
            if task is not None:
                task.cancel()
        self.run.report.requests = self.crawler.stats.get_value("downloader/request_count", 0)

    def callback_failed(self, failure: Failure, response: Response) -> None:
        """An answer could not be dealt with: the crawl goes on, and does not end as if all were well."""
        self.note_failure(f"{response.url}: the answer could not be read", failure.value)

    def note_failure(self, what: str, error: BaseException | None) -> None:
        """Keep a fault of our own as a problem and as the crawl's outcome."""
        sentence = f"{what}: {type(error).__name__}: {str(error)[:200]}; please report this, the log has more"
        self.run.problem(sentence)
        self.run.end(CrawlOutcome.ERROR, sentence)

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
