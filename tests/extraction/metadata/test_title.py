import pytest

from crawler.extraction import extract
from crawler.extraction.metadata.site_name import site_name_beside, without_site_name
from crawler.extraction.metadata.title import undouble
from crawler.parsing.arabic import skeleton
from tests.support.pages import RELATED, SITE, STORY, TITLE, URL, links, page, paragraphs

BODY = paragraphs(STORY)
LINKED_DATA = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{TITLE}"}}</script>'


def head(title: str, og: str | None = None, more: str = "") -> str:
    meta = f'<meta property="og:title" content="{og}">' if og is not None else ""
    return f"<head><meta charset='utf-8'><title>{title}</title>{meta}{more}</head>"


@pytest.mark.parametrize(
    "html",
    [
        f"{head(f'{TITLE} - {SITE}', f'{TITLE} | {SITE}')}<body><h1>{TITLE}</h1>{BODY}",
        f"{head(f'{SITE} - {TITLE}', f'{SITE} - {TITLE}')}<body><h1>{TITLE}</h1>{BODY}",
        f"{head(f'{TITLE} | {SITE}', SITE)}<body><h1><a href='/'>{SITE}</a></h1><h1>{TITLE}</h1>{BODY}",
        f"{head(f'{SITE} | {TITLE}', SITE)}<body><h1 class='logo'>{SITE}</h1><h2>{TITLE}</h2>{BODY}",
        f"{head(TITLE, 'الصفحة الرئيسية')}<body><h1>{TITLE}</h1>{BODY}",
        f"{head(SITE, SITE)}<body><h1>{TITLE}</h1>{BODY}",
        f"{head(f'{TITLE} - {SITE}')}<body><h1><span>{TITLE}</span> <span>{TITLE}</span></h1>{BODY}",
        f"{head(f'{TITLE[:30]}...', f'{TITLE[:30]}…')}<body><h1>{TITLE}</h1>{BODY}",
        f"{head(TITLE)}<body><h2><a href='/s'>{RELATED[0]}</a></h2><h1>{TITLE}</h1>{BODY}",
        f"<head><meta charset='utf-8'></head><body><h1>{TITLE}</h1>{BODY}",
        f"{head(f'{TITLE} - {SITE}')}<body><div class='t'>{TITLE}</div>{BODY}",
        f"{head(SITE, None, LINKED_DATA)}<body><div>{BODY}</div>",
    ],
)
def test_the_headline(html: str) -> None:
    html = html.replace("<head>", f'<html lang="ar"><head><meta property="og:site_name" content="{SITE}">', 1)
    assert extract(html.encode(), URL).title == TITLE


def test_a_hint_helps_where_the_page_says_nothing() -> None:
    from crawler.model.article import Hints

    html = f"{head(SITE)}<body><article>{BODY}</article>"
    assert extract(html.encode(), URL, hints=Hints(title=TITLE)).title == TITLE


def test_a_dash_inside_a_headline_stays() -> None:
    title = "دمشق - بيروت: طريق يعود إلى الحياة - خاص"
    assert extract(page(BODY, title=title), URL).title == title


def test_site_names() -> None:
    names = {"صوتالجزيره"}
    assert without_site_name(f"{TITLE} - {SITE}", names) == TITLE
    assert without_site_name(f"{SITE} | {TITLE}", names) == TITLE
    assert without_site_name(f"{TITLE} - مدينة", names) == f"{TITLE} - مدينة"
    assert site_name_beside(TITLE, f"{TITLE} - {SITE}") == SITE
    assert site_name_beside(TITLE, TITLE) is None


def test_undouble() -> None:
    assert undouble(f"{TITLE} {TITLE}") == TITLE
    assert undouble(f"{TITLE}{TITLE}") == TITLE
    assert undouble("يوم بعد يوم") == "يوم بعد يوم"


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("الوزير: «لن نرحل» صوت الجزيرة", "الوزير: «لن نرحل» صوت الجزيرة"),
        ("الوزير: «لن نرحل» | صوت الجزيرة", "الوزير: «لن نرحل»"),
        ("الوزير: «لن نرحل» - صوت الجزيرة", "الوزير: «لن نرحل»"),
        ("الوزير: «لن نرحل» » صوت الجزيرة", "الوزير: «لن نرحل»"),
        ("صوت الجزيرة » الوزير: «لن نرحل»", "الوزير: «لن نرحل»"),
        ("صوت الجزيرة » أهالي حي «الشيخ مقصود»", "أهالي حي «الشيخ مقصود»"),
        ("الوزير يرد على «صوت الجزيرة»", "الوزير يرد على «صوت الجزيرة»"),
        ("«صوت الجزيرة» تحتفل بعيدها العاشر", "«صوت الجزيرة» تحتفل بعيدها العاشر"),
    ],
)
def test_a_quotation_keeps_its_closing_mark(title: str, headline: str) -> None:
    assert without_site_name(title, {skeleton("صوت الجزيرة")}) == headline


NAMED = '<meta name="application-name" content="{0}"><meta name="apple-mobile-web-app-title" content="{0}">'


def test_a_headline_filled_in_as_the_name_of_the_site_stays_the_headline() -> None:
    html = page(paragraphs(STORY), head=NAMED.format(TITLE)).replace(
        f'<meta property="og:site_name" content="{SITE}">'.encode(), b""
    )
    article = extract(html, URL)
    assert article.title == TITLE
    assert article.text.split("\n\n") == list(STORY)


def test_a_sites_name_declared_as_headline_is_still_its_name() -> None:
    head = f'{NAMED.format(SITE)}<meta property="og:title" content="{SITE}">'
    html = (
        f"<html><head><title>{TITLE} - {SITE}</title>{head}</head><body><h1>{SITE}</h1><h2>{TITLE}</h2>"
        f"{paragraphs(STORY)}</body></html>"
    )
    assert extract(html.encode(), URL).title == TITLE


def test_a_long_name_of_the_site_above_the_headline_is_no_text() -> None:
    name = "وكالة أنباء الضفتين المستقلة للأخبار والتحقيقات"
    html = (
        f"<html><head><title>{TITLE} - {SITE}</title><meta property='og:title' content='{TITLE}'></head>"
        f"<body><h1>{name}</h1><h2>{TITLE}</h2>{paragraphs(STORY)}<ul>{links()}</ul></body></html>"
    )
    article = extract(html.encode(), URL)
    assert article.title == TITLE
    assert article.text.split("\n\n") == list(STORY)
