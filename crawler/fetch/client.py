"""The one HTTP client outside crawls: robots.txt, pauses, safety and redirects as crawls keep them.

For commands that look at a site or at a page; crawls have Scrapy. Both read robots.txt, content and redirects
with the same modules (`crawler.parsing`) and wait by the same pace.
"""

import http.client
import time
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

from crawler.errors import KhabarError
from crawler.fetch.connection import Answer, Limits, PrivateAddressError, certificate_problem, request_once
from crawler.fetch.delay import PATIENCE, Pace, requested_pause
from crawler.parsing.content import ACCEPTED, ContentTooLargeError, content_of
from crawler.parsing.page_end import closes_itself
from crawler.parsing.redirects import (
    MOST_REDIRECTS,
    REDIRECTS,
    is_gate,
    page_redirect,
    refresh_header_target,
    with_cookies,
)
from crawler.parsing.robots import MOST_BYTES, NO_RULES, RobotsTxt, product_token
from crawler.settings import Settings

MOST_WAITS = 3
"""Times that a site may ask for a pause before one address is given up, as in crawls."""

WHOLE_REQUESTS = 4
"""One address, with its redirects, may take as long as so many requests: few lead further than once."""


class FetchError(KhabarError):
    """An address gave no usable answer; the message says why. `status` is None without an answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class CertificateError(FetchError):
    """A site's certificate cannot be verified; the message says why, and how to accept it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: where it came from after redirects, its content, and its headers."""

    url: str
    body: bytes
    headers: Message

    @property
    def charset(self) -> str | None:
        """The charset that the header names."""
        return self.headers.get_content_charset()


@dataclass(frozen=True, slots=True)
class _Page:
    """An answer of any status, its compression undone."""

    url: str
    status: int
    headers: Message
    body: bytes
    is_complete: bool


