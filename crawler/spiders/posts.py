"""Posts: a site's WordPress REST interface as a source that brings the articles along.

A page that comes this way is in the frontier like every other and ends in one disposition, but costs no
request of its own. While a walk over the posts goes on, pages that other sources name are held back: most of
them will come with the posts.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery.accounting import AddressCounts, AddressOutcome, SourceFinding, SourceVerdict
from crawler.discovery.posts import Post, PostPage, PostsError, parse_posts
from crawler.discovery.wordpress import POSTS_AT_ONCE, Cursor, find_api, local_text, posts_url
from crawler.fetch.outcome import HeldBackError, RefusedRequestError, failure_outcome, status_outcome
from crawler.pipelines.extract import ExtractionFailedError
from crawler.pipelines.page_item import PageItem
from crawler.pipelines.posts import extract_post
from crawler.spiders.crawling import Crawling
from crawler.spiders.intake import Intake
from crawler.spiders.job import SourceReport
from crawler.spiders.names import Names
from crawler.storage.frontier import Page
from crawler.storage.sources import (
    PostsWalk,
    mark_posts_walk,
    recall_posts,
    recall_posts_walk,
    remember_no_embed,
    remember_posts,
)

REFUSED_FOR = timedelta(days=30)
"""How long a site that says no is not asked again: a plugin that closes the interface stays for long."""

SAYS_NO = frozenset({400, 401, 403, 404, 405, 410, 451})
"""Statuses by which a site says that it has no such interface, or not for us."""

BAD_REQUEST = 400
"""What a plugin that strips the interface answers to `_embed`: it is asked once more, without."""

WINDOW_MARGIN = timedelta(days=1)
"""A window of time is asked for by the site's clock, which may be set to another zone than the seed says."""

