"""What every answer must keep to, whatever route makes it.

The pages are for a browser on this machine. Any web page that the same browser has open can send requests
here; it must not be able to read an answer under its own name (DNS rebinding), to frame a page, or to
make it run a script that an article contains.
"""

import ipaddress
from collections.abc import Collection
from typing import Final

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
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
}
"""Headers of every answer that does not set them itself."""

METHODS: Final = ("GET", "HEAD")


class SecurityMiddleware:
    """Refuses foreign host names and all methods but reading ones, and adds `HEADERS` to every answer.

    Args:
        app: The application behind it.
        hosts: Names that a request may be for, without port.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}

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
        await answer({**scope, "method": "GET"}, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        host = host_of(Headers(scope=scope).get("host", ""))
        # Watchers ask by whatever address they have; the answer holds nothing.
        if host not in self._hosts and scope["path"] != HEALTH_PATH:
            text = f"This server does not answer for {host or 'no host'}; see khabar web --help\n"
            return PlainTextResponse(text, 421)
        if scope["method"] not in METHODS:
            headers = {"Allow": ", ".join(METHODS)}
            return PlainTextResponse("The archive can only be read.\n", 405, headers)
        return None


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
