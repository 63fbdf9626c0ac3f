"""One real story through believable templates: whatever the site does around it, the same article comes
out."""

import itertools
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.extraction import extract
from tests.support.pages import RELATED

TITLE, *BODY = (
    (Path(__file__).parent / "fixtures" / "deir-ezzor.txt").read_text("utf-8").strip().split("\n\n")
)
SITE = "عين الفرات"
URL = "https://ain.example/news/deir-ezzor-seven-villages"
NOW = datetime(2024, 12, 20, 9, tzinfo=UTC)

REPEATS = {
    "not repeated": "",
    "heading": f"<h2>{TITLE}</h2>",
    "h1 again": f"<h1>{TITLE}</h1>",
    "bold paragraph": f"<p><strong>{TITLE}</strong></p>",
    "with the site's name": f"<p><b>{TITLE} - {SITE}</b></p>",
    "site's name first": f"<p>{SITE} | {TITLE}</p>",
    "in quotes, other marks": f"<p>«{TITLE.replace('..', ' … ')}»</p>",
    "bold line before the first paragraph": None,
}
LINKED = "".join(f'<li><a href="/n/{n}">{escape(text)}</a></li>' for n, text in enumerate(RELATED))
FOOTERS = {
    "bare heading": "<h3>مقالات ذات صلة</h3>",
    "bare bold line": "<p><strong>مقالات ذات صلة</strong></p>",
    "linked titles": f"<h3>مقالات ذات صلة</h3><ul>{LINKED}</ul>",
    "linked titles in a box": f"<div class='b'><h4><span>مقالات ذات صلة:</span></h4><ul>{LINKED}</ul></div>",
    "paragraphs": "<p>مقالات ذات صلة</p>" + "".join(f"<p><a href='/x'>{text}</a></p>" for text in RELATED),
    "unlinked": "<h3>مقالات ذات صلة</h3><ul>" + "".join(f"<li>{text}</li>" for text in RELATED) + "</ul>",
    "unlinked paragraphs": "<h3>مقالات ذات صلة</h3>" + "".join(f"<p>{text}</p>" for text in RELATED),
    "cards": "<h3>مقالات ذات صلة</h3>"
    + "".join(
        f"<div><a href='/x'><img src='/i.jpg'></a><h4><a href='/x'>{text}</a></h4><i>3 ديسمبر 2024</i></div>"
        for text in RELATED
    ),
}
DATES = {
    "meta": ('<meta property="article:published_time" content="2024-12-04T14:20:00+03:00">', ""),
    "visible": ("", '<div class="info"><span>الأربعاء 4 كانون الأول 2024</span></div>'),
}


def wordpress(repeat: str, story: str, footer: str, head: str, date_line: str) -> str:
    return f"""<!doctype html><html dir="rtl" lang="ar"><head><meta charset="utf-8"><title>{TITLE} -
    {SITE}</title>
<meta property="og:title" content="{TITLE} - {SITE}"><meta property="og:site_name" content="{SITE}">
<meta property="og:type" content="article">{head}</head><body class="rtl single single-post postid-88">
<nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/news">أخبار</a></li></ul></nav>
<article><header><h1 class="entry-title">{TITLE}</h1>{date_line}</header>
<div class="entry-content">{repeat}{story}{footer}</div></article>
<footer><p>عين الفرات شبكة إخبارية محلية تعنى بأخبار دير الزور والرقة والحسكة.</p><p>جميع الحقوق
محفوظة</p></footer></body></html>"""


def own_system(repeat: str, story: str, footer: str, head: str, date_line: str) -> str:
    story = story.replace("<p>", '<div class="par">').replace("</p>", "</div>")
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{SITE} |
    {TITLE}</title>
<meta property="og:title" content="{SITE}">{head}</head><body dir="rtl"><table><tr><td id="menu"><a
href="/">الصفحة الرئيسية</a>
<a href="/c1">سياسة</a><a href="/c2">ميداني</a></td></tr></table><div id="wrap"><h1 class="logo"><a
href="/">{SITE}</a></h1>
<div id="newsBox"><h1>{TITLE}</h1>{date_line}<img src="/big.jpg">{repeat}<div
class="newsText">{story}{footer}</div>
<div class="shareThis"><a href="#">فيسبوك</a> <a href="#">تويتر</a></div></div>
<div class="left"><h3>آخر الأخبار</h3><ul>{LINKED}</ul></div></div></body></html>"""


def spans_and_breaks(repeat: str, story: str, footer: str, head: str, date_line: str) -> str:
    story = story.replace("<p>", "<span>").replace("</p>", "</span><br><br>")
    return f"""<!doctype html><html lang="ar"><head><meta charset="utf-8"><title>{TITLE}</title>
<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="{SITE}">{head}</head><body>
<div class="top">{SITE}</div><main><section class="details"><h1>{TITLE}</h1>{date_line}
<div class="details-body">{repeat}{story}{footer}</div></section></main><div class="bottom">هيئة
التحرير</div></body></html>"""


TEMPLATES = {"wordpress": wordpress, "own system": own_system, "spans and breaks": spans_and_breaks}


def build(template: str, repeat: str, footer: str, when: str) -> bytes:
    story = "\n".join(f"<p>{escape(paragraph)} </p>" for paragraph in BODY)
    repeated = REPEATS[repeat]
    if repeated is None:
        repeated, story = "", story.replace("<p>", f"<p><strong>{TITLE}</strong><br>", 1)
    head, line = DATES[when]
    return TEMPLATES[template](repeated, story, FOOTERS[footer], head, line).encode()


@pytest.mark.parametrize(("repeat", "footer"), [*itertools.product(REPEATS, FOOTERS)])
@pytest.mark.parametrize("template", TEMPLATES)
def test_title_once_fourteen_paragraphs_nothing_of_the_footer(
    template: str, repeat: str, footer: str
) -> None:
    when = "meta" if (len(repeat) + len(footer)) % 2 else "visible"
    article = extract(build(template, repeat, footer, when), URL, now=NOW)
    assert article.title == TITLE
    assert article.text.split("\n\n") == BODY
    assert len(BODY) == 14
    assert article.language == "ar"


@pytest.mark.parametrize("when", DATES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_day_of_publication(template: str, when: str) -> None:
    article = extract(build(template, "heading", "linked titles", when), URL, now=NOW)
    assert article.published_at is not None
    assert article.published_at.astimezone(ZoneInfo("Asia/Damascus")).date() == date(2024, 12, 4)
    assert article.published_precision == ("minute" if when == "meta" else "day")
