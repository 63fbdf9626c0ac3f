"""Intake: the pages that one crawl takes; where they come from, each once, and no more than it may take."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from scrapy import Request

from crawler.discovery.accounting import AddressCounts, AddressOutcome, foreign_host
from crawler.discovery.window import newest_first
from crawler.model.article import Discovered
from crawler.model.crawl import CrawlOutcome
from crawler.parsing.urls import page_id
from crawler.spiders.crawling import Crawling
from crawler.storage.frontier import Discovery, Frontier, Page

NEWEST_PRIORITY = 90
"""Priority of a page of the last day; each day before counts one less. Sources have more, their further pages
less than none: whether these are wanted is told by the pages before."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What came of the addresses that a source named: pages to fetch, and the outcome of each address."""

    pages: list[Page]
    addresses: AddressCounts

    @property
    def new(self) -> int:
        """How many of the pages were never seen before."""
        return self.addresses[AddressOutcome.NEW]


class Intake:
    """The pages of one crawl: pending ones, those that sources name, and those that links lead to.

    `holding` says that pages which sources name have to wait, as they may come along in another way.
    """

    def __init__(self, spider: Crawling) -> None:
        self._spider = spider
        self._site = spider.site
        self._run = spider.run
        self._queued: set[str] = set()
        self._held: dict[str, Page] = {}
        self._discovering = asyncio.Lock()
        self.holding = False

    def __len__(self) -> int:
        """How many pages this crawl has taken or is going to take."""
        return len(self._queued)

    @property
    def is_full(self) -> bool:
        """Whether the crawl has as many pages as it may take."""
        return self._run.job.limit is not None and len(self._queued) >= self._run.job.limit

    def page_key(self, url: str) -> str:
        """The page's id in the frontier."""
        return f"{self._site.id}/{page_id(url)}"

    async def pending(self) -> list[Page]:
        """The pages that earlier crawls left, or that the job names, the newest first."""
        job = self._run.job

        def due(frontier: Frontier) -> list[Page]:
            named = frontier.name_pages(job.urls) if job.urls else []
            if named:
                return named
            now = datetime.now(UTC)
            return frontier.pending(now) + (frontier.young(now) if job.recheck and job.discover else [])

        pages = await self._spider.in_thread(lambda: self._run.frontier(due)) or []
        pages = [page for page in pages if self._spider.window.may_hold(page.url, page.hints)]
        # The newest first: it is what readers wait for, and what is edited or taken down soonest.
        return sorted(pages, key=lambda page: newest_first(page.url, page.hints), reverse=True)

    async def found(
        self, discovered: Iterable[Discovered], depth: int = 0
    ) -> tuple[list[Request], AddressCounts]:
        """Put what a source named into the frontier.

        Args:
            discovered: The pages it named.
            depth: How many links away from a source they are.

        Returns:
            Requests for those that are to be fetched now, and what became of each address.
        """
        admission = await self.discover(discovered, depth)
        if admission is None:
            return [], AddressCounts()
        if self.holding:
            self._held.update((page.id, page) for page in admission.pages)
            return [], admission.addresses
        return [self.request(page) for page in self.claim(admission.pages)], admission.addresses

    async def discover(self, discovered: Iterable[Discovered], depth: int = 0) -> Admission | None:
        """Put pages of the site into the frontier; None where the store is lost and nothing is accounted for.

        Every address is accounted for: it goes into the frontier, is there already, or is counted with the
        reason why it does not.
        """
        addresses = AddressCounts()
        admitted: dict[str, Discovered] = {}
        for item in discovered:
            key = self.page_key(item.url)
            if (reason := self._barred(item)) is not None:
                if reason is AddressOutcome.OFF_SITE:
                    addresses.count_off_site(foreign_host(item.url))
                else:
                    addresses.count(reason)
            elif key in self._queued or key in admitted:
                addresses.count(AddressOutcome.ALREADY_KNOWN)
            else:
                admitted[key] = item
        if not admitted:
            return Admission([], addresses)
        # One after the other: of two that name one page at once, neither would be told to take it.
        async with self._discovering:
            discovery: Discovery | None = await self._spider.in_thread(
                lambda: self._run.frontier(lambda frontier: frontier.discover(admitted.values(), depth))
            )
        if discovery is None:
            return None
        self._run.report.discovered += discovery.new
        addresses.count(AddressOutcome.NEW, discovery.new)
        addresses.count(AddressOutcome.ALREADY_KNOWN, len(admitted) - discovery.new)
        return Admission(discovery.pages, addresses)

    def _barred(self, item: Discovered) -> AddressOutcome | None:
        """Why an address stays out of the frontier; None: it may go in."""
        if not self._site.owns(item.url):
            return AddressOutcome.OFF_SITE
        if self._site.excludes(item.url):
            return AddressOutcome.EXCLUDED
        if not self._spider.window.may_hold(item.url, item.hints):
            return AddressOutcome.OUTSIDE_WINDOW
        return None

    def claim(self, pages: Iterable[Page]) -> list[Page]:
        """Return the pages that this crawl is to take now: each once, and no more than the limit allows."""
        claimed = []
        for page in pages:
            if self._spider.stopping or page.id in self._queued:
                continue
            if self.is_full:
                self._run.end(CrawlOutcome.LIMIT, f"--limit {self._run.job.limit} was reached")
                break
            self._queued.add(page.id)
            self._held.pop(page.id, None)
            claimed.append(page)
        return claimed

    def held(self) -> list[Page]:
        """Claim the pages that had to wait."""
        held, self._held = self._held, {}
        return self.claim(held.values())

    def request(self, page: Page) -> Request:
        """The request for a claimed page."""
        self._run.pool.warm_up()
        return Request(
            page.url,
            callback=self._spider.parse_page,
            errback=self._spider.page_failed,
            meta={"page": page},
            dont_filter=True,
            priority=self._priority(page),
        )

    def _priority(self, page: Page) -> int:
        """The newest first, whichever source named it: below the sources, above their further pages."""
        newest = self._run.job.until or datetime.now(UTC)
        days = (newest - newest_first(page.url, page.hints)).days
        return NEWEST_PRIORITY - min(max(days, 0), NEWEST_PRIORITY)
