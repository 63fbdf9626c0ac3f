"""Freshness: ask for a page only if it changed since we last had it."""

from scrapy import Request

from crawler.storage.frontier import Page


class FreshnessMiddleware:
    """Adds If-None-Match and If-Modified-Since to requests for pages whose article we hold.

    RFC 9110, section 13.1. A page that gave no article is asked for in full: what it said is not kept,
    so "unchanged" would mean nothing.
    """

    def process_request(self, request: Request) -> None:
        """Add the validators of the page's last full answer."""
        page: Page | None = request.meta.get("page")
        if page is None or page.article_id is None or request.meta.get("redirect_times"):
            return
        if page.etag:
            request.headers[b"If-None-Match"] = page.etag.encode("latin-1", "ignore")
        if page.last_modified:
            request.headers[b"If-Modified-Since"] = page.last_modified.encode("latin-1", "ignore")
