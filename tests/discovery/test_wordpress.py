"""The older pages of WordPress's feeds."""

import pytest

from crawler.discovery.wordpress import is_wordpress, older_page


def test_a_feed_that_names_wordpress_as_its_generator_is_one() -> None:
    assert is_wordpress(b"<rss><channel><generator>https://wordpress.org/?v=6.7</generator>")


def test_a_feed_that_only_speaks_of_wordpress_is_not() -> None:
    assert not is_wordpress(b"<rss><channel><generator>Drupal</generator><item>https://wordpress.org/</item>")


@pytest.mark.parametrize(
    ("url", "older"),
    [
        ("https://example.org/feed/", "https://example.org/feed/?paged=2"),
        ("https://example.org/feed/?paged=2", "https://example.org/feed/?paged=3"),
        ("https://example.org/?feed=rss2", "https://example.org/?feed=rss2&paged=2"),
        ("https://example.org/feed/?paged=x", "https://example.org/feed/?paged=2"),
    ],
)
def test_the_older_page_is_one_further(url: str, older: str) -> None:
    assert older_page(url) == older
