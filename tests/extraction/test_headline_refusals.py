"""Articles that were refused for their headline or address, and home pages that still are."""

import pytest

from crawler.extraction import NotAnArticle, NotArticleReason, extract
from tests.support.pages import STORY, TITLE, URL, paragraphs

SITE = "شبكة أخبار المنطقة الشاملة"


def _page(title: str, shown: str, head: str = "", *, is_article: bool = True) -> bytes:
    kind = '<meta property="og:type" content="article">' if is_article else ""
    head = f"<html><head><title>{title}</title>{kind}{head}</head>"
    return f"{head}<body>{shown}{paragraphs(STORY)}</body></html>".encode()


def _named(key: str, value: str) -> str:
    return f'<meta {"property" if ":" in key else "name"}="{key}" content="{value}">'


@pytest.mark.parametrize(
    ("html", "title"),
    [
        (_page(TITLE, f"<h1>{TITLE}</h1>", _named("application-name", TITLE)), TITLE),
        (_page(SITE, f"<h1>{SITE}</h1>", _named("og:site_name", SITE)), SITE),
        (
            _page(f"قصف حلب - {SITE}", f"<h1>{SITE}</h1><h2>قصف حلب</h2>", _named("og:title", "قصف حلب")),
            "قصف حلب",
        ),
        (_page(f"زلزال | {SITE}", f"<h1>{SITE}</h1><h1>زلزال</h1>", _named("og:title", "زلزال")), "زلزال"),
        (_page(f"زلزال | {SITE}", f"<h1>{SITE} | زلزال</h1>", _named("og:title", "زلزال")), "زلزال"),
        (_page("نعي", "<h1>نعي</h1>"), "نعي"),
    ],
    ids=["application", "site", "short", "two headings", "one heading", "one word"],
)
def test_headlines_like_or_beside_a_sites_name(html: bytes, title: str) -> None:
    assert extract(html, URL).title == title


QUERIES = ("pid=123", "pageid=88&lang=ar", "details=the-bridge-reopens", "news/2024/12/the-bridge")


@pytest.mark.parametrize("query", QUERIES)
def test_an_article_at_the_home_pages_path(query: str) -> None:
    address = f"https://news.example/?{query}"
    assert extract(_page(TITLE, f"<h1>{TITLE}</h1>"), address).title == TITLE


@pytest.mark.parametrize(
    "query", ["", "page=2", "lang=ar", "utm_source=feed123456789", "cat=12", "s=bridge2024"]
)
def test_home_pages_with_a_query_are_home_pages(query: str) -> None:
    with pytest.raises(NotAnArticle) as caught:
        extract(_page(TITLE, f"<h1>{TITLE}</h1>"), f"https://news.example/?{query}")
    assert caught.value.reason is NotArticleReason.HOME
