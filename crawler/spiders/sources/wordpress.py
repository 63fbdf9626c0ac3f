"""A site's WordPress REST interface as a source that brings the articles along.

A page that comes this way is in the frontier like every other and ends in one disposition, but costs no
request of its own. While the posts are read, pages that other sources name are held back: most of them will
come with the posts.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.discovery.accounting import AddressCounts, AddressOutcome, SourceFinding, SourceVerdict
from crawler.discovery.wordpress import Cursor, local_text, posts_url
from crawler.discovery.wordpress_paging import Extent, read_extent
from crawler.discovery.wordpress_posts import Post, PostPage, PostsError, parse_posts
from crawler.fetch.content import KEEP_EXCHANGE
from crawler.fetch.outcome import HeldBackError, RefusedRequestError, status_outcome
from crawler.health.report import SourceReport
from crawler.html.sentences import sentence
from crawler.model.crawl import SourceKind
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.pipelines.run import CrawlRun
from crawler.spiders.page_parser import page_exchanges
from crawler.spiders.page_queue import PageQueue
from crawler.spiders.sources.fetching import FetchError, SourceTasks, status_reason
from crawler.spiders.sources.post_articles import PostArticles
from crawler.spiders.sources.wordpress_interface import BAD_REQUEST, SAYS_NO, Interface, RequestTerms
from crawler.spiders.sources.wordpress_walk import PostsWalk, Step
from crawler.storage.frontier import Page
from crawler.storage.wordpress import PostsMark, mark_posts_walk, recall_posts_mark

WINDOW_MARGIN = timedelta(days=1)
"""A window of time is asked for by the site's clock, which may be set to another zone than the seed says."""

PRIORITY = 110
"""Before all other sources: what comes this way need not be fetched."""

logger = logging.getLogger(__name__)


