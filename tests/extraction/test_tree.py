"""The tree of a page is the one that browsers build, whatever its author left open."""

import time

import pytest

from crawler.extraction import extract
from crawler.extraction.parse import MAX_TAGS, parse_page
from tests.support.pages import STORY, TITLE, URL, paragraphs

STRAY = (
    "<nav><ul><li><div><a href='/a'>سياسة</a></ul></nav>",
    "<nav><ul><li><span><div><a href='/a'>سياسة</a></span></ul></nav>",
    "<nav><dl><dt><div>سياسة</dl></nav>",
    "<button><div>القائمة</button>",
    "<footer><div><p>عن الموقع</footer>",
    "<select><option>دمشق<option>حلب<div>أخرى</select>",
    "<aside><section><div><h3>الأكثر قراءة</section></aside>",
    "<details><summary><div>المزيد</details>",
    "<dialog><div>إشعار</dialog>",
    "<h2>آخر الأخبار</h3>",
    "</body></html>",
)


@pytest.mark.parametrize("before", STRAY)
def test_a_mis_nested_end_tag_swallows_no_page(before: str) -> None:
    html = f"<html><head><title>{TITLE}</title></head><body>{before}<h1>{TITLE}</h1>{paragraphs(STORY)}"
    article = extract(html.encode(), URL)
    assert article.title == TITLE
    assert article.text.split("\n\n") == list(STORY)


def test_a_well_formed_page_is_whole() -> None:
    page = parse_page(f"<html><body><nav><a href='/'>الموقع</a></nav>{paragraphs(STORY)}</body></html>")
    assert page.is_whole
    assert [element.tag for element in page.tree.find("body")] == ["nav", *["p"] * len(STORY)]


def test_a_page_that_is_cut_says_so() -> None:
    assert not parse_page("<p>" + "<b>س</b>" * MAX_TAGS).is_whole
    assert not parse_page("<div>" * 5_000 + "نص").is_whole


def test_formatting_left_open_does_not_multiply_the_page() -> None:
    # HTML's algorithm would open each of these again in each paragraph: 16 million elements.
    html = "".join(f"<font size={number}><p></i>س" for number in range(4_000))
    started = time.process_time()
    tree = parse_page(f"<body>{html}").tree
    assert sum(1 for _ in tree.iter()) < 20_000
    assert time.process_time() - started < 3
