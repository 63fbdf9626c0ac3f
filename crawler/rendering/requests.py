"""The requests that a page makes while a browser builds it: which are allowed, and how they are answered."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request, Route

logger = logging.getLogger(__name__)

ALLOWED_TYPES = frozenset({"script", "xhr", "fetch"})
"""What a page needs to put its text together. Pictures, fonts, style sheets and frames bring none."""

ALLOWED_METHODS = frozenset({"GET", "HEAD"})
"""A crawler reads; whatever else a page's script sends could change something on the site."""

MOST_REQUESTS = 60
"""Requests that one page may make. Single-page applications of news sites make 10 to 40: their scripts, and
one to five for the text."""

MOST_CACHED_BYTES = 32 * 1024 * 1024
"""Scripts kept from one page to the next, so that a site is asked once a crawl for each of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered with.

    Args:
        status: The HTTP status.
        headers: Its headers; the content is as they say, but unpacked.
        content: Its bytes.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes


Download: TypeAlias = Callable[[str], Awaitable[Answer]]
"""Fetches a URL as the crawl fetches every other; raises where the crawl must not or cannot."""


@dataclass(slots=True)
class ScriptCache:
    """The scripts of a site, by URL, for the length of a crawl."""

    answers: dict[str, Answer] = field(default_factory=dict)
    size: int = 0

    def add(self, url: str, answer: Answer) -> None:
        """Keep an answer if there is room for it."""
        if answer.status == 200 and self.size + len(answer.content) <= MOST_CACHED_BYTES:
            self.answers[url] = answer
            self.size += len(answer.content)


class PageRequests:
    """Answers the requests of one page.

    Args:
        document: What the site answered at the page's own address.
        download: Fetches everything else.
        is_own: Whether a URL belongs to the page's site.
        cache: The site's scripts.
        refused: What `download` raises where a request must not be made, today or later.
    """

    def __init__(
        self,
        document: Answer,
        download: Download,
        is_own: Callable[[str], bool],
        cache: ScriptCache,
        refused: type[Exception] = PermissionError,
    ) -> None:
        self._document, self._refused = document, refused
        self._download, self._is_own, self._cache = download, is_own, cache
        self._pending = 0
        self._document_served = False
        self._last_change = time.monotonic()
        self._changed = asyncio.Event()
        self.stopped: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Why the page cannot be built, once that is known."""
        self.is_parsed = False
        """Whether the browser has read the document to its end."""
        self.waited = 0.0
        """Seconds that were spent on downloads, politeness included: they do not count as the browser's."""
        self.requested: list[str] = []
        """URLs that were asked for, in order."""
        self.answered: list[str] = []
        """URLs whose answers the page was given, scripts that had been kept included, in order."""
        self.failures: list[str] = []
        """Requests of the page's own that brought nothing, and why."""
        self.is_incomplete = False
        """Whether one of them failed that may go well another time."""

    @property
    def scripts(self) -> Collection[str]:
        """The site's scripts that are kept from one page to the next."""
        return self._cache.answers.keys()

    def stop(self, reason: str) -> None:
        """Note why nothing more will come of the page."""
        if not self.stopped.done():
            self.stopped.set_result(reason)

    async def wait_until_quiet(self, seconds: float) -> None:
        """Return when no request has been under way for so many seconds."""
        while self._pending or time.monotonic() - self._last_change < seconds:
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)

    async def handle(self, route: Route) -> None:
        """Answer one request of the browser's."""
        self._pending += 1
        try:
            await self._answer(route)
        except PlaywrightError as error:
            logger.debug("The page was closed while a request was under way: %s", error.message)
        finally:
            self._pending -= 1
            self._last_change = time.monotonic()
            self._changed.set()

    async def _answer(self, route: Route) -> None:
        request = route.request
        if _is_navigation(request):
            await self._navigate(route)
        elif not self._brings_text(request):
            await route.abort("blockedbyclient")
        elif (cached := self._cache.answers.get(request.url)) is not None:
            self.answered.append(request.url)
            await _fulfill(route, cached)
        elif len(self.requested) == MOST_REQUESTS:
            self._note_bound()
            await route.abort("blockedbyclient")
        else:
            await self._fetch(route)

    async def _navigate(self, route: Route) -> None:
        """The page itself, once: a script that leads the browser elsewhere is not followed."""
        if self._document_served:
            # Cancelled as by its reader; any other failure would show an error page of the browser's.
            await route.abort("aborted")
            if not self.is_parsed:
                self.stop(f"a script of it leads to {route.request.url[:200]} before the page is complete")
            return
        self._document_served = True
        await _fulfill(route, self._document)

    def _brings_text(self, request: Request) -> bool:
        return (
            request.resource_type in ALLOWED_TYPES
            and request.method in ALLOWED_METHODS
            and self._is_own(request.url)
        )

    def _note_bound(self) -> None:
        sentence = f"it asks for more than {MOST_REQUESTS} addresses; the others were not fetched"
        if sentence not in self.failures:
            self.failures.append(sentence)

    async def _fetch(self, route: Route) -> None:
        url = route.request.url
        self.requested.append(url)
        begun = time.monotonic()
        try:
            answer = await self._download(url)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the page goes on without it, and the crawl says so
            self.failures.append(f"{url[:200]}: {error}")
            self.is_incomplete |= not isinstance(error, self._refused)
            await route.abort("failed")
            return
        finally:
            self.waited += time.monotonic() - begun
        self.answered.append(url)
        if answer.status >= 400:
            self.failures.append(f"{url[:200]}: status {answer.status}")
            self.is_incomplete |= answer.status >= 500 or answer.status == 429
        if route.request.resource_type == "script":
            self._cache.add(url, answer)
        await _fulfill(route, answer)


_LEFT_OUT = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie"})
"""Headers about the way of the bytes, which the browser does not see, and cookies, which no crawl keeps."""


def _is_navigation(request: Request) -> bool:
    return request.is_navigation_request() and request.frame.parent_frame is None


async def _fulfill(route: Route, answer: Answer) -> None:
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _LEFT_OUT}
    await route.fulfill(status=answer.status, headers=headers, body=answer.content)