class WordPressSource:
    """The REST interface of one crawl's site.

    Args:
        run: The crawl.
        queue: Takes the pages, and makes the requests for those whose posts give no article.
        tasks: Fetches, and runs what is read beside the pages.
    """

    def __init__(self, run: CrawlRun, queue: PageQueue, tasks: SourceTasks) -> None:
        self._run = run
        self._site = run.site
        self._context = run.context
        self._queue = queue
        self._tasks = tasks
        self._articles = PostArticles(run, queue)
        self._interface = Interface(run.context)
        self._walk = PostsWalk(PostsMark(), "")
        self._report: SourceReport | None = None
        self._has_answered = self._is_stopped = False
        self.covered = False
        """Whether a walk over the posts has come to its end in this crawl, and all of them are known."""

    @property
    def is_short(self) -> bool:
        """Whether a walk over all posts has ended in this crawl, and was given fewer than exist."""
        return self._walk.has_ended and self._walk.is_whole and self._walk.missing > 0

    async def recall(self) -> bool:
        """Recall what earlier crawls have learned; returns whether the interface is known."""
        await self._interface.recall()
        return self._interface.api is not None

    # When it is read

    async def read(self, pages: Sequence[Page]) -> None:
        """Read the posts that are new or were changed, and ask for pages by the numbers of their posts.

        Args:
            pages: Claimed pages whose posts have numbers.
        """
        self._queue.hold()
        await self._read_and_release(pages)

    async def notice(self, response: Response) -> None:
        """Begin to read the posts where an answer of the site names the interface."""
        interface = self._interface
        if interface.api or interface.is_closed or not self._run.job.discover:
            return
        if await interface.find(response):
            self._queue.hold()
            self._tasks.start(self._read_and_release(()), self._root)

    def begin_probe(self, page_count: int) -> bool:
        """Whether the home page is to be looked at for the interface, before many pages are fetched singly.

        The pages wait from now on, until `probe` has ended.

        Args:
            page_count: How many pages a source has named.
        """
        is_worthwhile = self._interface.begin_probe(page_count)
        if is_worthwhile:
            self._queue.hold()
        return is_worthwhile

    async def probe(self) -> None:
        """Look at the home page for the interface."""
        try:
            async with self._tasks.fetch(Request(self._site.url, priority=PRIORITY)) as response:
                await self._interface.end_probe()
                await self.notice(response)
        except FetchError as error:
            logger.info("The home page could not be looked at for a REST interface: %s", error.reason)
        finally:
            self._queue.release()

    async def _read_and_release(self, pages: Sequence[Page]) -> None:
        try:
            async with asyncio.TaskGroup() as answers:
                steps = self._batches(pages)
                if self._run.job.discover:
                    steps.insert(0, await self._begin_walk())
                self._start(steps, answers)
            if self._report is not None and not self._interface.is_closed and not self._is_stopped:
                await self._end_walk(self._report)
        finally:
            self._queue.release()

    def _batches(self, pages: Sequence[Page]) -> list[Step]:
        size = self._interface.terms.page_size
        return [Step(pages=tuple(pages[start : start + size])) for start in range(0, len(pages), size)]

    async def _begin_walk(self) -> Step:
        root = self._root
        mark = await self._context.in_store(lambda db: recall_posts_mark(db, self._site.id, root))
        self._walk = PostsWalk(mark or PostsMark(), local_text(datetime.now(UTC), self._site.zone))
        self._report = self._run.counts.source(root, SourceKind.WORDPRESS)
        return self._walk.first

    # What is asked for

    @property
    def _root(self) -> str:
        """The walk's first address, with the job's window of time: each window has its own walk."""
        return posts_url(self._interface.api or "", **self._window())

    def _window(self) -> dict[str, Any]:
        job, zone = self._run.job, self._site.zone
        return {
            "since": job.since and local_text(job.since - WINDOW_MARGIN, zone),
            "until": job.until and local_text(job.until + WINDOW_MARGIN, zone),
        }

    def _request(self, step: Step, terms: RequestTerms) -> Request:
        api = self._interface.api or ""
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
        return Request(url, priority=PRIORITY, meta={KEEP_EXCHANGE: self._run.keeping.captures.are_kept})

    # What is answered

    def _start(self, steps: Sequence[Step], answers: asyncio.TaskGroup) -> None:
        for step in steps:
            answers.create_task(self._read_step(step, answers))

    async def _read_step(self, step: Step, answers: asyncio.TaskGroup) -> None:
        """Read one answer; the steps that follow it are begun as soon as they are known."""
        terms = self._interface.terms
        try:
            async with self._tasks.fetch(self._request(step, terms)) as response:
                if again := self._on_other_terms(step, terms, response):
                    self._start(again, answers)
                    return
                answer = await self._parsed(step, response)
                if answer is not None:
                    self._has_answered = True
                    answer = await self._articles.with_names(self._interface.api or "", answer)
                    await self._take(step, terms, answer, response, answers)
                    return
        except HeldBackError:
            self._is_stopped = True
            return
        except FetchError as error:
            await self._note_unanswered(error)
        self._queue.request_all(step.pages)

    def _on_other_terms(self, step: Step, terms: RequestTerms, response: Response) -> list[Step]:
        """Steps in place of a refused one, on the terms that the refusal names or leaves."""
        relaxed = terms.after_refusal(response.status, response.body, is_first_page=step.cursor.page == 1)
        if relaxed is None:
            return []
        self._interface.relax(terms, relaxed)
        if step.pages:
            return self._batches(step.pages)
        # Pages of another size have other numbers.
        return [Step(Cursor(step.cursor.before), step.modified_after)]

    async def _parsed(self, step: Step, response: Response) -> PostPage | None:
        """The posts of an answer; None where it brings none, which is reported."""
        if response.status == BAD_REQUEST and step.cursor.page > 1:
            # WordPress's answer to a page after the last one.
            return PostPage([])
        if response.status in SAYS_NO:
            await self._refused(_refusal(response))
            return None
        if (outcome := status_outcome(response.status)) is not None:
            self._broke_off(outcome.reason or status_reason(response))
            return None
        try:
            return await self._run.pool.run(parse_posts, response.body, response.url, zone=self._site.zone)
        except PostsError as error:
            await self._refused(error.reason, worked_before=not self._walk.is_whole)
        except ExtractionFailedError as error:
            self._broke_off(str(error))
        return None

    async def _take(
        self,
        step: Step,
        terms: RequestTerms,
        answer: PostPage,
        response: Response,
        answers: asyncio.TaskGroup,
    ) -> None:
        fetched_at, extent = datetime.now(UTC), _extent(response)
        await self._learn_terms(step, terms, answer, extent)
        if step.pages:
            claimed, further = self._by_number(step, answer, extent)
        else:
            claimed, further = await self._newly_discovered(step, terms, answer, extent)
        exchanges = page_exchanges(response)
        await self._articles.store(claimed, fetched_at, exchanges, lambda: self._start(further, answers))

    def _by_number(
        self, step: Step, answer: PostPage, extent: Extent
    ) -> tuple[list[tuple[Page, Post | None]], list[Step]]:
        """The pages that were asked for by number with their posts, and steps for those that a cap cut."""
        posts = {post.id: post for post in answer.posts}
        pages = [(page, posts.get(page.hints.post_id or 0)) for page in step.pages]
        absent = [page for page, post in pages if post is None]
        follows = extent.follows(answer.rows, 1, len(step.pages))
        is_cut = follows is not False and self._interface.terms.page_size < len(step.pages)
        if absent and answer.posts and is_cut:
            return [(page, post) for page, post in pages if post is not None], self._batches(absent)
        return pages, []

    async def _newly_discovered(
        self, step: Step, terms: RequestTerms, answer: PostPage, extent: Extent
    ) -> tuple[list[tuple[Page, Post | None]], list[Step]]:
        """The pages of an answer that are due with their posts, and the walk's next step."""
        by_key = {self._queue.page_key(post.url): post for post in answer.posts}
        admission = await self._queue.discover(post.discovered() for post in answer.posts)
        due = admission.pages if admission else []
        claimed = [(page, by_key.get(page.id)) for page in self._queue.claim(due)]
        self._count(answer, admission.addresses if admission else AddressCounts())
        following = self._walk.follow(step, answer, extent, terms.page_size, due=len(due))
        if following is None or self._queue.is_full:
            return claimed, []
        mark, root = self._walk.mark_at(following), self._root
        if mark is not None:
            await self._context.in_store(lambda db: mark_posts_walk(db, self._site.id, root, mark))
        return claimed, [following]

    async def _learn_terms(self, step: Step, terms: RequestTerms, answer: PostPage, extent: Extent) -> None:
        """Note on which terms the site has answered, where they are not those that are remembered."""
        requested = len(step.pages) or terms.page_size
        follows = extent.follows(answer.rows, step.cursor.page, requested)
        # Posts that are asked for by their numbers exist, as far as is known.
        more_exist = bool(step.pages) if follows is None else follows
        await self._interface.learn(terms, terms.after_answer(answer.rows, requested, more_exist=more_exist))

    def _count(self, answer: PostPage, addresses: AddressCounts) -> None:
        addresses.count(AddressOutcome.UNUSABLE, answer.skipped)
        if self._report is not None:
            self._report.add(addresses)
        if answer.skipped:
            self._run.counts.problem_that("posts_left_out", url=self._root, count=answer.skipped)

    # How it ends

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
            self._run.counts.problem_that("problem_of_page", url=self._root, reason=report.note or "")
        if report.names_pages and self._run.job.limit is None and not self._context.stopping:
            self.covered = not walk.missing and report.error is None
            mark, root, is_whole = walk.mark, self._root, walk.is_whole
            await self._context.in_store(
                lambda db: mark_posts_walk(db, self._site.id, root, mark, is_whole=is_whole)
            )

    async def _note_unanswered(self, error: FetchError) -> None:
        is_refused = isinstance(error.error, IgnoreRequest)
        if is_refused and not isinstance(error.error, RefusedRequestError):
            await self._refused(error.reason)
        else:
            self._broke_off(error.reason)

    async def _refused(self, why: str, *, worked_before: bool = False) -> None:
        """Respect a refusal: leave the interface alone for a while.

        A refusal in the middle of a walk is another matter, a firewall's or a limit's: the walk goes on with
        the next crawl. So is an answer that nobody can read of an interface that worked before.
        """
        if self._has_answered or worked_before:
            self._broke_off(why)
            return
        until = await self._interface.close()
        logger.info("The REST interface %s is refused: %s", self._interface.api, why)
        if self._report is not None:
            self._report.note_that("interface_not_asked", why=why, until=f"{until:%Y-%m-%d}")

    def _broke_off(self, why: str) -> None:
        report = self._report or self._run.counts.source(self._root, SourceKind.WORDPRESS)
        report.conclude(SourceFinding(SourceVerdict.FAILED, why))
        logger.warning("The REST interface %s could not be read: %s", self._interface.api, why)


def _extent(response: Response) -> Extent:
    """What an answer's headers say about how much exists."""
    names = ("X-WP-Total", "X-WP-TotalPages", "Link")
    values = {name.lower(): b", ".join(response.headers.getlist(name)) for name in names}
    return read_extent({name: value.decode("latin-1") for name, value in values.items()})


def _refusal(response: Response) -> str:
    return sentence("status_other", status=response.status)