PRIORITY = 110
"""Before all other sources: what comes this way need not be fetched."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Step:
    """One request of a walk: where it stands, and since which change it asks; or the pages it asks for."""

    cursor: Cursor = field(default_factory=Cursor)
    modified_after: str | None = None
    pages: tuple[Page, ...] = ()


class Posts:
    """The REST interface of the spider's site."""

    def __init__(self, spider: Crawling, intake: Intake) -> None:
        self._spider = spider
        self._intake = intake
        self._site = spider.site
        self._run = spider.run
        self._names = Names(spider)
        self._api: str | None = None
        self._embed, self._embed_refused = True, False
        self._closed = False
        self._open = 0
        self._seen: set[int] = set()
        self._newest: str | None = None
        self._memory = PostsWalk()
        self._jumped = False
        self._report: SourceReport | None = None
        self.covered = False
        """Whether a walk over the posts has come to its end in this crawl: all of them are known."""

    async def begin(self) -> list[Request]:
        """Return the first request of a walk, where the seed or the site has named the interface."""
        memory = await self._spider.in_store(lambda db: recall_posts(db, self._site.id))
        if memory is None:
            return []
        if memory.refused_until is not None:
            self._closed = True
            return []
        self._embed = memory.embed
        self._api = memory.api or (urljoin(self._site.url, "/wp-json/") if self._site.wordpress else None)
        return await self._walk() if self._api and self._run.job.discover else []

    async def notice(self, response: Response) -> list[Request]:
        """Look whether an answer names the interface; if so, return the first request of a walk."""
        if self._api or self._closed or not self._run.job.discover:
            return []
        headers = [value.decode("latin-1") for value in response.headers.getlist(b"Link")]
        api = find_api(headers, response.body, response.url)
        if api is None or not self._site.owns(api):
            return []
        self._api = api
        await self._spider.in_store(lambda db: remember_posts(db, self._site.id, api, None))
        logger.info("%s names its REST interface: %s", response.url, api)
        return await self._walk()

    def requests_for(self, pages: Iterable[Page]) -> list[Request]:
        """Requests that bring these pages, a hundred at once; none where the interface is not known."""
        if self._api is None:
            return []
        numbered = [page for page in pages if page.hints.post_id is not None]
        batches = [
            numbered[start : start + POSTS_AT_ONCE] for start in range(0, len(numbered), POSTS_AT_ONCE)
        ]
        return [self._request(_Step(pages=tuple(batch))) for batch in batches]

    async def _walk(self) -> list[Request]:
        root = self._root
        memory = await self._spider.in_store(lambda db: recall_posts_walk(db, self._site.id, root))
        self._memory = memory or PostsWalk()
        self._report = self._run.source(self._root, "wordpress")
        return [self._request(_Step(modified_after=None if self._memory.before else self._memory.newest))]

    @property
    def _root(self) -> str:
        """The walk's first address, with the job's window of time: each window is a walk of its own."""
        return posts_url(self._api or "", **self._window())

    def _window(self) -> dict[str, Any]:
        job, zone = self._run.job, self._site.zone
        return {
            "since": job.since and local_text(job.since - WINDOW_MARGIN, zone),
            "until": job.until and local_text(job.until + WINDOW_MARGIN, zone),
        }

    def _request(self, step: _Step) -> Request:
        self._open += 1
        self._intake.holding = True
        api = self._api or ""
        if step.pages:
            ids = tuple(page.hints.post_id or 0 for page in step.pages)
            url = posts_url(api, ids=ids, embed=self._embed)
        else:
            url = posts_url(
                api,
                cursor=step.cursor,
                modified_after=step.modified_after,
                embed=self._embed,
                **self._window(),
            )
        return Request(
            url,
            callback=self._answered,
            errback=self._failed,
            priority=PRIORITY,
            meta={"step": step},
            dont_filter=True,
        )

    async def _answered(self, response: Response) -> AsyncIterator[PageItem | Request]:
        step: _Step = response.meta["step"]
        read = False
        if response.status == BAD_REQUEST and self._embed:
            read, self._embed, self._embed_refused = True, False, True
            yield self._request(step)
        elif response.status in SAYS_NO:
            await self._refused(f"the site answered with status {response.status}")
        elif (outcome := status_outcome(response.status)) is not None:
            self._broke_off(outcome.reason or f"status {response.status}")
        else:
            try:
                answer = await self._run.pool.run(
                    parse_posts, response.body, response.url, zone=self._site.zone
                )
            except PostsError as error:
                await self._refused(error.why)
            except ExtractionFailedError as error:
                self._broke_off(str(error))
            else:
                read = True
                await self._note_embed()
                answer = await self._names.filled_in(self._api or "", answer)
                async for result in self._read(step, answer):
                    yield result
        if not read:
            for page in step.pages:
                yield self._intake.request(page)
        async for request in self._ended(step):
            yield request

    async def _read(self, step: _Step, answer: PostPage) -> AsyncIterator[PageItem | Request]:
        fetched_at = datetime.now(UTC)
        if step.pages:
            by_number = {post.id: post for post in answer.posts}
            wanted = [(page, by_number.get(page.hints.post_id or 0)) for page in step.pages]
            follow_up = None
        else:
            by_key = {self._intake.page_key(post.url): post for post in answer.posts}
            discovery = await self._intake.discover(post.discovered() for post in answer.posts)
            pages = self._intake.claim(discovery.pages) if discovery else []
            wanted = [(page, by_key.get(page.id)) for page in pages]
            self._count(answer, discovery.addresses if discovery else AddressCounts())
            follow_up = await self._follow_up(step, answer, len(discovery.pages) if discovery else 0)
        tasks = [asyncio.ensure_future(self._made(page, post, fetched_at)) for page, post in wanted]
        try:
            for number, task in enumerate(tasks):
                if follow_up is not None and number >= len(tasks) // 2:
                    # The next answer arrives while the rest of this one is read.
                    yield follow_up
                    follow_up = None
                result = await task
                if isinstance(result, PageItem):
                    self._run.take()
                yield result
            if follow_up is not None:
                yield follow_up
        finally:
            for task in tasks:
                task.cancel()

    async def _made(self, page: Page, post: Post | None, fetched_at: datetime) -> PageItem | Request:
        """The article of a post; where it gives none, the request for its page, which then decides."""
        if post is None or not post.is_whole:
            return self._intake.request(page)
        try:
            extracted, sha256 = await self._run.pool.run(extract_post, post, self._site, fetched_at)
        except ExtractionFailedError as error:
            logger.info("%s: its post could not be read (%s); its page is asked for", page.url, error)
            return self._intake.request(page)
        if extracted.article is None:
            return self._intake.request(page)
        return PageItem(
            page=page,
            url=post.url,
            fetched_at=fetched_at,
            html_sha256=sha256,
            article=extracted.article,
            article_id=extracted.article_id,
            prepared=extracted.prepared,
            fingerprint=extracted.fingerprint,
        )

    def _count(self, answer: PostPage, addresses: AddressCounts) -> None:
        addresses.count(AddressOutcome.UNUSABLE, answer.skipped)
        if self._report is not None:
            self._report.add(addresses)
        if answer.skipped:
            self._run.problem(f"{self._root}: {answer.skipped} posts without a usable address were left out")
        newest = max((post.modified for post in answer.posts), default=None)
        self._newest = max((text for text in (self._newest, newest) if text), default=None)

    async def _follow_up(self, step: _Step, answer: PostPage, wanted: int) -> Request | None:
        """The request after this one, if the walk goes on; how far it has come is noted before."""
        fresh = {post.id for post in answer.posts} - self._seen
        self._seen |= fresh
        if not answer.is_full or answer.oldest is None or self._intake.is_full:
            return None
        following = step.cursor.after(answer.oldest)
        if not fresh:
            if self._report is not None:
                self._report.note = "it gives the same posts again and again; the walk ends here"
            return None
        since = step.modified_after
        if since is not None:
            # A WordPress older than 5.7 ignores the time of change and gives all posts.
            heeded = all(post.modified > since for post in answer.posts)
            if not heeded and not wanted:
                return None
            since = since if heeded else None
        elif self._memory.before and not self._jumped and not wanted:
            # An earlier walk broke off: what lies between here and there is known.
            self._jumped = True
            following = min(following, Cursor(self._memory.before), key=lambda cursor: cursor.before or "")
        if since is None and following.before and (self._jumped or not self._memory.before):
            state = PostsWalk(self._memory.newest, following.before)
            root = self._root
            await self._spider.in_store(lambda db: mark_posts_walk(db, self._site.id, root, state))
        return self._request(_Step(following, since))

    async def _ended(self, step: _Step) -> AsyncIterator[Request]:
        """Count a request as done; with the last one of all, remember the walk and let the others go on."""
        self._open -= 1
        if self._open:
            return
        self._intake.holding = False
        report = self._report
        if report is not None and not step.pages and not report.error and not self._closed:
            # A walk that asks for changes alone names nothing where nothing was changed.
            report.unchanged = report.new == 0 and (report.found > 0 or self._memory.newest is not None)
            report.conclude(SourceFinding(SourceVerdict.OK) if report.unchanged else None)
            if report.names_pages and self._run.job.limit is None and not self._spider.stopping:
                self.covered = True
                newest = max((text for text in (self._newest, self._memory.newest) if text), default=None)
                state, root = PostsWalk(newest, None), self._root
                await self._spider.in_store(lambda db: mark_posts_walk(db, self._site.id, root, state))
        async for request in self._spider.posts_ended():
            yield request

    async def _refused(self, why: str) -> None:
        """Take a no for an answer: leave the interface alone for a while."""
        self._closed = True
        until = datetime.now(UTC) + REFUSED_FOR
        api = self._api or ""
        logger.info("The REST interface %s is not to be had: %s", api, why)
        if self._report is not None:
            self._report.note = f"{why}; the interface is not asked again before {until:%Y-%m-%d}"
        await self._spider.in_store(lambda db: remember_posts(db, self._site.id, api, until))

    async def _note_embed(self) -> None:
        if self._embed_refused:
            self._embed_refused = False
            await self._spider.in_store(lambda db: remember_no_embed(db, self._site.id))

    def _broke_off(self, why: str) -> None:
        report = self._report or self._run.source(self._root, "wordpress")
        report.error = why
        logger.warning("The REST interface %s could not be read: %s", self._api, why)

    async def _failed(self, failure: Failure) -> AsyncIterator[Request]:
        error = failure.value
        step: _Step = failure.request.meta["step"]  # type: ignore[attr-defined]  # scrapy adds it
        if isinstance(error, HeldBackError):
            return
        reason = failure_outcome(error).reason or "no answer"
        if isinstance(error, IgnoreRequest) and not isinstance(error, RefusedRequestError):
            await self._refused(reason)
        else:
            self._broke_off(reason)
        for page in step.pages:
            yield self._intake.request(page)
        async for request in self._ended(step):
            yield request
