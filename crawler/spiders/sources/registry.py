"""The kinds of sources, and how the sources of one crawl are read.

The sources that the seed names are all read. Where they name no page at all, the sitemaps that robots.txt
names and then the home page, read as a listing, take over: a feed that has moved must not mean silence.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response

from crawler.discovery.json_listing import json_content
from crawler.discovery.source_content import (
    SourceContent,
    feed_content,
    listing_content,
    sitemap_content,
)
from crawler.model.crawl import SourceKind
from crawler.model.site import Site
from crawler.pipelines.run import CrawlRun
from crawler.spiders.page_queue import PageQueue
from crawler.spiders.sources.date_archives import DateArchives
from crawler.spiders.sources.fetching import SourceTasks
from crawler.spiders.sources.paged import MAX_PAGES_A_CRAWL, MOST_PAGES_BACK, PagedSource, SourcePage
from crawler.spiders.sources.reading import MAX_FEEDS_OF_A_PAGE, NOTHING_REMEMBERED, SourceReading
from crawler.spiders.sources.services import SourceServices
from crawler.spiders.sources.sitemaps import read_sitemap
from crawler.spiders.sources.wordpress import WordPressSource
from crawler.storage.frontier import Page

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A source to be read: its address, and how many further pages of it."""

    url: str
    pages: int = 0
    is_bounded: bool = False
    """Whether the next crawl goes on where the pages of this one end."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """What the parser of its answers takes besides."""


@dataclass(frozen=True, slots=True)
class SourceReader:
    """How one kind of sources is read.

    `entries` are those that a seed names. `parse` reads one answer in a worker process, `read` all that the
    source leads to.
    """

    kind: SourceKind
    entries: Callable[[Site], Iterable[Entry]]
    parse: Callable[..., SourceContent]
    read: Callable[[SourceReading, Entry], Awaitable[None]]


async def _read_feed(reading: SourceReading, entry: Entry) -> None:
    await _read_pages(reading, entry, guesses_pages=True)


async def _read_listing(reading: SourceReading, entry: Entry) -> None:
    await _read_pages(reading, entry, guesses_pages=False)


async def _read_pages(reading: SourceReading, entry: Entry, *, guesses_pages: bool) -> None:
    """Read a source's pages, and those from where an earlier crawl stopped."""
    source = PagedSource(reading, is_bounded=entry.is_bounded, guesses_pages=guesses_pages)
    is_open = reading.services.window.is_open
    starts = [SourcePage(reading.root, entry.pages if is_open else MOST_PAGES_BACK)]
    resume_url = reading.memory.resume_url
    if is_open and resume_url and reading.ended_before:
        reading.services.requested.add(resume_url)
        starts.append(SourcePage(resume_url, entry.pages, is_guess=True, is_resumed=True))
    async with asyncio.TaskGroup() as group:
        for start in starts:
            group.create_task(source.read(start))


async def _read_sitemap(reading: SourceReading, entry: Entry) -> None:
    await read_sitemap(reading, entry.url, reading.root_memory)


FEED = SourceReader(
    SourceKind.FEED,
    lambda site: [Entry(url, MAX_PAGES_A_CRAWL, True) for url in site.feeds],
    feed_content,
    _read_feed,
)
SITEMAP = SourceReader(
    SourceKind.SITEMAP, lambda site: [Entry(url) for url in site.sitemaps], sitemap_content, _read_sitemap
)
LISTING = SourceReader(
    SourceKind.LISTING,
    lambda site: [Entry(listing.url, listing.pages - 1) for listing in site.listings],
    listing_content,
    _read_listing,
)

JSON = SourceReader(
    SourceKind.JSON,
    lambda site: [
        Entry(listing.url, MAX_PAGES_A_CRAWL, is_bounded=True, arguments={"listing": listing})
        for listing in site.json_listings
    ],
    json_content,
    _read_listing,
)

READERS = (FEED, SITEMAP, LISTING, JSON)
"""The kinds of sources that a seed names, in the order in which they are asked."""


