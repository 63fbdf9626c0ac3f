"""What is no article, and what looks like none and is one."""

import pytest

from crawler.extraction import Blocked, EmptyBody, NotAnArticle, extract
from tests.extraction.pages import RELATED, SITE, STORY, URL, links, page, paragraphs

CARDS = "".join(
    f"<div class='item'><h2><a href='/n/{n}'>{text} رقم {n}</a></h2><p>{STORY[n % 4][:90]}…</p></div>"
    for n, text in enumerate(RELATED * 3)
)


def plain(body: str, *, title: str = SITE, head: str = "", body_class: str = "") -> bytes:
    return f"""<html lang="ar"><head><meta charset="utf-8"><title>{title}</title>{head}</head>
<body class="{body_class}">{body}</body></html>""".encode()


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (plain(CARDS, body_class="archive category"), "https://news.example/category/politics/"),
        (plain(CARDS), "https://news.example/tag/bridge/"),
        (plain(CARDS), "https://news.example/politics"),
        (plain(CARDS, body_class="home blog"), "https://news.example/"),
        (plain(CARDS), "https://news.example/"),
        (plain(f"<h1>سياسة</h1><ul>{links() * 8}</ul>"), "https://news.example/politics"),
        (plain(paragraphs(STORY), body_class="page page-id-7"), "https://news.example/about"),
        (plain(f"<h1>سياسة الخصوصية</h1>{paragraphs(STORY)}"), "https://news.example/privacy"),
        (plain("<p>إعادة توجيه</p>", head='<meta http-equiv="refresh" content="0; url=/x">'), URL),
        (plain("<h1>404</h1><p>الصفحة غير موجودة</p>", title="الصفحة غير موجودة"), URL),
        (plain("<h1>عذراً، لم يتم العثور على الصفحة</h1>"), URL),
        (plain("<h1>Page not found</h1>", title=f"Not found - {SITE}"), URL),
        (b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>', URL),
        (b'<?xml version="1.0"?><urlset><url><loc>https://a/</loc></url></urlset>', URL),
        (b"", URL),
        (b"   \n ", URL),
    ],
)
def test_refused(html: bytes, url: str) -> None:
    with pytest.raises(NotAnArticle) as caught:
        extract(html, url)
    assert caught.value.reason


@pytest.mark.parametrize(
    "html",
    [
        plain("<p>Checking your browser before accessing news.example.</p>", title="Just a moment..."),
        plain(
            "<h1>Sorry, you have been blocked</h1><p>Ray ID: 7</p>", title="Attention Required! | Cloudflare"
        ),
        plain("<script src='/cf_chl_/x.js'></script><p>Enable JavaScript and cookies to continue</p>"),
        plain("<p>يرجى التحقق من أنك لست روبوت</p><div class='g-recaptcha'></div>"),
        plain("<h1>Access Denied</h1><p>Reference #18</p>", title="Access Denied"),
        plain("<form><input name='u'><input type='password'></form>", title="تسجيل الدخول"),
    ],
)
def test_blocked(html: bytes) -> None:
    with pytest.raises(Blocked):
        extract(html, URL)


def test_a_story_about_a_challenge_page_is_a_story() -> None:
    title = "404: صفحة غير موجودة.. كيف تحمي المواقع نفسها ولماذا يظهر Access Denied"
    body = paragraphs(
        [*STORY, "وتظهر للمستخدم عبارة Checking your browser قبل أن تفتح الصفحة، كما يقول المختصون."] * 2
    )
    assert extract(page(body, title=title), URL).title == title


def test_a_story_with_the_number_404_is_a_story() -> None:
    assert extract(page(paragraphs(STORY), title="توثيق 404 حالات اعتقال خلال شهر في المدينة"), URL).text


def test_a_story_with_cards_below_is_a_story() -> None:
    article = extract(page(paragraphs(STORY), after=f"<section class='more'>{CARDS}</section>"), URL)
    assert article.text.split("\n\n") == list(STORY)


def test_a_story_without_any_metadata_is_a_story() -> None:
    html = plain(f"<div><h2>{RELATED[0]}</h2>{paragraphs(STORY)}</div>", title=RELATED[0])
    assert extract(html, "https://news.example/show.php?id=12").text.split("\n\n") == list(STORY)


def test_an_article_with_nothing_in_it() -> None:
    with pytest.raises(EmptyBody):
        extract(page("<p></p><img src='/x.jpg'>"), URL)
