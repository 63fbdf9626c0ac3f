"""Sources of discovery: the requests that ask a site which pages exist, and what their answers become.

The sources that the seed names are all asked. Where they name no page at all, the sitemaps that robots.txt
names and then the home page, read as a listing, take over: a feed that has moved must not mean silence.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from scrapy import Request, signals
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.article import Discovered
from crawler.discovery.feed import parse_feed
from crawler.discovery.listing import parse_listing
from crawler.discovery.sitemap import parse_sitemap
from crawler.discovery.wordpress import is_wordpress, older_page
from crawler.errors import KhabarError
from crawler.fetch.outcome import HeldBackError, charset_of, failure_outcome, header_of, status_outcome
from crawler.pipelines.extract import ExtractionFailedError
from crawler.sites import Site
from crawler.spiders.job import SourceReport
from crawler.storage.sources import SourceAnswer, SourceMemory, begin_walk, finish_walk, recall_source

if TYPE_CHECKING:
    from crawler.spiders.posts import Posts
    from crawler.spiders.site import SiteSpider

SourceKind = Literal["feed", "sitemap", "listing"]

SOURCE_PRIORITY = 100
"""Sources go before pages: what they name last may be what was published last."""

MOST_SITEMAPS = 500
"""Sitemaps that one crawl reads: at 50,000 addresses each, more than any news site publishes."""

MOST_FEED_PAGES = 20
"""Further pages of a feed that are read as long as each names a page we did not know: some weeks of a
busy site. What lies further back is the business of sitemaps and listings."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Walk:
    """A source that the seed names, with all that it leads to: further pages, further sitemaps.

    Validators are kept when a walk has come to its end, not before: a crawl that is killed between the first
    page of a listing and the second must not find "nothing new" on the first one and stop there. For the same
    reason a walk that is not known to have ended (`ended_before`) goes on where nothing is new.
    """

    root: str
    ended_before: bool
    begun: bool = False
    open: int = 0
    failed: bool = False
    answers: list[SourceAnswer] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Source:
    """A source to ask: its address, its kind, and how many more pages of it may be read.

    `guessed` says that nobody named this page: that it does not exist is no failure.
    """

    url: str
    kind: SourceKind
    walk: Walk
    pages_left: int = 0
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What a source's answer names: pages, further sitemaps, and the source's own next page.

    `guessed_url` is where the next page usually is on a site of this make.
    """

    pages: list[Discovered]
    sitemaps: list[str]
    next_url: str | None = None
    guessed_url: str | None = None
    skipped: int = 0
    truncated: bool = False


class Sources:
    """The sources of the spider's site."""

    def __init__(self, spider: "SiteSpider", posts: "Posts") -> None:
        self._spider = spider
        self._posts = posts
        self._begun = False
        self._site = spider.site
        self._run = spider.run
        self._asked: set[str] = set()
        self._robots_sitemaps: list[str] = []

    def listen(self) -> None:
        """Note the sitemaps that robots.txt names."""
        self._spider.crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)

    def _robots_parsed(self, robotparser: Any) -> None:
        # Scrapy's parser does not pass sitemaps on; the one below it, Protego's, knows them.
        self._robots_sitemaps += [url for url in robotparser.rp.sitemaps if self._site.owns(url)]

    async def requests(self) -> AsyncIterator[Request]:
        """Yield a request for each source that the seed names; once in a crawl."""
        if self._begun:
            return
        self._begun = True
        seed = self._site
        named: list[tuple[str, SourceKind, int]] = [
            *((url, "feed", MOST_FEED_PAGES) for url in seed.feeds),
            *((url, "sitemap", 0) for url in seed.sitemaps),
            *((listing.url, "listing", listing.pages - 1) for listing in seed.listings),
        ]
        for url, kind, pages in named or [(seed.url, "listing", 0)]:
            memory = await self._recall(url)
            walk = Walk(url, ended_before=memory.walked)
            yield self._request(Source(url, kind, walk, pages), memory if memory.walked else SourceMemory())

    def fallback(self) -> Iterator[Request]:
        """Yield a request for the next source in line, where those asked so far named nothing."""
        reports = self._run.report.sources
        if not self._run.job.discover or any(report.found or report.unchanged for report in reports):
            return
        line: list[tuple[str, SourceKind]] = [(url, "sitemap") for url in self._robots_sitemaps]
        for url, kind in [*line, (self._site.url, "listing")]:
            if url not in self._asked:
                logger.warning("No source named a page so far; asking %s", url)
                yield self._request(Source(url, kind, Walk(url, ended_before=False)), SourceMemory())
                return

    async def _recall(self, url: str) -> SourceMemory:
        memory = await self._spider.in_store(lambda db: recall_source(db, self._site.id, url))
        return memory or SourceMemory()

    def _request(self, source: Source, memory: SourceMemory) -> Request:
        self._asked.add(source.url)
        source.walk.open += 1
        headers: dict[str, str] = {}
        if memory.etag:
            headers["If-None-Match"] = memory.etag
        if memory.last_modified:
            headers["If-Modified-Since"] = memory.last_modified
        return Request(
            source.url,
            callback=self._answered,
            errback=self._failed,
            headers=headers,
            priority=SOURCE_PRIORITY,
            meta={"source": source},
            dont_filter=True,
        )

    async def _answered(self, response: Response) -> AsyncIterator[Request]:
        source: Source = response.meta["source"]
        for request in await self._posts.notice(response):
            yield request
        # A page further on that is not there is the end of them.
        if not (response.status == 404 and (source.guessed or source.url != source.walk.root)):
            async for request in self._read(source, response):
                yield request
        await self._ended(source.walk)

    async def _read(self, source: Source, response: Response) -> AsyncIterator[Request]:
        report = self._run.source(source.url, source.kind)
        if response.status == 304:
            report.unchanged = True
            return
        outcome = status_outcome(response.status)
        if outcome is not None:
            self._say_failed(source, report, outcome.reason or f"status {response.status}")
            return
        try:
            named = await self._run.pool.run(
                parse_source, response.body, response.url, source.kind, self._site, charset_of(response)
            )
        except (KhabarError, ExtractionFailedError) as error:
            self._say_failed(source, report, str(error))
            return
        report.found = len(named.pages) + len(named.sitemaps)
        if named.skipped:
            self._run.problem(f"{source.url}: {named.skipped} entries without a usable address were left out")
        if named.truncated:
            self._run.problem(f"{source.url}: it names more pages than a sitemap may; the rest was left out")
        requests, report.new = await self._spider.found(named.pages)
        for request in requests:
            yield request
        follow_ups = list(self._follow_ups(source, named, report.new))
        if follow_ups and not source.walk.begun:
            source.walk.begun = True
            await self._spider.in_store(lambda db: begin_walk(db, self._site.id, source.walk.root))
        for follow_up in follow_ups:
            yield self._request(follow_up, await self._recall(follow_up.url))
        if not named.sitemaps:
            # An index that did not change says nothing about the sitemaps it names: it is always read.
            etag, modified = header_of(response, b"ETag"), header_of(response, b"Last-Modified")
            source.walk.answers.append(SourceAnswer(source.url, etag, modified, report.found))

    def _follow_ups(self, source: Source, named: Named, new: int) -> Iterator[Source]:
        walk = source.walk
        for url in named.sitemaps:
            if url not in self._asked and self._site.owns(url) and len(self._asked) < MOST_SITEMAPS:
                yield Source(url, "sitemap", walk)
        if source.pages_left <= 0:
            return
        left = source.pages_left - 1
        # What an earlier walk left out is known where all posts are.
        known = walk.ended_before or self._posts.covered
        # A further page is only worth a request while there is something new, or was when a walk broke off.
        if named.next_url and named.next_url not in self._asked:
            if new or not known:
                yield Source(named.next_url, source.kind, walk, left)
        # All of it new: what was published before the oldest of it may have been missed as well. Once on the
        # way back, go on until nothing is new.
        elif named.guessed_url and (new == len(named.pages) or (source.guessed and new) or not known):
            yield Source(named.guessed_url, source.kind, walk, left, guessed=True)

    async def _ended(self, walk: Walk) -> None:
        """Count a request of a walk as done; with the last one, remember the walk.

        A crawl that leaves pages out (a limit, a window of time) or that broke off remembers none: the next
        one has to see all of it.
        """
        walk.open -= 1
        job = self._run.job
        whole = job.limit is None and job.since is None and job.until is None
        if walk.open == 0 and whole and not walk.failed and not self._spider.stopping:
            await self._spider.in_store(lambda db: finish_walk(db, self._site.id, walk.root, walk.answers))

    def _failed(self, failure: Failure) -> None:
        if isinstance(failure.value, HeldBackError):
            return
        request: Request = failure.request  # type: ignore[attr-defined]  # scrapy adds it
        source: Source = request.meta["source"]
        source.walk.open -= 1
        report = self._run.source(source.url, source.kind)
        self._say_failed(source, report, failure_outcome(failure.value).reason or "no answer")

    def _say_failed(self, source: Source, report: SourceReport, reason: str) -> None:
        source.walk.failed = True
        report.error = reason
        logger.warning("The %s %s could not be read: %s", report.kind, report.url, reason)


def parse_source(body: bytes, url: str, kind: SourceKind, site: Site, charset: str | None) -> Named:
    """Read a source's answer; runs in a worker process."""
    if kind == "feed":
        feed = parse_feed(body, url, zone=site.zone)
        older = older_page(url) if feed.entries and is_wordpress(body) else None
        return Named(feed.entries, [], feed.next_url, older, skipped=feed.skipped)
    if kind == "sitemap":
        sitemap = parse_sitemap(body, url, zone=site.zone)
        newest = sorted(
            sitemap.sitemaps,
            key=lambda entry: entry.modified_at or datetime.max.replace(tzinfo=UTC),
            reverse=True,
        )
        urls = [entry.url for entry in newest]
        return Named(sitemap.pages, urls, skipped=sitemap.skipped, truncated=sitemap.truncated)
    listing = parse_listing(body, url, site, charset=charset)
    return Named(listing.articles, [], listing.next_url)
