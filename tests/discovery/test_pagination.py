"""The older pages of feeds that name none."""

import pytest

from crawler.discovery.pagination import WORDPRESS, Pagination


@pytest.mark.parametrize(
    ("url", "older"),
    [
        ("https://example.org/feed/", "https://example.org/feed/?paged=2"),
        ("https://example.org/feed/?paged=2", "https://example.org/feed/?paged=3"),
        ("https://example.org/?feed=rss2", "https://example.org/?feed=rss2&paged=2"),
        ("https://example.org/feed/?paged=x", "https://example.org/feed/?paged=2"),
        ("https://example.org/feed/?paged=²", "https://example.org/feed/?paged=2"),
    ],
)
def test_the_next_page_is_one_further(url: str, older: str) -> None:
    assert WORDPRESS.next_page(url) == older


def test_pages_may_count_from_zero() -> None:
    from_zero = Pagination("page", 1)
    assert from_zero.next_page("https://example.org/rss.xml") == "https://example.org/rss.xml?page=1"
    assert from_zero.next_page("https://example.org/rss.xml?page=1") == "https://example.org/rss.xml?page=2"
