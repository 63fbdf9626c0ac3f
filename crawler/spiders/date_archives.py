"""Archives: a backfill's way through a site's dated listings, where neither sitemaps nor posts reach back.

One listing after the other, the newest first. Each that was read to its end is remembered, so that a backfill
that was stopped goes on there. Nothing is asked against a no: see `_ends_it`.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery.coverage import Coverage
from crawler.discovery.date_archives import (
    Archive,
    ArchivePage,
    ArchiveTemplate,
    archive_key,
    find_archives,
    parse_archive,
    read_archive,
)
from crawler.discovery.window import MARGIN
from crawler.errors import KhabarError
from crawler.fetch.outcome import HeldBackError, charset_of, failure_outcome, status_outcome
from crawler.health.report import SourceReport
from crawler.model.article import Discovered
from crawler.model.crawl import CrawlOutcome, SourceKind
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.spiders.archive_evidence import ArchiveEvidence
from crawler.spiders.crawling import Crawling
from crawler.spiders.page_queue import Intake
from crawler.storage.date_archives import (
    mark_archive_read,
    next_unread,
    recall_archives,
    remember_no_archives,
)
from crawler.storage.sources import REFUSED_FOR

EMPTY = {"month": 13, "day": 45, "year": 3}
"""Listings in a row that name nothing new, after which the archive has come to its end, unless an older
article is known: then the walk goes on there."""

EMPTY_AT_FIRST = {"month": 60, "day": 400, "year": 10}
"""The same before any listing has named an article: a site may have stopped some years ago."""

MOST_FAILURES = 3
"""Listings in a row that could not be read, after which the site is left alone."""

MOST_PAGES = 500
"""Pages of one listing: ten articles each, that is more than an agency's busiest month."""

GOES_ON = 0
"""Priority of the next listing: below all pages found so far, which are newer than what it names."""

SAYS_NO = frozenset({401, 403, 405, 451})
NOT_THERE = frozenset({404, 410})

logger = logging.getLogger(__name__)


