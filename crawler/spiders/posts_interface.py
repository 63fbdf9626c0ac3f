"""A site's WordPress REST interface: where it is, whether it may be asked, and on which terms it answers."""

import logging
from datetime import UTC, datetime
from urllib.parse import urljoin

from scrapy.http import Response

from crawler.discovery.wordpress import find_api
from crawler.spiders.crawling import Crawling
from crawler.spiders.posts_terms import RequestTerms
from crawler.storage.sources import REFUSED_FOR
from crawler.storage.wordpress import recall_posts, remember_posts, remember_probe, remember_terms

MANY_PAGES = 20
"""A source that names so many pages is worth a look at whether they come along with the posts: twice the
entries that a feed has by default."""

HTML_HEAD_BYTES = 2_000
"""Where a page's ``html`` element begins; headers call feeds pages, too."""

logger = logging.getLogger(__name__)


class PostsInterface:
    """The interface of the spider's site, as far as it is known.

    Args:
        spider: The crawl.
    """

    def __init__(self, spider: Crawling) -> None:
        self._spider = spider
        self._site = spider.site
        self._is_probed = False
        self.api: str | None = None
        """Its root; None: nobody has named one."""
        self.is_closed = False
        """Whether the site does not want it to be asked for the time being."""
        self.terms = self._remembered = RequestTerms()
        """What is asked for at once."""

    async def recall(self) -> None:
        """Recall what earlier crawls have learned."""
        memory = await self._spider.in_store(lambda db: recall_posts(db, self._site.id))
        if memory is None:
            return
        self.is_closed = memory.refused_until is not None
        self._is_probed = memory.is_probed
        page_size = memory.page_size or self.terms.page_size
        self.terms = self._remembered = RequestTerms(memory.embed, page_size)
        if not self.is_closed:
            self.api = memory.api or (urljoin(self._site.url, "/wp-json/") if self._site.wordpress else None)

    async def find(self, response: Response) -> bool:
        """Look whether an answer of the site names the interface; returns whether it is known by it."""
        headers = [value.decode("latin-1") for value in response.headers.getlist(b"Link")]
        api = find_api(headers, response.body, response.url)
        if api is None or not self._site.owns(api):
            self._is_probed = self._is_probed or b"<html" in response.body[:HTML_HEAD_BYTES].lower()
            return False
        self.api = api
        await self._spider.in_store(lambda db: remember_posts(db, self._site.id, api, None))
        logger.info("%s names its REST interface: %s", response.url, api)
        return True

    def begin_probe(self, pages: int) -> bool:
        """Whether the home page is to be looked at for the interface, for so many pages; once in a crawl."""
        if self.api or self.is_closed or self._is_probed or pages < MANY_PAGES:
            return False
        self._is_probed = True
        return True

    async def end_probe(self) -> None:
        """Remember that the home page was looked at."""
        await self._spider.in_store(lambda db: remember_probe(db, self._site.id))

    async def close(self) -> datetime:
        """Take a no for an answer: leave the interface alone until the time that is returned."""
        self.is_closed = True
        until, api = datetime.now(UTC) + REFUSED_FOR, self.api or ""
        await self._spider.in_store(lambda db: remember_posts(db, self._site.id, api, until))
        return until

    def relax(self, terms: RequestTerms, relaxed: RequestTerms) -> None:
        """Ask on other terms from now on, unless another refusal has led to others already."""
        if self.terms == terms:
            self.terms = relaxed
            logger.info("%s is asked again as %s", self.api, relaxed)

    async def learn(self, terms: RequestTerms, shown: RequestTerms) -> None:
        """Remember the terms on which the site has answered, where they are others than before.

        Args:
            terms: What was asked for.
            shown: What the answer shows to be the site's terms.
        """
        if self.terms == terms:
            self.terms = shown
        if self.terms != shown or shown == self._remembered:
            return
        self._remembered = shown
        embed, page_size = shown.embed, shown.page_size
        await self._spider.in_store(
            lambda db: remember_terms(db, self._site.id, embed=embed, page_size=page_size)
        )
