"""The browser that builds pages: Debian's Chromium over Playwright, within bounds of time and memory.

Source of the switches: Chromium's list of command-line switches, and Playwright's documentation of routing.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Route,
    WebSocketRoute,
    async_playwright,
)
from playwright.async_api import Error as PlaywrightError

from crawler.rendering.chromium import find_chromium, missing_for_rendering
from crawler.rendering.requests import Answer, Download, PageRequests, ScriptCache

MOST_SECONDS = 20.0
"""Seconds that building one page may take, downloads not counted."""

MOST_SECONDS_IN_ALL = 300.0
"""Seconds that one page may take with its downloads, which wait for the site's delay."""

QUIET_SECONDS = 0.5
"""Seconds without a request after which a page counts as built: what scripts draw from an answer stands
within a few milliseconds, and what waits longer is an advertisement."""

PAGES_PER_BROWSER = 50
"""Pages after which the browser is started anew: what pages leave behind in its memory ends with it."""

HEAP_MEGABYTES = 256
"""Memory that a page's scripts may take; one that takes more crashes, alone."""

CLOSE_SECONDS = 5.0
"""Seconds that a page may take to close; after that the whole browser goes."""

_SWITCHES = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-first-run",
    "--no-pings",
    f"--js-flags=--max-old-space-size={HEAP_MEGABYTES}",
)

_NOWHERE = "http://127.0.0.1:9"
"""A proxy that nothing listens at: whatever the browser itself would send ends here (port 9 is `discard`)."""


_TOO_LARGE = "its scripts build a page larger than max_page_bytes"


class RenderError(Exception):
    """A page could not be built; the text says why."""


class Renderer:
    """Builds pages in one browser, one after the other.

    Args:
        download: Fetches what pages ask for.
        is_own: Whether a URL belongs to the site.
        user_agent: The crawl's User-Agent.
        most_bytes: Bytes that a built page may have.
        refused: What `download` raises where a request must not be made, today or later.
    """

    def __init__(
        self,
        download: Download,
        is_own: Callable[[str], bool],
        *,
        user_agent: str,
        most_bytes: int,
        refused: type[Exception] = PermissionError,
    ) -> None:
        self._download, self._is_own, self._refused = download, is_own, refused
        self._user_agent, self._most_bytes = user_agent, most_bytes
        self._cache = ScriptCache()
        self._lock = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._pages = 0

    async def render(self, url: str, document: Answer) -> tuple[str, PageRequests]:
        """Build a page.

        Args:
            url: Its address.
            document: What the site answered there.

        Returns:
            The page's markup when its scripts have come to rest, and the requests that it made.

        Raises:
            RenderError: It could not be built within the bounds.
        """
        async with self._lock:
            try:
                return await asyncio.wait_for(self._render(url, document), MOST_SECONDS_IN_ALL)
            except TimeoutError:
                await self.close()
                raise RenderError(_endless(MOST_SECONDS_IN_ALL)) from None
            except PlaywrightError as error:
                await self.close()
                raise RenderError(f"the browser gave it up: {_first_line(error.message)}") from error

    async def close(self) -> None:
        """End the browser; the next page starts another."""
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        with contextlib.suppress(PlaywrightError, TimeoutError):
            if browser is not None:
                await asyncio.wait_for(browser.close(), CLOSE_SECONDS)
        with contextlib.suppress(PlaywrightError, TimeoutError):
            if playwright is not None:
                await asyncio.wait_for(playwright.stop(), CLOSE_SECONDS)

    async def _render(self, url: str, document: Answer) -> tuple[str, PageRequests]:
        requests = PageRequests(document, self._download, self._is_own, self._cache, self._refused)
        browser = await self._running_browser()
        context = await browser.new_context(
            user_agent=self._user_agent, service_workers="block", accept_downloads=False, locale="ar"
        )
        try:
            page = await self._open(context, requests)
            return await self._build(page, url, requests), requests
        finally:
            await self._close_context(context)

    async def _open(self, context: BrowserContext, requests: PageRequests) -> Page:
        # Whatever is not the page's, such as a second window, makes no request at all.
        await context.route("**/*", _refuse_request)
        await context.route_web_socket("**/*", _refuse_socket)
        page = await context.new_page()
        await page.route("**/*", requests.handle)
        page.on("popup", lambda popup: asyncio.ensure_future(popup.close()))
        # A dialog stops the page until it is answered.
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
        page.on("crash", lambda _: requests.stop(f"its scripts need more than {HEAP_MEGABYTES} MB"))
        page.on("domcontentloaded", lambda _: setattr(requests, "is_parsed", True))
        return page

    async def _build(self, page: Page, url: str, requests: PageRequests) -> str:
        begun = time.monotonic()
        building = asyncio.ensure_future(self._markup(page, url, requests))
        try:
            while not building.done():
                await asyncio.wait(
                    {building, requests.stopped}, timeout=0.2, return_when=asyncio.FIRST_COMPLETED
                )
                if requests.stopped.done():
                    raise RenderError(requests.stopped.result())
                if time.monotonic() - begun - requests.waited > MOST_SECONDS:
                    raise RenderError(_endless(MOST_SECONDS))
            return building.result()
        finally:
            building.cancel()

    async def _markup(self, page: Page, url: str, requests: PageRequests) -> str:
        await page.goto(url, wait_until="domcontentloaded", timeout=0)
        await requests.wait_until_quiet(QUIET_SECONDS)
        if page.url.startswith("chrome-error:"):
            raise RenderError("the browser shows an error page of its own")
        if await page.evaluate("document.documentElement.outerHTML.length") > self._most_bytes:
            raise RenderError(_TOO_LARGE)
        markup = await page.content()
        # The page may have told the browser another length.
        if len(markup) > self._most_bytes:
            raise RenderError(_TOO_LARGE)
        return markup

    async def _close_context(self, context: BrowserContext) -> None:
        try:
            await asyncio.wait_for(context.close(), CLOSE_SECONDS)
        except (PlaywrightError, TimeoutError):
            await self.close()
        else:
            if self._pages >= PAGES_PER_BROWSER:
                await self.close()

    async def _running_browser(self) -> Browser:
        if self._browser is not None and self._browser.is_connected():
            self._pages += 1
            return self._browser
        if missing := missing_for_rendering():
            raise RenderError(missing)
        self._playwright = await async_playwright().start()
        self._pages = 1
        self._browser = await self._playwright.chromium.launch(
            executable_path=find_chromium(),
            args=list(_SWITCHES),
            proxy={"server": _NOWHERE, "bypass": "<-loopback>"},
            # Chromium's sandbox does not run for root.
            chromium_sandbox=os.geteuid() != 0,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        return self._browser


async def _refuse_request(route: Route) -> None:
    await route.abort("blockedbyclient")


def _refuse_socket(route: WebSocketRoute) -> Any:
    return route.close(code=1008, reason="no sockets")


def _endless(seconds: float) -> str:
    return f"its scripts do not come to rest within {seconds:.0f} s"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]
