"""Posts: a site's WordPress REST interface as a source that brings the articles along.

A page that comes this way is in the frontier like every other and ends in one disposition, but costs no
request of its own. While a walk over the posts goes on, pages that other sources name are held back: most of
them will come with the posts.
"""

import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery.accounting import AddressCounts, AddressOutcome, SourceFinding, SourceVerdict
from crawler.discovery.wordpress import Cursor, local_text, posts_url
from crawler.discovery.wordpress_paging import Extent, read_extent
from crawler.discovery.wordpress_posts import Post, PostPage, PostsError, parse_posts
from crawler.fetch.content import EXCHANGE, KEEP_EXCHANGE
from crawler.fetch.outcome import HeldBackError, RefusedRequestError, failure_outcome, status_outcome
from crawler.health.report import SourceReport
from crawler.model.crawl import SourceKind
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.pipelines.item import PageItem
from crawler.spiders.crawling import Crawling
from crawler.spiders.names import Names
from crawler.spiders.page_queue import Intake
from crawler.spiders.post_articles import PostArticles
from crawler.spiders.posts_interface import PostsInterface
from crawler.spiders.posts_terms import BAD_REQUEST, RequestTerms
from crawler.spiders.posts_walk import PostsWalk, Step
from crawler.storage.frontier import Page
from crawler.storage.wordpress import PostsMark, mark_posts_walk, recall_posts_mark

SAYS_NO = frozenset({400, 401, 403, 404, 405, 410, 451})
"""Statuses by which a site says that it has no such interface, or not for us."""

WINDOW_MARGIN = timedelta(days=1)
"""A window of time is asked for by the site's clock, which may be set to another zone than the seed says."""

PRIORITY = 110
"""Before all other sources: what comes this way need not be fetched."""

logger = logging.getLogger(__name__)


