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

from crawler.discovery.answer import Named, SourceKind, parse_source
from crawler.discovery.window import Window, newest_first
from crawler.errors import KhabarError
from crawler.fetch.outcome import HeldBackError, charset_of, failure_outcome, header_of, status_outcome
from crawler.pipelines.extract import ExtractionFailedError
from crawler.spiders.archives import Archives
from crawler.spiders.crawling import Crawling
from crawler.spiders.intake import Intake
from crawler.spiders.job import SourceReport
from crawler.spiders.posts import Posts
from crawler.spiders.walk import Source, Walk, is_known
from crawler.storage.sources import SourceAnswer, SourceMemory, begin_walk, finish_walk, recall_source

SOURCE_PRIORITY = 100
"""Sources go before pages: what they name last may be what was published last."""

MOST_SITEMAPS = 500
"""Sitemaps that one crawl reads: at 50,000 addresses each, more than any news site publishes."""

MOST_PAGES_BACK = 1000
"""Further pages of a feed or listing that a backfill reads, as long as they reach into its window."""

FULL_READ = timedelta(days=1)
"""Once in so long a source is asked without validators: one that says "not modified" whatever happens is
found out by what it says then."""

MOST_FEED_PAGES = 20
"""Further pages of a feed that are read as long as each names a page we did not know: some weeks of a
busy site. What lies further back is the business of sitemaps and listings."""

logger = logging.getLogger(__name__)


