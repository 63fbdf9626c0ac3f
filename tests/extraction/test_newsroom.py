"""The made-up newsroom's pages as they are served: every article whole, and nothing else an article."""

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from crawler.demo import DemoArticle, Newsroom
from crawler.extraction import NotAnArticle, NotHtml, extract
from crawler.model.seeds import load_sites
from crawler.model.site import Site


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as opened:
        yield opened


@pytest.fixture(scope="module")
def sites(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    folder = tmp_path_factory.mktemp("seeds")
    newsroom.write_seeds(folder)
    return load_sites(folder)


def fetch(url: str) -> tuple[bytes, str | None]:
    try:
        with urlopen(quote(url, safe=":/?&=%"), timeout=10) as response:  # noqa: S310 - loopback
            return response.read(), response.headers.get_content_charset()
    except HTTPError as error:
        with error:
            return error.read(), error.headers.get_content_charset()


@pytest.mark.parametrize("seeded", [True, False])
def test_pages_that_are_no_articles(newsroom: Newsroom, sites: dict[str, Site], seeded: bool) -> None:
    taken = []
    for page in newsroom.other_pages:
        html, charset = fetch(page.url)
        try:
            extract(html, page.url, site=sites[page.site] if seeded else None, charset=charset)
        except (NotAnArticle, NotHtml):
            continue
        taken.append((page.kind, page.url))
    assert taken == []


def test_articles(newsroom: Newsroom, sites: dict[str, Site]) -> None:
    wrong = []
    for article in newsroom.articles:
        html, charset = fetch(article.url)
        read = extract(html, article.url, site=sites[article.site], charset=charset)
        if told(read.text, article) != told(article.text, article):
            wrong.append(article.url)
    assert len(newsroom.articles) > 100
    assert wrong == []


def told(text: str, article: DemoArticle) -> list[str]:
    """The words of a text, without what an extractor may keep or drop."""
    for optional in sorted((*article.optional, article.source_line or ""), key=len, reverse=True):
        text = text.replace(optional, " ") if optional else text
    return text.split()
