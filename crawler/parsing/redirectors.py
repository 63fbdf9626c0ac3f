"""Redirectors: addresses that lead through a counting or sharing service, and the page behind them.

The service is never asked: the target stands in its address, as a query's value or as the rest of the path.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.model.site import Site
from crawler.parsing.urls import InvalidURLError, canonical_url

MAX_LAYERS = 3
"""Times that a target is decoded: services that wrap each other escape it once more each."""

# A path of a site's own that sends readers on, as "/go?to=…": what it names in its query is the page.
_OWN_REDIRECTOR = re.compile(
    r"/(?:redirect(?:or)?|redir|go(?:to)?|out|link|click|track|url|l|r|away|jump)(?:\.\w{2,4})?/?\Z",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


def own_address(link: str, site: Site, base: str | None = None, *, encoding: str = "utf-8") -> str | None:
    """The page of the site that a link leads to, in canonical form; None where it leads to none.

    Args:
        link: The link as published.
        site: The seed: which hosts are the site's.
        base: The URL of the page it was found on, for relative links.
        encoding: That of the page.

    Raises:
        InvalidURLError: It is no address.
    """
    url = canonical_url(link, base, encoding=encoding)
    if site.owns(url):
        if _OWN_REDIRECTOR.search(urlsplit(url).path):
            return _own_target(url, site) or url
        return url
    return _own_target(url, site)


def preferred_address(links: Iterable[str], site: Site | None, base: str | None = None) -> str | None:
    """Of the addresses that an entry gives for one page, the site's own; else the first that is one.

    Args:
        links: The addresses as published, the likeliest first.
        site: The seed; None: whose they are makes no difference.
        base: For relative links.
    """
    first = None
    for link in links:
        try:
            if site is not None and (target := own_address(link, site, base)) is not None:
                return target
            first = first or canonical_url(link, base)
        except InvalidURLError:
            continue
    return first


def _own_target(url: str, site: Site) -> str | None:
    """The page of the site that stands inside a redirector's address."""
    if "%" not in url and "http" not in url[4:].lower():
        return None
    for target in _embedded(url):
        try:
            page = canonical_url(target)
        except InvalidURLError:
            continue
        if site.owns(page):
            return page
    return None


def _embedded(url: str) -> Iterator[str]:
    """Addresses inside an address: whole values of its query, then what follows in its path."""
    parts = urlsplit(url)
    for _, value in parse_qsl(parts.query):
        yield from _decoded(value)
    # Two slashes of an address within a path are one after some servers' tidying.
    rest = re.sub(r"(https?:)/+", r"\1//", unquote(parts.path), flags=re.IGNORECASE)
    if (match := _ADDRESS.search(rest)) is not None:
        yield match[0] + (f"?{parts.query}" if parts.query else "")


def _decoded(value: str) -> Iterator[str]:
    for _ in range(MAX_LAYERS):
        if _ADDRESS.fullmatch(value.strip()):
            yield value.strip()
            return
        value = unquote(value)