class Posts:
    """The REST interface of the spider's site."""

    def __init__(self, spider: Crawling, intake: Intake) -> None:
        self._spider = spider
        self._intake = intake
        self._site = spider.site
        self._run = spider.run
        self._names = Names(spider)
        self._articles = PostArticles(spider, intake)
        self._interface = PostsInterface(spider)
        self._has_answered = False
        self._open = 0
        self._walk = PostsWalk(PostsMark(), "")
        self._report: SourceReport | None = None
        self._is_reported = False
        self.covered = False
        """Whether a walk over the posts has come to its end in this crawl, and all of them are known."""

    @property
    def is_short(self) -> bool:
        """Whether a walk over all posts has ended in this crawl, and was given fewer than there are."""
        return self._walk.has_ended and self._walk.is_whole and self._walk.missing > 0

    async def begin(self) -> list[Request]:
        """Return the first request of a walk, where the seed or the site has named the interface."""
        await self._interface.recall()
        return await self._begin_walk() if self._interface.api and self._run.job.discover else []

    async def notice(self, response: Response) -> list[Request]:
        """Look whether an answer names the interface; if so, return the first request of a walk."""
        interface = self._interface
        if interface.api or interface.is_closed or not self._run.job.discover:
            return []
        return await self._begin_walk() if await interface.find(response) else []

    async def probe(self, pages: int) -> list[Request]:
        """Look at the home page for the interface, before many pages are fetched one by one.

        Args:
            pages: How many pages a source has named.

        Returns:
            The request for the home page, once; until it is answered, the pages wait.
        """
        if not self._interface.begin_probe(pages):
            return []
        self._open += 1
        self._intake.holding = True
        return [
            Request(
                self._site.url,
                callback=self._probe_answered,
                errback=self._probe_failed,
                priority=PRIORITY,
                dont_filter=True,
            )
        ]

    async def _probe_answered(self, response: Response) -> AsyncIterator[Request]:
        await self._interface.end_probe()
        for request in await self.notice(response):
            yield request
        async for request in self._ended():
            yield request

    async def _probe_failed(self, failure: Failure) -> AsyncIterator[Request]:
        if isinstance(failure.value, HeldBackError):
            return
        logger.info("The home page could not be looked at for a REST interface: %s", failure.value)
        async for request in self._ended():
            yield request

    def requests_for(self, pages: Iterable[Page]) -> list[Request]:
        """Requests that bring these pages, a hundred at once; none where the interface is not known."""
        if self._interface.api is None:
            return []
        return self._batches([page for page in pages if page.hints.post_id is not None])

    def _batches(self, pages: Sequence[Page]) -> list[Request]:
        size = self._interface.terms.page_size
        return [
            self._request(Step(pages=tuple(pages[start : start + size])))
            for start in range(0, len(pages), size)
        ]

    async def _begin_walk(self) -> list[Request]:
        root = self._root
        mark = await self._spider.in_store(lambda db: recall_posts_mark(db, self._site.id, root))
        self._walk = PostsWalk(mark or PostsMark(), local_text(datetime.now(UTC), self._site.zone))
        self._report = self._run.source(self._root, SourceKind.WORDPRESS)
        return [self._request(self._walk.first)]

    @property
    def _root(self) -> str:
        """The walk's first address, with the job's window of time: each window is a walk of its own."""
        return posts_url(self._interface.api or "", **self._window())

    def _window(self) -> dict[str, Any]:
        job, zone = self._run.job, self._site.zone
        return {
            "since": job.since and local_text(job.since - WINDOW_MARGIN, zone),
            "until": job.until and local_text(job.until + WINDOW_MARGIN, zone),
        }

    def _request(self, step: Step) -> Request:
        self._open += 1
        self._intake.holding = True
        api, terms = self._interface.api or "", self._interface.terms
        if step.pages:
            ids = tuple(page.hints.post_id or 0 for page in step.pages)
            url = posts_url(api, ids=ids, page_size=terms.page_size, embed=terms.embed)
        else:
            url = posts_url(
                api,
                cursor=step.cursor,
                page_size=terms.page_size,
                modified_after=step.modified_after,
                embed=terms.embed,
                **self._window(),
            )
        return Request(
            url,
            callback=self._answered,
            errback=self._failed,
            priority=PRIORITY,
            meta={"step": step, "terms": terms, KEEP_EXCHANGE: self._run.settings.raw_pages},
            dont_filter=True,
        )

    async def _answered(self, response: Response) -> AsyncIterator[PageItem | Request]:
        step: Step = response.meta["step"]
        again = self._asked_again(response)
        is_read = bool(again)
        for request in again:
            yield request
        if not again:
            answer = await self._answer(response)
            if answer is not None:
                is_read = True
                self._has_answered = True
                answer = await self._names.filled_in(self._interface.api or "", answer)
                async for result in self._read(step, answer, response):
                    yield result
        if not is_read:
            for page in step.pages:
                yield self._intake.request(page)
        async for request in self._ended():
            yield request

    def _asked_again(self, response: Response) -> list[Request]:
        """Requests in place of a refused one, on the terms that the refusal names or leaves."""
        step: Step = response.meta["step"]
        terms: RequestTerms = response.meta["terms"]
        relaxed = terms.after_refusal(response.status, response.body, is_first_page=step.cursor.page == 1)
        if relaxed is None:
            return []
        self._interface.relax(terms, relaxed)
        if step.pages:
            return self._batches(step.pages)
        # Pages of another size have other numbers.
        return [self._request(Step(Cursor(step.cursor.before), step.modified_after))]

    async def _answer(self, response: Response) -> PostPage | None:
        """The posts of an answer; None where it brings none, which is reported."""
        step: Step = response.meta["step"]
        if response.status == BAD_REQUEST and step.cursor.page > 1:
            # WordPress's answer to a page after the last one.
            return PostPage([])
        if response.status in SAYS_NO:
            await self._refused(f"the site answered with status {response.status}")
            return None
        if (outcome := status_outcome(response.status)) is not None:
            self._broke_off(outcome.reason or f"status {response.status}")
            return None
        try:
            return await self._run.pool.run(parse_posts, response.body, response.url, zone=self._site.zone)
        except PostsError as error:
            await self._refused(error.why, worked_before=not self._walk.is_whole)
        except ExtractionFailedError as error:
            self._broke_off(str(error))
        return None

    async def _read(
        self, step: Step, answer: PostPage, response: Response
    ) -> AsyncIterator[PageItem | Request]:
        fetched_at = datetime.now(UTC)
        extent, terms = _extent(response), response.meta["terms"]
        await self._learn_terms(terms, answer, extent, step)
        if step.pages:
            claimed, follow_up = self._by_number(step, answer, extent)
        else:
            by_key = {self._intake.page_key(post.url): post for post in answer.posts}
            discovery = await self._intake.discover(post.discovered() for post in answer.posts)
            pages = self._intake.claim(discovery.pages) if discovery else []
            claimed = [(page, by_key.get(page.id)) for page in pages]
            self._count(answer, discovery.addresses if discovery else AddressCounts())
            due = len(discovery.pages) if discovery else 0
            follow_up = await self._follow_up(step, answer, extent, terms, due)
        async for result in self._articles.items(claimed, fetched_at, follow_up, response.meta.get(EXCHANGE)):
            yield result

    def _by_number(
        self, step: Step, answer: PostPage, extent: Extent
    ) -> tuple[list[tuple[Page, Post | None]], list[Request]]:
        """The pages that were asked for by number with their posts, and requests for those that a cap cut."""
        posts = {post.id: post for post in answer.posts}
        absent = [page for page in step.pages if page.hints.post_id not in posts]
        follows = extent.follows(answer.rows, 1, len(step.pages))
        is_cut = follows is not False and self._interface.terms.page_size < len(step.pages)
        if absent and answer.posts and is_cut:
            given = [page for page in step.pages if page.hints.post_id in posts]
            return [(page, posts[page.hints.post_id or 0]) for page in given], self._batches(absent)
        return [(page, posts.get(page.hints.post_id or 0)) for page in step.pages], []

    async def _learn_terms(self, terms: RequestTerms, answer: PostPage, extent: Extent, step: Step) -> None:
        """Note on which terms the site has answered, where they are not those that are remembered."""
        requested = len(step.pages) or terms.page_size
        follows = extent.follows(answer.rows, step.cursor.page, requested)
        # Posts that are asked for by their numbers exist, as far as is known.
        more_exist = bool(step.pages) if follows is None else follows
        shown = terms.after_answer(answer.rows, requested, more_exist=more_exist)
        await self._interface.learn(terms, shown)

    def _count(self, answer: PostPage, addresses: AddressCounts) -> None:
        addresses.count(AddressOutcome.UNUSABLE, answer.skipped)
        if self._report is not None:
            self._report.add(addresses)
        if answer.skipped:
            self._run.problem(f"{self._root}: {answer.skipped} posts without a usable address were left out")

    async def _follow_up(
        self, step: Step, answer: PostPage, extent: Extent, terms: RequestTerms, due: int
    ) -> list[Request]:
        """The request after this one, if the walk goes on; how far it has come is noted before."""
        following = self._walk.follow(step, answer, extent, terms.page_size, due=due)
        if following is None or self._intake.is_full:
            return []
        mark, root = self._walk.mark_at(following), self._root
        if mark is not None:
            await self._spider.in_store(lambda db: mark_posts_walk(db, self._site.id, root, mark))
        return [self._request(following)]

    async def _ended(self) -> AsyncIterator[Request]:
        """Count a request as done; with the last one of all, remember the walk and let the others go on."""
        self._open -= 1
        if self._open:
            return
        self._intake.holding = False
        report = self._report
        if report is not None and not self._interface.is_closed and not self._is_reported:
            self._is_reported = True
            await self._end_walk(report)
        async for request in self._spider.posts_ended():
            yield request

    async def _end_walk(self, report: SourceReport) -> None:
        """Remember a walk that has ended, and report one that has not, or that was not given all posts."""
        walk = self._walk
        if report.error is None:
            report.conclude()
            report.unchanged = report.new == 0 and report.names_pages
            if report.problem:
                self._run.problem(report.problem)
        report.note = walk.note or report.note
        if not walk.has_ended:
            return
        if walk.missing:
            self._run.problem(f"{self._root}: {report.note}")
        if report.names_pages and self._run.job.limit is None and not self._spider.stopping:
            self.covered = not walk.missing and report.error is None
            mark, root, whole = walk.mark, self._root, walk.is_whole
            await self._spider.in_store(
                lambda db: mark_posts_walk(db, self._site.id, root, mark, is_whole=whole)
            )

    async def _refused(self, why: str, *, worked_before: bool = False) -> None:
        """Take a no for an answer: leave the interface alone for a while.

        A no in the middle of a walk is another matter, a firewall's or a limit's: the walk goes on with the
        next crawl. So is an answer that nobody can read of an interface that worked before.
        """
        if self._has_answered or worked_before:
            self._broke_off(why)
            return
        until = await self._interface.close()
        logger.info("The REST interface %s is not to be had: %s", self._interface.api, why)
        if self._report is not None:
            self._report.note = f"{why}; the interface is not asked again before {until:%Y-%m-%d}"

    def _broke_off(self, why: str) -> None:
        report = self._report or self._run.source(self._root, SourceKind.WORDPRESS)
        report.conclude(SourceFinding(SourceVerdict.FAILED, why))
        logger.warning("The REST interface %s could not be read: %s", self._interface.api, why)

    async def _failed(self, failure: Failure) -> AsyncIterator[Request]:
        error = failure.value
        step: Step = failure.request.meta["step"]  # type: ignore[attr-defined]  # scrapy adds it
        if isinstance(error, HeldBackError):
            return
        reason = failure_outcome(error).reason or "no answer"
        if isinstance(error, IgnoreRequest) and not isinstance(error, RefusedRequestError):
            await self._refused(reason)
        else:
            self._broke_off(reason)
        for page in step.pages:
            yield self._intake.request(page)
        async for request in self._ended():
            yield request


def _extent(response: Response) -> Extent:
    """What an answer's headers say about how much there is."""
    names = ("X-WP-Total", "X-WP-TotalPages", "Link")
    values = {name.lower(): b", ".join(response.headers.getlist(name)) for name in names}
    return read_extent({name: value.decode("latin-1") for name, value in values.items()})
