"""Truncation: a page that stops in the middle is fetched again later.

What lacks its end is judged by the site's own habit: many sites never close their pages.
"""

import logging
from collections import Counter
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse

from crawler.errors import KhabarError
from crawler.fetch.context import crawl_context
from crawler.fetch.outcome import CutShortError
from crawler.html.sentences import sentence
from crawler.parsing.page_end import PageEnd, page_end
from crawler.storage.frontier import Page
from crawler.storage.site_pages import recall_page_ends, remember_page_ends

ENOUGH = 10
"""Pages of a site that closed, before one that does not is suspicious."""

SELDOM = 20
"""A site of whose pages one in so many does not close has a template that does not."""

FEW = 5
"""Pages that end in a script, before that can be a site's habit."""

TRIES = {PageEnd.UNENDED: 2, PageEnd.UNPARSED: 4}
"""Fetches after which a page that ends so every time is taken as it is: half an hour, and two and a half.
What a reader of the site sees is all that there is."""

KEPT = 1000
"""Counts are halved from here on, so that a site that changes its template is known by the new one."""

_REASONS = {
    PageEnd.CUT: "stops_in_tag",
    PageEnd.UNPARSED: "stops_in_script",
    PageEnd.UNENDED: "stops_before_end",
}

logger = logging.getLogger(__name__)


class TruncationMiddleware:
    """Fails responses for pages that were cut off, though they are as long as Content-Length says."""

    def __init__(self, crawler: Crawler) -> None:
        self._context = crawl_context(crawler)
        self._ends = Counter(
            self._context.session.run(lambda s: recall_page_ends(s.db, self._context.site.id))
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware for the spider's run."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.spider_closed, signal=signals.spider_closed)
        return middleware

    def process_response(self, request: Request, response: Response) -> Response:
        """Let a whole page pass.

        Raises:
            CutShortError: The page stops in the middle.
        """
        page: Page | None = request.meta.get("page")
        if page is None or response.status != 200 or not isinstance(response, TextResponse):
            return response
        end = page_end(response.body)
        usual = self._is_usual(end)
        taken = usual or (end in TRIES and page.attempts >= TRIES[end])
        if taken or end is PageEnd.UNPARSED:
            self._ends[end] += 1
        if usual:
            return response
        if taken:
            self._context.problem(sentence("stops_each_time", url=page.url, how=sentence(_REASONS[end])))
            return response
        raise CutShortError(sentence("cut_short", how=sentence(_REASONS[end])))

    def _is_usual(self, end: PageEnd) -> bool:
        whole, such = self._ends[PageEnd.WHOLE], self._ends[end]
        if end is PageEnd.UNENDED:
            return whole < ENOUGH or such * SELDOM > whole
        if end is PageEnd.UNPARSED:
            return such >= FEW and such > whole
        return end is PageEnd.WHOLE

    def spider_closed(self) -> None:
        """Remember how the site's pages end."""
        if sum(self._ends.values()) > KEPT:
            self._ends = Counter({end: count // 2 for end, count in self._ends.items()})
        ends = {str(end): count for end, count in self._ends.items()}
        try:
            self._context.session.run(
                lambda stores: remember_page_ends(stores.db, self._context.site.id, ends)
            )
        except KhabarError as error:
            logger.info("How the site's pages end is not remembered: %s", error)
