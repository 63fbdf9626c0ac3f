"""The context that all components of one crawl share: its site, its stores, its pace, and how it ends."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from pymongo.database import Database
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler

from crawler.errors import KhabarError, StoreUnavailableError
from crawler.fetch.delay import Pace
from crawler.html.sentences import sentence
from crawler.model.crawl import CrawlOutcome
from crawler.model.site import Site
from crawler.storage.frontier import Frontier
from crawler.storage.lease import LEASE_SECONDS, Lease, LeaseLostError
from crawler.storage.schema import Document
from crawler.storage.session import StoreSession
from crawler.storage.site_pages import remember_unreliable_validators
from crawler.storage.site_state import hold_off

T = TypeVar("T")

PROBLEMS_KEPT = 20
"""Sentences about failed pages that a crawl's record keeps; the log has them all."""

logger = logging.getLogger(__name__)


class CrawlContext:
    """What the components of one crawl share, whichever layer they belong to.

    Args:
        site: The site.
        session: Access to the stores.
        lease: The site's lease, which this crawl holds.
        pace: The site's.
    """

    def __init__(self, site: Site, session: StoreSession, lease: Lease, pace: Pace) -> None:
        self.site = site
        self.session = session
        self.lease = lease
        self.pace = pace
        self.problems: list[str] = []
        self.outcome = CrawlOutcome.FINISHED
        self.reason: str | None = None
        self.ignores_validators = False
        """Whether pages are asked for in full: the site's validators stay the same when a page changes."""
        self.wait_until: datetime | None = None
        """Until when the site asked an earlier crawl to stay away."""
        self.abandoned = False
        """Whether the crawl ended while pages were under way; threads may still be at work on them."""
        self.keeps_captures = False
        """Whether what goes over the wire for a page is kept."""
        self.robots_answers: list[tuple[Any, tuple[Any, ...]]] = []
        """The exchanges of robots.txt that are still to be kept, each with those that led to it."""
        self.stopping = False
        """Whether the crawl is ending: no further request is sent."""
        self.crawler: Crawler | None = None
        """Scrapy's, once the spider has been built."""
        self.close: Callable[[], None] = lambda: None
        """Closes the spider; called once, in any thread, when the crawl is to end before its time."""

    @property
    def engine(self) -> ExecutionEngine:
        """Scrapy's engine; there is one from the opening of the spider on."""
        if self.crawler is None or self.crawler.engine is None:
            raise RuntimeError("the crawl has no engine yet")
        return self.crawler.engine

    def problem(self, problem: str) -> None:
        """Keep a sentence about something that went wrong."""
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(problem)

    def end(self, outcome: CrawlOutcome, reason: str | None = None) -> None:
        """Set the crawl's outcome once; later calls are ignored, but for a stop below a limit."""
        is_stopped_below_limit = self.outcome is CrawlOutcome.LIMIT and outcome is CrawlOutcome.STOPPED
        if self.outcome is CrawlOutcome.FINISHED or is_stopped_below_limit:
            self.outcome, self.reason = outcome, reason

    def stop(self, outcome: CrawlOutcome, reason: str) -> None:
        """End the crawl in good order; may be called from any thread, more than once.

        No further request is sent. Those under way are waited for, as long as they may take.
        """
        self.end(outcome, reason)
        if not self.stopping:
            self.stopping = True
            logger.warning("The crawl ends: %s", reason)
            self.close()

    def give_up(self, error: KhabarError) -> None:
        """End the crawl because nothing can be written any more; what is not stored stays pending."""
        outcome = CrawlOutcome.ERROR
        if isinstance(error, StoreUnavailableError):
            outcome = CrawlOutcome.STORE_LOST
        elif isinstance(error, LeaseLostError):
            outcome = CrawlOutcome.LEASE_LOST
        self.stop(outcome, str(error))

    def fail(self, what: str, error: BaseException | None) -> None:
        """Keep a fault of our own as a problem and as the crawl's outcome.

        Args:
            what: What failed.
            error: The exception.
        """
        fault = _fault(what, error)
        self.problem(fault)
        self.end(CrawlOutcome.ERROR, fault)

    def end_for_pause(self, until: datetime) -> None:
        """End the crawl because the site asked for a pause until then."""
        self.stop(CrawlOutcome.TOLD_TO_WAIT, _wish_to_wait(until.astimezone(self.site.zone)))
        self.remember_pause(until)

    def remember_pause(self, until: datetime) -> None:
        """Remember for later crawls that the site asked for a pause until then."""
        asyncio.get_running_loop().run_in_executor(None, self._hold_off, until)

    def _hold_off(self, until: datetime) -> None:
        try:
            self.session.run(lambda stores: hold_off(stores.db, self.site.id, until))
        except KhabarError as error:
            self.give_up(error)

    async def keep_lease(self) -> None:
        """Renew the lease for as long as the task runs."""
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            await self.in_thread(self._renew_lease)

    def _renew_lease(self) -> None:
        self.session.run(lambda stores: self.lease.renew(stores.db), guarded=False)

    def note_unreliable_validators(self, url: str) -> None:
        """Remember that a page changed while its validators did not (blocking: call it in a thread)."""
        if self.ignores_validators:
            return
        self.ignores_validators = True
        self.problem(_unreliable(url))
        self.session.run(lambda stores: remember_unreliable_validators(stores.db, self.site.id, url))

    def frontier(self, work: Callable[[Frontier], T]) -> T:
        """Do something with the site's frontier (blocking: call it in a thread)."""
        return self.session.run(lambda stores: work(Frontier(stores.db, self.site.id, self.lease.token)))

    def wake_engine(self) -> None:
        """Have Scrapy look now whether the spider is idle, rather than within some seconds."""
        if self.engine._slot is not None:
            self.engine._slot.nextcall.schedule()

    async def in_store(self, work: Callable[[Database[Document]], T]) -> T | None:
        """Do something with the store in a thread; where that cannot be done, end the crawl."""
        answer: T | None = await self.in_thread(lambda: self.session.run(lambda stores: work(stores.db)))
        return answer

    async def in_thread(self, work: Callable[[], Any]) -> Any:
        """Run blocking work in a thread; where it cannot be done at all, end the crawl and return None."""
        try:
            return await asyncio.to_thread(work)
        except KhabarError as error:
            self.give_up(error)
            return None


def _fault(what: str, error: BaseException | None) -> str:
    return sentence("own_fault", what=what, why=f"{type(error).__name__}: {str(error)[:200]}")


def _wish_to_wait(until: datetime) -> str:
    return sentence("asked_to_wait", until=f"{until:%Y-%m-%d %H:%M}")


def _unreliable(url: str) -> str:
    return sentence("validators_stay", url=url)


def crawl_context(crawler: Crawler) -> CrawlContext:
    """The context of a Scrapy crawler's crawl.

    Raises:
        TypeError: Its spider is none of ours.
    """
    context = getattr(crawler.spider, "context", None)
    if not isinstance(context, CrawlContext):
        raise TypeError(f"{crawler.spider!r} is no spider of a crawl")
    return context
