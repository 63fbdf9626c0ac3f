"""A site's WordPress REST interface: where it is, whether it may be asked, and on which terms it answers.

Sites refuse what WordPress allows: names with the posts, a hundred posts at once. What a refusal names is
asked for; where it names nothing, less and less is asked for, until what every WordPress gives.
"""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urljoin

from scrapy.http import Response

from crawler.discovery.wordpress import POSTS_AT_ONCE, find_api
from crawler.discovery.wordpress_paging import allowed_page_size, smaller_page_size
from crawler.fetch.context import CrawlContext
from crawler.storage.sources import REFUSED_FOR
from crawler.storage.wordpress import recall_posts, remember_posts, remember_probe, remember_terms

MANY_PAGES = 20
"""A source that names so many pages is worth a look at whether they come along with the posts: twice the
entries that a feed has by default."""

HTML_HEAD_BYTES = 2_000
"""Where a page's ``html`` element begins; headers call feeds pages, too."""

SAYS_NO = frozenset({400, 401, 403, 404, 405, 410, 451})
"""Statuses by which a site says that it has no such interface, or not for us."""

BAD_REQUEST = 400
"""What WordPress answers to a parameter that it does not allow."""

TOO_MUCH = frozenset({413, 414, 422, 500, 502, 504})
"""What servers answer whose memory or time does not suffice for a hundred posts, or that have limits of their
own: asked for fewer, many of them answer."""

MODEST_PAGE_SIZE = 20
"""How many posts are asked for after such an answer, once: a server that cannot give these is ill."""

CAPPED = 0.5
"""An answer with at most this share of the posts that were asked for, while more follow, is a capped one; a
plugin that hides single posts leaves more of them."""

SMALLEST_CAP = 5
"""Nobody caps answers at fewer posts; where fewer come, the others are gone."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RequestTerms:
    """What a request asks for: names with the posts or not, and how many posts at most."""

    embed: bool = True
    page_size: int = POSTS_AT_ONCE

    def after_refusal(self, status: int, body: bytes, *, is_first_page: bool) -> "RequestTerms | None":
        """The terms to try after a refusal; None: there are none, and the refusal stands.

        Args:
            status: The answer's status.
            body: Its body.
            is_first_page: A later page is refused where there is none, which is the end of a walk.
        """
        if status in TOO_MUCH:
            return replace(self, page_size=MODEST_PAGE_SIZE) if self.page_size > MODEST_PAGE_SIZE else None
        if status != BAD_REQUEST:
            return None
        if allowed := allowed_page_size(body, self.page_size):
            return replace(self, page_size=allowed)
        if not is_first_page:
            return None
        if self.embed:
            return replace(self, embed=False)
        smaller = smaller_page_size(self.page_size)
        return replace(self, page_size=smaller) if smaller else None

    def after_answer(self, rows: int, requested: int, *, more_exist: bool) -> "RequestTerms":
        """The terms that an answer shows to be the site's: one that gives few of many has a cap.

        Args:
            rows: How many entries it held.
            requested: How many it was to hold.
            more_exist: Whether the site has more of what was asked for.
        """
        is_capped = more_exist and SMALLEST_CAP <= rows <= CAPPED * requested
        return replace(self, page_size=rows) if is_capped else self


class Interface:
    """The interface of one site, as far as it is known.

    Args:
        context: The crawl.
    """

    def __init__(self, context: CrawlContext) -> None:
        self._context = context
        self._site = context.site
        self._is_probed = False
        self.api: str | None = None
        """Its root; None: nobody has named one."""
        self.is_closed = False
        """Whether the site does not want it to be asked for the time being."""
        self.terms = self._remembered = RequestTerms()
        """What is asked for at once."""

    async def recall(self) -> None:
        """Recall what earlier crawls have learned."""
        memory = await self._context.in_store(lambda db: recall_posts(db, self._site.id))
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
        await self._context.in_store(lambda db: remember_posts(db, self._site.id, api, None))
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
        await self._context.in_store(lambda db: remember_probe(db, self._site.id))

    async def close(self) -> datetime:
        """Respect a refusal: leave the interface alone until the time that is returned."""
        self.is_closed = True
        until, api = datetime.now(UTC) + REFUSED_FOR, self.api or ""
        await self._context.in_store(lambda db: remember_posts(db, self._site.id, api, until))
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
        await self._context.in_store(
            lambda db: remember_terms(db, self._site.id, embed=embed, page_size=page_size)
        )
