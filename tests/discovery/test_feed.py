"""Feeds of all dialects, and what is served in their place."""

import json
import pickle
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.discovery.feed import Feed, FeedError, parse_feed
from crawler.model.article import Discovered
from crawler.model.site import Site

URL = "https://example.org/feed/"
ZONE = ZoneInfo("Asia/Damascus")
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
)
ITEM = """<item>
  <title>افتتاح &#8220;سوق&#8221; في المدينة</title>
  <link>https://example.org/2024/12/04/souq/?utm_source=rss</link>
  <media:title>ليس العنوان</media:title>
  <pubDate>Wed, 04 Dec 2024 10:15:00 +0000</pubDate>
  <dc:creator><![CDATA[سلمى الخطيب]]></dc:creator>
  <description><![CDATA[<p>مقدمة <b>قصيرة</b>&nbsp;للخبر [&#8230;]</p>]]></description>
  <content:encoded><![CDATA[<p>الفقرة الأولى.</p><p>الفقرة الثانية.</p>
<p>The post x appeared first on y.</p>]]></content:encoded>
</item>"""


def parse(text: str, encoding: str = "utf-8") -> Feed:
    return parse_feed(text.encode(encoding), URL, zone=ZONE)


def rss(*items: str, channel: str = "") -> str:
    head = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {NAMESPACES}><channel>'
    return f"{head}<title>صحيفة</title><link>https://example.org/</link>{channel}{''.join(items)}</channel></rss>"


def only(feed: Feed) -> Discovered:
    assert len(feed.entries) == 1
    return feed.entries[0]


def test_an_rss_entry_with_everything() -> None:
    feed = parse(rss(ITEM))
    entry = only(feed)
    assert feed.title == "صحيفة"
    assert entry.url == "https://example.org/2024/12/04/souq/"
    assert entry.source == "feed"
    assert entry.hints.title == "افتتاح “سوق” في المدينة"
    assert entry.hints.published_at == datetime(2024, 12, 4, 10, 15, tzinfo=UTC)
    assert entry.hints.authors == ("سلمى الخطيب",)
    assert entry.hints.summary == "مقدمة قصيرة للخبر […]"
    assert entry.hints.text == "الفقرة الأولى.\n\nالفقرة الثانية."
    assert pickle.loads(pickle.dumps(feed)) == feed  # noqa: S301  # our own bytes


def test_atom() -> None:
    feed = parse("""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/ar/">
  <title type="html">موقع &amp;amp; خبر</title>
  <link rel="self" href="/atom.xml"/><link rel="next" href="/atom.xml?page=2"/>
  <entry>
    <title type="html">عنوان &lt;em&gt;أول&lt;/em&gt;</title>
    <link rel="enclosure" href="audio.mp3"/><link href="news/7"/>
    <id>tag:example.org,2024:7</id>
    <published>2024-12-04T13:15:00+03:00</published><updated>2024-12-05T08:00:00Z</updated>
    <author><name>ريم</name><email>r@example.org</email></author><author><name>سامر</name></author>
    <summary>ملخص</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>فقرة أولى</p>
      <p>ثانية</p></div></content>
  </entry>
</feed>""")
    entry = only(feed)
    assert feed.title == "موقع & خبر"
    assert feed.next_url == "https://example.org/atom.xml?page=2"
    assert entry.url == "https://example.org/ar/news/7"
    assert entry.hints.title == "عنوان أول"
    assert entry.hints.published_at == datetime(2024, 12, 4, 10, 15, tzinfo=UTC)
    assert entry.hints.modified_at == datetime(2024, 12, 5, 8, tzinfo=UTC)
    assert entry.hints.authors == ("ريم", "سامر")
    assert entry.hints.text == "فقرة أولى\n\nثانية"


