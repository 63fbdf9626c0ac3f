"""Discovery on saved pages of real sites: figures that must not fall."""

import gzip
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.discovery.feed import parse_feed
from crawler.discovery.listing import parse_listing
from crawler.model.site import Site
from crawler.parsing.markup import parse_html
from crawler.parsing.urls import InvalidURLError, canonical_url, url_key
from tests.support.paths import DATA

PAGES_DIR = DATA / "pages"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not (PAGES_DIR / "index.jsonl").exists(), reason=f"no saved pages in {PAGES_DIR}; set KHABAR_DATA"
    ),
]


def records(domain: str) -> list[dict[str, str]]:
    lines = (PAGES_DIR / "index.jsonl").read_text(encoding="utf-8").splitlines()
    return [record for record in map(json.loads, lines) if record["domain"] == domain]


def body(record: dict[str, str]) -> bytes:
    return gzip.decompress((PAGES_DIR / Path(record["file"]).name).read_bytes())


def linked_keys(page: bytes, url: str) -> set[str]:
    """Every page that a page links to, article or not."""
    root = parse_html(page)
    keys = set()
    for anchor in root.iter("a") if root is not None else ():
        try:
            keys.add(url_key(canonical_url(anchor.get("href") or "", url)))
        except InvalidURLError:
            continue
    return keys


@pytest.mark.parametrize("domain", ["racidy.com", "7seen.net", "almth8f.com", "monooa.github.io"])
def test_listings_lead_to_all_known_articles_and_to_no_listing(domain: str) -> None:
    site = Site(id="real", name="x", url=f"https://{domain}/")
    saved = records(domain)
    # The AMP form of a home page is recorded as an article.
    kinds = {
        url_key(record["url"]): record["kind"]
        for record in saved
        if record["site_path"] != "/ar/amp/index.html"
    }
    linked: set[str] = set()
    found: set[str] = set()
    with_next = 0
    for record in saved:
        if record["kind"] in ("listing", "home"):
            page = body(record)
            result = parse_listing(page, record["url"], site)
            linked |= {key for key in linked_keys(page, record["url"]) if kinds.get(key) == "article"}
            found |= {url_key(article.url) for article in result.articles}
            with_next += result.next_url is not None
    assert len(linked) >= 28
    assert linked - found == set()
    assert not {key for key in found if kinds.get(key) in ("listing", "home", "feed")}
    assert with_next >= 9


def test_feeds_without_entries_are_valid() -> None:
    feeds = [record for record in records("racidy.com") if record["kind"] == "feed"]
    assert len(feeds) == 6
    for record in feeds:
        feed = parse_feed(body(record), record["url"], zone=ZoneInfo("Africa/Casablanca"))
        assert (feed.entries, feed.skipped) == ([], 0)
        assert feed.title
        assert feed.title.startswith("التعليقات على")
