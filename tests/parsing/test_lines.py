"""The lines of an element are those that a browser shows, however deep they nest."""

import pytest
from lxml.html import HtmlElement

from crawler.parsing.lines import lines_of, pieces_by_line
from crawler.parsing.markup import html_tree


def _body(markup: str) -> HtmlElement:
    tree = html_tree(f"<html><body>{markup}</body></html>")
    assert tree is not None
    return next(tree.iter("body"))


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("دمشق <b>اليوم</b>\nصباحاً", ["دمشق اليوم صباحاً"]),
        ("أول<br>ثان<br/><br/>ثالث", ["أول", "ثان", "ثالث"]),
        ("قبل<p>فقرة</p>بعد", ["قبل", "فقرة", "بعد"]),
        ("<ul><li>أ<ul><li>ب</li></ul></li><li>ج</li></ul>", ["أ", "ب", "ج"]),
        ("<table><tr><td>أ</td><td>ب</td></tr></table>", ["أ", "ب"]),
        ("<span>أ</span><span>ب</span>", ["أب"]),
        ("<p> </p><div><p></p></div>", []),
        ("", []),
    ],
)
def test_blocks_and_breaks_part_lines(markup: str, lines: list[str]) -> None:
    assert lines_of(_body(markup)) == lines


def test_the_text_behind_an_element_is_none_of_its_lines() -> None:
    link = next(_body("<p>قبل <a href='/x'>رابط</a> بعد</p>").iter("a"))
    assert lines_of(link) == ["رابط"]
    assert [[piece.text for piece in line] for line in pieces_by_line(link)] == [["رابط"]]


def test_pieces_know_where_they_stand() -> None:
    body = _body("<p>أ <a href='/x'>ب <i>ج</i></a> د</p>")
    (line,) = pieces_by_line(body)
    assert [(piece.element.tag, piece.is_tail, piece.text, piece.is_linked) for piece in line] == [
        ("p", False, "أ ", False),
        ("a", False, "ب ", True),
        ("i", False, "ج", True),
        ("a", True, " د", False),
    ]


def test_deep_nesting_parts_lines_too() -> None:
    depth = 200
    body = _body("<div>أ" * depth + "</div>" * depth)
    assert lines_of(body) == ["أ"] * depth
