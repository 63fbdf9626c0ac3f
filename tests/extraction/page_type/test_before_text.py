"""What is no article, and what looks like none and is one."""

import pytest

from crawler.extraction import Blocked, EmptyBody, NotAnArticle, extract
from tests.support.pages import RELATED, SITE, STORY, TITLE, URL, links, page, paragraphs

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


@pytest.mark.parametrize(
    "said",
    [
        "عذراً، هذا المحتوى غير متاح في منطقتك الجغرافية.",
        "هذه الخدمة غير متوفرة حالياً في بلدكم",
        "الموقع محجوب في دولتك",
        "This video is unavailable in your country.",
        "Sorry, this page isn't available in your region",
        "The owner of this website has banned the country or region your IP address is in (SY).",
        "Access to this site has been blocked from your location.",
    ],
)
def test_a_page_for_readers_of_other_countries_is_a_block(said: str) -> None:
    with pytest.raises(Blocked, match="country"):
        extract(plain(f"<div><h1>تنبيه</h1><p>{said}</p></div>", title=SITE), URL)


@pytest.mark.parametrize(
    "sentence",
    [
        "وتظهر للمستخدمين في سوريا عبارة هذا المحتوى غير متاح في بلدك عند فتح التطبيق.",
        "وقال إن الدواء غير متوفر في بلدنا منذ أشهر وإن المستشفى في منطقتنا محاصر.",
    ],
)
def test_a_story_about_what_is_not_available_in_a_country_is_a_story(sentence: str) -> None:
    body = f"<div><h1>{TITLE}</h1>{paragraphs([*STORY, sentence])}</div>"
    assert sentence in extract(plain(body, title=TITLE), URL).text
    assert sentence in extract(page(paragraphs([sentence, STORY[0]])), URL).text


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


MENU = ("محليات", "اقتصاد", "ثقافة", "خدمات", "رياضة", "تعليم")
TODAY = "الاثنين 23 تشرين الثاني 2026"
LINE = "أغلقت البلدية صباح اليوم الجسر القديم أمام السيارات والشاحنات."
CELLS = "<table width='780'><tr><td>{menu}</td></tr><tr><td>{body}</td></tr></table>"
OLD = "https://news.example/show.php?id=12"


def table_page(body: str, *, title: str = TITLE, head: str = "") -> bytes:
    """A page of an old content system: a table, no names, no statement of what it is."""
    menu = f"<font>{SITE}</font><br>{TODAY}<br>"
    menu += "<br>".join(f"<a href='cat.php?id={n}'>{name}</a>" for n, name in enumerate(MENU))
    return plain(CELLS.format(menu=menu, body=body), title=f"{SITE} :: {title}", head=head)


def titles(count: int) -> tuple[str, ...]:
    return tuple(f"{RELATED[n % 3]} للمرة {n}" for n in range(count))


def dated_links(texts: tuple[str, ...]) -> str:
    return "".join(
        f"<div><div><a href='/news/{n}'>{text}</a></div><div>{TODAY}</div></div>"
        for n, text in enumerate(texts)
    )


def refusal(html: bytes, url: str = OLD) -> str:
    with pytest.raises(NotAnArticle) as caught:
        extract(html, url)
    return caught.value.reason


@pytest.mark.parametrize(
    "line",
    [TODAY, "اليوم: الاثنين ٢٣ تشرين الثاني ٢٠٢٦", "دمشق، 23/11/2026", "Monday, 23 November 2026", SITE],
)
def test_a_video_on_an_articles_page_with_a_line_of_the_header_is_empty(line: str) -> None:
    video = f"<main><h1>{TITLE}</h1><div><video src='/v.mp4'></video></div></main>"
    html = plain(
        f"<header><div>{line}</div></header>{video}",
        title=f"{TITLE} | {SITE}",
        head='<meta property="og:type" content="video.other">',
    )
    with pytest.raises(EmptyBody):
        extract(html, URL)


def test_a_sentence_that_names_a_date_is_a_story() -> None:
    sentence = "أعلنت الوزارة يوم الاثنين 23 تشرين الثاني 2026 عطلة رسمية."
    assert extract(page(f"<p>{sentence}</p>"), URL).text == sentence


def test_a_bulletin_whose_body_is_its_headline_and_a_date_has_no_text() -> None:
    article = extract(page(f"<p>{TITLE}</p><p>{TODAY}</p>"), URL)
    assert (article.title, article.text) == (TITLE, "")


def test_a_video_beside_a_menu_is_no_story() -> None:
    assert refusal(table_page(f"<b>{TITLE}</b><object><embed src='v.flv'></object>"))


def test_one_sentence_beside_a_menu_is_a_story() -> None:
    assert LINE in extract(table_page(f"<b>{TITLE}</b><p>{LINE}</p>"), OLD).text


def test_an_article_whose_text_is_a_link_keeps_it() -> None:
    link = "<a href='https://news.example/report.pdf'>https://news.example/report.pdf</a>"
    body = f"<p>{TITLE}</p><p>{link}</p>"
    assert extract(page(body), URL).text == "https://news.example/report.pdf"


