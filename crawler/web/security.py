"""What every answer must keep to, whatever route makes it.

The pages are for a browser on this machine. Any web page that the same browser has open can send requests
here; it must not be able to read an answer under its own name (DNS rebinding), to frame a page, or to
make it run a script that an article contains.
"""

import ipaddress
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.web.access import HEALTH_PATH

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
"""Names by which a browser on this machine may ask."""

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
"""Content-Security-Policy: our own style sheet and script, and nothing else from anywhere."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Nothing to other sites; a browser names the origin of a form to this server alone if it may.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
}
"""Headers of every answer that does not set them itself."""

METHODS: Final = ("GET", "HEAD")
"""Methods that read."""

_CORRECTION: Final = re.compile(r"/[a-z]{2}/apart")
"""The one address that can be posted to."""


class SecurityMiddleware:
    """Refuses foreign host names and all methods but reading ones, and adds `HEADERS` to every answer.

    Args:
        app: The application behind it.
        hosts: Names that a request may be for, without port.
        corrects: Whether the forms for corrections may be posted, by pages of this server.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], *, corrects: bool = False) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._corrects = corrects

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope) or self._app
        # The routes know GET alone; the server leaves the body out for HEAD (RFC 9110, section 9.3.2).
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await answer({**scope, "method": method}, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = host_of(headers.get("host", ""))
        # Watchers ask by whatever address they have; the answer holds nothing.
        if host not in self._hosts and scope["path"] != HEALTH_PATH:
            text = f"This server does not answer for {host or 'no host'}; see khabar web --help\n"
            return PlainTextResponse(text, 421)
        if scope["method"] in METHODS:
            return None
        if not (self._corrects and scope["method"] == "POST" and _CORRECTION.fullmatch(scope["path"])):
            allowed = {"Allow": ", ".join(METHODS)}
            return PlainTextResponse("The archive can only be read.\n", 405, allowed)
        if not is_same_origin(headers):
            return PlainTextResponse("A correction has to come from a page of this server.\n", 403)
        return None


def is_same_origin(headers: Headers) -> bool:
    """Whether a browser says that a page of this very server has sent a request.

    What `Sec-Fetch-Site` says no page can change (Fetch Metadata); a browser that does not send it sends
    `Origin` with every form. Whatever sends neither is no browser, and no page of ours.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", "")).netloc.lower()
    return origin != "" and origin == headers.get("host", "").strip().lower()


def host_of(header: str) -> str:
    """The name in a Host header, without its port; IPv6 addresses keep their brackets."""
    name = header.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0]


def is_loopback(host: str) -> bool:
    """Whether this machine alone can reach a server that listens at an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