def test_rss_1() -> None:
    feed = parse("""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.org/"><title>ص</title></channel>
<item rdf:about="https://example.org/1"><title>واحد</title><dc:date>2024-12-04T10:15+03:00</dc:date></item></rdf:RDF>""")
    assert only(feed).url == "https://example.org/1"
    assert only(feed).hints.published_at == datetime(2024, 12, 4, 7, 15, tzinfo=UTC)
    assert feed.title == "ص"


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>/news/1</link>", "https://example.org/news/1"),
        ("<link>news/1</link>", "https://example.org/feed/news/1"),
        ("<link>\n https://example.org/خبر \n</link>", "https://example.org/%D8%AE%D8%A8%D8%B1"),
        ("<link><![CDATA[https://example.org/?p=5&utm_medium=rss]]></link>", "https://example.org/?p=5"),
        ("<link>https://example.org/?a=1&b=2</link>", "https://example.org/?a=1&b=2"),
        ("<link/><guid>https://example.org/9</guid>", "https://example.org/9"),
        ('<guid isPermaLink="false">https://example.org/?p=9</guid>', "https://example.org/?p=9"),
        ('<atom:link href="https://example.org/a"/>', "https://example.org/a"),
        (
            "<link>https://f.example.net/1</link><feedburner:origLink>/1</feedburner:origLink>",
            "https://example.org/1",
        ),
        (
            '<link>https://f.example.net/1</link><f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">'
            "https://example.org/1</f:origLink>",
            "https://example.org/1",
        ),
    ],
)
def test_where_the_link_comes_from(inside: str, url: str) -> None:
    assert only(parse(rss(f"<item><title>ع</title>{inside}</item>"))).url == url


@pytest.mark.parametrize(
    "inside",
    ["", "<link> </link>", '<guid isPermaLink="false">post-7</guid>', "<link>javascript:void(0)</link>",
     "<link>mailto:a@example.org</link>"],
)  # fmt: skip
def test_an_entry_without_an_address_is_counted_not_guessed(inside: str) -> None:
    feed = parse(rss(f"<item><title>ع</title>{inside}</item>", ITEM))
    assert (len(feed.entries), feed.skipped) == (1, 1)


def test_an_address_is_told_once() -> None:
    assert len(parse(rss(ITEM, ITEM)).entries) == 1


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("<author>editor@example.org (هيئة التحرير)</author>", ("هيئة التحرير",)),
        ("<author>editor@example.org</author>", ()),
        ("<dc:creator>أ</dc:creator><dc:creator>ب</dc:creator><author>أ</author>", ("أ", "ب")),
        ("", ()),
    ],
)
def test_authors(author: str, names: tuple[str, ...]) -> None:
    assert only(parse(rss(f"<item><link>/1</link>{author}</item>"))).hints.authors == names


def test_a_time_in_arabic_words_is_read() -> None:
    item = "<item><link>/1</link><pubDate>الأربعاء، 4 كانون الأول 2024 10:15 م</pubDate></item>"
    assert only(parse(rss(item))).hints.published_at == datetime(2024, 12, 4, 19, 15, tzinfo=UTC)


def test_a_wording_that_counts_from_another_day_is_no_time() -> None:
    item = "<item><link>/1</link><pubDate>منذ ثلاث ساعات</pubDate></item>"
    assert only(parse(rss(item))).hints.published_at is None


def test_a_time_without_a_zone_is_the_sites() -> None:
    item = "<item><link>/1</link><pubDate>Wed, 04 Dec 2024 10:15:00</pubDate></item>"
    assert only(parse(rss(item))).hints.published_at == datetime(2024, 12, 4, 7, 15, tzinfo=UTC)


def test_an_empty_feed_is_a_feed() -> None:
    feed = parse(rss())
    assert (feed.entries, feed.next_url, feed.title, feed.skipped) == ([], None, "صحيفة", 0)