@pytest.mark.parametrize(
    ("title", "url"),
    [
        (f"أخبار - صفحة 2 | {SITE}", "https://news.example/news?page=2"),
        (f"أخبار | {SITE}", "https://news.example/news"),
    ],
)
def test_linked_lines_and_dates_are_a_listing(title: str, url: str) -> None:
    body = f"<div>{dated_links(titles(12))}</div><div><a href='?page=1'>السابق</a> <b>2</b></div>"
    assert refusal(plain(body, title=title), url) == "a listing"


def test_numbered_pages_of_linked_lines_with_openings_are_a_listing() -> None:
    cards = "".join(
        f"<div><a href='/news/{n}'>{text}</a><div>{STORY[n % 4]}</div></div>"
        for n, text in enumerate(titles(6))
    )
    html = plain(f"<div>{cards}</div>", title=f"أخبار - صفحة 3 | {SITE}")
    assert refusal(html, "https://news.example/news?page=3") == "a listing"


@pytest.mark.parametrize("count", [2, 5, 15])
def test_linked_lines_with_dates_and_cut_openings_are_a_listing(count: int) -> None:
    cards = "".join(
        f"<div><b><a href='article.php?id={n}'>{text}</a></b><br>{TODAY}<br>{STORY[n % 4][:80]}...</div><hr>"
        for n, text in enumerate(titles(count))
    )
    assert refusal(table_page(cards, title="ثقافة"), "https://news.example/cat.php?id=3") == "a listing"


def test_a_story_that_trails_off_above_linked_headlines_is_a_story() -> None:
    body = f"<b>{TITLE}</b>{paragraphs([*STORY, 'ويبقى السؤال: متى يفتح الجسر أبوابه أمام الناس...'])}"
    related = "".join(f"<div><a href='/n/{n}'>{text}</a></div>" for n, text in enumerate(titles(3)))
    assert STORY[3] in extract(table_page(body + related), OLD).text


def test_the_second_page_of_a_story_is_a_story() -> None:
    html = plain(
        f"<div><h1>{TITLE}</h1>{paragraphs(STORY)}<div>{links(titles(3))}</div></div>",
        title=f"{TITLE} - صفحة 2",
    )
    assert STORY[0] in extract(html, "https://news.example/show.php?id=12&page=2").text


def test_a_list_of_links_that_says_it_is_an_article_is_one() -> None:
    article = extract(page(f"<p>{STORY[0]}</p><div>{dated_links(titles(5))}</div>"), URL)
    assert article.text.startswith(STORY[0])


def test_a_section_without_a_headline_of_its_own_is_a_listing() -> None:
    cards = "".join(f"<a href='/n/{n}'><h3>{text}</h3></a>" for n, text in enumerate(RELATED[:2]))
    html = plain(f"<header><div>{TODAY}</div></header><main>{cards}</main>", title=f"ثقافة | {SITE}")
    assert refusal(html, "https://news.example/ar/culture") == "a listing"


def test_a_notice_is_no_story() -> None:
    html = plain("<h1>لوحة المحررين</h1><p>هذا القسم مخصص للعاملين فقط.</p>", title=f"لوحة المحررين | {SITE}")
    assert refusal(html, "https://news.example/desk") == "a line of text, not a story"


@pytest.mark.parametrize(
    "html",
    [
        plain(f"<h1>{TITLE}</h1><p>{LINE}</p>", title=TITLE),
        plain(
            f"<h1>{TITLE}</h1><div>23 تشرين الثاني 2024</div><p>فاز المنتخب الوطني بهدفين على ضيفه.</p>",
            title=TITLE,
        ),
        plain(
            f"<h1>{TITLE}</h1><p>فاز المنتخب الوطني بهدفين على ضيفه.</p>",
            title=TITLE,
            head='<meta property="og:type" content="article">',
        ),
    ],
)
def test_one_line_is_a_story_when_it_is_long_or_the_page_is_an_articles(html: bytes) -> None:
    assert extract(html, OLD).text


@pytest.mark.parametrize("title", [f"{SITE} :: من نحن", f"اتصل بنا | {SITE}", f"{SITE} - Privacy Policy"])
def test_a_page_about_the_site_is_known_by_either_end_of_its_title(title: str) -> None:
    html = plain(f"<div><b>عن الصحيفة</b></div><div>{STORY[0]}</div>", title=title)
    assert refusal(html) == "a page about the site, not a story"


def test_a_dated_story_with_the_title_of_a_page_about_the_site_is_a_story() -> None:
    html = plain(
        f"<h1>{TITLE}</h1><div>23 تشرين الثاني 2024</div>{paragraphs(STORY)}", title=f"{TITLE} - فريق العمل"
    )
    assert extract(html, OLD).text


def test_a_soft_404_is_none_though_its_theme_calls_it_an_article() -> None:
    gone = page("<p>عذراً، الصفحة التي تبحث عنها غير موجودة</p>", title="الصفحة غير موجودة", body_class="page")
    with pytest.raises(NotAnArticle, match="not found"):
        extract(gone, URL)
    title = "الصفحة غير موجودة: كيف تضيع الأخبار القديمة من المواقع"
    assert extract(page(paragraphs(STORY), title=title, body_class="page"), URL).title == title


def test_a_class_name_does_not_make_an_article_a_home_page() -> None:
    article = page(paragraphs(STORY), body_class="home")
    assert extract(article, URL).title == TITLE
    with pytest.raises(NotAnArticle, match="home page"):
        extract(article, "https://news.example/")