class Sources:
    """The sources of the spider's site."""

    def __init__(self, spider: Crawling, intake: Intake, posts: Posts) -> None:
        self._spider = spider
        self._intake = intake
        self._posts = posts
        self._archives = Archives(spider, intake)
        self._begun = False
        self._site = spider.site
        self._run = spider.run
        self._asked: set[str] = set()
        self._robots_sitemaps: list[str] = []

    def listen(self) -> None:
        """Note the sitemaps that robots.txt names."""
        self._spider.crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)

    def _robots_parsed(self, robotparser: Any) -> None:
        # Scrapy's parser does not pass sitemaps on; the one below it, Protego's, knows them. Addresses
        # without a host are against the protocol, and common.
        named = (urljoin(self._site.url, url.strip()) for url in robotparser.rp.sitemaps)
        self._robots_sitemaps += [url for url in named if self._site.owns(url)]

    async def requests(self) -> AsyncIterator[Request]:
        """Yield a request for each source that the seed names; once in a crawl."""
        if self._begun:
            return
        self._begun = True
        await self._archives.recall()
        seed = self._site
        named: list[tuple[str, SourceKind, int]] = [
            *((url, "feed", MOST_FEED_PAGES) for url in seed.feeds),
            *((url, "sitemap", 0) for url in seed.sitemaps),
            *((listing.url, "listing", listing.pages - 1) for listing in seed.listings),
        ]
        for url, kind, pages in named or [(seed.url, "listing", 0)]:
            memory = await self._recall(url)
            walk = Walk(url, ended_before=memory.walked)
            left = pages if self._spider.window.is_open else MOST_PAGES_BACK
            yield self._request(Source(url, kind, walk, left), memory if memory.walked else SourceMemory())

    def fallback(self) -> Iterator[Request]:
        """Yield requests for the next sources in line, where those asked named nothing, or too little.

        A backfill asks all sitemaps of robots.txt: a feed names what is new, and is no answer for last year.
        """
        if not self._run.job.discover:
            return
        covered = self._posts.covered
        silent = not any(report.found or report.unchanged for report in self._run.report.sources)
        sitemaps = dict.fromkeys(url for url in self._robots_sitemaps if url not in self._asked)
        line: dict[str, SourceKind] = {}
        if silent or not (covered or self._spider.window.is_open):
            line = dict.fromkeys(sitemaps, "sitemap")
        if silent and not line and self._site.url not in self._asked:
            line = {self._site.url: "listing"}
        for url, kind in line.items():
            logger.info("No source named all that is wanted so far; asking %s", url)
            yield self._request(Source(url, kind, Walk(url, ended_before=False)), SourceMemory())
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
        # A window asks for other pages than those that an earlier crawl took from the same answer.
        if recent and not memory.lies and self._spider.window.is_open:
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
            priority=SOURCE_PRIORITY if source.url == source.walk.root or not source.is_paging else -1,
            meta={"source": source, "memory": memory},
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
        memory: SourceMemory = response.meta["memory"]
        if response.status == 304:
            report.unchanged = True
            source.walk.unchanged.append(source.url)
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
        if source.kind == "sitemap":
            self._archives.coverage.note_sitemap(named.pages, named.sitemaps)
        if named.skipped:
            self._run.problem(f"{source.url}: {named.skipped} entries without a usable address were left out")
        if named.truncated:
            self._run.problem(
                f"{source.url}: it is cut off, or names more than a sitemap may; the rest was left out"
            )
        pages = sorted(named.pages, key=lambda item: newest_first(item.url, item.hints), reverse=True)
        requests, report.new = await self._intake.found(pages)
        for request in requests:
            yield request
        further = [*await self._sitemaps(source, named, report), *self._pages(source, named, report)]
        if further and not source.walk.begun:
            source.walk.begun = True
            await self._spider.in_store(lambda db: begin_walk(db, self._site.id, source.walk.root))
        for one, known in further:
            yield self._request(one, known)
        if not named.sitemaps:
            # An index that did not change says nothing about the sitemaps it names: it is always read.
            source.walk.answers.append(self._answer(source, response, memory, report))

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
        return SourceAnswer(source.url, etag, modified, report.found, sha256, lies)

    async def _sitemaps(
        self, source: Source, named: Named, report: SourceReport
    ) -> list[tuple[Source, SourceMemory]]:
        """The sitemaps of an index that are worth a request, and what is remembered of them."""
        asked: list[tuple[Source, SourceMemory]] = []
        outside = rest = 0
        for link in named.sitemaps:
            if link.url in self._asked or not self._site.owns(link.url):
                continue
            if not self._spider.window.may_name(link.url, link.modified_at):
                outside += 1
                continue
            memory = await self._recall(link.url)
            if self._spider.window.is_open and source.walk.ended_before and is_known(link, memory):
                continue
            if len(self._asked) + len(asked) >= MOST_SITEMAPS:
                rest += 1
                continue
            asked.append((Source(link.url, "sitemap", source.walk), memory))
        if rest:
            source.walk.failed = True
            self._run.problem(
                f"{source.url}: it names {rest} sitemaps more than the {MOST_SITEMAPS} of one crawl"
            )
        if outside:
            report.note = (
                f"{outside} of the {len(named.sitemaps)} sitemaps it names lie outside the window of time"
            )
        return asked

    def _pages(
        self, source: Source, named: Named, report: SourceReport
    ) -> Iterator[tuple[Source, SourceMemory]]:
        """The source's own next page, if it is worth a request."""
        walk, window = source.walk, self._spider.window
        keys = {self._intake.page_key(page.url) for page in named.pages}
        fresh = keys - walk.named
        walk.named |= keys
        following = named.next_url or named.guessed_url
        if source.pages_left <= 0 or following is None or following in self._asked:
            return
        guessed = named.next_url is None
        new = report.new
        if not fresh and not (walk.root == source.url and not keys):
            report.note = "it names the same pages as those before it: its paging ends here"
            return
        if not window.is_open:
            # Back through time: on as long as the pages reach into the window.
            reach = Window(since=window.since)
            if self._spider.is_past_window:
                report.note = (
                    "what it names now was published before the window of time: its paging ends here"
                )
                return
            worth = any(reach.may_hold(page.url, page.hints) for page in named.pages)
        else:
            # What an earlier walk left out is known where all posts are.
            known = walk.ended_before or self._posts.covered
            # A further page is only worth a request while there is something new, or was when a walk broke
            # off. A guessed one: where all was new, what was published before the oldest of it may have been
            # missed as well; once on the way back, until nothing is new.
            some = (new == len(named.pages) or (source.guessed and new)) if guessed else new
            worth = bool(some) or not known
        if worth:
            left = source.pages_left - 1
            if left == 0 and source.kind == "feed" and window.is_open:
                report.note = f"its paging goes on after {MOST_FEED_PAGES} pages; what is older was not read"
            back = not window.is_open
            further = Source(following, source.kind, walk, left, guessed=guessed, is_paging=back)
            yield further, SourceMemory()

    async def _ended(self, walk: Walk) -> None:
        """Count a request of a walk as done; with the last one, remember the walk.

        A crawl that leaves pages out (a limit, a window of time) or that broke off remembers none: the next
        one has to see all of it.
        """
        walk.open -= 1
        job = self._run.job
        whole = job.limit is None and job.since is None and job.until is None
        if walk.open == 0 and whole and not walk.failed and not self._spider.stopping:
            await self._spider.in_store(
                lambda db: finish_walk(db, self._site.id, walk.root, walk.answers, walk.unchanged)
            )

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
        if source.kind == "sitemap":
            self._archives.coverage.note_failed()
        report.error = reason
        logger.warning("The %s %s could not be read: %s", report.kind, report.url, reason)
