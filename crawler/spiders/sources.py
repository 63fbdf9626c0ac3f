"""Sources of discovery: the requests that ask a site which pages exist, and what their answers become.

The sources that the seed names are all asked. Where they name no page at all, the sitemaps that robots.txt
names and then the home page, read as a listing, take over: a feed that has moved must not mean silence.
"""

import hashlib
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from scrapy import Request, signals
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery.accounting import (
    AddressCounts,
    AddressOutcome,
    SourceFinding,
    SourceVerdict,
    foreign_host,
    judge_source,
)
from crawler.discovery.lastmod import with_believed_times
from crawler.discovery.source_content import Named, parse_source
from crawler.discovery.window import newest_first
from crawler.errors import KhabarError
from crawler.fetch.outcome import HeldBackError, charset_of, failure_outcome, header_of, status_outcome
from crawler.health.report import SourceReport
from crawler.model.article import Disposition
from crawler.model.crawl import SourceKind
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.spiders.crawling import Crawling
from crawler.spiders.date_archives import Archives
from crawler.spiders.listing_sitemaps import ListingSitemaps
from crawler.spiders.page_queue import Intake
from crawler.spiders.posts import Posts
from crawler.spiders.source_paging import MAX_PAGES_A_CRAWL, SourcePaging
from crawler.spiders.walk import Source, Walk, is_known
from crawler.storage.sources import (
    SourceAnswer,
    SourceMemory,
    WalkEnd,
    begin_walk,
    finish_walk,
    recall_source,
)

SOURCE_PRIORITY = 100
"""Sources go before pages: what they name last may be what was published last."""

MOST_SITEMAPS = 500
"""Sitemaps that one crawl reads: at 50,000 addresses each, more than any news site publishes."""

MOST_PAGES_BACK = 1000
"""Further pages of a feed or listing that a backfill reads, as long as they reach into its window."""

FULL_READ = timedelta(days=1)
"""Once in so long a source is asked without validators: one that says "not modified" whatever happens is
found out by what it says then."""

MAX_FEEDS_OF_A_PAGE = 3
"""Feeds that are read in place of one that has become a web page: a site names one, or one for each desk."""

logger = logging.getLogger(__name__)


