"""What contradicts its source waits, unless its markup says that it is an article."""

import pytest

from crawler.model.article import Article, Hints
from crawler.pipelines.fingerprint import fingerprint

WALL = "This account has used up what its plan allows for this month and rests until the next one begins."
HINTS = Hints(title="استئناف ترميم الجسر الحجري القديم في سلمية")


def _is_contradicted(markup: str) -> bool:
    article = Article(
        url="https://site.example/1", title="Quota", text=WALL, canonical_url="https://site.example/1"
    )
    mark = fingerprint(article, HINTS, article.url, f"<html>{markup}<p>{WALL}</p></html>".encode())
    assert mark is not None
    return mark.is_contradicted


@pytest.mark.parametrize(
    "markup", ["", '<meta property="og:type" content="website">', "<body class=article-page>"]
)
def test_a_page_that_does_not_call_itself_an_article_may_be_the_servers(markup: str) -> None:
    assert _is_contradicted(markup)


@pytest.mark.parametrize(
    "markup",
    [
        "<article>",
        '<meta property="og:type" content="article">',
        '<meta property="article:published_time" content="2026-11-29">',
        '<script>{"@type": "NewsArticle"}</script>',
        '<script>{"@type": ["BlogPosting"]}</script>',
        '<div itemscope itemtype="https://schema.org/NewsArticle">',
    ],
)
def test_a_page_that_calls_itself_an_article_is_taken(markup: str) -> None:
    assert not _is_contradicted(markup)
