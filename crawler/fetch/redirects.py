"""Redirects: by status, by a header, by a page that holds nothing but the way to another.

Each hop is a new request, which passes robots.txt, safety and the site's pace like any other. Cookies live as
long as one chain of redirects, and are sent where the chain comes back to an address that it has seen: sites
that set a cookie and redirect to themselves show their pages only so.
"""

from typing import Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from w3lib.url import safe_url_string

from crawler.fetch.content import EXCHANGE, REDIRECTED_BY
from crawler.fetch.outcome import GateError, TooManyRedirectsError, charset_of, header_of
from crawler.parsing.redirects import (
    MOST_REDIRECTS,
    REDIRECTS,
    is_gate,
    page_redirect,
    refresh_header_target,
    with_cookies,
)

_COOKIES = "khabar_cookies"


class RedirectMiddleware:
    """Follows redirects; each hop costs a request."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:  # noqa: ARG003
        """Build the middleware."""
        return cls()

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Return the next request, or the response where it leads nowhere.

        Raises:
            TooManyRedirectsError: It is one redirect too many.
            GateError: The page is behind something that asks for consent or a login.
        """
        target = _target(response)
        earlier: list[str] = request.meta.get("redirect_urls", [])
        is_page = "page" in request.meta
        if target is None:
            if is_page and earlier and is_gate(response.url, earlier[0]):
                raise GateError(response.url)
            return response
        leaves = urlsplit(target).netloc != urlsplit(request.url).netloc
        if is_page and leaves and is_gate(target, request.url):
            # Off the site it would end as any redirect there does, for good.
            raise GateError(target)
        if len(earlier) >= MOST_REDIRECTS:
            raise TooManyRedirectsError
        return _follow(request, response, target, earlier)


def _target(response: Response) -> str | None:
    """Where a response leads."""
    if response.status in REDIRECTS:
        location = response.headers.get(b"Location")
        return _web_address(response.url, safe_url_string(location).strip()) if location else None
    if response.status != 200:
        return None
    refresh = refresh_header_target(header_of(response, b"Refresh") or "", response.url)
    stub = refresh or page_redirect(response.body, response.url, charset_of(response))
    return safe_url_string(stub) if stub else None


def _web_address(base: str, location: str) -> str | None:
    try:
        url = urljoin(base, location)
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None


def _follow(request: Request, response: Response, target: str, earlier: list[str]) -> Request:
    visited = [*earlier, request.url]
    meta = {**request.meta, "redirect_urls": visited, "redirect_times": len(visited)}
    if (exchange := meta.pop(EXCHANGE, None)) is not None:
        meta[REDIRECTED_BY] = (*meta.get(REDIRECTED_BY, ()), exchange)
    follow = request.replace(url=target, meta=meta, dont_filter=True)
    follow.headers.pop(b"Cookie", None)
    if urlsplit(target).netloc == urlsplit(request.url).netloc:
        headers = (value.decode("latin-1") for value in response.headers.getlist(b"Set-Cookie"))
        cookies = meta[_COOKIES] = with_cookies(meta.get(_COOKIES, {}), headers)
        follow.meta[_COOKIES] = cookies
        if cookies and target in visited:
            follow.headers[b"Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    else:
        follow.meta.pop(_COOKIES, None)
    return follow