class PoliteFetcher:
    """Fetches one address after the other, each after the pause that the site asks for.

    Args:
        settings: User-Agent, limits of size and time, the pause between requests.
        private: Whether private and loopback addresses may be asked.
        tls: ``unverified`` takes any certificate.
        typed_url: An address that a person typed; its host may be requested though it is private.
    """

    def __init__(
        self, settings: Settings, *, private: bool = False, tls: str = "verify", typed_url: str | None = None
    ) -> None:
        self.settings = settings
        self._private, self._tls = private, tls
        self._typed_host = urlsplit(typed_url).netloc if typed_url else None
        self._product = product_token(settings.user_agent)
        self._robots: dict[str, RobotsTxt | FetchError] = {}
        self._pace = Pace(settings.delay)
        self._seconds = 0.0
        self.requests = 0

    def robots(self, url: str) -> RobotsTxt:
        """The robots.txt of an address's host.

        Raises:
            FetchError: The host cannot be reached, or answers with an error: nothing may be fetched now.
        """
        host = urljoin(url, "/")
        if host not in self._robots:
            try:
                self._robots[host] = RobotsTxt(self._robots_body(urljoin(url, "/robots.txt")))
            except FetchError as error:
                self._robots[host] = error
        rules = self._robots[host]
        if isinstance(rules, FetchError):
            raise rules
        if (delay := rules.crawl_delay(self._product)) is not None:
            self._pace.throttle.ask_for(delay)
        return rules

    def delay(self, url: str) -> float | None:
        """Seconds between two requests that robots.txt asks for; None: it does not."""
        return self.robots(url).crawl_delay(self._product)

    def get(self, url: str) -> Fetched:
        """Fetch an address, and where it redirects, what it leads to.

        Raises:
            FetchError: It may not be asked, does not answer, or its answer is an error or too large.
        """
        self._seconds = 0.0
        page = self._follow(safe_url_string(url), self.settings.max_page_bytes, obey=True)
        if page.status != 200:
            raise FetchError(f"{page.url}: the site answered with status {page.status}", page.status)
        if not page.is_complete and not closes_itself(page.body):
            raise FetchError(f"{page.url}: cut short: the answer is not as long as it was said to be", 200)
        return Fetched(page.url, page.body, page.headers)

    def _robots_body(self, url: str) -> bytes:
        page = self._follow(url, MOST_BYTES, obey=False)
        if page.status in NO_RULES or 300 <= page.status < 400:
            return b""
        if page.status != 200:
            raise FetchError(f"{url}: robots.txt answers with status {page.status}", page.status)
        if not page.is_complete and len(page.body) < MOST_BYTES:
            # It does not show where it ends. Twice the same is all that there is.
            again = self._follow(url, MOST_BYTES, obey=False)
            if again.body != page.body:
                raise FetchError(f"{url}: robots.txt breaks off")
        return page.body

    def _follow(self, url: str, max_bytes: int, *, obey: bool) -> _Page:
        """The answer at the end of all redirects; at the end of too many there is no robots.txt."""
        visited: list[str] = []
        cookies: dict[str, str] = {}
        while True:
            if obey:
                self._obey_robots(url)
            page = self._ask(url, max_bytes, cookies if url in visited else {}, cut=not obey)
            target = _target(page)
            if target is None:
                break
            visited.append(url)
            if len(visited) > MOST_REDIRECTS:
                if obey:
                    raise FetchError(f"{visited[0]}: it redirects without end", page.status)
                break
            if urlsplit(target).scheme not in ("http", "https"):
                raise FetchError(f"{target}: not an http or https address")
            same_host = urlsplit(target).netloc == urlsplit(url).netloc
            cookies = with_cookies(cookies, page.headers.get_all("Set-Cookie") or ()) if same_host else {}
            url = target
        if obey and visited and is_gate(page.url, visited[0]):
            raise FetchError(f"{visited[0]}: it leads to {page.url}, which asks for consent or a login first")
        return page

    def _obey_robots(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise FetchError(f"{url}: not an http or https address")
        if not self.robots(url).allows(url, self._product):
            raise FetchError(f"{url}: the site's robots.txt forbids it")

    def _ask(self, url: str, max_bytes: int, cookies: dict[str, str], *, cut: bool) -> _Page:
        """One answer; requested again after a pause where the site asks for one."""
        for _ in range(MOST_WAITS):
            answer = self._request(url, max_bytes, cookies)
            pause = requested_pause(
                answer.status, answer.headers.get("Retry-After"), answer.headers.get("Date")
            )
            if pause is None:
                break
            self._pace.pause(pause)
            if pause > PATIENCE:
                raise FetchError(
                    f"{url}: the site asks to be left alone for {pause:.0f} s ({answer.status})",
                    answer.status,
                )
            if answer.status not in (429, 503):
                break
        try:
            encodings = answer.headers.get_all("Content-Encoding") or ()
            content = content_of(
                answer.body[:max_bytes] if cut else answer.body,
                encodings,
                max_bytes=max_bytes,
                cut=cut,
                complete=answer.is_complete,
            )
        except ContentTooLargeError:
            raise FetchError(f"{url}: larger than {max_bytes} bytes") from None
        if len(content.body) > max_bytes:
            raise FetchError(
                f"{url}: larger than {max_bytes} bytes; KHABAR_MAX_PAGE_BYTES sets the limit", answer.status
            )
        return _Page(url, answer.status, answer.headers, content.body, content.is_complete)

    def _request(self, url: str, max_bytes: int, cookies: dict[str, str]) -> Answer:
        """One request over the wire, when it is due."""
        left = WHOLE_REQUESTS * self.settings.fetch_timeout - self._seconds
        if left <= 0:
            raise FetchError(f"{url}: it took longer than {self._seconds:.0f} s with its redirects")
        while (wait := self._pace.wait()) > 0:
            time.sleep(wait)
        headers = {"User-Agent": self.settings.user_agent, "Accept-Encoding": ACCEPTED}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        limits = Limits(max_bytes, min(self.settings.fetch_timeout, left))
        private = self._private or urlsplit(url).netloc == self._typed_host
        self.requests += 1
        started = time.monotonic()
        try:
            return request_once(url, headers, limits, private=private, tls=self._tls)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _fetch_error(url, error) from None
        finally:
            self._seconds += time.monotonic() - started
            self._pace.note_sent()
            self._pace.note_answered()


def _fetch_error(url: str, error: Exception) -> FetchError:
    if (why := certificate_problem(error)) is not None:
        return CertificateError(
            f"{url}: its certificate cannot be verified: {why}; to accept it, for this site alone: "
            'tls = "unverified" in its seed (name the site with --site), or '
            "`khabar sites add URL --tls unverified`"
        )
    if isinstance(error, PrivateAddressError):
        return FetchError(f"{url}: {error}")
    return FetchError(f"{url}: cannot be reached: {str(error) or type(error).__name__}")


def _target(page: _Page) -> str | None:
    """Where an answer leads; crawls follow the same (`crawler.fetch.redirects`)."""
    if page.status in REDIRECTS and (location := page.headers.get("Location")):
        location = location.encode("latin-1", "replace").decode("utf-8", "replace")
        return _joined(page.url, location)
    if page.status != 200:
        return None
    refresh = refresh_header_target(page.headers.get("Refresh") or "", page.url)
    stub = refresh or page_redirect(page.body, page.url, page.headers.get_content_charset())
    return _joined(page.url, stub) if stub else None


def _joined(base: str, location: str) -> str | None:
    try:
        return safe_url_string(urljoin(base, location.strip()))
    except ValueError:
        return None
