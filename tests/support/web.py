"""A running `khabar web`, and a page of it in a browser."""

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page

from crawler.settings import Settings


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    text: str


@dataclass(frozen=True)
class Web:
    """A running `khabar web`."""

    address: str
    port: int
    settings: Settings
    seeds: Path

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, quote(path, safe="/?&=%*-+#:"), headers=headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode(errors="surrogateescape"))
        finally:
            connection.close()


@dataclass
class Watched:
    """A page, with its console messages and the URLs that it requested."""

    page: Page
    messages: list[str]
    requests: list[str]
