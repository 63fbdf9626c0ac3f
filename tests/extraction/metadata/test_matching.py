"""Addresses of one page, wordings of one headline."""

import pytest

from crawler.extraction.metadata.matching import same_headline
from crawler.parsing.article_urls import same_page

URL = "https://example.org/news/4812-bridge"
TITLE = "افتتاح جسر جديد على نهر العاصي في حماة"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (URL, URL + "/", True),
        (URL, "http://www.example.org/news/4812-bridge#comments", True),
        (URL, URL + "/amp/", True),
        ("https://example.org/عاجل", "https://example.org/%D8%B9%D8%A7%D8%AC%D9%84", True),
        ("https://example.org/article/825076-slug", "https://example.org/article/825076", True),
        (URL, "https://example.org/news/4813-other", False),
        ("https://example.org/?p=1", "https://example.org/?p=2", False),
        (URL, "https://example.org/", None),
        (URL, "#article", None),
        (URL, "http://[broken", None),
    ],
)
def test_addresses_of_one_page(one: str, other: str, same: bool | None) -> None:
    assert same_page(one, other) is same


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (TITLE, True),
        (f"{TITLE} - وكالة المثال", True),
        ("«افتتاح» جِسر جديد على نهر العاصي…", True),
        ("وزير الصحة يزور مشفى حماة الوطني", False),
        ("", None),
        ("…", None),
    ],
)
def test_wordings_of_one_headline(other: str, same: bool | None) -> None:
    assert same_headline(TITLE, other) is same