class Sources:
    """The sources of one crawl.

    Args:
        run: The crawl.
        queue: Takes the pages that they name.
    """

    def __init__(self, run: CrawlRun, queue: PageQueue) -> None:
        self.tasks = SourceTasks(run)
        self._run = run
        self._site = run.site
        self._wordpress = WordPressSource(run, queue, self.tasks)
        self._services = SourceServices(run, queue, self.tasks, self._wordpress)
        self._archives = DateArchives(self._services)
        self._robots_sitemaps: list[str] = []
        self._is_wordpress = False

    @property
    def are_read(self) -> bool:
        """Whether all that were begun have been read."""
        return not self.tasks.are_running

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Note the sitemaps that robots.txt names.

        A site vouches for the sitemaps that its own robots.txt names, wherever they lie (sitemaps.org,
        "Sitemaps & Cross Submits"); the host of a sitemap vouches for nothing.
        """
        if self._site.owns(request.url):
            # Addresses without a host are against the protocol, and common.
            self._robots_sitemaps += [urljoin(self._site.url, url.strip()) for url in robotparser.sitemaps]

    async def recall(self) -> None:
        """Recall whether the site has a REST interface."""
        self._is_wordpress = await self._wordpress.recall()

    def begin(self, pages: Sequence[Page]) -> Sequence[Page]:
        """Begin to read the sources that the seed names.

        Args:
            pages: Claimed pages.

        Returns:
            Those that have to be fetched one by one: the others come by the numbers of their posts.
        """
        numbered = [page for page in pages if self._is_wordpress and page.hints.post_id is not None]
        self.tasks.start(self._read_all(numbered), self._site.url)
        return [page for page in pages if page.hints.post_id is None] if numbered else pages

    async def _read_all(self, pages: Sequence[Page]) -> None:
        """Read the posts of the REST interface, then the other sources."""
        if self._is_wordpress and (pages or self._run.job.discover):
            await self._wordpress.read(pages)
        if self._run.job.discover and not self._run.context.stopping:
            await self._begin_all()

    async def notice(self, response: Response) -> None:
        """Begin to read the posts of the REST interface where an answer of the site names it."""
        await self._wordpress.notice(response)

    async def _begin_all(self) -> None:
        await self._archives.recall()
        entries = [(reader, entry) for reader in READERS for entry in reader.entries(self._site)]
        # A home page that is a site's only source is read further back than one beside others.
        for reader, entry in entries or [
            (LISTING, Entry(self._site.url, MAX_PAGES_A_CRAWL, is_bounded=True))
        ]:
            self._start(reader, entry)

    def _start(self, reader: SourceReader, entry: Entry, *, is_remembered: bool = True) -> None:
        self._services.requested.add(entry.url)
        self._services.tasks.start(self._read(reader, entry, is_remembered=is_remembered), entry.url)

    async def _read(self, reader: SourceReader, entry: Entry, *, is_remembered: bool) -> None:
        memory = await self._services.recall(entry.url) if is_remembered else NOTHING_REMEMBERED
        parse = partial(reader.parse, **entry.arguments) if entry.arguments else reader.parse
        reading = SourceReading(self._services, entry.url, reader.kind, parse, memory)
        await reader.read(reading, entry)
        feeds = [url for url in reading.feeds if url not in self._services.requested]
        for url in feeds[:MAX_FEEDS_OF_A_PAGE]:
            self._start(FEED, Entry(url, MAX_PAGES_A_CRAWL, is_bounded=True))
        await reading.conclude()

    def begin_next(self) -> None:
        """Begin with the next sources in line, where those that were read named nothing, or too little.

        A backfill asks all sitemaps of robots.txt: a feed names what is new, and is no answer for last year.
        So does a crawl to which the REST interface did not give all posts that it counts.
        """
        services = self._services
        if not self._run.job.discover:
            return
        is_silent = not any(report.names_pages for report in self._run.counts.report.sources)
        next_in_line = self._next_sitemaps(is_silent=is_silent)
        if is_silent and not next_in_line and self._site.url not in services.requested:
            next_in_line = {self._site.url: LISTING}
        if not next_in_line and not services.listings.are_needless:
            next_in_line = dict.fromkeys(services.listings.take(), SITEMAP)
        for url, reader in next_in_line.items():
            logger.info("No source named all that is looked for so far; asking %s", url)
            self._start(reader, Entry(url), is_remembered=False)
        if not next_in_line:
            self._archives.begin(is_covered=self._wordpress.covered)

    def _next_sitemaps(self, *, is_silent: bool) -> dict[str, SourceReader]:
        """The sitemaps of robots.txt that are asked now."""
        services = self._services
        services.listings.put_off(self._robots_sitemaps, services.requested)
        is_backfill = not services.window.is_open
        are_needed = is_silent or self._wordpress.is_short or (is_backfill and not self._wordpress.covered)
        if not are_needed:
            return {}
        left = [url for url in self._robots_sitemaps if url not in services.requested]
        return dict.fromkeys([url for url in left if url not in services.listings], SITEMAP)
