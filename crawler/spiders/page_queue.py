"""The queue of pages that one crawl takes: each once, and no more than it may take."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scrapy import Request

from crawler.discovery.accounting import AddressCounts, AddressOutcome, foreign_host
from crawler.discovery.window import Window, newest_first
from crawler.fetch.content import KEEP_EXCHANGE
from crawler.html.sentences import sentence
from crawler.model.article import Discovered
from crawler.model.crawl import CrawlOutcome, SourceKind
from crawler.parsing.urls import page_id
from crawler.pipelines.run import CrawlRun
from crawler.storage.frontier import Discovery, Frontier, Page

NEWEST_PRIORITY = 90
"""Priority of a page of the last day; each day before counts one less. Sources have more. Their further pages
have less: the pages before show whether these are worth a request."""

TOO_OLD = 20
"""Articles in a row from before a window of time, after which a listing is not read further back: more than
the pinned and most-read ones beside a listing."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Pages to fetch of those that a source named, and the outcome of each address."""

    pages: list[Page]
    addresses: AddressCounts

    @property
    def new(self) -> int:
        """How many of the pages were never seen before."""
        return self.addresses[AddressOutcome.NEW]


class PageQueue:
    """The pages of one crawl: pending ones, those that sources name, and those that links lead to.

    Args:
        run: The crawl.
        parse_page: The callback of a page's request.
        page_failed: Its errback.
    """

    def __init__(
        self, run: CrawlRun, parse_page: Callable[..., Any], page_failed: Callable[..., Any]
    ) -> None:
        self.window = Window(run.job.since, run.job.until)
        self._run = run
        self._site = run.site
        self._parse_page = parse_page
        self._page_failed = page_failed
        self._queued: set[str] = set()
        self._waiting: dict[str, Page] = {}
        self._holds = 0
        self._old_in_a_row = 0
        self._discovering = asyncio.Lock()

    def __len__(self) -> int:
        """How many pages this crawl has taken or is going to take."""
        return len(self._queued)

    @property
    def is_full(self) -> bool:
        """Whether the crawl has as many pages as it may take."""
        return self._run.job.limit is not None and len(self._queued) >= self._run.job.limit

    @property
    def is_past_window(self) -> bool:
        """Whether the articles that were read last were all published before the window of time."""
        return self._old_in_a_row >= TOO_OLD

    def note_published(self, published_at: datetime) -> None:
        """Note when an article was published that a source named."""
        since = self.window.since
        if since is not None:
            self._old_in_a_row = self._old_in_a_row + 1 if published_at < since else 0

    def page_key(self, url: str) -> str:
        """The page's id in the frontier."""
        return f"{self._site.id}/{page_id(url)}"

    async def pending(self) -> list[Page]:
        """The pages that earlier crawls left, or that the job names, the newest first."""
        job = self._run.job

        def due(frontier: Frontier) -> list[Page]:
            if job.urls and (pages := frontier.name_pages(job.urls)):
                return pages
            now = datetime.now(UTC)
            return frontier.pending(now) + (frontier.young(now) if job.recheck and job.discover else [])

        context = self._run.context
        pages = await context.in_thread(lambda: context.frontier(due)) or []
        pages = [page for page in pages if self.window.may_hold(page.url, page.hints)]
        # The newest first: it is what readers wait for, and what is edited or removed soonest.
        return sorted(pages, key=lambda page: newest_first(page.url, page.hints), reverse=True)

    async def enqueue(self, discovered: Iterable[Discovered], depth: int = 0) -> AddressCounts:
        """Put the pages that a source names into the frontier, and request those that are to be fetched now.

        Args:
            discovered: The pages.
            depth: How many links away from a source they are.

        Returns:
            The outcome of each address.
        """
        admission = await self.discover(discovered, depth)
        if admission is None:
            return AddressCounts()
        if self._holds:
            self._waiting.update((page.id, page) for page in admission.pages)
        else:
            self.request_all(self.claim(admission.pages))
        return admission.addresses

    async def discover(self, discovered: Iterable[Discovered], depth: int = 0) -> Admission | None:
        """Put pages of the site into the frontier; None where the store is lost and nothing is accounted for.

        Every address is accounted for: it goes into the frontier, is there already, or is counted with the
        reason why it does not.
        """
        addresses = AddressCounts()
        admitted: dict[str, Discovered] = {}
        for page in discovered:
            key = self.page_key(page.url)
            if (outcome := self._barred(page)) is AddressOutcome.OFF_SITE:
                addresses.count_off_site(foreign_host(page.url))
            elif outcome is not None:
                addresses.count(outcome)
            elif key in self._queued or key in admitted:
                addresses.count(AddressOutcome.ALREADY_KNOWN)
            else:
                admitted[key] = page
        if not admitted:
            return Admission([], addresses)
        context = self._run.context
        # One after the other: of two that name one page at once, neither would take it.
        async with self._discovering:
            discovery: Discovery | None = await context.in_thread(
                lambda: context.frontier(lambda frontier: frontier.discover(admitted.values(), depth))
            )
        if discovery is None:
            return None
        self._run.counts.report.discovered += discovery.new
        addresses.count(AddressOutcome.NEW, discovery.new)
        addresses.count(AddressOutcome.ALREADY_KNOWN, len(admitted) - discovery.new)
        return Admission(discovery.pages, addresses)

    async def follow(self, links: Iterable[tuple[str, int]]) -> None:
        """Enqueue the pages that links lead to.

        Args:
            links: Their addresses, and how many links away from a source they are.
        """
        by_depth: dict[int, list[Discovered]] = {}
        for url, depth in links:
            by_depth.setdefault(depth, []).append(Discovered(url, SourceKind.LINK))
        for depth, pages in by_depth.items():
            self._run.counts.report.links.add(await self.enqueue(pages, depth))

    def _barred(self, page: Discovered) -> AddressOutcome | None:
        """Why an address stays out of the frontier; None: it may go in."""
        if not self._site.owns(page.url):
            return AddressOutcome.OFF_SITE
        if self._site.excludes(page.url):
            return AddressOutcome.EXCLUDED
        if not self.window.may_hold(page.url, page.hints):
            return AddressOutcome.OUTSIDE_WINDOW
        return None

    def claim(self, pages: Iterable[Page]) -> list[Page]:
        """Return the pages that this crawl is to take now: each once, and no more than the limit allows."""
        claimed: list[Page] = []
        for page in pages:
            if self._run.context.stopping or page.id in self._queued:
                continue
            if self.is_full:
                self.note_limit()
                break
            self._queued.add(page.id)
            self._waiting.pop(page.id, None)
            claimed.append(page)
        return claimed

    def note_limit(self) -> None:
        """End the crawl as one that has taken as many pages as it may."""
        self._run.context.end(CrawlOutcome.LIMIT, sentence("limit_reached", limit=self._run.job.limit or 0))

    def hold(self) -> None:
        """Hold back the pages that sources name until `release`: they may come along in another way."""
        self._holds += 1

    def release(self) -> None:
        """End a `hold`; after the last one the pages that were held back are requested."""
        self._holds -= 1
        if not self._holds:
            pages, self._waiting = self._waiting, {}
            self.request_all(self.claim(pages.values()))

    def request_all(self, pages: Iterable[Page]) -> None:
        """Schedule the requests for claimed pages."""
        for page in pages:
            self._run.context.engine.crawl(self.request(page))

    def request(self, page: Page) -> Request:
        """The request for a claimed page."""
        self._run.pool.warm_up()
        return Request(
            page.url,
            callback=self._parse_page,
            errback=self._page_failed,
            meta={"page": page, KEEP_EXCHANGE: self._run.keeping.captures.are_kept},
            dont_filter=True,
            priority=self._priority(page),
        )

    def _priority(self, page: Page) -> int:
        """The newest first, whichever source named it: below the sources, above their further pages."""
        newest = self._run.job.until or datetime.now(UTC)
        days = (newest - newest_first(page.url, page.hints)).days
        return NEWEST_PRIORITY - min(max(days, 0), NEWEST_PRIORITY)
