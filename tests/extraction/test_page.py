"""A page reads each property once, before its tree is changed, and the checks on it stand in lists."""

import pytest

from crawler.extraction import PAGE_CHECKS, TEXT_CHECKS, NotAnArticle, NotHtml, Page, extract, extract_article
from crawler.extraction.errors import NotArticleReason
from tests.support.pages import STORY, TITLE, URL, page, paragraphs

HTML = page(paragraphs(STORY))


def test_what_a_page_has_is_that_of_its_article() -> None:
    own = Page(HTML, URL)
    article = extract_article(Page(HTML, URL))
    assert (own.headline.text, own.published.published_at) == (article.title, article.published_at)
    assert (own.canonical_url, own.section, own.tags) == (
        article.canonical_url,
        article.section,
        article.tags,
    )
    assert own.authors == article.authors


def test_a_page_read_before_extraction_gives_the_same_article() -> None:
    read = Page(HTML, URL)
    assert [link.tag for link in read.tree.iter("body")] == ["body"]
    assert read.is_whole
    assert extract_article(read) == extract(HTML, URL)


def test_another_body_is_as_served() -> None:
    own = Page(HTML, URL)
    before = "".join(own.body.itertext())
    extract_article(own)
    assert "".join(own.parse_again().itertext()) == before


def test_a_tree_that_is_not_there_says_why() -> None:
    for html, error, reason in (
        (b" ", NotAnArticle, NotArticleReason.EMPTY_PAGE),
        (b"%PDF-1.7", NotHtml, NotArticleReason.KNOWN_FILE),
    ):
        with pytest.raises(error) as caught:
            _ = Page(html, URL).tree
        assert caught.value.reason is reason


def test_an_article_passes_all_checks_of_the_page() -> None:
    own = Page(HTML, URL)
    assert [check.reason for check in PAGE_CHECKS if check.applies(own)] == []
    assert own.headline.text == TITLE


def test_each_reason_is_checked_for_once() -> None:
    reasons = [check.reason for check in PAGE_CHECKS] + [check.reason for check in TEXT_CHECKS]
    twice = {reason for reason in reasons if reasons.count(reason) > 1}
    # A refresh and a script both redirect; both head and text can show that a page was not found, or is about
    # the site.
    assert twice == {NotArticleReason.REDIRECT, NotArticleReason.NOT_FOUND, NotArticleReason.ABOUT_SITE}
