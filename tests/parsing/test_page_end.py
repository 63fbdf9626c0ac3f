"""How a page ends: what is cut is told from what was never closed."""

import gzip
import json
import random
import re
from collections import Counter

import pytest

from crawler.parsing.page_end import PageEnd, page_end
from tests.support.paths import DATA

PAGES_DIR = DATA / "pages"

HEAD = "<!DOCTYPE html><html><head><title>خبر</title></head><body><p>"
TEXT = "افتتح مجلس المدينة صباح اليوم جسراً جديداً"


@pytest.mark.parametrize(
    "body",
    [
        f"{HEAD}{TEXT}</p></body></html>",
        f"{HEAD}{TEXT}</p></BODY>",
        f"{HEAD}{TEXT}</p></html>\n<!-- served from a cache in 0.2 s",
        f"<p>{TEXT} من غير رأس <a href=",
        "",
        '{"title": "لا صفحة <b"}',
    ],
)
def test_whole_pages_and_what_is_none(body: str) -> None:
    assert page_end(body.encode()) is PageEnd.WHOLE


@pytest.mark.parametrize(
    "tail",
    [
        "</p></div>",
        TEXT,
        "</p>\n<!-- footer -->\n",
        "<script>track(1 < 2)</script>",
        "R&D",
        "a < b",
        "© 2024 &copy;",
    ],
)
def test_pages_that_are_never_closed_are_not_cut(tail: str) -> None:
    assert page_end(f"{HEAD}{TEXT}{tail}".encode()) is PageEnd.UNENDED


@pytest.mark.parametrize(
    "tail", ["<a href=", '<img src="/a.jpg" alt="نهر', "</p></di", "<", "<!doc", "&nbs", "&#16"]
)
def test_a_page_that_stops_in_a_tag_or_a_reference_is_cut(tail: str) -> None:
    assert page_end(f"{HEAD}{TEXT}{tail}".encode()) is PageEnd.CUT


@pytest.mark.parametrize(
    "tail", ["<script>var a = '</p>'; if (a", "<style>p {", "<!-- menu <p>x</p>", "<textarea>x"]
)
def test_a_page_may_stop_where_a_browser_shows_nothing_more(tail: str) -> None:
    assert page_end(f"{HEAD}{TEXT}{tail}".encode()) is PageEnd.UNPARSED


def test_half_a_letter_is_cut_and_a_letter_of_one_byte_is_not() -> None:
    whole = f"{HEAD}{TEXT}"
    assert page_end(whole.encode()[:-1]) is PageEnd.CUT
    for encoding in ("cp1256", "iso-8859-6"):
        assert page_end(f"{HEAD}افتتح مجلس المدينة".encode(encoding)) is PageEnd.UNENDED
    assert page_end(f"{HEAD}{TEXT}".encode("utf-16")) is PageEnd.WHOLE


@pytest.mark.data
@pytest.mark.skipif(
    not (PAGES_DIR / "index.jsonl").exists(), reason=f"no saved pages in {PAGES_DIR}; set KHABAR_DATA"
)
def test_real_pages_are_whole_and_without_their_closing_tags_none_is_taken_for_cut() -> None:
    chance, found = random.Random(7), Counter[PageEnd]()
    for row in map(json.loads, (PAGES_DIR / "index.jsonl").read_text(encoding="utf-8").splitlines()):
        body = gzip.decompress((PAGES_DIR / row["file"]).read_bytes())
        assert page_end(body) is PageEnd.WHOLE, row["id"]
        if b"<rss" in body[:1000]:
            continue
        open_ended = re.sub(rb"(?i)</\s*(?:html|body)\s*>", b"", body)
        assert page_end(open_ended) is PageEnd.UNENDED, row["id"]
        found[page_end(body[: chance.randrange(len(body) // 10, len(body) - 15)])] += 1
    assert found[PageEnd.WHOLE] <= 0.05 * found.total()
    assert found[PageEnd.CUT] + found[PageEnd.UNPARSED] >= 0.8 * found.total()
