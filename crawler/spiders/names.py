"""Names: who wrote the REST interface's posts and where they stand, where its answers tell numbers alone.

Sites that hide their users, or whose cache drops `_embed`, give numbers in place of names. They are looked up
a hundred at once and each once in a crawl.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.discovery.wordpress import POSTS_AT_ONCE, names_url
from crawler.discovery.wordpress_paging import allowed_page_size, read_extent, smaller_page_size
from crawler.discovery.wordpress_posts import Post, PostPage, PostsError, parse_names
from crawler.fetch.outcome import HeldBackError
from crawler.spiders.crawling import Crawling
from crawler.storage.sources import REFUSED_FOR
from crawler.storage.wordpress import recall_closed_names, remember_closed_names

SAYS_NO = frozenset({400, 401, 403, 404, 405, 410, 451})

BAD_REQUEST = 400

PRIORITY = 120
"""Before the next posts: those that are here wait for the names."""

logger = logging.getLogger(__name__)


class Names:
    """The names of users and categories of the spider's site."""

    def __init__(self, spider: Crawling) -> None:
        self._spider = spider
        self._site = spider.site
        self._known: dict[str, dict[int, str | None]] = {"users": {}, "categories": {}}
        self._closed: set[str] | None = None
        self._page_size = POSTS_AT_ONCE
        # Two answers may be read at once: the second waits for the names that the first has asked for.
        self._one_by_one = asyncio.Lock()

    async def filled_in(self, api: str, answer: PostPage) -> PostPage:
        """Return an answer whose posts have the names that came as numbers, as far as the site tells them.

        Args:
            api: The interface's root.
            answer: The posts as read.
        """
        users = [post.author_id for post in answer.posts if post.author_id is not None]
        categories = [number for post in answer.posts for number in post.category_ids]
        if not users and not categories:
            return answer
        async with self._one_by_one:
            await self._look_up(api, "users", users)
            await self._look_up(api, "categories", categories)
        return replace(answer, posts=[self._named(post) for post in answer.posts])

    def _named(self, post: Post) -> Post:
        author = self._known["users"].get(post.author_id or 0)
        told = [self._known["categories"].get(number) for number in post.category_ids]
        return replace(
            post,
            authors=(author,) if author else post.authors,
            categories=tuple(name for name in told if name) or post.categories,
        )

    async def _look_up(self, api: str, kind: str, numbers: Iterable[int]) -> None:
        known = self._known[kind]
        left = list(dict.fromkeys(number for number in numbers if number not in known))
        while left:
            if self._closed is None:
                closed = await self._spider.in_store(lambda db: recall_closed_names(db, self._site.id))
                self._closed = set(closed or ())
            if kind in self._closed or self._spider.stopping:
                return
            batch, left = tuple(left[: self._page_size]), left[self._page_size :]
            names, unanswered = await self._ask(api, kind, batch)
            # What is not among the answers does not exist any more; it is not asked for again either.
            known.update(dict.fromkeys(batch))
            known.update(names)
            left = [*unanswered, *left]

    async def _ask(
        self, api: str, kind: str, batch: tuple[int, ...]
    ) -> tuple[dict[int, str | None], Sequence[int]]:
        """The names of a batch, and the numbers of it that are to be asked for again, fewer at once."""
        page_size = self._page_size
        url = names_url(api, kind, batch, page_size)
        request = Request(url, dont_filter=True, priority=PRIORITY)
        try:
            response = await self._spider.crawler.engine.download_async(request)
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
        logger.info("The site does not tell its %s (%s); not asked again before %s", kind, why, until)
        await self._spider.in_store(lambda db: remember_closed_names(db, self._site.id, kind, until))
