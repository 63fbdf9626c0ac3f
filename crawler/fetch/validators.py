"""Conditional requests: a page is sent only if it changed since it was last fetched (RFC 9110, section 13).

A cache in front of a site may answer 304, or with an ETag that never changes, whatever becomes of the page.
So a page is fetched without validators now and then; where its text has changed and its validators have not,
the site's validators are unreliable and not used any more
(`crawler.storage.sources.are_page_validators_unreliable`).
"""

from datetime import UTC, datetime, timedelta
from typing import Self
from zlib import crc32

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.fetch.context import crawl_context
from crawler.storage.clock import not_ahead
from crawler.storage.frontier import Page

RECENT = timedelta(days=8)
"""Articles that are edited are edited within a week; the schedule looks at them for so long."""

READ_WHOLE = timedelta(hours=4)
"""What was read in full so lately is requested with its validators. A recent article is thus read in full at
the looks of 6 and 24 hours and 7 days (`crawler.storage.recheck`)."""

ONE_OF = 20
"""Of older pages one of so many is read in full: a recrawl of some hundreds finds a site out."""


def reads_whole(page: Page, now: datetime) -> bool:
    """Whether a page whose article we hold is to be fetched without validators.

    Of the older pages it is another part each day.
    """
    read_at = not_ahead(page.read_at, now)
    if read_at is not None and now - read_at < READ_WHOLE:
        return False
    recent = page.article_since is not None and now - page.article_since < RECENT
    return recent or (crc32(page.id.encode()) + now.toordinal()) % ONE_OF == 0


class ValidatorsMiddleware:
    """Adds If-None-Match and If-Modified-Since to requests for pages whose article we hold.

    RFC 9110, section 13.1. A page that gave no article is fetched in full: its text is not kept,
    so "unchanged" would mean nothing.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._stats = crawler.stats
        self._context = crawl_context(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware for the spider's run."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Add the validators of the page's last full answer, unless it is to be read in full."""
        page: Page | None = request.meta.get("page")
        if page is None or page.article_id is None or request.meta.get("redirect_times"):
            return
        if self._context.ignores_validators or reads_whole(page, datetime.now(UTC)):
            self._stats.inc_value("khabar/freshness/whole")
            return
        if page.etag:
            request.headers[b"If-None-Match"] = page.etag.encode("latin-1", "ignore")
        if page.last_modified:
            request.headers[b"If-Modified-Since"] = page.last_modified.encode("latin-1", "ignore")
