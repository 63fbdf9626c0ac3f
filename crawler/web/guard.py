"""What every answer must keep to, whatever route makes it.

The pages are for a browser on this machine. Any web page that the same browser has open can send requests
here; it must not be able to read an answer under a name of its own (DNS rebinding), to frame a page, or to
make one run what an article says.
"""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
}

METHODS: Final = ("GET", "HEAD")


class Guard:
    """Refuses other hosts' names and all that is not reading, and gives every answer its headers.

    Args:
        app: The application behind it.
        hosts: Names that a request may be for, without port.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", POLICY)
            await send(message)

        host = host_of(Headers(scope=scope).get("host", ""))
        if host not in self.hosts:
            told = f"This server does not answer for {host or 'no host'}; see khabar web --help\n"
            await PlainTextResponse(told, 421)(scope, receive, guarded)
        elif scope["method"] not in METHODS:
            refusal = PlainTextResponse("The archive can only be read.\n", 405, {"Allow": ", ".join(METHODS)})
            await refusal(scope, receive, guarded)
        else:
            # The routes know GET alone; the server leaves the body out for HEAD (RFC 9110, section 9.3.2).
            await self.app({**scope, "method": "GET"}, receive, guarded)


def host_of(header: str) -> str:
    """The name in a Host header, without its port; IPv6 addresses keep their brackets."""
    name = header.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0]
