"""Who may read the pages beyond this machine."""

import base64
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from crawler.errors import UsageError
from crawler.web.access import Access, AccessMiddleware, read_tokens
from crawler.web.security import SecurityMiddleware
from tests.support.web import Web

TOKEN = "k3y-of-the-desk-0001"  # noqa: S105


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"desk:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("access", "headers", "admitted"),
    [
        (Access(), {}, True),
        (Access((TOKEN,)), {}, False),
        (Access((TOKEN,)), {"authorization": f"Bearer {TOKEN}"}, True),
        (Access(("another-token-0002", TOKEN)), {"authorization": _basic(TOKEN)}, True),
        (Access((TOKEN,)), {"authorization": _basic("سر آخر")}, False),
        (Access((TOKEN,)), {"authorization": "Basic %%%"}, False),
        (Access((TOKEN,)), {"authorization": "Bearer "}, False),
        (Access((TOKEN,)), {"x-user": "desk"}, False),
        (Access((), "X-User"), {"x-user": "desk"}, True),
        (Access((), "X-User"), {"x-user": " "}, False),
        (Access((TOKEN,), "X-User"), {"x-user": "desk"}, True),
    ],
)
def test_what_a_request_has_to_show(access: Access, headers: dict[str, str], admitted: bool) -> None:
    assert access.admits(Headers(headers)) is admitted


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"page"})


def _status(path: str, access: Access, host: str = "localhost", **headers: str) -> int:
    """What the two middlewares, one in the other, answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    app = SecurityMiddleware(AccessMiddleware(_page, access), ["localhost"])
    pairs = [(name.encode(), value.encode()) for name, value in {"host": host, **headers}.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": pairs}
    coroutine: Any = app(scope, receive, send)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    status = sent[0]["status"]
    assert isinstance(status, int)
    return status


def test_the_health_of_the_process_needs_neither_name_nor_token() -> None:
    access = Access((TOKEN,))
    assert _status("/ar/", access) == 401
    assert _status("/ar/", access, authorization=f"Bearer {TOKEN}") == 200
    assert _status("/ar/", Access((), "X-User")) == 403
    assert _status("/healthz", access, host="10.0.0.7:8765") == 200
    assert _status("/ar/", access, host="10.0.0.7:8765", authorization=f"Bearer {TOKEN}") == 421


def test_a_short_token_is_refused() -> None:
    assert read_tokens(f" {TOKEN}, another-token-0002 ") == (TOKEN, "another-token-0002")
    assert read_tokens(None) == ()
    with pytest.raises(UsageError, match="16 letters or more"):
        read_tokens("secret")


def test_the_server_says_that_it_is_well(web: Web) -> None:
    answer = web.get("/healthz", host="example.org")
    assert (answer.status, answer.text) == (200, "ok\n")
