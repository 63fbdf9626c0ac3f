"""SiteSpider: crawls any site from its seed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.errors import KhabarError
from crawler.fetch.outcome import HeldBackError, failure_outcome
from crawler.parsing.urls import page_id
from crawler.pipelines.item import PageItem, page_ended
from crawler.pipelines.run import CrawlRun
from crawler.spiders.graceful_stop import GracefulStop
from crawler.spiders.page_parser import PageParser
from crawler.spiders.page_queue import PageQueue
from crawler.spiders.sources.registry import Sources
from crawler.storage.frontier import UNSETTLED, Page

MOST_LINKS_DEEP = 2
"""Links followed away from a page that a source named: enough to reach what the sources leave out, and
bounded where pages link to ever more pages."""

logger = logging.getLogger(__name__)


class SiteSpider(scrapy.Spider):
    """One crawl of one site: take what is pending, read the sources, follow links, fetch pages.

    Args:
        run: The crawl's stores, lease and counts.
    """

    name = "site"

    def __init__(self, run: CrawlRun) -> None:
        super().__init__(name=run.site.id)
        self.run = run
        self.context = run.context
        self.graceful_stop = GracefulStop(run)
        self._queue = PageQueue(run, self.parse_page, self.page_failed)
        self._sources = Sources(run, self._queue)
        self._parser = PageParser(run)
        self._renewal: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider and listen for the end of the crawl."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        spider.context.crawler = crawler
        crawler.signals.connect(spider._sources.robots_parsed, signal=signals.robots_parsed)
        crawler.signals.connect(spider.page_ended, signal=page_ended)
        crawler.signals.connect(spider.spider_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(spider.callback_failed, signal=signals.spider_error)
        return spider

    @property
    def queued(self) -> int:
        """How many pages this crawl has taken or is going to take."""
        return len(self._queue)

    async def start(self) -> AsyncIterator[Request]:
        """Yield requests for the pages that are still to be done, and begin to read the sources."""
        try:
            async for request in self._first_requests():
                yield request
        except KhabarError as error:
            self.context.give_up(error)
        except Exception as error:
            # Scrapy would log it and end the crawl as if all had been done.
            logger.exception("The crawl could not begin")
            self.context.fail("the first requests could not be made", error)

    async def _first_requests(self) -> AsyncIterator[Request]:
        self._renewal = asyncio.create_task(self.context.keep_lease())
        if self.context.wait_until is not None:
            self.context.end_for_pause(self.context.wait_until)
            return
        await self._sources.recall()
        pages = self._queue.claim(await self._queue.pending())
        for page in self._sources.begin(pages):
            yield self._queue.request(page)

    async def parse_page(self, response: Response) -> AsyncIterator[PageItem]:
        """Make an item of a response, and follow the article links on it."""
        page: Page = response.meta["page"]
        self.run.counts.take()
        is_followed = page.depth < MOST_LINKS_DEEP and self.run.job.discover
        try:
            item, links = await self._parser.parse(page, response, with_links=is_followed)
        except KhabarError as error:
            # The crawl ends, or no worker can be started: nothing is known of the page, and it stays pending.
            self.run.counts.put_back()
            self.context.give_up(error)
            return
        if item.article is not None and item.article.published_at is not None and page.depth == 0:
            self._queue.note_published(item.article.published_at)
        yield item
        if links:
            await self._queue.follow(self.run.traps.admit(links, page.depth + 1))
        await self._sources.notice(response)

    def page_failed(self, failure: Failure) -> Iterable[PageItem]:
        """Make an item of a request that brought no response."""
        error = failure.value
        request: Request = failure.request  # type: ignore[attr-defined]  # scrapy adds it
        page: Page = request.meta["page"]
        if isinstance(error, HeldBackError):
            return
        self.run.counts.take()
        yield PageItem(
            page=page, url=request.url, fetched_at=datetime.now(UTC), outcome=failure_outcome(error)
        )

    def page_ended(self, item: PageItem) -> None:
        """Count what a page was: followed links without end that hold no article are a trap."""
        outcome = item.outcome
        if outcome is None or outcome.disposition not in UNSETTLED:
            is_article = item.article is not None and item.article_id == page_id(item.page.url)
            self.run.traps.ended(
                item.page.url, followed=item.page.depth > 0, article=outcome is None or is_article
            )

    def spider_idle(self) -> None:
        """When all is done: follow links that had to wait; where the sources named nothing, ask the next.

        Raises:
            DontCloseSpider: There is more to do.
        """
        if self.context.stopping:
            return
        if not self._sources.are_read:
            # What the sources name decides on what comes next.
            raise DontCloseSpider
        self._sources.begin_next()
        if released := self.run.traps.release_if_idle():
            self._sources.tasks.start(self._queue.follow(released), self.run.site.url)
        if not self._sources.are_read:
            raise DontCloseSpider

    def spider_closed(self) -> None:
        """End what goes on beside the crawl, and count its requests."""
        self._sources.tasks.cancel()
        self.graceful_stop.spider_closed()
        if self._renewal is not None:
            self._renewal.cancel()
        self.run.counts.report.requests = self.crawler.stats.get_value("downloader/request_count", 0)

    def callback_failed(self, failure: Failure, response: Response) -> None:
        """An answer could not be dealt with: the crawl goes on, and does not end as if all were well."""
        self.context.fail(f"{response.url}: the answer could not be read", failure.value)