@pytest.mark.parametrize(
    ("body", "reason", "said"),
    [
        (b"", "empty", "the answer is empty"),
        (b"<!doctype html><html><head><title>x</title>", "html", "a web page, not a feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "json", "JSON"),
        (b"\x00\x01\x02", "unknown", "no RSS or Atom feed"),
        (
            b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>',
            "unknown",
            "no RSS or Atom",
        ),
    ],
)
def test_what_is_no_feed_says_what_it_is(body: bytes, reason: str, said: str) -> None:
    with pytest.raises(FeedError, match=said) as caught:
        parse_feed(body, URL, zone=ZONE)
    assert caught.value.reason == reason
    assert str(caught.value).startswith(URL)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own bytes
    assert (copy.reason, str(copy)) == (reason, str(caught.value))


@pytest.mark.parametrize(
    "broken",
    [
        rss(ITEM).replace("</channel></rss>", ""),
        rss(ITEM).replace("<title>صحيفة</title>", "<title>أ & ب &nbsp; &copy;</title>"),
        rss(ITEM).replace(NAMESPACES, ""),
        "Notice: Undefined index in x.php\n" + rss(ITEM),
        rss(ITEM) + "<!-- cached --><p>junk",
        rss(ITEM).replace("<title>صحيفة</title>", "<title>ص\x08ح</title>"),
        "\n\n" + rss(ITEM),
    ],
)
def test_ill_formed_feeds_are_repaired(broken: str) -> None:
    entry = only(parse(broken))
    assert entry.url == "https://example.org/2024/12/04/souq/"
    assert entry.hints.title == "افتتاح “سوق” في المدينة"
    assert entry.hints.authors == ("سلمى الخطيب",)
    assert entry.hints.text == "الفقرة الأولى.\n\nالفقرة الثانية."


@pytest.mark.parametrize("encoding", ["windows-1256", "utf-16", "utf-8-sig"])
def test_a_wrongly_declared_encoding_still_reads_arabic(encoding: str) -> None:
    item = "<item><title>خبر من حلب</title><link>/1</link></item>"
    assert only(parse(rss(item), encoding)).hints.title == "خبر من حلب"


def test_a_feed_cut_off_in_its_last_entry_keeps_the_others() -> None:
    second = ITEM.replace("souq", "other")
    text = rss(ITEM, second)
    feed = parse(text[: text.rindex("<content:encoded>") + 60])
    assert [entry.url.split("/")[-2] for entry in feed.entries] == ["souq", "other"]


def test_next_page_only_where_it_leads_elsewhere() -> None:
    link = '<atom:link rel="{}" href="{}"/>'
    assert parse(rss(channel=link.format("next", "?paged=2"))).next_url == "https://example.org/feed/?paged=2"
    assert parse(rss(channel=link.format("prev-archive", "/a/1"))).next_url == "https://example.org/a/1"
    assert parse(rss(channel=link.format("next", URL))).next_url is None
    assert parse(rss(channel=link.format("next", "javascript:0"))).next_url is None
    assert parse(rss(channel=link.format("self", "?paged=2"))).next_url is None


def test_an_entity_bomb_costs_nothing() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 20}">' for n in range(1, 15))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "boom">{levels}]>' + rss(
        "<item><title>&l14;</title><link>/1</link></item>"
    ).removeprefix('<?xml version="1.0" encoding="UTF-8"?>')
    started = time.process_time()
    entry = only(parse(bomb))
    assert time.process_time() - started < 1
    assert entry.hints.title == "&l14;"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("news@example.org (سامر الحلبي)", ("سامر الحلبي",)),
        ("سامر الحلبي <news@example.org>", ("سامر الحلبي",)),
        ('"سامر الحلبي" &lt;news@example.org&gt;', ("سامر الحلبي",)),
        ("news@example.org", ()),
        ("@(" * 500, ()),
        ("a@b (" * 5_000, ()),
        ("(" * 10_000 + "@" + ")" * 10_000, ()),
    ],
)
def test_an_author_is_named_without_the_address(author: str, name: tuple[str, ...]) -> None:
    author = author if "&lt;" in author else author.replace("<", "&lt;").replace(">", "&gt;")
    body = f"""<rss version="2.0"><channel><item><link>https://news.example.org/1</link>
      <author>{author}</author></item></channel></rss>"""
    (entry,) = parse_feed(body.encode(), "https://news.example.org/feed", zone=ZONE).entries
    assert entry.hints.authors == name


