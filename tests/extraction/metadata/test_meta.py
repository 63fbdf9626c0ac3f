"""Authors, agency, section, tags, picture, summary, canonical address."""

import json

import pytest

from crawler.extraction import extract
from crawler.extraction.metadata.authors import find_agency
from crawler.model.article import Hints
from crawler.parsing.article_urls import is_home, names_same_article
from tests.support.pages import SITE, STORY, TITLE, URL, page, paragraphs

BODY = paragraphs(STORY)


def ld(**more: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **more}
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


@pytest.mark.parametrize(
    ("head", "markup", "authors"),
    [
        (ld(author={"@type": "Person", "name": "سلمى الحسن"}), "", ["سلمى الحسن"]),
        (ld(author=[{"name": "سلمى الحسن"}, {"name": "كرم ديب"}]), "", ["سلمى الحسن", "كرم ديب"]),
        (ld(author={"name": "admin"}), '<span class="author">كتب: كرم ديب</span>', ["كرم ديب"]),
        (ld(author={"@type": "Organization", "name": SITE}), "", []),
        ('<meta name="author" content="https://facebook.com/x">', "", []),
        ('<meta name="author" content="بقلم: سلمى الحسن">', "", ["سلمى الحسن"]),
        ('<meta name="author" content="Administrator">', "", []),
        ("", '<a rel="author" href="/a/1">كرم ديب</a>', ["كرم ديب"]),
        ("", '<form><p class="comment-form-author"><label>الاسم*</label></p></form>', []),
        ('<meta name="author" content="رويترز، سلمى الحسن">', "", ["رويترز", "سلمى الحسن"]),
    ],
)
def test_authors(head: str, markup: str, authors: list[str]) -> None:
    assert extract(page(BODY, head=head, before=markup), URL).authors == authors


def test_authors_of_the_feed() -> None:
    assert extract(page(BODY), URL, hints=Hints(authors=("كرم ديب",))).authors == ["كرم ديب"]


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        (["دمشق-سانا", "نص الخبر هنا."], "سانا"),
        (["دمشق - سانا: أعلنت الوزارة اليوم عن خطتها."], "سانا"),
        (["بيروت (رويترز) - قال مسؤولون يوم الاثنين إن الاتفاق قريب."], "رويترز"),
        (["(أ ف ب) - أعلنت الوزارة."], "أ ف ب"),
        (["أعلنت الوزارة عن خطتها.", "--(بترا)"], "بترا"),
        (["أعلنت الوزارة عن خطتها.", "المصدر: الأناضول"], "الأناضول"),
        (["أعلنت الوزارة عن خطتها.", "المصدر: وكالات + الأناضول"], "وكالات"),
        (["وقالت رويترز إن المسؤولين اجتمعوا أمس في العاصمة لبحث الاتفاق."], None),
        (["وفا بوعده - كما قال - حين عاد إلى المدينة."], None),
    ],
)
def test_agency(text: list[str], agency: str | None) -> None:
    assert find_agency(text, []) == agency


def test_section_tags_picture_summary() -> None:
    head = (
        '<meta property="article:section" content="محليات"><meta property="article:tag" content="الجسر">'
        '<meta property="article:tag" content="البلدية"><meta property="og:image" content="/i/1.jpg">'
        f'<meta property="og:description" content="{STORY[0]} &amp;quot;">'
    )
    article = extract(page(BODY, head=head), URL)
    assert (article.section, article.tags) == ("محليات", ["الجسر", "البلدية"])
    assert article.image == "https://news.example/i/1.jpg"
    assert article.summary == STORY[0] + ' "'


def test_a_summary_that_is_the_headline_and_keywords_that_are_its_words_are_none() -> None:
    words = ",".join(TITLE.split())
    head = f'<meta property="og:description" content="{TITLE}"><meta name="keywords" content="{words}">'
    article = extract(page(BODY, head=head), URL)
    assert (article.summary, article.tags) == (None, [])


def test_wordpress_categories_are_the_section() -> None:
    article = extract(
        page(BODY, before='<a rel="category tag" href="/c">محليات</a><a rel="tag" href="/t">الجسر</a>'), URL
    )
    assert (article.section, article.tags) == ("محليات", ["الجسر"])


@pytest.mark.parametrize(
    ("url", "told", "trusted"),
    [
        ("https://a.example/n/123-x/amp/", "https://a.example/n/123-x/", True),
        ("https://a.example/n/123-x", "https://www.a.example/n/123-x/", True),
        ("https://a.example/?p=123", "https://a.example/2024/a-long-name/", True),
        ("https://a.example/n/123-x?utm_source=f", "https://a.example/n/123-x", True),
        ("https://a.example/n/123-x", "https://a.example/", False),
        ("https://a.example/ar/n/123-x", "https://a.example/ar/", False),
        ("https://a.example/n/123-x", "https://a.example/n/456-y", False),
        ("https://a.example/n/123-x", "https://b.example/n/123-x", False),
        ("https://a.example/n/123-x", "http://10.0.0.1/n/123-x", False),
        ("https://a.example/show.php?id=123", "https://a.example/show.php", False),
        ("https://a.example/n/123-x", "javascript:alert(1)", False),
        ("https://a.example/n/123-x", "http://[bad", False),
    ],
)
def test_canonical(url: str, told: str, trusted: bool) -> None:
    assert names_same_article(url, told) is trusted
    article = extract(page(BODY, head=f'<link rel="canonical" href="{told}">'), url)
    assert article.canonical_url == (told if trusted else url)


@pytest.mark.parametrize(
    "url", ["https://a.example", "https://a.example/ar/", "https://a.example/index.html"]
)
def test_a_home_address(url: str) -> None:
    assert is_home(url)


@pytest.mark.parametrize("url", ["https://a.example/?p=5", "https://a.example/n/5", ""])
def test_no_home_address(url: str) -> None:
    assert not is_home(url)
