"""Names that came as numbers: asked for a hundred at once, once in a crawl, and never against a no."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import TextResponse

from crawler.discovery.wordpress_posts import Post, PostPage
from crawler.spiders.sources.post_articles import Names
from crawler.storage.connect import Stores

API = "https://sada.example/wp-json/"


class _Context:
    """As much of a crawl as names need; the store is real."""

    def __init__(self, stores: Stores) -> None:
        self.site = SimpleNamespace(id="sada")
        self.stopping = False
        self.engine = self
        self.asked: list[tuple[str, int]] = []
        self.users: int | Exception = 200
        self._stores = stores

    async def in_store(self, work: Any) -> Any:
        return work(self._stores.db)

    async def download_async(self, request: Request) -> TextResponse:
        parts = urlsplit(request.url)
        kind = parts.path.rpartition("/")[2]
        numbers = parse_qs(parts.query)["include"][0].split(",")
        self.asked.append((kind, len(numbers)))
        if kind == "users" and isinstance(self.users, Exception):
            raise self.users
        rows = [{"id": int(number), "name": f"{kind} {number}", "slug": "x"} for number in numbers]
        status = self.users if kind == "users" and isinstance(self.users, int) else 200
        return TextResponse(request.url, status=status, body=json.dumps(rows).encode(), encoding="utf-8")


@pytest.fixture
def site(stores: Stores) -> Any:
    return _Context(stores)


def _posts(*authors: int) -> PostPage:
    date = "2024-03-05T09:00:00"
    return PostPage(
        [
            Post(
                n,
                f"https://sada.example/{n}",
                "خبر",
                "",
                date,
                date,
                None,
                None,
                author_id=author,
                category_ids=(7,),
            )
            for n, author in enumerate(authors)
        ]
    )


def _named(names: Names, *authors: int) -> list[tuple[str, ...]]:
    return [post.authors for post in asyncio.run(names.filled_in(API, _posts(*authors))).posts]


def test_each_number_is_asked_for_once_in_a_crawl_and_a_hundred_at_once(site: Any) -> None:
    names = Names(site)
    assert _named(names, 1, 2, 1) == [("users 1",), ("users 2",), ("users 1",)]
    assert _named(names, 2, 3) == [("users 2",), ("users 3",)]
    assert site.asked == [("users", 2), ("categories", 1), ("users", 1)]
    _named(names, *range(1000, 1150))
    assert site.asked[3:] == [("users", 100), ("users", 50)]


@pytest.mark.parametrize("no", [401, 403, 404, IgnoreRequest("Forbidden by robots.txt")])
def test_a_no_is_remembered_and_costs_the_other_names_nothing(site: Any, no: int | Exception) -> None:
    site.users = no
    names = Names(site)
    assert _named(names, 1, 2) == [(), ()]
    assert _named(names, 3) == [()]
    assert _named(Names(site), 4) == [()]
    assert site.asked == [("users", 2), ("categories", 1), ("categories", 1)]


def test_a_server_error_is_no_answer_for_long(site: Any) -> None:
    site.users = 500
    assert _named(Names(site), 1) == [()]
    site.users = 200
    assert _named(Names(site), 1) == [("users 1",)]