def test_a_feeds_numeric_dates_are_read_in_one_order() -> None:
    items = "".join(
        f"<item><link>https://news.example.org/{number}</link><pubDate>{date}</pubDate></item>"
        for number, date in enumerate(["03/04/2024 10:15", "02/28/2024 08:00"])
    )
    body = f'<rss version="2.0"><channel>{items}</channel></rss>'
    first, _ = parse_feed(body.encode(), "https://news.example.org/feed", zone=ZONE).entries
    assert first.hints.published_at is not None
    assert first.hints.published_at.isoformat() == "2024-03-04T10:15:00+03:00"


def test_the_sites_own_address_is_preferred_to_a_counting_services_link() -> None:
    site = Site(id="sada", name="صدى", url="https://sada.example/")
    entry = (
        "<rss><channel><item><title>خبر</title><link>https://count.example/~r/1</link>"
        "<guid isPermaLink='false'>https://sada.example/?p=7</guid></item>"
        "<item><link>https://count.example/~r/2</link>"
        "<link xmlns='http://www.w3.org/2005/Atom' rel='related' href='https://sada.example/story-2'/></item>"
        "<item><link>https://count.example/r?to=https%3A%2F%2Fsada.example%2Fstory-3</link></item>"
        "<item><link>https://count.example/~r/4</link><guid>tag:4</guid></item></channel></rss>"
    )
    feed = parse_feed(entry.encode(), "https://sada.example/feed", zone=ZoneInfo("Asia/Damascus"), site=site)
    assert [item.url for item in feed.entries] == [
        "https://sada.example/?p=7",
        "https://sada.example/story-2",
        "https://sada.example/story-3",
        "https://count.example/~r/4",
    ]


@pytest.mark.parametrize(
    "version", ["https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1", None]
)
def test_a_json_feed_is_read(version: str | None) -> None:
    items = [
        {
            "id": 17,
            "url": "/story-17",
            "title": "افتتاح سوق جديد",
            "date_published": "2024-12-04T10:00:00+03:00",
            "date_modified": "2024-12-05T10:00:00+03:00",
            "authors": [{"name": "سامر"}, {"url": "https://sada.example/x"}],
            "content_html": "<p>نص الخبر</p>",
        },
        {"id": "https://sada.example/story-18", "author": {"name": "ليلى"}, "summary": "ملخص"},
        {"id": "opaque", "external_url": "https://other.example/story"},
        {"id": "without an address"},
        "no item",
    ]
    data = {"version": version, "title": "صدى", "items": items, "next_url": "/feed.json?page=2"}
    body = b"\xef\xbb\xbf" + json.dumps(data).encode()
    feed = parse_feed(body, "https://sada.example/feed.json", zone=ZoneInfo("Asia/Damascus"))
    assert [item.url.removeprefix("https://") for item in feed.entries] == [
        "sada.example/story-17",
        "sada.example/story-18",
        "other.example/story",
    ]
    first, second = feed.entries[0].hints, feed.entries[1].hints
    assert (first.title, first.authors, first.text) == ("افتتاح سوق جديد", ("سامر",), "نص الخبر")
    assert first.published_at == datetime(2024, 12, 4, 7, tzinfo=UTC)
    assert (second.authors, second.summary) == (("ليلى",), "ملخص")
    assert (feed.next_url, feed.title, feed.skipped) == ("https://sada.example/feed.json?page=2", "صدى", 1)


@pytest.mark.parametrize(
    "body", [b'{"items": 7}', b'{"posts": []}', b'{"items": [{"id": 1}]}', b"{", b"{" * 99_999]
)
def test_other_json_is_no_feed(body: bytes) -> None:
    with pytest.raises(FeedError) as caught:
        parse_feed(body, "https://sada.example/feed.json", zone=ZoneInfo("Asia/Damascus"))
    assert caught.value.reason == "json"
