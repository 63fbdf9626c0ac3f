import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from crawler.demo import Newsroom

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Fetched:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def fetch(url: str, method: str = "GET", timeout: float = 10, **headers: str) -> Fetched:
    """One request on a connection of its own; underscores in header names stand for hyphens."""
    parts = urlsplit(url)
    assert parts.hostname == "127.0.0.1"
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, headers=named)
        response = connection.getresponse()
        return Fetched(response.status, response.headers, response.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    """A newsroom that a module's tests read."""
    with Newsroom(now=NOW) as opened:
        yield opened


@pytest.fixture
def small() -> Iterator[Newsroom]:
    """A newsroom that a test may change."""
    with Newsroom(pages_per_site=6, now=NOW) as opened:
        yield opened
