"""Safety: no request leaves for an address that a news site has no business to send us to."""

import ipaddress
from collections.abc import Iterator
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred

from crawler.fetch.outcome import RefusedRequestError
from crawler.sites import Site

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses behind which a gateway puts all of IPv4 (RFC 6052), private networks included."""

ALLOW_PRIVATE = "KHABAR_ALLOW_PRIVATE"
"""Scrapy setting: the seed says that the site lives at a private address."""


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Raises:
        ValueError: `address` is no IP address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return all(one.is_global and not one.is_multicast for one in _reached(parsed))


def _reached(address: IPAddress) -> Iterator[IPAddress]:
    """The addresses that a connection may end at: those IPv4 ones, too, that an IPv6 address carries."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    yield address
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield address.teredo[1]
    if address in NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


class SafetyMiddleware:
    """Refuses requests to other schemes, to private addresses and, after a redirect, to other sites."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware for the spider's site."""
        return cls(crawler.spider.site)  # type: ignore[union-attr]  # the spider is a SiteSpider

    def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it.

        Raises:
            RefusedRequestError: The address is unsafe or off the site.
        """
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise RefusedRequestError(
                f"unsafe address: the scheme of {request.url[:200]} is not http or https"
            )
        host = parts.hostname or ""
        if not self._site.private and not _may_be_public(host):
            raise RefusedRequestError(f"unsafe address: {host} is not on the public internet")
        if request.meta.get("redirect_times") and "page" in request.meta and not self._site.owns(request.url):
            raise RefusedRequestError(f"it redirects off the site, to {host}")


def _may_be_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".local", ".internal"))


class SafeResolver(CachingThreadedResolver):
    """A resolver that does not return private addresses, so that no name leads to one either.

    The check stands where the connection takes its address from: a name that resolves to a public
    address for a check and to a private one for the connection gains nothing.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float, *, allow_private: bool) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Build the resolver from the crawl's settings."""
        return cls(
            reactor,
            crawler.settings.getint("DNSCACHE_SIZE"),
            crawler.settings.getfloat("DNS_TIMEOUT"),
            allow_private=crawler.settings.getbool(ALLOW_PRIVATE),
        )

    def getHostByName(self, name: str, timeout: Any = ()) -> "Deferred[str]":  # noqa: N802
        """Resolve `name`; the deferred fails with RefusedRequestError for a private address."""
        found = super().getHostByName(name, timeout)
        return found if self._allow_private else found.addCallback(self._require_public, name)

    def _require_public(self, address: str, name: str) -> str:
        if not is_public(address):
            raise RefusedRequestError(f"unsafe address: {name} leads to {address}")
        return address