class Sources:
    """The sources of the spider's site."""

    def __init__(self, spider: Crawling, intake: Intake, posts: Posts) -> None:
        self._spider = spider
        self._intake = intake
        self._posts = posts
        self._archives = Archives(spider, intake)
        self._paging = SourcePaging(spider, intake, posts)
        self._begun = False
        self._site = spider.site
        self._run = spider.run
        self._asked: set[str] = set()
        self._robots_sitemaps: list[str] = []
        self._listings = ListingSitemaps()

    def listen(self) -> None:
        """Note the sitemaps that robots.txt names."""
        self._spider.crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)

    def _robots_parsed(self, robotparser: Any, request: Request) -> None:
        # A site vouches for the sitemaps that its own robots.txt names, wherever they lie (sitemaps.org,
        # "Sitemaps & Cross Submits"); the host of a sitemap vouches for nothing.
        if not self._site.owns(request.url):
            return
        # Addresses without a host are against the protocol, and common.
        self._robots_sitemaps += [urljoin(self._site.url, url.strip()) for url in robotparser.sitemaps]

    async def requests(self) -> AsyncIterator[Request]:
        """Yield a request for each source that the seed names; once in a crawl."""
        if self._begun:
            return
        self._begun = True
        await self._archives.recall()
        seed = self._site
        sources: list[tuple[str, SourceKind, int]] = [
            *((url, SourceKind.FEED, MAX_PAGES_A_CRAWL) for url in seed.feeds),
            *((url, SourceKind.SITEMAP, 0) for url in seed.sitemaps),
            *((listing.url, SourceKind.LISTING, listing.pages - 1) for listing in seed.listings),
        ]
        # A home page that is a site's only source is read further back than one beside others.
        for url, kind, pages in sources or [(seed.url, SourceKind.LISTING, MAX_PAGES_A_CRAWL)]:
            is_bounded = kind is SourceKind.FEED or not sources
            for request in await self._begin(url, kind, pages, is_bounded=is_bounded):
                yield request

    async def _begin(self, url: str, kind: SourceKind, pages: int, *, is_bounded: bool) -> list[Request]:
        """Requests for a source, and for the page at which an earlier crawl stopped."""
        memory = await self._recall(url)
        walk = self._paging.walk(url, memory)
        is_open = self._spider.window.is_open
        root = Source(url, kind, walk, pages if is_open else MOST_PAGES_BACK, is_bounded=is_bounded)
        # Both are made before either is answered: the walk ends with the last of them.
        requests = [self._request(root, memory if memory.walked else SourceMemory())]
        if is_open and memory.resume_url and memory.walked:
            resumed = Source(
                memory.resume_url, kind, walk, pages, guessed=True, is_bounded=is_bounded, resumed=True
            )
            requests.append(self._request(resumed, SourceMemory()))
        return requests

    def fallback(self) -> Iterator[Request]:
        """Yield requests for the next sources in line, where those asked named nothing, or too little.

        A backfill asks all sitemaps of robots.txt: a feed names what is new, and is no answer for last year.
        So does a crawl to which the REST interface did not give all posts that it counts.
        """
        if not self._run.job.discover:
            return
        covered = self._posts.covered
        silent = not any(report.names_pages for report in self._run.report.sources)
        self._listings.put_off(self._robots_sitemaps, self._asked)
        sitemaps = dict.fromkeys(
            url for url in self._robots_sitemaps if url not in self._asked and url not in self._listings
        )
        line: dict[str, SourceKind] = {}
        if silent or self._posts.is_short or not (covered or self._spider.window.is_open):
            line = dict.fromkeys(sitemaps, SourceKind.SITEMAP)
        if silent and not line and self._site.url not in self._asked:
            line = {self._site.url: SourceKind.LISTING}
        takes_listings = not line and not self._listings.are_needless
        if takes_listings:
            line = dict.fromkeys(self._listings.take(), SourceKind.SITEMAP)
        for url, kind in line.items():
            logger.info("No source named all that is wanted so far; asking %s", url)
            walk = Walk(url, ended_before=False)
            yield self._request(Source(url, kind, walk, takes_listings=takes_listings), SourceMemory())
        if not line:
            yield from self._archives.requests(covered=covered)

    async def _recall(self, url: str) -> SourceMemory:
        memory = await self._spider.in_store(lambda db: recall_source(db, self._site.id, url))
        return memory or SourceMemory()

    def _request(self, source: Source, memory: SourceMemory) -> Request:
        self._asked.add(source.url)
        source.walk.open += 1
        headers: dict[str, str] = {}
        recent = memory.read_at is not None and datetime.now(UTC) - memory.read_at < FULL_READ
        # A window asks for other pages than those that an earlier crawl took from the same answer. One that
        # named no page is read in full each time: it is only well again when it names one.
        trusted = recent and not memory.lies and memory.verdict is SourceVerdict.OK
        if trusted and self._spider.window.is_open:
            if memory.etag:
                headers["If-None-Match"] = memory.etag
            if memory.last_modified:
                headers["If-Modified-Since"] = memory.last_modified
        return Request(
            source.url,
            callback=self._answered,
            errback=self._failed,
            headers=headers,
            # On the way back through a window, what has been found is read first: it tells when to stop.
            priority=SOURCE_PRIORITY if source.is_root or not source.is_paging else -1,
            meta={"source": source, "memory": memory},
            dont_filter=True,
        )

    async def _answered(self, response: Response) -> AsyncIterator[Request]:
        source: Source = response.meta["source"]
        for request in await self._posts.notice(response):
            yield request
        if source.guessed:
            async for request in self._read_guessed(source, response):
                yield request
        # A page further on that is not there is the end of them.
        elif response.status != 404 or source.is_root or source.kind is SourceKind.SITEMAP:
            async for request in self._read(source, response):
                yield request
        await self._ended(source.walk)

    async def _read_guessed(self, source: Source, response: Response) -> AsyncIterator[Request]:
        """Read a page that nobody named, if there is one; if there is none, try the next guess."""
        named = None
        if status_outcome(response.status) is None:
            try:
                named = await self._parse(source, response)
            except (KhabarError, ExtractionFailedError) as error:
                logger.info("%s is no page of %s: %s", source.url, source.walk.root, error)
        elif not source.probes and response.status >= 500:
            self._say_failed(source, self._report(source), f"status {response.status}")
            return
        if named is not None and self._paging.confirms(source, named):
            async for request in self._take(source, response, named, self._report(source)):
                yield request
            return
        for further in self._paging.next_guess(source):
            yield self._request(further, SourceMemory())

    async def _read(self, source: Source, response: Response) -> AsyncIterator[Request]:
        report = self._report(source)
        memory: SourceMemory = response.meta["memory"]
        if response.status == 304:
            self._repeat(source, report, memory)
            return
        outcome = status_outcome(response.status)
        if outcome is not None:
            is_gone = outcome.disposition is Disposition.GONE
            self._say_failed(source, report, outcome.reason or f"status {response.status}", is_gone=is_gone)
            return
        try:
            named = await self._parse(source, response)
        except (KhabarError, ExtractionFailedError) as error:
            self._say_failed(source, report, str(error))
            return
        if named.feeds:
            async for request in self._replaced(source, report, named.feeds):
                yield request
            return
        async for request in self._take(source, response, named, report):
            yield request

    def _report(self, source: Source) -> SourceReport:
        report = self._run.source(source.url, source.kind)
        if source.is_root:
            source.walk.report = report
        return report

    async def _parse(self, source: Source, response: Response) -> Named:
        return await self._run.pool.run(
            parse_source, response.body, response.url, source.kind, self._site, charset_of(response)
        )

    def _repeat(self, source: Source, report: SourceReport, memory: SourceMemory) -> None:
        """Take an answer that nothing has changed: what was found out by the last full one still holds."""
        report.unchanged = True
        source.walk.unchanged.append(source.url)
        if source.is_root:
            source.walk.repeated = memory.finding
        else:
            report.verdict = memory.finding.verdict

    async def _replaced(
        self, source: Source, report: SourceReport, feeds: tuple[str, ...]
    ) -> AsyncIterator[Request]:
        """Read the feeds that a web page names which stands where a feed was."""
        line = [url for url in feeds if url not in self._asked][:MAX_FEEDS_OF_A_PAGE]
        names = ", ".join(feeds[:MAX_FEEDS_OF_A_PAGE])
        self._say_failed(
            source, report, f"it is a web page now, and names as its feed {names}, which is read instead"
        )
        for url in line:
            for request in await self._begin(url, SourceKind.FEED, MAX_PAGES_A_CRAWL, is_bounded=True):
                yield request

    async def _take(
        self, source: Source, response: Response, named: Named, report: SourceReport
    ) -> AsyncIterator[Request]:
        """Take what an answer names: pages into the frontier, further pages and sitemaps into the line."""
        walk = source.walk
        memory: SourceMemory = response.meta["memory"]
        if source.is_root and self._site.owns(source.url) and not self._site.owns(response.url):
            walk.foreign_host = foreign_host(response.url)
        if source.kind is SourceKind.SITEMAP:
            self._archives.coverage.note_sitemap(named.pages, named.sitemaps)
        if named.truncated:
            self._run.problem(
                f"{source.url}: it is cut off, or names more than a sitemap may; the rest was left out"
            )
        named, doubted = with_believed_times(named, walk.root, datetime.now(UTC))
        if doubted:
            report.note = f"{doubted} of its times of change say nothing: not relied on"
        pages = self._listings.articles(source, named, report)
        pages = sorted(pages, key=lambda item: newest_first(item.url, item.hints), reverse=True)
        # It is sent once the pages are in the frontier: the posts that it leads to are these pages.
        probe = await self._posts.probe(len(pages))
        requests, addresses = await self._intake.found(pages)
        addresses.add(named.left_out)
        addresses.count(AddressOutcome.UNUSABLE, named.skipped)
        if not source.takes_listings:
            addresses.count(AddressOutcome.LISTING, len(named.listings))
        if named.skipped:
            self._run.problem(f"{source.url}: {named.skipped} entries without a usable address were left out")
        walk.account(report, addresses)
        for request in [*probe, *requests]:
            yield request
        further = [
            *await self._sitemaps(source, named, report),
            *(
                (page, SourceMemory())
                for page in self._paging.further_pages(source, named, report, self._asked)
            ),
        ]
        if further and not walk.begun:
            walk.begun = True
            await self._spider.in_store(lambda db: begin_walk(db, self._site.id, walk.root))
        for next_source, remembered in further:
            yield self._request(next_source, remembered)
        if not named.sitemaps:
            # An index that did not change says nothing about the sitemaps it names: it is always read.
            walk.answers.append(self._answer(source, response, memory, report))

    def _answer(
        self, source: Source, response: Response, memory: SourceMemory, report: SourceReport
    ) -> SourceAnswer:
        """The answer as it is remembered. Validators that stay the same over another content are lies."""
        etag, modified = header_of(response, b"ETag"), header_of(response, b"Last-Modified")
        sha256 = hashlib.sha256(response.body).hexdigest()
        changed = memory.sha256 is not None and memory.sha256 != sha256
        same = etag == memory.etag if etag else bool(modified) and modified == memory.last_modified
        lies = memory.lies or (changed and same)
        if lies and not memory.lies:
            report.note = (
                "its ETag or Last-Modified stays the same when its content changes: not relied on now"
            )
        report.unchanged = source.walk.ended_before and memory.sha256 == sha256
        finding = judge_source(report.addresses)
        return SourceAnswer(source.url, etag, modified, report.found, sha256, lies, finding)

    async def _sitemaps(
        self, source: Source, named: Named, report: SourceReport
    ) -> list[tuple[Source, SourceMemory]]:
        """The sitemaps of an index that are worth a request, and what is remembered of them.

        The site vouches for those that its index names, wherever they lie; of the pages that they name, only
        the site's own are taken.
        """
        line: list[tuple[Source, SourceMemory]] = []
        counts = AddressCounts()
        if listings := self._listings.put_off([link.url for link in named.sitemaps], self._asked):
            report.note = f"{listings} sitemaps of categories, tags and authors were not read"
        for link in named.sitemaps:
            if link.url in self._asked:
                counts.count(AddressOutcome.SITEMAP_READ)
                continue
            if link.url in self._listings:
                counts.count(AddressOutcome.SITEMAP_LEFT_OUT)
                continue
            if not self._spider.window.may_name(link.url, link.modified_at):
                counts.count(AddressOutcome.SITEMAP_OUTSIDE_WINDOW)
                continue
            memory = await self._recall(link.url)
            if self._spider.window.is_open and source.walk.ended_before and is_known(link, memory):
                counts.count(AddressOutcome.SITEMAP_UNCHANGED)
                continue
            if len(self._asked) + len(line) >= MOST_SITEMAPS:
                counts.count(AddressOutcome.SITEMAP_LEFT_OUT)
                continue
            counts.count(AddressOutcome.SITEMAP_READ)
            line.append((Source(link.url, SourceKind.SITEMAP, source.walk), memory))
        source.walk.account(report, counts)
        if rest := counts[AddressOutcome.SITEMAP_LEFT_OUT] - listings:
            source.walk.failed = True
            self._run.problem(
                f"{source.url}: it names {rest} sitemaps more than the {MOST_SITEMAPS} of one crawl"
            )
        if outside := counts[AddressOutcome.SITEMAP_OUTSIDE_WINDOW]:
            report.note = (
                f"{outside} of the {len(named.sitemaps)} sitemaps it names lie outside the window of time"
            )
        return line

    async def _ended(self, walk: Walk) -> None:
        """Count a request of a walk as done; with the last one, judge the source and remember the walk.

        A crawl that leaves pages out (a limit, a window of time) or that broke off remembers none: the next
        one has to see all of it.
        """
        walk.open -= 1
        if walk.open or self._spider.stopping:
            return
        finding = self._conclude(walk)
        job = self._run.job
        whole = job.limit is None and job.since is None and job.until is None
        if whole and not walk.failed:
            end = WalkEnd(finding, walk.resume_url, walk.pagination, walk.probed)
            await self._spider.in_store(
                lambda db: finish_walk(db, self._site.id, walk.root, walk.answers, walk.unchanged, end)
            )

    def _conclude(self, walk: Walk) -> SourceFinding:
        """Judge a source by all that it and what it leads to named."""
        finding = walk.finding()
        report = walk.report
        if report is not None:
            report.conclude(finding)
            if finding.verdict is not SourceVerdict.OK:
                since = walk.memory.failing_since or datetime.now(UTC)
                report.failing_since = since.isoformat()
                self._run.problem(report.problem or walk.root)
                logger.warning("The %s %s: %s", report.kind, report.url, report.error)
        return finding

    async def _failed(self, failure: Failure) -> None:
        if isinstance(failure.value, HeldBackError):
            return
        request: Request = failure.request  # type: ignore[attr-defined]  # scrapy adds it
        source: Source = request.meta["source"]
        reason = failure_outcome(failure.value).reason or "no answer"
        self._say_failed(source, self._report(source), reason)
        await self._ended(source.walk)

    def _say_failed(
        self, source: Source, report: SourceReport, reason: str, *, is_gone: bool = False
    ) -> None:
        """Note that a source, or something that it leads to, could not be read.

        A sitemap that an index names and that is gone does not keep the walk from having ended.
        """
        source.walk.failed = source.walk.failed or source.is_root or not is_gone
        source.walk.first_error = source.walk.first_error or reason
        if source.kind is SourceKind.SITEMAP:
            self._archives.coverage.note_failed()
        report.error = reason
        if not source.is_root:
            self._run.problem(report.problem or reason)
            logger.warning("The %s %s could not be read: %s", report.kind, report.url, reason)
