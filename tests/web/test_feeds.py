"""Feeds: what Atom and JSON Feed require, and what is answered to who has them already."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from starlette.datastructures import Headers

from crawler.html.feeds import Entry, Feed, FeedFormat, atom, json_feed
from crawler.model.seeds import load_sites
from crawler.operations.sites.opml import write_opml
from crawler.web.feed_routes import feed_response
from tests.support import small_archive as small
from tests.support.web import Web

AT = datetime(2024, 12, 4, 10, 12, tzinfo=UTC)
ENTRY = Entry("urn:x", "عنوان", "http://a/en/articles/1", "https://b.example/1", "بردى", AT, AT, "نص")
FEED = Feed("urn:y", "بحث", [ENTRY], "http://a/en/search", "http://a/en/feeds/search.atom", "en")
NAMES = {"a": "http://www.w3.org/2005/Atom"}
PATHS = [
    "search.{}?q=جسر",
    "sites/barada.{}",
    f"stories/{small.FIRST}.{{}}",
    "changes.{}?kind=edited",
    "search.{}?q=nothingofthekind",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_feed_has_what_atom_requires(web: Web, path: str) -> None:
    answer = web.get(f"/en/feeds/{path.format('atom')}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    root = etree.fromstring(answer.text.encode())
    for node in (root, *root.findall("a:entry", NAMES)):
        for name in ("id", "title", "updated"):
            (child,) = node.findall(f"a:{name}", NAMES)
            assert child.text, name
        assert datetime.fromisoformat(node.findtext("a:updated", namespaces=NAMES)).tzinfo
        assert node.findtext("a:id", namespaces=NAMES).startswith("urn:uuid:")
    assert all(entry.find("a:author/a:name", NAMES) is not None for entry in root.findall("a:entry", NAMES))
    links = {link.get("rel"): link.get("href") for link in root.findall("a:link", NAMES)}
    assert links["self"].endswith(path.format("atom").partition("?")[0]) or "?" in links["self"]
    assert web.get(links["alternate"].removeprefix(web.address)).status == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_feed_has_what_json_feed_requires(web: Web, path: str) -> None:
    answer = web.get(f"/ar/feeds/{path.format('json')}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/feed+json; charset=utf-8")
    feed = json.loads(answer.text)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    for item in feed["items"]:
        assert item["id"]
        assert item["content_text"]
        assert datetime.fromisoformat(item["date_modified"]).tzinfo


def test_a_reader_that_has_the_feed_gets_it_no_second_time(web: Web) -> None:
    path = "/en/feeds/sites/barada.atom"
    first = web.get(path)
    for headers in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f'"other", W/{first.headers["ETag"]}'},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = web.get(path, **headers)
        assert (again.status, again.text) == (304, "")
        assert again.headers["ETag"] == first.headers["ETag"]
    earlier = parsedate_to_datetime(first.headers["Last-Modified"]) - timedelta(seconds=1)
    for headers in (
        {"If-None-Match": '"other"', "If-Modified-Since": first.headers["Last-Modified"]},
        {"If-Modified-Since": format_datetime(earlier, usegmt=True)},
        {"If-Modified-Since": "yesterday"},
    ):
        assert web.get(path, **headers).status == 200


def test_pages_name_their_feeds_and_hostile_addresses_are_no_links(web: Web) -> None:
    page = web.get("/en/search?q=جسر&order=best").text
    assert 'type="application/atom+xml" title="Atom" href="/en/feeds/search.atom?q=' in page
    hostile = web.get("/en/feeds/sites/qasioun.atom").text
    assert "javascript:" not in hostile
    assert "&lt;script&gt;" in hostile
    assert web.get("/en/feeds/sites/nowhere.atom").status == 404
    assert web.get("/en/feeds/search.rss").status == 404
    assert web.get("/en/feeds/changes.atom?kind=x").status == 400


def test_the_sites_are_given_as_opml(web: Web) -> None:
    root = etree.fromstring(web.get("/sites.opml").text.encode())
    assert [outline.get("category") for outline in root.findall("body/outline")] == [
        "barada",
        "qasioun",
        "ugarit",
    ]
    assert write_opml(load_sites(web.seeds).values()).startswith(b"<?xml")


@given(st.text(), st.text())
def test_any_headline_can_be_written(title: str, summary: str) -> None:
    feed = replace(
        FEED, title=title, entries=[replace(ENTRY, title=title, summary=summary, original=summary)]
    )
    etree.fromstring(atom(feed))
    json.loads(json_feed(feed))


@pytest.mark.parametrize("form", ["atom", "json"])
def test_the_latest_change_dates_the_feed(form: FeedFormat) -> None:
    later = replace(ENTRY, updated=AT + timedelta(hours=1))
    answer = feed_response(replace(FEED, entries=[ENTRY, later]), form, Headers({}))
    assert answer.headers["last-modified"] == "Wed, 04 Dec 2024 11:12:00 GMT"
