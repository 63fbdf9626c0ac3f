import gzip
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import pytest
from lxml import etree, html

from crawler.demo import DemoArticle, Newsroom, PageKind
from crawler.demo.dates import indic_digits, long_date
from crawler.demo.layouts import Portal
from tests.support.http import fetch
from tests.support.newsroom_time import NOW

SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def of_site(newsroom: Newsroom, index: int) -> list[DemoArticle]:
    return [article for article in newsroom.articles if article.site == newsroom.sites[index].id]


def words(text: str) -> str:
    return " ".join(text.split())


def page_text(body: bytes, encoding: str = "utf-8") -> str:
    document = html.fromstring(body.decode(encoding))
    return words(str(document.text_content()))


def test_every_page_shows_its_truth(newsroom: Newsroom) -> None:
    legacy = 0
    for article in newsroom.articles:
        fetched = fetch(article.url)
        assert fetched.status == 200
        odd = article.site == "demo-assi" and Portal.is_legacy(article)
        legacy += odd
        text = page_text(fetched.body, "cp1256" if odd else "utf-8")
        position = 0
        for paragraph in (article.title, *article.paragraphs):
            position = text.index(words(paragraph), position)
        for optional in article.optional:
            assert words(optional) in text
    assert legacy > 0


def test_pages_carry_the_dirt_of_their_kind(newsroom: Newsroom) -> None:
    pages = {site.id: [] for site in newsroom.sites}  # type: dict[str, list[str]]
    for article in newsroom.articles:
        pages[article.site].append(fetch(article.url).body.decode("utf-8", "replace"))
    for profile_pages, phrase in zip(
        pages.values(), ("مقالات ذات صلة", "اقرأ أيضاً", "ADVERTISEMENT", "مواضيع أخرى"), strict=True
    ):
        shown = [page for page in profile_pages if phrase in page]
        assert len(shown) > len(profile_pages) / 2


def test_wordpress_appends_its_name_and_repeats_the_headline(newsroom: Newsroom) -> None:
    repeated = 0
    for article in of_site(newsroom, 0):
        document = html.fromstring(fetch(article.url).body)
        name = newsroom.sites[0].name
        assert document.xpath("string(//meta[@property='og:title']/@content)") == f"{article.title} - {name}"
        assert document.xpath("string(//h1)") == article.title
        assert document.xpath("string(//link[@rel='canonical']/@href)") == article.url
        repeated += document.xpath("string(//div[@class='entry-content']/p[1]/strong)") == article.title
    assert 0 < repeated < len(of_site(newsroom, 0))


def test_the_portal_tells_the_date_in_words_and_todays_before_it(newsroom: Newsroom) -> None:
    article = next(article for article in of_site(newsroom, 1) if not Portal.is_legacy(article))
    page = fetch(article.url).text
    assert page.index(long_date(NOW)) < page.index(f'"news-date">{long_date(article.published_at)}')
    assert "datetime" not in page
    assert "published_time" not in page


def test_some_pages_of_the_portal_name_no_charset(newsroom: Newsroom) -> None:
    article = next(article for article in of_site(newsroom, 1) if Portal.is_legacy(article))
    fetched = fetch(article.url)
    assert fetched.headers["Content-Type"] == "text/html"
    assert b"charset" not in fetched.body
    with pytest.raises(UnicodeDecodeError):
        fetched.body.decode("utf-8")
    assert article.title in fetched.body.decode("cp1256")


def test_the_modern_site_prints_indic_digits(newsroom: Newsroom) -> None:
    for article in of_site(newsroom, 2):
        assert article.text == indic_digits(article.text)
        document = html.fromstring(fetch(article.url).body)
        times = document.xpath("//time/@datetime")
        assert times == [article.published_at.isoformat(timespec="seconds")]


ATOM = "{http://www.w3.org/2005/Atom}"


def entries_of(body: bytes) -> list[dict[str, str]]:
    """Link, title, author and time of every entry of an RSS or Atom feed."""
    feed = etree.fromstring(body)
    if feed.tag == "rss":
        names = {"link": "link", "title": "title", "time": "pubDate"}
        names["author"] = "{http://purl.org/dc/elements/1.1/}creator"
        return [{key: item.findtext(name) for key, name in names.items()} for item in feed.iter("item")]
    return [
        {
            "link": entry.find(f"{ATOM}link").get("href"),
            "title": entry.findtext(f"{ATOM}title"),
            "author": entry.findtext(f"{ATOM}author/{ATOM}name"),
            "time": entry.findtext(f"{ATOM}published"),
        }
        for entry in feed.iter(f"{ATOM}entry")
    ]


def paged_feed(url: str) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = []
    for page in range(1, 99):
        fetched = fetch(f"{url}{page}")
        if fetched.status == 404:
            break
        entries += entries_of(fetched.body)
    return entries


@pytest.mark.parametrize(
    ("site", "feed", "read"),
    [(0, "feed/?paged=", parsedate_to_datetime), (3, "atom.php?page=", datetime.fromisoformat)],
)
def test_a_paged_feed_holds_every_article(
    newsroom: Newsroom, site: int, feed: str, read: Callable[[str], datetime]
) -> None:
    entries = paged_feed(newsroom.sites[site].url + feed)
    truth = {article.url: article for article in of_site(newsroom, site)}
    assert {entry["link"] for entry in entries} == set(truth)
    assert len(entries) == len(truth)
    for entry in entries:
        article = truth[entry["link"]]
        assert (entry["title"], entry["author"]) == (article.title, article.author)
        assert read(entry["time"]) == article.published_at


