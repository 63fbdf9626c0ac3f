"""Who may read the pages where others can reach them: holders of a token, or readers that a proxy names.

There are no users and no sessions here. A browser asks for a token by itself (HTTP Basic, RFC 7617: any name,
the token as the password), a program sends it as a bearer (RFC 6750).
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from crawler.errors import UsageError

SHORTEST_TOKEN: Final = 16
"""Letters of a token: 16 of a base64 alphabet are 96 bits, which nobody guesses over HTTP."""

CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="Khabar", charset="UTF-8"'}

HEALTH_PATH: Final = "/healthz"
"""What a watcher of the process may ask without a token: it says nothing of the archive."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a request has to show; with neither of both, nothing.

    Attributes:
        tokens: One of these.
        user_header: A header in which a proxy names the reader. Only the proxy may be able to reach the
            server, and it has to replace what a client sends under this name.
    """

    tokens: tuple[str, ...] = ()
    user_header: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody may read."""
        return not self.tokens and self.user_header is None

    def admits(self, headers: Headers) -> bool:
        """Whether a request with these headers may be answered."""
        if self.is_open:
            return True
        if self.user_header is not None and headers.get(self.user_header, "").strip():
            return True
        return self._shows_token(headers)

    def admits_changes(self, headers: Headers) -> bool:
        """Whether a request with these headers may correct: a reader whom a proxy names may only read."""
        return self._shows_token(headers) if self.tokens else self.is_open

    def _shows_token(self, headers: Headers) -> bool:
        shown = _shown_token(headers.get("authorization", "")).encode()
        return any(hmac.compare_digest(shown, token.encode()) for token in self.tokens)


OPEN: Final = Access()
"""Anybody may read."""


def read_tokens(text: str | None) -> tuple[str, ...]:
    """Read the setting of tokens, separated by commas or white space.

    Raises:
        UsageError: One is too short to be a secret.
    """
    tokens = tuple((text or "").replace(",", " ").split())
    if any(len(token) < SHORTEST_TOKEN for token in tokens):
        raise UsageError(
            f"KHABAR_WEB_TOKENS: a token has {SHORTEST_TOKEN} letters or more; "
            "`python -c 'import secrets; print(secrets.token_urlsafe())'` makes one"
        )
    return tokens


def _shown_token(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


class AccessMiddleware:
    """Answers 401 to requests that show nothing of what is asked for.

    Args:
        app: The application behind it.
        access: What is asked for.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_guarded = scope["type"] == "http" and scope["path"] != HEALTH_PATH
        if is_guarded and not self._access.admits(Headers(scope=scope)):
            await refusal(self._access)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def refusal(access: Access) -> PlainTextResponse:
    """The answer to a request that may not be answered."""
    if access.tokens:
        return PlainTextResponse("This archive asks for a token.\n", 401, CHALLENGE)
    return PlainTextResponse("This archive is read through its proxy, which asks who you are.\n", 403)
