"""JSON listings: what the seed's expressions take from an answer, and what they leave."""

import json
import pickle
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from crawler.discovery.json_listing import JsonListingError, json_content
from crawler.discovery.source_content import SourceContent
from crawler.model.seeds import load_site
from crawler.model.site import JsonListing, Site

SITE = Site(id="sada", name="صدى", url="https://sada.example/")
URL = "https://sada.example/api/posts"
LISTING = JsonListing(
    url=URL,
    items="data.posts",
    link="url",
    title="headline",
    text="content.html",
    date="published",
    next="data.next",
)


def _content(data: object, listing: JsonListing = LISTING) -> SourceContent:
    body = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return json_content(body.encode(), URL, SITE, None, listing=listing)


def test_the_fields_are_where_the_seed_says() -> None:
    post = {
        "url": "/2024/03/05/the-bridge",
        "headline": "الجسر &amp; النهر",
        "published": "2024-03-05T09:30:00+03:00",
        "content": {"html": "<p>فقرة أولى</p><p>فقرة ثانية</p>"},
    }
    content = _content({"data": {"posts": [post, post, {"headline": "بلا رابط"}], "next": "?page=2"}})
    (page,) = content.pages
    assert page.url == "https://sada.example/2024/03/05/the-bridge"
    assert page.hints.title == "الجسر & النهر"
    assert page.hints.published_at == datetime(2024, 3, 5, 6, 30, tzinfo=UTC)
    assert page.hints.text == "فقرة أولى\n\nفقرة ثانية"
    assert (content.skipped, content.next_url) == (1, f"{URL}?page=2")


def test_an_expression_makes_the_address_of_a_number() -> None:
    listing = JsonListing(url=URL, link="join('/', ['https://sada.example/posts', to_string(id)])")
    content = _content([{"id": 4812}, {"id": 4811}], listing)
    assert [page.url for page in content.pages] == [
        "https://sada.example/posts/4812", "https://sada.example/posts/4811"
    ]  # fmt: skip
    assert content.next_url is None


@pytest.mark.parametrize("published", [1709631000, 1709631000000, 1709631000.0, "2024-03-05 12:30"])
def test_a_time_is_a_text_or_counts_from_1970(published: object) -> None:
    listing = LISTING.model_copy(update={"items": "@"})
    (page,) = _content([{"url": "/a", "published": published}], listing).pages
    assert page.hints.published_at == datetime(2024, 3, 5, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("published", [True, None, "soon", 10**30, {"day": 5}, [2024, 3, 5]])
def test_what_is_no_time_gives_none(published: object) -> None:
    (page,) = _content({"data": {"posts": [{"url": "/a", "published": published}]}}).pages
    assert page.hints.published_at is None


@pytest.mark.parametrize("post", [None, 3, "/a", [], {}, {"url": None}, {"url": 7}, {"url": "javascript:x"}])
def test_an_entry_without_an_address_is_counted(post: object) -> None:
    content = _content({"data": {"posts": [post]}})
    assert (content.pages, content.skipped) == ([], 1)


def test_a_next_page_that_is_this_one_is_none() -> None:
    assert _content({"data": {"posts": [], "next": URL}}).next_url is None
    assert _content({"data": {"posts": [], "next": 2}}).next_url is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("<html></html>", "not JSON"),
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ({}, "no list"),
        ([], "no list"),
    ],
    ids=["html", "empty", "nested", "an object", "another list"],
)
def test_what_is_no_listing_is_said_and_crosses_processes(data: object, why: str) -> None:
    with pytest.raises(JsonListingError, match=why) as caught:
        _content(data)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert str(copy) == str(caught.value)


def test_an_expression_that_does_not_fit_an_entry_finds_nothing() -> None:
    listing = LISTING.model_copy(update={"title": "sum(url)"})
    (page,) = _content({"data": {"posts": [{"url": "/a"}]}}, listing).pages
    assert page.hints.title is None


def test_the_seed_holds_them_under_json(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("seeds") / "sada.toml"
    path.write_text(
        'name = "صدى"\nurl = "https://sada.example/"\n'
        f'json = [{{url = "{URL}", items = "data", link = "url"}}]\n'
    )
    site = load_site(path)
    assert site.json_listings == (JsonListing(url=URL, items="data", link="url"),)
    assert Site.model_validate_json(site.model_dump_json()) == site, "it reaches the process that crawls"
    assert site.owns(URL)


def test_an_expression_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="is not a JMESPath expression"):
        JsonListing(url=URL, link="[[")
