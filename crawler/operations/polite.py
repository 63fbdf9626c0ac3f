"""A few requests by hand: robots.txt obeyed, one at a time, and none to a private address.

For commands that look at a site; crawls have Scrapy.
"""

import gzip
import http.client
import io
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from protego import Protego

from crawler.config import Settings
from crawler.errors import KhabarError
from crawler.fetch.safety import is_public
from crawler.fetch.tls import certificate_problem, tls_context
from crawler.operations.extract import ROBOTS_BYTES


class FetchError(KhabarError):
    """An address gave no usable answer; the message says why. `status` is None where none came at all."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class CertificateError(FetchError):
    """A site's certificate cannot be verified; the message says why, and how to accept it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: where it came from after redirects, its body, decompressed, and its headers."""

    url: str
    body: bytes
    headers: Message

    @property
    def charset(self) -> str | None:
        """What the header says of the encoding."""
        return self.headers.get_content_charset()


class PoliteFetcher:
    """Fetches one address after the other, each after the pause that the site asks for.

    Args:
        settings: User-Agent, limits of size and time, the pause between requests.
        private: Whether private and loopback addresses may be asked.
        tls: ``unverified`` takes any certificate.
    """

    def __init__(self, settings: Settings, *, private: bool = False, tls: str = "verify") -> None:
        self._settings = settings
        self._private = private
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.HTTPDefaultErrorHandler,
            urllib.request.HTTPErrorProcessor,
            lambda: _Redirects(self),
            lambda: _Http(private),
            lambda: _Https(private, tls),
        ):
            self._opener.add_handler(handler())
        self._robots: dict[str, Protego] = {}
        self._closed: dict[str, int] = {}
        self._last = 0.0
        self.requests = 0

    def robots(self, url: str) -> Protego:
        """The robots.txt of an address's host.

        Raises:
            FetchError: The host cannot be reached.
        """
        address = urljoin(url, "/robots.txt")
        if address not in self._robots:
            try:
                text = self._get(address, ROBOTS_BYTES).body
            except FetchError as error:
                if error.status is None:
                    raise
                # RFC 9309, section 2.3.1: without one all is allowed; while the site is broken, nothing is.
                text = b""
                if error.status >= 500:
                    text, self._closed[address] = b"User-agent: *\nDisallow: /", error.status
            self._robots[address] = Protego.parse(text.decode("utf-8", "replace"))
        return self._robots[address]

    def delay(self, url: str) -> float | None:
        """Seconds between two requests that robots.txt asks for; None: it does not."""
        found = self.robots(url).crawl_delay(self._settings.user_agent)
        return float(found) if found else None

    def get(self, url: str) -> Fetched:
        """Fetch an address.

        Raises:
            FetchError: It may not be asked, does not answer, or its answer is an error or too large.
        """
        self._obey_robots(url)
        return self._get(url, self._settings.max_page_bytes, self.delay(url))

    def may_ask(self, url: str) -> None:
        """Raise FetchError where an address is none of the web, or robots.txt forbids it."""
        if urlsplit(url).scheme not in ("http", "https"):
            raise FetchError(f"{url}: not an http or https address")
        if not url.endswith("/robots.txt"):
            self._obey_robots(url)

    def _obey_robots(self, url: str) -> None:
        if not self.robots(url).can_fetch(url, self._settings.user_agent):
            status = self._closed.get(urljoin(url, "/robots.txt"))
            why = f"robots.txt answers with status {status}" if status else "the site's robots.txt forbids it"
            raise FetchError(f"{url}: {why}")

    def _get(self, url: str, most: int, delay: float | None = None) -> Fetched:
        pause = self._last + max(delay or 0.0, self._settings.delay) - time.monotonic()
        if pause > 0 and self._last and not url.endswith("/robots.txt"):
            time.sleep(pause)
        request = urllib.request.Request(url, headers={"User-Agent": self._settings.user_agent})  # noqa: S310
        self.requests += 1
        try:
            with self._opener.open(request, timeout=self._settings.fetch_timeout) as response:
                body = _unpacked(response.read(most + 1), response.headers, most)
                found = Fetched(response.geturl(), body, response.headers)
        except urllib.error.HTTPError as error:
            error.close()
            if 300 <= error.code < 400 and error.code != 304:
                raise FetchError(f"{url}: it redirects without end", error.code) from None
            raise FetchError(f"{url}: the site answered with status {error.code}", error.code) from None
        except (OSError, http.client.HTTPException, EOFError) as error:
            reason = getattr(error, "reason", error)
            if (why := certificate_problem(error)) is not None:
                raise CertificateError(
                    f"{url}: its certificate cannot be verified: {why}; to accept it, for this site alone: "
                    'tls = "unverified" in its seed, or `khabar sites add URL --tls unverified`'
                ) from None
            raise FetchError(f"{url}: cannot be reached: {reason or type(error).__name__}") from None
        finally:
            self._last = time.monotonic()
        if len(found.body) > most:
            raise FetchError(f"{url}: larger than {most} bytes")
        return found


def _unpacked(body: bytes, headers: Message, most: int) -> bytes:
    """The body without the compression that some servers use unasked."""
    if headers.get("Content-Encoding", "").strip().lower() != "gzip":
        return body
    with gzip.open(io.BytesIO(body)) as reader:
        return reader.read(most + 1)


def _connect(private: bool) -> Any:
    """A way to connect that looks at the address it connects to, so that no name leads to a private one."""

    def connect(address: tuple[str, int], timeout: float, source: Any = None) -> socket.socket:
        host, port = address
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, place in found:
            if not private and not is_public(str(place[0])):
                raise OSError(f"{host} leads to the private address {place[0]}; --private allows it")
        return socket.create_connection((str(found[0][4][0]), port), timeout, source)

    return connect


class _HttpConnection(http.client.HTTPConnection):
    def __init__(self, *args: Any, private: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._create_connection = _connect(private)


class _HttpsConnection(http.client.HTTPSConnection):
    def __init__(self, *args: Any, private: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._create_connection = _connect(private)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, private: bool) -> None:
        super().__init__()
        self._private = private

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_HttpConnection, req, private=self._private)  # type: ignore[arg-type]


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, private: bool, tls: str) -> None:
        super().__init__()
        self._private = private
        self._tls = tls_context(tls)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(
            _HttpsConnection,  # type: ignore[arg-type]
            req,
            private=self._private,
            context=self._tls,
        )


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 5

    def __init__(self, fetcher: PoliteFetcher) -> None:
        self._fetcher = fetcher

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        self._fetcher.may_ask(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
