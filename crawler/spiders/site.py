"""SiteSpider: crawls any site from its seed."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.article import Discovered, Disposition, Hints
from crawler.discovery.canonical import page_id
from crawler.errors import KhabarError, StoreUnavailableError
from crawler.fetch.outcome import (
    HeldBackError,
    Outcome,
    charset_of,
    failure_outcome,
    header_of,
    status_outcome,
)
from crawler.pipelines.extract import Extracted, ExtractionFailedError, FetchedPage
from crawler.pipelines.page_item import PageItem
from crawler.spiders.parts import extract_whole
from crawler.spiders.run import CrawlRun
from crawler.spiders.sources import Sources
from crawler.storage.frontier import Discovery, Frontier, Page
from crawler.storage.lease import LEASE_SECONDS, LeaseLostError

MOST_LINKS_DEEP = 2
"""Links followed away from a page that a source named: enough to reach what the sources leave out, and
bounded where pages link to ever more pages."""

logger = logging.getLogger(__name__)


class SiteSpider(scrapy.Spider):
    """One crawl of one site: take what is pending, ask the sources, follow links, fetch pages.

    Args:
        run: The crawl's stores, lease and counts.
    """

    name = "site"

    def __init__(self, run: CrawlRun) -> None:
        super().__init__(name=run.site.id)
        self.run = run
        self.site = run.site
        self._sources = Sources(self)
        self._queued: set[str] = set()
        self.stopping = False
        self._renewal: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider and listen for the end of the crawl."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        spider._sources.listen()
        crawler.signals.connect(spider.spider_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.spider_closed, signal=signals.spider_closed)
        return spider

    @property
    def queued(self) -> int:
        """How many pages this crawl has taken or is going to take."""
        return len(self._queued)

    # Where pages come from

    async def start(self) -> AsyncIterator[Request]:
        """Yield requests for the pages that are still to be done and for the sources of new ones."""
        self._renewal = asyncio.create_task(self._keep_lease())
        if self.run.wait_until is not None:
            self.told_to_wait(self.run.wait_until)
            return
        for page in await self._pending():
            for request in self._page_requests([page]):
                yield request
        if self.run.job.discover:
            async for request in self._sources.requests():
                yield request

    async def _pending(self) -> list[Page]:
        job = self.run.job

        def due(frontier: Frontier) -> list[Page]:
            named = frontier.name_pages(job.urls) if job.urls else []
            return named or frontier.pending(datetime.now(UTC))

        pages = await self._in_thread(lambda: self.run.frontier(due)) or []
        pages = [page for page in pages if self._in_window(page.hints)]
        # The newest first: it is what readers wait for, and what is edited or taken down soonest.
        return sorted(pages, key=lambda page: page.hints.published_at or datetime.now(UTC), reverse=True)

    async def found(self, discovered: Iterable[Discovered], depth: int = 0) -> tuple[list[Request], int]:
        """Put what a source named into the frontier.

        Args:
            discovered: The pages it named.
            depth: How many links away from a source they are.

        Returns:
            Requests for those that are to be fetched now, and how many pages were new.
        """
        wanted: dict[str, Discovered] = {}
        for item in discovered:
            key = f"{self.site.id}/{page_id(item.url)}"
            known = key in self._queued or key in wanted
            if not known and self.site.owns(item.url) and not self.site.excludes(item.url):
                wanted[key] = item
        wanted = {key: item for key, item in wanted.items() if self._in_window(item.hints)}
        if not wanted:
            return [], 0
        discovery: Discovery | None = await self._in_thread(
            lambda: self.run.frontier(lambda frontier: frontier.discover(wanted.values(), depth))
        )
        if discovery is None:
            return [], 0
        self.run.report.discovered += discovery.new
        return self._page_requests(discovery.pages), discovery.new

    def _in_window(self, hints: Hints) -> bool:
        """Whether the page's time of publication, where it is known, lies between since and until."""
        job, moment = self.run.job, hints.published_at
        if moment is None:
            return True
        return (job.since is None or moment >= job.since) and (job.until is None or moment < job.until)

    def _page_requests(self, pages: Iterable[Page]) -> list[Request]:
        requests = []
        for page in pages:
            limit = self.run.job.limit
            if self.stopping or page.id in self._queued:
                continue
            if limit is not None and len(self._queued) >= limit:
                self.run.end("limit", f"--limit {limit} was reached")
                break
            self._queued.add(page.id)
            requests.append(
                Request(
                    page.url,
                    callback=self.parse_page,
                    errback=self.page_failed,
                    meta={"page": page},
                    dont_filter=True,
                )
            )
        return requests

    # What becomes of them

    async def parse_page(self, response: Response) -> AsyncIterator[PageItem | Request]:
        """Make an item of a response, and requests of the article links on it."""
        page: Page = response.meta["page"]
        self.run.take()
        item = PageItem(
            page=page,
            url=response.url,
            fetched_at=datetime.now(UTC),
            etag=header_of(response, b"ETag"),
            last_modified=header_of(response, b"Last-Modified"),
            content_type=header_of(response, b"Content-Type"),
        )
        outcome = status_outcome(response.status)
        if outcome is not None:
            item.outcome = Outcome(outcome.disposition, outcome.reason, response.meta.get("not_before"))
            yield item
            return
        follow = page.depth < MOST_LINKS_DEEP and self.run.job.discover
        extracted = await self._extract(item, response, follow)
        if extracted is not None:
            item.article, item.article_id = extracted.article, extracted.article_id
            item.prepared, item.blocks = extracted.prepared, extracted.blocks
            if extracted.ending is not None:
                item.outcome = Outcome(extracted.ending, extracted.reason)
        yield item
        if extracted is not None and extracted.links:
            requests, _ = await self.found(extracted.links, page.depth + 1)
            for request in requests:
                yield request

    async def _extract(self, item: PageItem, response: Response, follow: bool) -> Extracted | None:
        html = item.html = response.body
        item.html_sha256 = hashlib.sha256(html).hexdigest()
        fetched = FetchedPage(
            html,
            response.url,
            item.page.hints,
            charset_of(response),
            item.fetched_at,
            learned=self.run.keeping.learned,
        )
        try:
            return await extract_whole(self, fetched, follow)
        except ExtractionFailedError as error:
            item.outcome = Outcome(Disposition.QUARANTINED, str(error))
        return None

    def page_failed(self, failure: Failure) -> Iterable[PageItem]:
        """Make an item of a request that brought no response."""
        error = failure.value
        request: Request = failure.request  # type: ignore[attr-defined]  # scrapy adds it
        page: Page = request.meta["page"]
        if isinstance(error, HeldBackError):
            return
        self.run.take()
        yield PageItem(
            page=page, url=request.url, fetched_at=datetime.now(UTC), outcome=failure_outcome(error)
        )

    # How it ends

    def told_to_wait(self, until: datetime) -> None:
        """End the crawl because the site asked for a pause until then."""
        local = until.astimezone(self.site.zone)
        self.stop("told_to_wait", f"the site asked not to be crawled before {local:%Y-%m-%d %H:%M} its time")
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

    def spider_idle(self) -> None:
        """When all is done but the sources named nothing, ask the next one in line."""
        if not self.stopping:
            for request in self._sources.fallback():
                self.crawler.engine.crawl(request)

    def spider_closed(self, reason: str) -> None:
        """Note a crawl that was stopped from outside."""
        if self._renewal is not None:
            self._renewal.cancel()
        if reason == "shutdown":
            self.run.end("stopped", "it was told to stop; the rest is still pending")
        self.run.report.requests = self.crawler.stats.get_value("downloader/request_count", 0)

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            await self._in_thread(self.run.renew_lease)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        """Run blocking work in a thread; where it cannot be done at all, end the crawl and return None."""
        try:
            return await asyncio.to_thread(work)
        except KhabarError as error:
            self.give_up(error)
            return None
