"""One reading of a source: what it names goes into the frontier, and is accounted for."""

import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scrapy import Request
from scrapy.http import Response

from crawler.discovery.accounting import (
    AddressCounts,
    AddressOutcome,
    SourceFinding,
    SourceVerdict,
    foreign_host,
    judge_source,
)
from crawler.discovery.pagination import Pagination
from crawler.discovery.source_content import SourceContent, with_believed_times
from crawler.fetch.content import IS_LISTING
from crawler.fetch.outcome import HeldBackError, header_of
from crawler.health.report import SourceReport
from crawler.html.sentences import sentence
from crawler.model.crawl import SourceKind
from crawler.model.site import Site
from crawler.spiders.sources.fetching import FetchError, NotReadableError, status_reason
from crawler.spiders.sources.services import SourceServices
from crawler.storage.sources import SourceAnswer, SourceMemory, WalkEnd, begin_walk, finish_walk

SOURCE_PRIORITY = 100
"""Sources go before pages: what they name last may be what was published last."""

FULL_READ = timedelta(days=1)
"""Once in so long a source is asked without validators: one that answers "not modified" whatever happens is
recognised by what it names then."""

MAX_FEEDS_OF_A_PAGE = 3
"""Feeds that are read in place of one that has become a web page: a site names one, or one for each desk."""

TRY_AGAIN = timedelta(days=30)
"""How long a feed that could not be paged is not tried again: a young one has no second page yet."""

NOTHING_REMEMBERED = SourceMemory()

