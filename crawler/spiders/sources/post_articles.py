"""Articles out of posts: each post of an answer becomes its page's item, or the request for that page.

Sites that hide their users, or whose cache drops `_embed`, give numbers in place of names. They are looked up
a hundred at once and each once in a crawl. An answer holds so many articles of one site that its template
shows in them: on a site of which nothing is learned yet, what is repeated is left out from the first article
on.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.discovery.wordpress import POSTS_AT_ONCE, names_url
from crawler.discovery.wordpress_paging import allowed_page_size, read_extent, smaller_page_size
from crawler.discovery.wordpress_posts import Post, PostPage, PostsError, parse_names
from crawler.fetch.context import CrawlContext
from crawler.fetch.delay import FAST_SLOT
from crawler.fetch.outcome import HeldBackError
from crawler.pipelines.extraction import Extracted, extract_post, post_hints, without_template
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.pipelines.item import PageExchanges, PageItem
from crawler.pipelines.item import PostPage as RawPost
from crawler.pipelines.run import CrawlRun
from crawler.spiders.page_queue import PageQueue
from crawler.spiders.sources.wordpress_interface import BAD_REQUEST, SAYS_NO
from crawler.storage.frontier import Page
from crawler.storage.repeated_paragraphs import template_of
from crawler.storage.sources import REFUSED_FOR
from crawler.storage.wordpress import recall_closed_names, remember_closed_names

NAMES_PRIORITY = 120
"""Before the next posts: those that are here wait for the names."""

logger = logging.getLogger(__name__)


class Names:
    """The names of users and categories of one site.

    Args:
        context: The crawl.
    """

    def __init__(self, context: CrawlContext) -> None:
        self._context = context
        self._site = context.site
        self._names: dict[str, dict[int, str | None]] = {"users": {}, "categories": {}}
        self._closed: set[str] | None = None
        self._page_size = POSTS_AT_ONCE
        # Two answers may be read at once: the second waits for the names that the first has asked for.
        self._lookups = asyncio.Lock()

    async def filled_in(self, api: str, answer: PostPage) -> PostPage:
        """Return an answer whose posts have the names that came as numbers, as far as the site gives them.

        Args:
            api: The interface's root.
            answer: The posts as read.
        """
        users = [post.author_id for post in answer.posts if post.author_id is not None]
        categories = [number for post in answer.posts for number in post.category_ids]
        if not users and not categories:
            return answer
        async with self._lookups:
            await self._look_up(api, "users", users)
            await self._look_up(api, "categories", categories)
        return replace(answer, posts=[self._with_names(post) for post in answer.posts])

    def _with_names(self, post: Post) -> Post:
        author = self._names["users"].get(post.author_id or 0)
        categories = filter(None, map(self._names["categories"].get, post.category_ids))
        return replace(
            post,
            authors=(author,) if author else post.authors,
            categories=tuple(categories) or post.categories,
        )

    async def _look_up(self, api: str, kind: str, numbers: Iterable[int]) -> None:
        names = self._names[kind]
        left = list(dict.fromkeys(number for number in numbers if number not in names))
        while left:
            if self._closed is None:
                closed = await self._context.in_store(lambda db: recall_closed_names(db, self._site.id))
                self._closed = set(closed or ())
            if kind in self._closed or self._context.stopping:
                return
            batch, left = tuple(left[: self._page_size]), left[self._page_size :]
            answered, unanswered = await self._ask(api, kind, batch)
            # What is not among the answers does not exist any more; it is not asked for again either.
            names.update(dict.fromkeys(batch))
            names.update(answered)
            left = [*unanswered, *left]

    async def _ask(
        self, api: str, kind: str, batch: tuple[int, ...]
    ) -> tuple[dict[int, str | None], Sequence[int]]:
        """The names of a batch, and the numbers of it that are to be asked for again, fewer at once."""
        page_size = self._page_size
        url = names_url(api, kind, batch, page_size)
        request = Request(url, dont_filter=True, priority=NAMES_PRIORITY)
        try:
            response = await self._context.engine.download_async(request)
            if response.status == BAD_REQUEST and self._shrink(response.body, page_size):
                return {}, batch
            if response.status in SAYS_NO:
                await self._close(kind, f"the site answered with status {response.status}")
            elif response.status == 200:
                names = parse_names(response.body, response.url)
                return names, self._cut_off(response, batch, names)
            else:
                logger.warning("%s could not be read: status %s", url, response.status)
        except HeldBackError:
            pass
        except (IgnoreRequest, PostsError) as error:
            await self._close(kind, str(error))
        except Exception as error:  # noqa: BLE001 - whatever keeps a name away, the post is there
            logger.warning("%s could not be read: %s", url, error)
        return {}, ()

    def _shrink(self, body: bytes, size: int) -> bool:
        """Ask for fewer names at once from now on, if a refusal leaves that to be tried."""
        smaller = allowed_page_size(body, size) or smaller_page_size(size)
        if smaller is not None:
            self._page_size = min(self._page_size, smaller)
        return smaller is not None

    def _cut_off(
        self, response: Response, batch: tuple[int, ...], names: dict[int, str | None]
    ) -> Sequence[int]:
        """The numbers that a site left out because it gives fewer names at once than it is asked for."""
        total = (response.headers.get(b"X-WP-Total") or b"").decode("latin-1")
        if not names or not read_extent({"x-wp-total": total}).follows(len(names), 1, len(batch)):
            return ()
        self._page_size = min(self._page_size, len(names))
        return [number for number in batch if number not in names]

    async def _close(self, kind: str, why: str) -> None:
        if self._closed is not None:
            self._closed.add(kind)
        until = datetime.now(UTC) + REFUSED_FOR
        logger.info("The site does not give its %s (%s); not asked again before %s", kind, why, until)
        await self._context.in_store(lambda db: remember_closed_names(db, self._site.id, kind, until))


@dataclass(frozen=True, slots=True)
class _Read:
    """What a post gives, and the hash of the page that was made of it."""

    extracted: Extracted
    sha256: str


class PostArticles:
    """Makes articles of the posts of one crawl's site.

    Args:
        run: The crawl.
        queue: Makes the requests for pages whose posts give no article.
    """

    def __init__(self, run: CrawlRun, queue: PageQueue) -> None:
        self._run = run
        self._site = run.site
        self._queue = queue
        self._names = Names(run.context)
        self._items_at_once = asyncio.Semaphore(FAST_SLOT)

    async def with_names(self, api: str, answer: PostPage) -> PostPage:
        """Return an answer whose posts have the names that came as numbers; see `Names.filled_in`."""
        return await self._names.filled_in(api, answer)

    async def store(
        self,
        posts: Sequence[tuple[Page, Post | None]],
        fetched_at: datetime,
        exchanges: PageExchanges | None,
        begin_next: Callable[[], None],
    ) -> None:
        """Send an item through the pipelines for each post, and request the pages of the others.

        Args:
            posts: Claimed pages and their posts; None where the answer brought none.
            fetched_at: When the posts were fetched.
            exchanges: The answer that the posts are of, as it came; None: it is not kept.
            begin_next: Called when half of the posts are read, so that the next answer arrives meanwhile.
        """
        tasks = [asyncio.ensure_future(self._read(post, fetched_at)) for _, post in posts]
        try:
            for task in tasks[: len(tasks) // 2]:
                await task
            begin_next()
            answers = [await task for task in tasks]
        finally:
            for task in tasks:
                task.cancel()
        items: list[PageItem] = []
        for (page, post), read in zip(posts, await self._without_template(answers), strict=True):
            if post is None or read is None:
                self._queue.request_all([page])
            else:
                items.append(self._item(page, post, read, fetched_at, exchanges))
        await asyncio.gather(*map(self._process, items))

    async def _process(self, item: PageItem) -> None:
        async with self._items_at_once:
            self._run.counts.take()
            await self._run.context.engine.scraper.start_itemproc_async(item, response=None)

    async def _read(self, post: Post | None, fetched_at: datetime) -> _Read | None:
        """What a post gives; None where its own page has to decide."""
        if post is None or not post.is_whole:
            return None
        learned = self._run.keeping.boilerplate.learned
        try:
            read = _Read(*await self._run.pool.run(extract_post, post, self._site, fetched_at, learned))
        except ExtractionFailedError as error:
            logger.info("%s: its post could not be read (%s); its page is asked for", post.url, error)
            return None
        return None if read.extracted.article is None else read

    async def _without_template(self, posts: list[_Read | None]) -> list[_Read | None]:
        boilerplate = self._run.keeping.boilerplate
        if boilerplate.has_counts:
            return posts
        template = template_of([read.extracted.blocks for read in filter(None, posts)])
        if not template:
            return posts
        boilerplate.learned |= template
        boilerplate.has_counts = True
        return list(await asyncio.gather(*(self._cleaned(read, template) for read in posts)))

    async def _cleaned(self, read: _Read | None, template: frozenset[str]) -> _Read | None:
        if read is None or template.isdisjoint(key for key, _ in read.extracted.blocks):
            return read
        try:
            cleaned = await self._run.pool.run(without_template, read.extracted, template, self._site.id)
        except ExtractionFailedError as error:
            logger.warning("%s: the site's template was left in it: %s", read.extracted.article_id, error)
            return read
        return _Read(cleaned, read.sha256)

    def _item(
        self, page: Page, post: Post, read: _Read, fetched_at: datetime, exchanges: PageExchanges | None
    ) -> PageItem:
        kept = None
        if exchanges is not None:
            kept = RawPost(post.as_page(self._site.language), post_hints(post), post.id)
        return PageItem(
            page=page,
            url=post.url,
            fetched_at=fetched_at,
            html_sha256=read.sha256,
            extracted=read.extracted,
            post_page=kept,
            exchanges=exchanges,
        )
