"""SiteSpider: crawls any site from its seed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import scrapy
from pymongo.database import Database
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.article import Discovered, Disposition
from crawler.discovery.canonical import page_id
from crawler.discovery.window import Window, newest_first
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
from crawler.spiders.posts import Posts
from crawler.spiders.run import CrawlRun
from crawler.spiders.sources import Sources
from crawler.storage.frontier import UNSETTLED, Discovery, Frontier, Page
from crawler.storage.lease import LEASE_SECONDS, LeaseLostError
from crawler.storage.raw_pages import fetch_sha256
from crawler.storage.schema import Document

T = TypeVar("T")

NEWEST_PRIORITY = 90
"""Priority of a page of the last day; each day before counts one less. Sources have more, their further pages
less than none: whether these are wanted is told by the pages before."""

MOST_LINKS_DEEP = 2
"""Links followed away from a page that a source named: enough to reach what the sources leave out, and
bounded where pages link to ever more pages."""

TOO_OLD = 20
"""Articles in a row from before a window of time, after which a listing is not read further back: more than
the pinned and most-read ones beside a listing."""

_VALIDATORS = frozenset({b"If-None-Match", b"If-Modified-Since"})

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
        self.window = Window(run.job.since, run.job.until)
        self._posts = Posts(self)
        self._sources = Sources(self, self._posts)
        self._queued: set[str] = set()
        self._held: dict[str, Page] = {}
        self.stopping = False
        self._too_old = 0
        self._releasing: asyncio.Task[None] | None = None
        self._renewal: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider and listen for the end of the crawl."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        spider._sources.listen()
        crawler.signals.connect(spider.page_ended, signal=signals.item_scraped)
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
        begun = await self._posts.begin()
        pending = self.claim(await self._pending())
        by_number = self._posts.requests_for(pending)
        for request in [*begun, *by_number]:
            yield request
        for page in pending:
            if page.hints.post_id is None or not by_number:
                yield self.page_request(page)
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
        held, self._held = self._held, {}
        for page in self.claim(held.values()):
            yield self.page_request(page)

    async def _pending(self) -> list[Page]:
        job = self.run.job

        def due(frontier: Frontier) -> list[Page]:
            named = frontier.name_pages(job.urls) if job.urls else []
            if named:
                return named
            now = datetime.now(UTC)
            return frontier.pending(now) + (frontier.young(now) if job.recheck and job.discover else [])

        pages = await self._in_thread(lambda: self.run.frontier(due)) or []
        pages = [page for page in pages if self.window.may_hold(page.url, page.hints)]
        # The newest first: it is what readers wait for, and what is edited or taken down soonest.
        return sorted(pages, key=lambda page: newest_first(page.url, page.hints), reverse=True)

    async def found(self, discovered: Iterable[Discovered], depth: int = 0) -> tuple[list[Request], int]:
        """Put what a source named into the frontier.

        Args:
            discovered: The pages it named.
            depth: How many links away from a source they are.

        Returns:
            Requests for those that are to be fetched now, and how many pages were new.
        """
        discovery = await self.discover(discovered, depth)
        if discovery is None:
            return [], 0
        if self._posts.is_open:
            self._held.update((page.id, page) for page in discovery.pages)
            return [], discovery.new
        return [self.page_request(page) for page in self.claim(discovery.pages)], discovery.new

    async def discover(self, discovered: Iterable[Discovered], depth: int = 0) -> Discovery | None:
        """Put pages of the site into the frontier; None where there is none to put, or it cannot be done."""
        wanted: dict[str, Discovered] = {}
        for item in discovered:
            key = self.page_key(item.url)
            known = key in self._queued or key in wanted
            if not known and self.site.owns(item.url) and not self.site.excludes(item.url):
                wanted[key] = item
        wanted = {key: item for key, item in wanted.items() if self.window.may_hold(item.url, item.hints)}
        if not wanted:
            return None
        discovery: Discovery | None = await self._in_thread(
            lambda: self.run.frontier(lambda frontier: frontier.discover(wanted.values(), depth))
        )
        if discovery is not None:
            self.run.report.discovered += discovery.new
        return discovery

    def page_key(self, url: str) -> str:
        """The page's id in the frontier."""
        return f"{self.site.id}/{page_id(url)}"

    @property
    def is_past_window(self) -> bool:
        """Whether the pages that a listing named last were all published before the window of time."""
        return self._too_old >= TOO_OLD

    @property
    def is_full(self) -> bool:
        """Whether the crawl has as many pages as it may take."""
        return self.run.job.limit is not None and len(self._queued) >= self.run.job.limit

    def claim(self, pages: Iterable[Page]) -> list[Page]:
        """Return the pages that this crawl is to take now: each once, and no more than the limit allows."""
        claimed = []
        for page in pages:
            if self.stopping or page.id in self._queued:
                continue
            if self.is_full:
                self.run.end("limit", f"--limit {self.run.job.limit} was reached")
                break
            self._queued.add(page.id)
            self._held.pop(page.id, None)
            claimed.append(page)
        return claimed

    def page_request(self, page: Page) -> Request:
        """The request for a claimed page."""
        self.run.pool.warm_up()
        return Request(
            page.url,
            callback=self.parse_page,
            errback=self.page_failed,
            meta={"page": page},
            dont_filter=True,
            priority=self._priority(page),
        )

    def _priority(self, page: Page) -> int:
        """The newest first, whichever source named it: below the sources, above their further pages."""
        newest = self.run.job.until or datetime.now(UTC)
        days = (newest - newest_first(page.url, page.hints)).days
        return NEWEST_PRIORITY - min(max(days, 0), NEWEST_PRIORITY)

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
        asked = response.request
        if response.status == 304 and asked is not None and not _VALIDATORS.intersection(asked.headers):
            outcome = Outcome(Disposition.FAILED, "not modified (304), though it was asked for in full")
        if outcome is not None:
            item.outcome = Outcome(outcome.disposition, outcome.reason, response.meta.get("not_before"))
            yield item
            return
        follow = page.depth < MOST_LINKS_DEEP and self.run.job.discover
        extracted = await self._extract(item, response, follow)
        if extracted is not None:
            item.article, item.article_id = extracted.article, extracted.article_id
            item.prepared, item.blocks = extracted.prepared, extracted.blocks
            since, article = self.run.job.since, extracted.article
            if since and article and article.published_at and page.depth == 0:
                self._too_old = self._too_old + 1 if article.published_at < since else 0
            if extracted.ending is not None:
                item.outcome = Outcome(extracted.ending, extracted.reason)
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
        )
        try:
            extracted, fetched = await extract_whole(self, fetched, follow)
        except ExtractionFailedError as error:
            item.outcome = Outcome(Disposition.QUARANTINED, str(error))
            return None
        if fetched.parts:
            item.parts, item.html_sha256 = fetched.parts, fetch_sha256(html, fetched.parts)
        item.cut_short = bool(extracted.missing)
        if item.cut_short:
            # With validators the next fetch would be told "not modified", and the rest never asked for.
            item.etag = item.last_modified = None
        return extracted

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

    async def _follow(self, links: Iterable[tuple[Discovered, int]]) -> list[Request]:
        """Requests for followed links, by how many links away from a source they are."""
        by_depth: dict[int, list[Discovered]] = {}
        for link, depth in links:
            by_depth.setdefault(depth, []).append(link)
        return [
            request for depth, found in by_depth.items() for request in (await self.found(found, depth))[0]
        ]

    async def _release(self) -> None:
        for request in await self._follow(self.run.traps.released()):
            self.crawler.engine.crawl(request)
        self._releasing = None

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

    async def in_store(self, work: Callable[[Database[Document]], T]) -> T | None:
        """Do something with the store in a thread; where that cannot be done, end the crawl."""
        found: T | None = await self._in_thread(lambda: self.run.session.run(lambda stores: work(stores.db)))
        return found

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        """Run blocking work in a thread; where it cannot be done at all, end the crawl and return None."""
        try:
            return await asyncio.to_thread(work)
        except KhabarError as error:
            self.give_up(error)
            return None