Parser = Callable[[bytes, str, Site, str | None], SourceContent]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address of a source names, and the report about it."""

    url: str
    content: SourceContent
    report: SourceReport


class SourceReading:
    """A source that the seed names, read with all that it leads to: further pages, further sitemaps.

    Validators are kept when the reading has come to its end, not before: a crawl that is killed between the
    first page of a listing and the second must not find "nothing new" on the first one and stop there. For
    the same reason a source whose last reading did not come to its end is read on where nothing is new.

    Args:
        services: The crawl.
        root: The source's address.
        kind: What the report calls it.
        parse: Parses an answer; runs in a worker process.
        memory: What is remembered of the source.
    """

    def __init__(
        self,
        services: SourceServices,
        root: str,
        kind: SourceKind,
        parse: Parser,
        memory: SourceMemory = NOTHING_REMEMBERED,
    ) -> None:
        self.services = services
        self.root = root
        self.kind = kind
        self.memory = memory
        self.page_keys: set[str] = set()
        """Keys of the pages that were named."""
        self.resume_url: str | None = None
        """The page at which the next crawl goes on, where this one reads no further."""
        self.pagination: Pagination | None = memory.pagination
        """How a feed is paged that names no next page; None: unknown."""
        self.is_paging_tried = False
        """Whether this crawl looked for how the feed is paged."""
        self.is_incomplete = False
        """Whether something that the source leads to could not be read."""
        self.feeds: list[str] = []
        """Feeds that a web page names which stands where a feed was."""
        self._run = services.run
        self._parse = parse
        self._is_begun = False
        self._answers: list[SourceAnswer] = []
        self._unchanged: list[str] = []
        self._addresses = AddressCounts()
        self._report: SourceReport | None = None
        self._foreign_host: str | None = None
        self._first_error: str | None = None
        self._repeated: SourceFinding | None = None

    @property
    def ended_before(self) -> bool:
        """Whether the last reading came to its end."""
        return self.memory.walked

    @property
    def root_memory(self) -> SourceMemory:
        """What is remembered of the source's first answer: nothing where the last reading broke off."""
        return self.memory if self.ended_before else NOTHING_REMEMBERED

    @property
    def may_try_paging(self) -> bool:
        """Whether it may be looked for how a feed is paged that does not say so."""
        tried_at = self.memory.pagination_tried_at
        is_tried_lately = tried_at is not None and datetime.now(UTC) - tried_at < TRY_AGAIN
        return not (is_tried_lately or self.is_paging_tried)

    # Asking

    async def read(
        self, url: str, memory: SourceMemory = NOTHING_REMEMBERED, *, priority: int = SOURCE_PRIORITY
    ) -> Answer | None:
        """Fetch an address of the source and take what it names.

        Args:
            url: The address.
            memory: What is remembered of it.
            priority: The request's.

        Returns:
            What it names; None: nothing new, or it could not be read, which is reported.
        """
        is_root = url == self.root
        try:
            async with self._fetched(url, memory, priority) as response:
                # A further page that does not exist is the end of them.
                if response.status == 404 and not is_root and self.kind is not SourceKind.SITEMAP:
                    return None
                report = self._begin_report(url)
                if response.status == 304:
                    self._repeat(url, report, memory)
                    return None
                try:
                    content = await self.services.tasks.parse(self._parse, response)
                except NotReadableError as error:
                    self._report_failure(report, error.reason, is_gone=error.is_gone)
                    return None
                return await self._take(Answer(url, content, report), response, memory)
        except FetchError as error:
            self._report_failure(self._begin_report(url), error.reason)
        except HeldBackError:
            # The crawl ends, and nothing is concluded from what was not asked for.
            logger.debug("%s was not asked for", url)
        return None

    async def read_guess(
        self, url: str, is_next_page: Callable[[SourceContent], bool], *, priority: int, may_be_absent: bool
    ) -> Answer | None:
        """The same for an address that nobody named: that it does not exist is no failure.

        Args:
            url: The address.
            is_next_page: Whether what it names is a further page of the source.
            priority: The request's.
            may_be_absent: A server error says, too, that there is no such page.

        Raises:
            NotReadableError: It is no page of the source.
        """
        try:
            async with self._fetched(url, NOTHING_REMEMBERED, priority) as response:
                if response.status >= 500 and not may_be_absent:
                    self._report_failure(self._begin_report(url), status_reason(response))
                    return None
                content = await self.services.tasks.parse(self._parse, response)
                if not is_next_page(content):
                    raise _nothing_new()
                return await self._take(
                    Answer(url, content, self._begin_report(url)), response, NOTHING_REMEMBERED
                )
        except FetchError as error:
            self._report_failure(self._begin_report(url), error.reason)
        except HeldBackError:
            # The crawl ends, and nothing is concluded from what was not asked for.
            logger.debug("%s was not asked for", url)
        return None

    @asynccontextmanager
    async def _fetched(self, url: str, memory: SourceMemory, priority: int) -> AsyncIterator[Response]:
        self.services.requested.add(url)
        request = Request(
            url,
            headers=self._validators(memory),
            priority=priority,
            meta={IS_LISTING: self.kind is SourceKind.LISTING},
        )
        async with self.services.tasks.fetch(request) as response:
            await self.services.wordpress.notice(response)
            yield response

    def _validators(self, memory: SourceMemory) -> dict[str, str]:
        """Headers by which an unchanged source answers 304 (RFC 9110, section 13.1).

        A window asks for other pages than those that an earlier crawl took from the same answer. A source
        that named no page is read in full each time: it is only well again when it names one. So is a listing
        that scripts draw: its shell is the same whatever it lists.
        """
        is_recent = memory.read_at is not None and datetime.now(UTC) - memory.read_at < FULL_READ
        is_trusted = is_recent and not memory.lies and memory.verdict is SourceVerdict.OK
        is_shell = self._run.site.render and self.kind is SourceKind.LISTING
        if is_shell or not is_trusted or not self.services.window.is_open:
            return {}
        validators = {"If-None-Match": memory.etag, "If-Modified-Since": memory.last_modified}
        return {name: value for name, value in validators.items() if value}

    # Accounting

    def _begin_report(self, url: str) -> SourceReport:
        report = self._run.counts.source(url, self.kind)
        if url == self.root:
            self._report = report
        return report

    def _repeat(self, url: str, report: SourceReport, memory: SourceMemory) -> None:
        """Take an answer that nothing has changed: the verdict on the last full one still holds."""
        report.unchanged = True
        self._unchanged.append(url)
        if url == self.root:
            self._repeated = memory.finding
        else:
            report.verdict = memory.finding.verdict

    def _report_failure(self, report: SourceReport, reason: str, *, is_gone: bool = False) -> None:
        """Report that the source, or something that it leads to, could not be read.

        A sitemap that an index names and that is gone does not make the reading incomplete.
        """
        is_root = report.url == self.root
        self.is_incomplete = self.is_incomplete or is_root or not is_gone
        self._first_error = self._first_error or reason
        if self.kind is SourceKind.SITEMAP:
            self.services.coverage.note_failed()
        report.error = reason
        if not is_root:
            self._run.problem(report.problem or reason)
            logger.warning("The %s %s could not be read: %s", report.kind, report.url, reason)

    def account(self, report: SourceReport, addresses: AddressCounts) -> None:
        """Account for addresses that the source, or something that it leads to, named."""
        report.add(addresses)
        self._addresses.add(addresses)

    async def _take(self, answer: Answer, response: Response, memory: SourceMemory) -> Answer | None:
        """Put the pages that an answer names into the frontier, and account for all that it names."""
        report, content, site = answer.report, answer.content, self.services.site
        if content.feeds:
            self.feeds += content.feeds
            self._report_failure(report, _feeds_instead(content))
            return None
        if answer.url == self.root and site.owns(answer.url) and not site.owns(response.url):
            self._foreign_host = foreign_host(response.url)
        if self.kind is SourceKind.SITEMAP:
            self.services.coverage.note_sitemap(content.pages, content.sitemaps)
        if content.truncated:
            self._run.counts.problem_that("sitemap_cut", url=answer.url)
        content, doubted = with_believed_times(content, self.root, datetime.now(UTC))
        if doubted:
            report.note_that("times_doubted", count=doubted)
        await self._discover(answer.url, content, report)
        if not content.sitemaps:
            # An index that did not change says nothing about the sitemaps it names: it is always read.
            self._answers.append(self._remembered(answer, response, memory))
        return Answer(answer.url, content, report)

    async def _discover(self, url: str, content: SourceContent, report: SourceReport) -> None:
        services = self.services
        addresses = await services.discover(services.listings.articles(url, content, report))
        addresses.add(content.left_out)
        addresses.count(AddressOutcome.UNUSABLE, content.skipped)
        if not services.listings.is_taken(url):
            addresses.count(AddressOutcome.LISTING, len(content.listings))
        if content.skipped:
            self._run.counts.problem_that("entries_left_out", url=url, count=content.skipped)
        self.account(report, addresses)

    def _remembered(self, answer: Answer, response: Response, memory: SourceMemory) -> SourceAnswer:
        """The answer as it is remembered, and whether its validators can be relied on."""
        report = answer.report
        etag, modified = header_of(response, b"ETag"), header_of(response, b"Last-Modified")
        sha256 = hashlib.sha256(response.body).hexdigest()
        is_changed = memory.sha256 is not None and memory.sha256 != sha256
        is_same = etag == memory.etag if etag else bool(modified) and modified == memory.last_modified
        is_unreliable = memory.lies or (is_changed and is_same)
        if is_unreliable and not memory.lies:
            report.note_that("validators_lie")
        report.unchanged = self.ended_before and memory.sha256 == sha256
        finding = judge_source(report.addresses)
        return SourceAnswer(answer.url, etag, modified, report.found, sha256, is_unreliable, finding)

    # Its beginning and end in the store

    async def begin_further(self) -> None:
        """Note that the reading goes beyond the source's first answer: until its end it is not complete."""
        if not self._is_begun:
            self._is_begun = True
            site, root = self.services.site.id, self.root
            await self.services.context.in_store(lambda db: begin_walk(db, site, root))

    async def conclude(self) -> None:
        """Judge the source by all that it and what it leads to named, and remember the reading.

        A crawl that leaves pages out (a limit, a window of time) or that broke off remembers none: the next
        one has to see all of it.
        """
        services = self.services
        if services.context.stopping:
            return
        finding = self._finding()
        if self._report is not None:
            self._conclude_report(self._report, finding)
        if not services.is_whole_crawl or self.is_incomplete:
            return
        end = WalkEnd(finding, self.resume_url, self.pagination, self.is_paging_tried)
        site, root, answers, unchanged = services.site.id, self.root, self._answers, self._unchanged
        await services.context.in_store(lambda db: finish_walk(db, site, root, answers, unchanged, end))

    def _finding(self) -> SourceFinding:
        if self._repeated is not None:
            return self._repeated
        if self._first_error is not None and not self._addresses.usable:
            return SourceFinding(SourceVerdict.FAILED, self._first_error)
        return judge_source(self._addresses, self._foreign_host)

    def _conclude_report(self, report: SourceReport, finding: SourceFinding) -> None:
        report.conclude(finding)
        if finding.verdict is SourceVerdict.OK:
            return
        since = self.memory.failing_since or datetime.now(UTC)
        report.failing_since = since.isoformat()
        self._run.problem(report.problem or self.root)
        logger.warning("The %s %s: %s", report.kind, report.url, report.error)


def _feeds_instead(content: SourceContent) -> str:
    """That a source has become a page that names feeds."""
    return sentence("page_names_feed", urls=", ".join(content.feeds[:MAX_FEEDS_OF_A_PAGE]))


def _nothing_new() -> NotReadableError:
    return NotReadableError(sentence("names_nothing_new"))