class Archives:
    """The dated listings of the spider's site.

    Args:
        spider: The crawl.
        pages: Takes what the listings name.
    """

    def __init__(self, spider: Crawling, pages: Intake) -> None:
        self._spider = spider
        self._pages = pages
        self._site = spider.site
        self._run = spider.run
        self._begun = False
        self._refused = False
        self.coverage = Coverage(spider.window)
        self._template: ArchiveTemplate | None = None
        self._left: Sequence[Archive] = ()
        self._home: set[str] = set()
        self._named: set[str] = set()
        self._report: SourceReport | None = None
        self._evidence = ArchiveEvidence(spider, pages)
        self._answered_once = False
        self._empty = self._failures = self._read = 0

    # Whether they are wanted

    async def recall(self) -> None:
        """Recall whether the site said no before."""
        if not self._spider.window.is_open:
            memory = await self._spider.in_store(lambda db: recall_archives(db, self._site.id))
            self._refused = memory is None or memory.refused_until is not None

    def requests(self, *, covered: bool) -> Iterator[Request]:
        """Yield the first request of a backfill's walk, once, if all else leaves the window open.

        Args:
            covered: A walk over the REST interface's posts has brought all of the window.
        """
        covered = covered or self.coverage.reaches_back
        if self._begun or self._spider.window.is_open or self._refused or covered:
            return
        if self._pages.is_full or self._spider.stopping:
            return
        self._begun = True
        yield Request(
            self._site.url, callback=self._home_answered, errback=self._home_failed, dont_filter=True
        )

    # Which there are

    async def _home_answered(self, response: Response) -> AsyncIterator[Request]:
        """Find out from the home page, or an index of archives that it links, how they are addressed."""
        if status_outcome(response.status) is not None:
            return
        found = await self._find(response)
        if found is None:
            return
        templates, articles, index = found
        self._home |= {self._pages.page_key(article.url) for article in articles}
        if not templates and index and not response.meta.get("is_index"):
            yield Request(
                index,
                callback=self._home_answered,
                errback=self._home_failed,
                meta={"is_index": True},
                dont_filter=True,
            )
            return
        if not templates:
            logger.info("%s links no dated archives", response.url)
            return
        self._template = templates[0]
        self._report = self._run.source(self._template.pattern, SourceKind.DATE_ARCHIVE)
        await self._evidence.gather(articles)
        self._left = tuple(self._evidence.archives(self._template))
        async for request in self._next():
            yield request

    async def _find(
        self, response: Response
    ) -> tuple[list[ArchiveTemplate], list[Discovered], str | None] | None:
        try:
            return await self._run.pool.run(
                find_archives, response.body, response.url, self._site, charset_of(response)
            )
        except (KhabarError, ExtractionFailedError) as error:
            logger.warning("%s could not be read: %s", response.url, error)
            return None

    def _home_failed(self, failure: Failure) -> None:
        logger.info("No archives are looked for: %s", failure_outcome(failure.value).reason)

    # The walk

    async def _next(self) -> AsyncIterator[Request]:
        """Go on to the next listing that was not read lately."""
        if self._pages.is_full:
            self._run.end(CrawlOutcome.LIMIT, f"--limit {self._run.job.limit} was reached")
        if self._spider.stopping or self._pages.is_full or self._template is None:
            return
        left, site = self._left, self._site.id
        archive, known = await self._spider.in_store(lambda db: next_unread(db, site, left)) or (None, 0)
        self._left = left[known + 1 :]
        if known:
            self._answered_once = True
            self._empty = 0
            if self._report is not None:
                self._report.unchanged = not self._read
        if archive is None:
            told = f"{self._read} pages of dated listings were read, back to the window's beginning"
            self._say(told if self._read else "the dated listings of this window were read before")
            return
        yield self._request(archive, archive.url)

    def _request(self, archive: Archive, url: str, page: int = 1, found: int = 0) -> Request:
        return Request(
            url,
            callback=self._answered,
            errback=self._failed,
            priority=GOES_ON,
            meta={"archive": archive, "number": page, "found": found},
            dont_filter=True,
        )

    async def _answered(self, response: Response) -> AsyncIterator[Request]:
        archive: Archive = response.meta["archive"]
        number: int = response.meta["number"]
        asked: str = (response.meta.get("redirect_urls") or [response.url])[0]
        template = self._template
        assert template is not None  # noqa: S101 - without one nothing is asked
        moved = archive_key(response.url) != archive_key(asked) and not _same_date(response.url, asked)
        if response.status in NOT_THERE or moved:
            if self._ends_it(response, archive, moved=moved):
                await self._end(response.url, archive, moved=moved)
                return
            self._empty += number == 1
            # A further page that is not there is the end of its listing.
            async for request in self._after(archive, read=number > 1, found=response.meta["found"]):
                yield request
            return
        if (outcome := status_outcome(response.status)) is not None:
            if response.status in SAYS_NO:
                await self._end(response.url, archive, reason=outcome.reason)
                return
            self._failed_with(archive, outcome.reason or f"status {response.status}")
        else:
            try:
                page = await self._run.pool.run(
                    parse_archive,
                    response.body,
                    response.url,
                    self._site,
                    template,
                    charset_of(response),
                )
            except (KhabarError, ExtractionFailedError) as error:
                self._failed_with(archive, str(error))
            else:
                async for request in self._take(response, archive, page):
                    yield request
                return
        async for request in self._after(archive):
            yield request

    async def _take(self, response: Response, archive: Archive, page: ArchivePage) -> AsyncIterator[Request]:
        """Take what a listing's page names, then its next page or the next listing."""
        number, found = response.meta["number"], response.meta["found"] + len(page.articles)
        keys = {self._pages.page_key(article.url) for article in page.articles}
        old = archive.span.end < datetime.now(UTC) - REFUSED_FOR
        if not self._answered_once and old and keys and keys <= self._home:
            await self._end(response.url, archive, reason="it names what the home page does")
            return
        if not keys and self._ends_it(response, archive, moved=False):
            await self._end(response.url, archive)
            return
        self._answered_once, self._failures = True, 0
        self._read += 1
        fresh = keys - self._named
        self._named |= keys
        if number == 1:
            self._empty = 0 if fresh else self._empty + 1
        requests, addresses = await self._pages.found(page.articles)
        if self._report is not None:
            self._report.add(addresses)
        for request in requests:
            yield request
        if page.next_url and fresh and number == MOST_PAGES:
            self._run.problem(f"{archive.url}: it has more than {MOST_PAGES} pages; the rest was not read")
        if page.next_url and fresh and number < MOST_PAGES and not self._pages.is_full:
            yield self._request(archive, page.next_url, number + 1, found)
            return
        async for request in self._after(archive, read=True, found=found):
            yield request

    async def _after(self, archive: Archive, *, read: bool = False, found: int = 0) -> AsyncIterator[Request]:
        """Note how a listing ended, and go on to the next unless the archive has come to its end."""
        window, span = self._spider.window, archive.span
        # Of a listing that the window cuts by more than its margin, only a part went into the frontier.
        inside = (window.since is None or window.since <= span.start + MARGIN) and (
            window.until is None or window.until >= span.end - MARGIN
        )
        if read and inside and not self._pages.is_full:
            await self._spider.in_store(lambda db: mark_archive_read(db, self._site.id, archive, found))
        unit = self._template.unit if self._template else "month"
        if self._failures >= MOST_FAILURES:
            self._say_given_up(f"{self._failures} {unit}s in a row could not be read")
            return
        limit = EMPTY[unit] if self._named - self._home else EMPTY_AT_FIRST[unit]
        if self._empty >= limit and not await self._goes_on_before(span.start):
            self._say_given_up(f"{self._empty} {unit}s in a row hold nothing more")
            return
        async for request in self._next():
            yield request

    async def _goes_on_before(self, moment: datetime) -> bool:
        """Whether an article of before a moment is known; the walk then goes on with its listing."""
        older = await self._evidence.before(moment, self._spider.window.since)
        if older is None:
            return False
        self._left = [archive for archive in self._left if archive.span.start <= older + MARGIN]
        self._empty = 0
        return bool(self._left)

    def _say_given_up(self, why: str) -> None:
        """Report how the walk ended before its time, and what it did not look at."""
        note = f"{why}; {self._read} pages were read"
        if self._left:
            latest, earliest = self._left[0].span.end, self._left[-1].span.start
            period = f"from {earliest:%Y-%m-%d} to {latest:%Y-%m-%d}"
            note += f"; {len(self._left)} listings {period} were not looked at"
            self._run.problem(f"dated listings: {note}")
        self._say(note)

    # How it ends

    def _ends_it(self, response: Response, archive: Archive, *, moved: bool) -> bool:
        """Whether a listing that is not there means that the site has none.

        Where the site links such listings, one that is not there has no articles; where nobody named them,
        the first one decides, unless its time has hardly begun. Sites that closed them lead to their home
        page instead.
        """
        guessed = self._template is None or not self._template.linked
        first = not self._answered_once and response.meta["number"] == 1
        newest = self._evidence.newest or datetime.now(UTC)
        # Later than the newest page that is known, it need not be there.
        may_be_empty = archive.span.end >= datetime.now(UTC) or archive.span.start > newest
        return first and (moved or (guessed and not may_be_empty))

    async def _end(
        self, url: str, archive: Archive, *, reason: str | None = None, moved: bool = False
    ) -> None:
        why = reason or (f"{archive.url} leads to {url}" if moved else f"{archive.url} is not there")
        if not self._answered_once and (moved or reason):
            until = datetime.now(UTC) + REFUSED_FOR
            why += f"; dated listings are not asked for again before {until:%Y-%m-%d}"
            await self._spider.in_store(
                lambda db: remember_no_archives(db, self._site.id, archive.url, until)
            )
        self._say(why)

    def _failed_with(self, archive: Archive, reason: str) -> None:
        self._failures += 1
        self._run.problem(f"{archive.url}: {reason}")
        if self._failures >= MOST_FAILURES and self._report is not None:
            self._report.error = reason

    async def _failed(self, failure: Failure) -> AsyncIterator[Request]:
        if isinstance(failure.value, HeldBackError):
            return
        request: Request = failure.request  # type: ignore[attr-defined]  # scrapy adds it
        archive: Archive = request.meta["archive"]
        outcome = failure_outcome(failure.value)
        if outcome.disposition == "refused":
            await self._end(request.url, archive, reason=outcome.reason)
            return
        self._failed_with(archive, outcome.reason or "no answer")
        async for following in self._after(archive):
            yield following

    def _say(self, note: str) -> None:
        if self._report is not None:
            self._report.note = note
        logger.info("Dated listings: %s", note)


def _same_date(url: str, asked: str) -> bool:
    """Whether both addresses are of one date: WordPress leads from "?m=202403" to "/2024/03/"."""
    here, there = read_archive(url), read_archive(asked)
    return here is not None and there is not None and here[2] == there[2]
