"""SiteSpider: crawls any site from its seed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery.window import Window
from crawler.errors import KhabarError
from crawler.fetch.outcome import (
    HeldBackError,
    Outcome,
    charset_of,
    failure_outcome,
    header_of,
    status_outcome,
)
from crawler.model.article import Discovered, Disposition
from crawler.model.crawl import SourceKind
from crawler.parsing.urls import page_id
from crawler.pipelines.extraction import Extracted, FetchedPage
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.pipelines.item import PageItem
from crawler.spiders.ending import StoppableSpider
from crawler.spiders.multipage import extract_whole
from crawler.spiders.page_queue import Intake
from crawler.spiders.posts import Posts
from crawler.spiders.run import CrawlRun
from crawler.spiders.sources import Sources
from crawler.storage.frontier import UNSETTLED, Page
from crawler.storage.warc.raw_pages import fetch_sha256

MOST_LINKS_DEEP = 2
"""Links followed away from a page that a source named: enough to reach what the sources leave out, and
bounded where pages link to ever more pages."""

TOO_OLD = 20
"""Articles in a row from before a window of time, after which a listing is not read further back: more than
the pinned and most-read ones beside a listing."""

logger = logging.getLogger(__name__)

_VALIDATORS = frozenset({b"If-None-Match", b"If-Modified-Since"})


class SiteSpider(StoppableSpider):
    """One crawl of one site: take what is pending, ask the sources, follow links, fetch pages.

    Args:
        run: The crawl's stores, lease and counts.
    """

    name = "site"

    def __init__(self, run: CrawlRun) -> None:
        super().__init__(run)
        self.window = Window(run.job.since, run.job.until)
        self._intake = Intake(self)
        self._posts = Posts(self, self._intake)
        self._sources = Sources(self, self._intake, self._posts)
        self._too_old = 0
        self._releasing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider and listen for the end of the crawl."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        spider._sources.listen()
        crawler.signals.connect(spider.page_ended, signal=signals.item_scraped)
        crawler.signals.connect(spider.spider_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(spider.callback_failed, signal=signals.spider_error)
        return spider

    @property
    def queued(self) -> int:
        """How many pages this crawl has taken or is going to take."""
        return len(self._intake)

    @property
    def is_past_window(self) -> bool:
        """Whether the pages that a listing named last were all published before the window of time."""
        return self._too_old >= TOO_OLD

    async def start(self) -> AsyncIterator[Request]:
        """Yield requests for the pages that are still to be done and for the sources of new ones."""
        try:
            async for request in self._first_requests():
                yield request
        except KhabarError as error:
            self.give_up(error)
        except Exception as error:
            # Scrapy would log it and end the crawl as if all had been done.
            logger.exception("The crawl could not begin")
            self.note_failure("what is to be asked for could not be told", error)

    async def _first_requests(self) -> AsyncIterator[Request]:
        self.keep_lease()
        if self.run.wait_until is not None:
            self.told_to_wait(self.run.wait_until)
            return
        begun = await self._posts.begin()
        pending = self._intake.claim(await self._intake.pending())
        by_number = self._posts.requests_for(pending)
        for request in [*begun, *by_number]:
            yield request
        for page in pending:
            if page.hints.post_id is None or not by_number:
                yield self._intake.request(page)
        if not begun and self.run.job.discover:
            async for request in self._sources.requests():
                yield request

    async def posts_ended(self) -> AsyncIterator[Request]:
        """Go on with the other sources, and with the pages that did not come with the posts."""
        if self.stopping:
            return
        if self.run.job.discover:
            async for request in self._sources.requests():
                yield request
        for page in self._intake.held():
            yield self._intake.request(page)

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
        asked = response.request
        if response.status == 304 and asked is not None and not _VALIDATORS.intersection(asked.headers):
            outcome = Outcome(Disposition.FAILED, "not modified (304), though it was asked for in full")
        if outcome is not None:
            item.outcome = Outcome(outcome.disposition, outcome.reason, response.meta.get("not_before"))
            yield item
            return
        follow = page.depth < MOST_LINKS_DEEP and self.run.job.discover
        try:
            extracted = await self._extract(item, response, follow)
        except KhabarError as error:
            # The crawl ends, or no worker can be started: nothing is known of the page, and it stays pending.
            self.run.put_back()
            self.give_up(error)
            return
        if extracted is not None:
            item.take_extracted(extracted)
            since, article = self.run.job.since, extracted.article
            if since and article and article.published_at and page.depth == 0:
                self._too_old = self._too_old + 1 if article.published_at < since else 0
        yield item
        if extracted is not None and extracted.links:
            for request in await self._follow(self.run.traps.admit(extracted.links, page.depth + 1)):
                yield request
        for request in await self._posts.notice(response):
            yield request

    async def _extract(self, item: PageItem, response: Response, follow: bool) -> Extracted | None:
        html = item.html = response.body
        item.html_sha256 = fetch_sha256(html)
        fetched = FetchedPage(
            html,
            response.url,
            item.page.hints,
            charset_of(response),
            item.fetched_at,
            learned=self.run.keeping.learned,
            requested_url=item.page.url,
        )
        try:
            whole = await extract_whole(self, fetched, follow)
        except ExtractionFailedError as error:
            item.outcome = Outcome(Disposition.QUARANTINED, str(error))
            return None
        if whole.page.parts:
            item.parts, item.html_sha256 = whole.page.parts, fetch_sha256(html, whole.page.parts)
        item.cut_short, item.retries_parts = whole.is_cut, whole.retries
        if item.cut_short:
            # With validators the next fetch would be told "not modified", and the rest never asked for.
            item.etag = item.last_modified = None
        return whole.extracted

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

    def page_ended(self, item: PageItem) -> None:
        """Count what a page was: followed links without end that hold no article are a trap."""
        outcome = item.outcome
        if outcome is None or outcome.disposition not in UNSETTLED:
            own = item.article is not None and item.article_id == page_id(item.page.url)
            self.run.traps.ended(item.page.url, followed=item.page.depth > 0, article=outcome is None or own)

    async def _follow(self, links: Iterable[tuple[str, int]]) -> list[Request]:
        """Requests for followed links, by how many links away from a source they are."""
        by_depth: dict[int, list[Discovered]] = {}
        for url, depth in links:
            by_depth.setdefault(depth, []).append(Discovered(url, SourceKind.LINK))
        requests: list[Request] = []
        for depth, links_of_depth in by_depth.items():
            to_fetch, addresses = await self._intake.found(links_of_depth, depth)
            self.run.report.links.add(addresses)
            requests += to_fetch
        return requests

    async def _release(self) -> None:
        for request in await self._follow(self.run.traps.released()):
            self.crawler.engine.crawl(request)
        self._releasing = None

    def spider_idle(self) -> None:
        """When all is done: follow links that had to wait; where the sources named nothing, ask the next.

        Raises:
            DontCloseSpider: There is more to do.
        """
        if self.stopping:
            return
        for request in self._sources.fallback():
            self.crawler.engine.crawl(request)
        if self._releasing is None and self.run.traps.nothing_is_under_way():
            self._releasing = asyncio.ensure_future(self._release())
        if self._releasing is not None:
            raise DontCloseSpider
