"""Sitemaps, indexes, lists, and what is served in their place."""

import gzip
import pickle
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.discovery import sitemap as module
from crawler.discovery.sitemap import Sitemap, SitemapError, parse_sitemap

URL = "https://example.org/sitemap.xml"
ZONE = ZoneInfo("Asia/Damascus")
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)


def parse(text: str | bytes) -> Sitemap:
    return parse_sitemap(text if isinstance(text, bytes) else text.encode(), URL, zone=ZONE)


def urlset(*locations: str, inside: str = "") -> str:
    return HEAD + "".join(f"<url><loc>{location}</loc>{inside}</url>" for location in locations) + "</urlset>"


def test_pages_with_their_times() -> None:
    found = parse(
        urlset(
            " https://example.org/خبر?utm_source=map ",
            inside="<lastmod>2024-12-04T10:00:00+00:00</lastmod><image:image><image:loc>https://example.org/i.jpg"
            "</image:loc><image:title>صورة</image:title></image:image>",
        )
    )
    (page,) = found.pages
    assert page.url == "https://example.org/%D8%AE%D8%A8%D8%B1"
    assert page.source == "sitemap"
    assert page.hints.modified_at == datetime(2024, 12, 4, 10, tzinfo=UTC)
    assert (page.hints.title, page.hints.published_at) == (None, None)
    assert (found.sitemaps, found.truncated, found.skipped) == ([], False, 0)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  # our own bytes


def test_news() -> None:
    news = (
        "<news:news><news:publication><news:name>صحيفة</news:name></news:publication>"
        "<news:publication_date>2024-12-04T13:15+03:00</news:publication_date>"
        "<news:title>افتتاح &quot;سوق&quot;</news:title></news:news>"
    )
    (page,) = parse(urlset("https://example.org/1", inside=news)).pages
    assert page.hints.title == 'افتتاح "سوق"'
    assert page.hints.published_at == datetime(2024, 12, 4, 10, 15, tzinfo=UTC)


def test_an_index_with_and_without_times() -> None:
    found = parse(
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>https://example.org/a.xml?v=2&amp;amp=1</loc><lastmod>2024-12-04</lastmod></sitemap>"
        "<sitemap><loc>/b.xml.gz</loc></sitemap><sitemap><loc></loc></sitemap></sitemapindex>"
    )
    assert [link.url for link in found.sitemaps] == [
        "https://example.org/a.xml?v=2&amp=1",
        "https://example.org/b.xml.gz",
    ]
    assert found.sitemaps[0].modified_at == datetime(2024, 12, 4, tzinfo=ZONE)
    assert found.sitemaps[1].modified_at is None
    assert (found.pages, found.skipped) == ([], 1)


@pytest.mark.parametrize("namespace", ["", ' xmlns="https://www.google.com/schemas/sitemap/0.84"'])
def test_other_namespaces_and_none(namespace: str) -> None:
    found = parse(f"<urlset{namespace}><url><loc>https://example.org/1</loc></url></urlset>")
    assert [page.url for page in found.pages] == ["https://example.org/1"]


@pytest.mark.parametrize(
    "namespace", ["http://www.w3.org/1999/xhtml", "urn:of-our-own", "https://www.google.com/x"]
)
@pytest.mark.parametrize("prefix", ["", "sm"])
def test_the_roots_namespace_is_that_of_its_entries_whatever_it_is(namespace: str, prefix: str) -> None:
    colon = f"{prefix}:" if prefix else ""
    declared = f'xmlns{":" if prefix else ""}{prefix}="{namespace}"'
    sitemap = parse(
        f'<{colon}urlset {declared} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        f"<{colon}url><{colon}loc>https://example.org/a</{colon}loc><image:image>"
        f"<image:loc>https://example.org/a.jpg</image:loc></image:image></{colon}url></{colon}urlset>"
    )
    assert [page.url for page in sitemap.pages] == ["https://example.org/a"]


