"""A crawl ends when the site turns away one page after another, and leaves the rest for later.

Asking for a thousand pages to hear "no" a thousand times helps nobody. The pages that were not asked for wait
as they did, and the schedule comes back, ever later.
"""

from typing import Self

from scrapy.crawler import Crawler

from crawler.fetch.context import crawl_context
from crawler.html.sentences import sentence
from crawler.model.article import Disposition, UnconfirmedReason
from crawler.model.crawl import CrawlOutcome
from crawler.pipelines.item import PageItem, page_ended

IN_A_ROW = 10
"""Pages in a row that were blocked or failed: with fewer, a handful of broken pages would end a crawl."""

ALIKE_IN_A_ROW = 50
"""The same for pages that say what others say: a section of videos under one caption is no wall."""

TURNED_AWAY = {
    Disposition.BLOCKED: CrawlOutcome.BLOCKED,
    Disposition.FAILED: CrawlOutcome.FAILING,
    Disposition.UNCONFIRMED: CrawlOutcome.SAME_PAGE_EVERYWHERE,
}

_ENDED = {
    Disposition.BLOCKED: "ended_blocked",
    Disposition.FAILED: "ended_failed",
    Disposition.UNCONFIRMED: "ended_unconfirmed",
}
"""The messages that name how such pages end."""

WALLS = frozenset({UnconfirmedReason.SHARED, UnconfirmedReason.REDIRECTED})
"""Reasons to wait that are the site's, not a page's."""


class StopOnRefusals:
    """Counts the pages in a row that the site did not give us."""

    def __init__(self, crawler: Crawler) -> None:
        self._context = crawl_context(crawler)
        self._streak = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension and listen for pages that ended."""
        extension = cls(crawler)
        crawler.signals.connect(extension.page_ended, signal=page_ended)
        return extension

    def page_ended(self, item: PageItem) -> None:
        """Take note of how a page ended."""
        disposition = item.outcome.disposition if item.outcome else None
        if item.waiting is not None and item.waiting.reason not in WALLS:
            disposition = None
        if disposition not in TURNED_AWAY:
            self._streak = 0
            return
        self._streak += 1
        enough = ALIKE_IN_A_ROW if disposition is Disposition.UNCONFIRMED else IN_A_ROW
        if self._streak == enough:
            reason = item.outcome.reason if item.outcome else None
            self._context.stop(
                TURNED_AWAY[disposition],
                sentence(
                    "turned_away",
                    count=enough,
                    disposition=sentence(_ENDED[disposition]),
                    reason=reason or "",
                ),
            )