def test_the_feed_carries_an_excerpt(newsroom: Newsroom) -> None:
    article = max(of_site(newsroom, 0), key=lambda article: article.published_at)
    feed = etree.fromstring(fetch(f"{newsroom.sites[0].url}feed/").body)
    content = feed.findtext("channel/item/{http://purl.org/rss/1.0/modules/content/}encoded")
    assert f"<p>{article.paragraphs[1]}</p>" in content
    assert article.paragraphs[-1] not in content


def test_the_atom_feed_names_its_next_page(newsroom: Newsroom) -> None:
    feed = etree.fromstring(fetch(f"{newsroom.sites[3].url}atom.php").body)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["next"] == f"{newsroom.sites[3].url}atom.php?page=2"


def test_sitemaps_hold_every_article(newsroom: Newsroom) -> None:
    site = newsroom.sites[2]
    assert f"Sitemap: {site.url}sitemap.xml" in fetch(f"{site.url}robots.txt").text
    index = etree.fromstring(fetch(f"{site.url}sitemap.xml").body)
    parts = index.xpath("//s:loc/text()", namespaces=SITEMAP)
    assert parts == [f"{site.url}sitemaps/news.xml", f"{site.url}sitemaps/articles-1.xml.gz"]
    whole = etree.fromstring(gzip.decompress(fetch(parts[1]).body))
    truth = {article.url: article for article in of_site(newsroom, 2)}
    assert set(whole.xpath("//s:loc/text()", namespaces=SITEMAP)) == set(truth)
    news = etree.fromstring(fetch(parts[0]).body)
    recent = news.xpath("//s:loc/text()", namespaces=SITEMAP)
    assert 0 < len(recent) < len(truth)


def test_large_sitemaps_are_split() -> None:
    with Newsroom(pages_per_site=520, now=NOW) as newsroom:
        site = newsroom.sites[2]
        index = etree.fromstring(fetch(f"{site.url}sitemap.xml").body)
        parts = index.xpath("//s:loc/text()", namespaces=SITEMAP)[1:]
        sizes = [fetch(part).body for part in parts]
        found = [
            url
            for body in sizes
            for url in etree.fromstring(gzip.decompress(body)).xpath("//s:loc/text()", namespaces=SITEMAP)
        ]
    assert len(parts) == 2
    assert len(found) == len(set(found)) == 520


@pytest.mark.parametrize(
    ("site", "start", "older"),
    [(0, "", "المقالات الأقدم"), (1, "news", "التالي"), (3, "", "الأقدم >")],
)
def test_listings_lead_to_every_article(newsroom: Newsroom, site: int, start: str, older: str) -> None:
    url: str | None = newsroom.sites[site].url + start
    truth = {article.url for article in of_site(newsroom, site)}
    found: set[str] = set()
    while url:
        document = html.fromstring(fetch(url).body)
        links = [(urljoin(url, link.get("href")), link.text_content()) for link in document.iter("a")]
        found |= {link for link, _ in links} & truth
        url = next((link for link, label in links if label == older), None)
    assert found == truth


def test_pages_that_are_no_articles(newsroom: Newsroom) -> None:
    urls = {article.url for article in newsroom.articles}
    kinds = set()
    for page in newsroom.other_pages:
        assert page.url not in urls
        assert fetch(page.url).status == 200, page
        kinds.add(page.kind)
    assert kinds == set(PageKind)


def test_the_disallowed_page_is_linked_and_disallowed(newsroom: Newsroom) -> None:
    private = {page.site: page.url for page in newsroom.other_pages if page.kind is PageKind.PRIVATE}
    for site in newsroom.sites:
        assert "\nDisallow: /private/\n" in fetch(f"{site.url}robots.txt").text
        links = [urljoin(site.url, link) for link in html.fromstring(fetch(site.url).body).xpath("//a/@href")]
        assert private[site.id] in links


def test_robots_ask_for_a_delay_when_told_to() -> None:
    with Newsroom(pages_per_site=1, now=NOW, crawl_delay=2.5) as newsroom:
        for site in newsroom.sites:
            assert "\nCrawl-delay: 2.5\n" in fetch(f"{site.url}robots.txt").text


def test_other_addresses_of_an_article(newsroom: Newsroom) -> None:
    article = of_site(newsroom, 0)[-1]
    short = fetch(f"{newsroom.sites[0].url}?p={article.id}")
    assert (short.status, short.headers["Location"]) == (301, article.url)
    assert fetch(f"{article.url}?utm_source=sidebar").body == fetch(article.url).body
    old = of_site(newsroom, 3)[-1]
    printed = fetch(old.url.replace("article.php", "print.php")).text
    assert f'<link rel="canonical" href="{old.url}" />' in printed


def test_unknown_addresses(newsroom: Newsroom) -> None:
    assert [fetch(f"{site.url}nowhere").status for site in newsroom.sites] == [404] * 4
    soft = fetch(f"{newsroom.sites[1].url}news/99999999")
    assert soft.status == 200
    assert "الصفحة غير موجودة" in soft.text
