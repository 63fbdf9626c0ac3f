"""Articles over several pages: which pages are parts of one, and which only look like it."""

import pytest

from crawler.extraction.multipage import further_parts, join, part_number, part_of, without_page_links
from crawler.model.article import Article

BASE = "https://news.example/2024/12/04/title/"


@pytest.mark.parametrize(
    ("base", "other", "number"),
    [
        (BASE, f"{BASE}2/", 2),
        (BASE, f"{BASE}2", 2),
        (BASE, f"{BASE}page/3/", 3),
        (BASE, f"{BASE}?page=2", 2),
        ("https://news.example/news.php?id=7", "https://news.example/news.php?id=7&page=4", 4),
        (BASE, f"{BASE}1/", None),
        (BASE, f"{BASE}2024/", None),
        (BASE, f"{BASE}comment-page-2/", None),
        (BASE, f"{BASE}2/3/", None),
        (BASE, "https://other.example/2024/12/04/title/2/", None),
        (BASE, "https://news.example/2024/12/04/", None),
        ("https://news.example/news.php?id=7", "https://news.example/news.php?id=8&page=2", None),
        (BASE, f"{BASE}?page=99", None),
        ("https://news.example/", "https://news.example/2/", None),
        (BASE, "https://[bad", None),
    ],
)
def test_part_numbers(base: str, other: str, number: int | None) -> None:
    assert part_number(base, other) == number


def _page(links: str) -> bytes:
    return f"<html><head><meta charset=utf-8></head><body><p>نص</p>{links}</body></html>".encode()


@pytest.mark.parametrize(
    ("links", "found"),
    [
        (f"<div class='page-links'>الصفحات: <a href='{BASE}2/'>2</a> <a href='{BASE}3/'>٣</a></div>", [2, 3]),
        ("<a href='?page=2'>التالي »</a>", [2]),
        (f"<link rel='next' href='{BASE}2/'>", [2]),
        (f"<a href='{BASE}2/'>صورة أخرى من الحدث</a>", []),
        ("<a href='/2024/12/05/other/2/'>2</a>", []),
        ("<a href='/page/2/'>2</a>", []),
    ],
)
def test_parts_that_a_page_names(links: str, found: list[int]) -> None:
    assert sorted(further_parts(_page(links), BASE, BASE)) == found


def test_a_later_page_names_its_article() -> None:
    numbers = f"<a href='{BASE}'>1</a> <span>2</span> <a href='{BASE}3/'>3</a>"
    assert part_of(_page(numbers), f"{BASE}2/") == BASE
    assert part_of(_page(numbers), BASE) is None
    assert part_of(_page(f"<a href='{BASE}'>عنوان الخبر</a>"), f"{BASE}2/") is None
    assert part_of(_page("<a href='/news/'>1</a>"), "https://news.example/news/7/2/") is None


def test_texts_are_joined_without_what_each_page_repeats() -> None:
    article = Article("u", "عنوان", "المقدمة\n\nأول", "u")
    assert join(article, ["المقدمة\n\nثان", "", "ثالث"]).text == "المقدمة\n\nأول\n\nثان\n\nثالث"
    assert join(article, []) == article


def test_bytes_that_are_no_page_name_nothing() -> None:
    assert further_parts(b"", BASE, BASE) == {}
    assert further_parts(b"%PDF ?page=2", BASE, BASE) == {}


@pytest.mark.parametrize(
    "links", ["الصفحات: 1 2 3", "صفحات: 123", "Pages: 2 3", "1 2 3 التالي", "« السابق 1 3", "Sayfalar: ١ ٢ ٣"]
)
def test_the_line_of_links_to_the_pages_leaves_the_text(links: str) -> None:
    assert without_page_links(f"فقرة أولى.\n\n{links}\n\nفقرة ثانية.", 2) == "فقرة أولى.\n\nفقرة ثانية."


@pytest.mark.parametrize(
    "line",
    [
        "الصفحات: 1 4",
        "قُتل 1 وأصيب 2، و3",
        "النتيجة: 1، 2، 3.",
        "3 2 1",
        "123 قتيلاً في القصف الذي طال الحي كله",
    ],
)
def test_other_lines_with_numbers_stay(line: str) -> None:
    assert line in without_page_links(f"فقرة أولى.\n\n{line}", 2)
