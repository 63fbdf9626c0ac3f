"""Safety: no request leaves for an address that a news site has no business to send us to."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.resolver import CachingThreadedResolver, dnscache
from scrapy.settings import BaseSettings
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure

from crawler.fetch.content import IS_PART
from crawler.fetch.context import crawl_context
from crawler.fetch.outcome import RefusedRequestError
from crawler.html.sentences import sentence
from crawler.model.site import Site

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses behind which a gateway puts all of IPv4 (RFC 6052), private networks included."""

ALLOW_PRIVATE = "KHABAR_ALLOW_PRIVATE"
"""Scrapy setting: the seed says that the site lives at a private address."""


def is_public(text: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Raises:
        ValueError: `text` is no IP address.
    """
    parsed = ipaddress.ip_address(text.partition("%")[0])
    return all(address.is_global and not address.is_multicast for address in _reached(parsed))


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
        return cls(crawl_context(crawler).site)

    def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it.

        Raises:
            RefusedRequestError: The address is unsafe or off the site.
        """
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise RefusedRequestError(sentence("unsafe_scheme", url=request.url[:200]))
        host = parts.hostname or ""
        if not self._site.private and not may_be_public(host):
            raise RefusedRequestError(sentence("unsafe_host", host=host))
        is_bound = "page" in request.meta or IS_PART in request.meta
        if is_bound and request.meta.get("redirect_times") and not self._site.owns(request.url):
            raise RefusedRequestError(sentence("redirects_off_site", host=host), final=False)


def may_be_public(host: str) -> bool:
    """Whether a host, as an address writes it, can be on the public internet; names are resolved later."""
    try:
        return is_public(host)
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".local", ".internal"))


class SafeResolver(CachingThreadedResolver):
    """A resolver that does not return private addresses, so that no name leads to one either.

    The check stands where the connection takes its address from: a name that resolves to a public
    address for a check and to a private one for the connection gains nothing. Unlike Scrapy's it knows names
    that have an IPv6 address alone.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float, *, allow_private: bool) -> None:
        super().__init__(reactor, cache_size, timeout)
        self.allow_private = allow_private
        self.private_names: dict[str, str] = {}
        """The private addresses that names led to. Scrapy passes on no more of them than "no address"."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Build the resolver from the crawl's settings."""
        return cls(
            reactor,
            crawler.settings.getint("DNSCACHE_SIZE"),
            crawler.settings.getfloat("DNS_TIMEOUT"),
            allow_private=crawler.settings.getbool(ALLOW_PRIVATE),
        )

    def getHostByName(self, name: str, timeout: Any = ()) -> "Deferred[str]":  # noqa: ARG002, N802
        """Resolve `name`; the deferred fails with DNSLookupError, also for a private address."""
        if name in dnscache:
            address = succeed(dnscache[name])
        else:
            reactor: Any = self.reactor
            address = deferToThreadPool(reactor, reactor.getThreadPool(), self._resolve, name)
            address.addTimeout(self.timeout, reactor)
            address.addCallbacks(
                self._cache_result, self._no_address, callbackArgs=(name,), errbackArgs=(name,)
            )
        return address if self.allow_private else address.addCallback(self._require_public, name)

    def _resolve(self, name: str) -> str:
        """The address to connect to: a public one before others, and of those IPv4 first, as ever."""
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        addresses = [
            str(place[0])
            for family, *_, place in sorted(answers, key=lambda answer: answer[0] != socket.AF_INET)
        ]
        return next((address for address in addresses if is_public(address)), addresses[0])

    def _no_address(self, failure: Failure, name: str) -> None:
        raise DNSLookupError(f"{name}: {failure.getErrorMessage()}")

    def _require_public(self, address: str, name: str) -> str:
        if not is_public(address):
            self.private_names[name] = address
            raise DNSLookupError(f"{name} leads to the private address {address}")
        return address


def allow_private_names(settings: BaseSettings) -> None:
    """Let the running reactor's resolver return private addresses, where a spider's settings allow that.

    Scrapy builds the resolver from the settings of its process, before it knows those of a spider.
    """
    from twisted.internet import reactor  # it exists only once the crawl has installed it

    resolver = getattr(reactor, "resolver", None)
    if isinstance(resolver, SafeResolver) and settings.getbool(ALLOW_PRIVATE):
        resolver.allow_private = True


class PrivateNameMiddleware:
    """Refuses requests to names that led to a private address, which Scrapy takes for unknown names."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:  # noqa: ARG003
        """Build the middleware for the reactor's resolver."""
        from twisted.internet import reactor  # it exists only once the crawl has installed it

        return cls(reactor.resolver)

    def __init__(self, resolver: SafeResolver) -> None:
        self._resolver = resolver

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Pass other exceptions on.

        Raises:
            RefusedRequestError: The request's host is such a name.
        """
        host = urlsplit(request.url).hostname or ""
        address = self._resolver.private_names.get(host)
        if address is not None and isinstance(exception, CannotResolveHostError):
            raise RefusedRequestError(
                sentence("unsafe_target", host=host, address=str(address))
            ) from exception