def test_prefixes_that_nobody_declared_are_read_as_they_are_meant() -> None:
    sitemap = parse(
        "<x:urlset><x:url><x:loc>https://example.org/a</x:loc><news:news>"
        "<news:title>خبر</news:title></news:news><image:loc>https://example.org/a.jpg</image:loc></x:url></x:urlset>"
    )
    assert [(page.url, page.hints.title) for page in sitemap.pages] == [("https://example.org/a", "خبر")]


def test_gzip() -> None:
    assert len(parse(gzip.compress(urlset("https://example.org/1").encode())).pages) == 1


def test_a_gzip_bomb_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    bomb = gzip.compress(urlset("https://example.org/1").encode() + b" " * 20_000_000)
    found = parse(bomb)
    assert len(found.pages) == 1
    assert found.truncated


def test_a_large_file_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    text = urlset(*(f"https://example.org/{number}" for number in range(100)))
    monkeypatch.setattr(module, "MAX_BYTES", len(text) // 2)
    found = parse(text)
    assert 40 < len(found.pages) < 60
    assert found.truncated


def test_gzip_that_was_cut_off_gives_what_is_there() -> None:
    packed = gzip.compress(
        urlset(*(f"https://example.org/{number * 7919}" for number in range(5000))).encode()
    )
    found = parse(packed[: len(packed) // 2])
    assert 0 < len(found.pages) < 5000
    assert found.truncated


def test_damaged_gzip_is_an_error() -> None:
    with pytest.raises(SitemapError, match="damaged gzip") as caught:
        parse(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03garbage!")
    assert caught.value.reason == "gzip"


def test_xml_that_was_cut_off_gives_what_is_there() -> None:
    text = urlset("https://example.org/1", "https://example.org/2")
    found = parse(text[: text.index("https://example.org/2")])
    assert [page.url for page in found.pages] == ["https://example.org/1"]
    assert found.truncated


def test_no_more_entries_than_the_protocol_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENTRIES", 10)
    exact = [f"https://example.org/{number}" for number in range(10)]
    assert (len(parse(urlset(*exact)).pages), parse(urlset(*exact)).truncated) == (10, False)
    more = parse(urlset(*exact, "https://example.org/11"))
    assert (len(more.pages), more.truncated) == (10, True)
    listed = parse("\n".join([*exact, "https://example.org/11"]))
    assert (len(listed.pages), listed.truncated) == (10, True)


def test_an_address_is_told_once_and_a_bad_one_counted() -> None:
    found = parse(
        urlset("https://example.org/1", "https://example.org/1?utm_source=x", "mailto:x@example.org", " ")
    )
    assert (len(found.pages), found.skipped) == (1, 2)


def test_an_empty_sitemap_is_a_sitemap() -> None:
    assert parse(urlset()) == Sitemap([], [])
    assert parse("<urlset/>") == Sitemap([], [])


def test_a_plain_list() -> None:
    found = parse("\ufeffhttps://example.org/1\r\n\r\nhttps://example.org/خبر\r\nnot an address\nhttps:///\n")
    assert [page.url for page in found.pages] == [
        "https://example.org/1",
        "https://example.org/%D8%AE%D8%A8%D8%B1",
    ]


def test_a_feed_may_serve_as_sitemap() -> None:
    found = parse("<rss><channel><item><title>عنوان</title><link>/1</link></item></channel></rss>")
    assert [(page.url, page.source, page.hints.title) for page in found.pages] == [
        ("https://example.org/1", "sitemap", "عنوان")
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"<html><body>404</body></html>", "html"),
        (b"{}", "json"),
        (b"Not found", "unknown"),
    ],
)
def test_what_is_no_sitemap_says_what_it_is(body: bytes, reason: str) -> None:
    with pytest.raises(SitemapError) as caught:
        parse(body)
    assert caught.value.reason == reason
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own bytes
    assert (copy.reason, str(copy)) == (reason, str(caught.value))


def test_an_entity_bomb_costs_nothing() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 20}">' for n in range(1, 15))
    bomb = f'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY l0 "boom">{levels}]>' + urlset(
        "https://example.org/&l14;"
    ).removeprefix('<?xml version="1.0" encoding="UTF-8"?>')
    started = time.process_time()
    (page,) = parse(bomb).pages
    assert time.process_time() - started < 1
    assert page.url == "https://example.org/&l14;"
