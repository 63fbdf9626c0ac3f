import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction import NotHtml, extract
from crawler.extraction.parse import _parsable, decode_page
from tests.support.pages import STORY, TITLE, URL, page, paragraphs

HTML = page(paragraphs(STORY)).decode()


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("utf-8", "utf-8", None),
        ("utf-8", "windows-1256", None),
        ("utf-8", "iso-8859-1", "iso-8859-1"),
        ("utf-8-sig", "windows-1256", None),
        ("windows-1256", "windows-1256", None),
        ("windows-1256", "utf-8", None),
        ("windows-1256", "utf-8", "utf-8"),
        ("windows-1256", "", None),
        ("windows-1256", "iso-8859-1", None),
        ("iso-8859-6", "iso-8859-6", None),
        ("utf-16", "utf-8", None),
        ("utf-16-le", "utf-8", None),
        ("windows-1256", "no-such-charset", "x-unknown"),
    ],
)
def test_the_story_is_read_whatever_is_declared(encoding: str, declared: str, charset: str | None) -> None:
    html = HTML.replace('<meta charset="utf-8">', f'<meta charset="{declared}">' if declared else "")
    article = extract(html.replace("©", "").encode(encoding), URL, charset=charset)
    assert article.title == TITLE
    assert article.text.split("\n\n") == list(STORY)


def test_turkish_in_its_old_code_page() -> None:
    text = "<p>Türkiye'nin güneyinde yaşayan mülteciler için yeni bir karar alındı, dedi yetkililer.</p>"
    assert "yaşayan mülteciler için" in decode_page(text.encode("iso-8859-9"), "iso-8859-9")


def test_a_character_cut_at_the_end_is_dropped() -> None:
    whole = HTML.encode()
    cut = whole[: whole.index(STORY[3].encode()) + 31]
    assert "\ufffd" not in decode_page(cut)
    assert extract(cut, URL).text.split("\n\n")[:3] == list(STORY[:3])


def test_a_broken_character_inside_does_not_change_the_encoding() -> None:
    html = HTML.encode().replace("الجسر".encode(), "الجس".encode() + b"\xd8", 1)
    assert STORY[1] in decode_page(html)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n...",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff\xd8\xff\xe0 jpeg",
        b"PK\x03\x04zip",
        b"\x1f\x8b\x08compressed",
        b"\x00\x00\x00\x18ftypmp42",
        bytes(range(32)) * 100,
        b"\x00" * 5_000,
    ],
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(NotHtml):
        extract(data, URL)


FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@pytest.mark.parametrize("char", ["\x01", "\x0b", "\x1f", "\x7f", "\ufffe", "\uffff"])
def test_characters_that_a_tree_cannot_hold_are_left_out(char: str) -> None:
    assert decode_page(f"<p>قبل{char}بعد</p>".encode()) == "<p>قبلبعد</p>"
    assert decode_page(f"<p>قبل&#{ord(char)};بعد</p>".encode()) == "<p>قبل بعد</p>"


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_only_those_are_left_out(text: str) -> None:
    source = f"<p>{text.replace('&', '')}</p>"
    kept = FORBIDDEN.sub("", source)
    assert _parsable(source) == kept
