"""Listing pages: which articles they lead to, and which page comes next."""

import json
import pickle
from urllib.parse import unquote

import pytest

from crawler.discovery.listing import ListingPage, page_number, parse_links, parse_listing
from crawler.model.site import Site

URL = "https://example.org/أخبار/"
FIRST = "افتتاح سوق جديد في وسط المدينة"
SECOND = "مهرجان الزيتون يعود بعد غياب سنوات"


def site(**values: object) -> Site:
    return Site(**{"id": "example", "name": "موقع", "url": "https://example.org/", **values})


def listing(
    body: str, url: str = URL, charset: str | None = None, encoding: str = "utf-8", **values: object
) -> ListingPage:
    page = f"<!doctype html><html><body>{body}</body></html>"
    return parse_listing(page.encode(encoding), url, site(**values), charset)


def paths(page: ListingPage) -> list[str]:
    return [unquote(found.url.removeprefix("https://example.org")) for found in page.articles]


PAGE = f"""
<nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/category/local/">محليات</a></li>
  <li><a href="/about/">من نحن</a></li><li><a href="mailto:x@example.org">راسلنا</a></li></ul></nav>
<article><a href="/2024/12/04/souq/"><img src="/i.jpg" alt=""></a>
  <h2><a href="https://www.example.org/2024/12/04/souq?utm_source=home">{FIRST}</a></h2>
  <p>مقدمة الخبر <a href="/2024/12/04/souq/#more">اقرأ المزيد</a></p>
  <a href="/2024/12/04/souq/#respond">تعليق</a></article>
<article><h2><a href="/2024/12/03/festival/">{SECOND}</a></h2></article>
<a href="https://other.org/2024/12/04/story/">{FIRST}</a>
<a href="javascript:void(0)">{FIRST}</a><a name="x">{FIRST}</a>
<a rel="nofollow" href="/2024/12/01/paid/">إعلان مدفوع عن شيء ما</a>
"""


def test_articles_in_page_order_each_once_with_their_headlines() -> None:
    page = listing(PAGE)
    assert [(found.url, found.source, found.hints.title) for found in page.articles] == [
        ("https://example.org/2024/12/04/souq/", "listing", FIRST),
        ("https://example.org/2024/12/03/festival/", "listing", SECOND),
    ]
    assert page.next_url is None
    assert pickle.loads(pickle.dumps(page)) == page  # noqa: S301  # our own bytes


def test_links_of_an_article_are_addresses() -> None:
    found = parse_links(PAGE.encode(), "https://example.org/2024/12/03/festival/", site())
    assert found == ["https://example.org/2024/12/04/souq/"]


def test_links_are_judged_as_in_a_listing() -> None:
    words = "افتتاح سوق جديد في وسط المدينة القديمة"
    body = "".join(
        f'<a href="{path}">{text}</a>'
        for path in ("/about/", "/souq/", "/new-souq-opened-today/", "/node/7", "/node/4711", "/a.pdf")
        for text in (("", "سوق", words) if path != "/souq/" else ("سوق",))
    )
    body += f'<a href="/souq/">{words}</a>'
    assert parse_links(body.encode(), URL, site()) == [one.url for one in listing(body).articles]


def test_a_link_that_is_followed_elsewhere_counts() -> None:
    body = '<a rel="nofollow noopener" href="/2024/12/04/a/">x</a><a href="/2024/12/04/a/">x</a>'
    assert paths(listing(body)) == ["/2024/12/04/a/"]


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        (FIRST, FIRST),
        (f"<h3>{FIRST}</h3><p>{'كلمات كثيرة ' * 10}</p>", FIRST),
        (f"<span>{FIRST}</span>\n  <b>عاجل</b>", f"{FIRST} عاجل"),
        ("كلمات كثيرة " * 40, None),
        ("افتتاح سوق جديد في وسط…", None),
        ("افتتاح سوق جديد في وسط [...]", None),
        ("اقرأ المزيد", None),
        ("شاهد كيف عاد السوق إلى الحياة بعد سنوات", "شاهد كيف عاد السوق إلى الحياة بعد سنوات"),
        (f'<img alt="{FIRST}">', FIRST),
        ("عاجل", None),
        ("&laquo;سوق&raquo; جديد في وسط المدينة", "«سوق» جديد في وسط المدينة"),
    ],
)
def test_titles(inside: str, title: str | None) -> None:
    (found,) = listing(f'<a href="/2024/12/04/souq/">{inside}</a>').articles
    assert found.hints.title == title


@pytest.mark.parametrize("text", ["→ المقالة السابقة", "التالي »", "اقرأ المزيد", "Previous post"])
def test_a_text_that_says_nothing_is_none(text: str) -> None:
    (found,) = listing(f'<a href="/سوق-جديد-في-المدينة/">{text}</a>').articles
    assert found.hints.title is None
    assert listing(f'<a href="/سوق-جديد/">{text}</a>').articles == []


def test_a_tooltip_speaks_for_an_empty_link() -> None:
    (found,) = listing(f'<a title="{FIRST}" href="/2024/12/04/souq/"><i></i></a>').articles
    assert found.hints.title == FIRST


def test_the_page_itself_and_the_home_page_are_no_articles() -> None:
    body = f'<a href="/2024/12/04/souq/">{FIRST}</a><a href="https://example.org/?p=1">{FIRST}</a>'
    assert paths(listing(body, url="https://www.example.org/2024/12/04/souq/index.html")) == ["/?p=1"]


def test_base_href_and_relative_links() -> None:
    base = '<base href="/archive/">'
    assert paths(listing(f'{base}<a href="2024/12/04/souq/">x</a>')) == ["/archive/2024/12/04/souq/"]
    assert paths(listing('<a href="../2024/12/04/souq/">x</a>')) == ["/2024/12/04/souq/"]
    assert paths(listing('<base href="javascript:0"><a href="/2024/12/04/souq/">x</a>')) == [
        "/2024/12/04/souq/"
    ]


@pytest.mark.parametrize(
    ("encoding", "charset"), [("cp1256", None), ("cp1256", "utf-8"), ("utf-8", "windows-1256")]
)
def test_charsets(encoding: str, charset: str | None) -> None:
    page = listing(f'<a href="/2024/12/04/souq/">{FIRST}</a>', encoding=encoding, charset=charset)
    assert page.articles[0].hints.title == FIRST


@pytest.mark.parametrize("body", [b"", b"\x00\x01\x02", b"<html></html>", b"<!-- -->", b"%PDF-1.7"])
def test_a_page_without_links(body: bytes) -> None:
    assert parse_listing(body, URL, site()) == ListingPage([], None)
    assert parse_links(body, URL, site()) == []


def test_seed_patterns_and_excludes() -> None:
    page = listing(
        '<a href="/n/1">x</a><a href="/2024/12/04/souq/">x</a><a href="/n/2?video">x</a>',
        article="^/n/",
        exclude="video",
    )
    assert paths(page) == ["/n/1"]


@pytest.mark.parametrize(
    ("body", "following"),
    [
        ('<link rel="next" href="/أخبار/page/2/">', "/أخبار/page/2/"),
        ('<a rel="next" href="?page=2">2</a>', "/أخبار/?page=2"),
        ('<div class="nav-previous"><a href="/أخبار/page/2/">مقالات سابقة</a></div>', "/أخبار/page/2/"),
        ('<a class="next page-numbers" href="/أخبار/page/2/">»</a>', "/أخبار/page/2/"),
        ('<a href="/أخبار/page/2/">التالي</a>', "/أخبار/page/2/"),
        ('<a href="/أخبار/page/2/">الصفحة التالية »</a>', "/أخبار/page/2/"),
        ('<a href="/أخبار/page/2/">« السابق</a>', "/أخبار/page/2/"),
        ('<a href="/أخبار?before=88">المقالات الأقدم</a>', "/أخبار?before=88"),
        ('<a href="/older">Older posts</a>', "/older"),
        (
            '<a href="/أخبار/">1</a><a href="/أخبار/page/3/">3</a><a href="/أخبار/page/2/">2</a>',
            "/أخبار/page/2/",
        ),
        ('<a href="?paged=2">٢</a><a href="?paged=3">٣</a>', "/أخبار/?paged=2"),
        # Drupal counts from nought.
        ('<a href="?page=1">2</a><a href="?page=2">3</a>', "/أخبار/?page=1"),
        ('<a href="/أخبار/page/2/">أخبار أخرى من القسم</a>', None),
        ('<a href="https://other.org/page/2/">التالي</a>', None),
        ('<a href="/2024/12/03/festival/">التالي</a>', None),
        ('<a href="#">التالي</a>', None),
        ('<a href="javascript:next()">التالي</a>', None),
        ('<a href="/أخبار/archive">السابق</a>', None),
        ('<a href="/أخبار/12">12</a>', None),
    ],
)
def test_the_page_after_the_first(body: str, following: str | None) -> None:
    found = listing(body).next_url
    assert (unquote(found.removeprefix("https://example.org")) if found else None) == following


@pytest.mark.parametrize(
    ("body", "following"),
    [
        ('<a href="/n/page/2/">السابق</a><a href="/n/page/4/">التالي</a>', "/n/page/4/"),
        ('<a href="/n/page/4/">السابق</a><a href="/n/page/2/">التالي</a>', "/n/page/4/"),
        ('<a rel="next" href="/n/page/2/">x</a>', None),
        ('<a class="next" href="/n/">الأولى</a>', None),
        ('<a href="/n/">1</a><a href="/n/page/2/">2</a><a href="/n/page/12/">12</a>', "/n/page/12/"),
        ('<a href="/n/page/3/">التالي</a>', None),
    ],
)
def test_paging_never_goes_back(body: str, following: str | None) -> None:
    found = listing(body, url="https://example.org/n/page/3/").next_url
    assert found == (f"https://example.org{following}" if following else None)


def test_an_excluded_page_is_not_next() -> None:
    assert listing('<a rel="next" href="/أخبار/page/2/">2</a>', exclude="/page/").next_url is None


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://e.org/page/3/", 3),
        ("https://e.org/a/page/12", 12),
        ("https://e.org/?page=3", 3),
        ("https://e.org/?x=1&paged=4", 4),
        ("https://e.org/", None),
        ("https://e.org/page/", None),
        ("https://e.org/homepage/3/", None),
        ("https://e.org/?page=x", None),
        ("https://e.org/?page=99999999999", None),
    ],
)
def test_page_numbers(url: str, number: int | None) -> None:
    assert page_number(url) == number


def test_a_page_of_links_without_end_is_bounded() -> None:
    body = "".join(f'<a href="/2024/12/04/story-{number}/">x</a>' for number in range(6_000))
    assert len(listing(body).articles) == 5_000


def test_what_looks_like_an_article_and_is_left_out_is_counted() -> None:
    body = (
        '<a href="/2024/12/04/souq-in-town/">افتتاح سوق جديد في المدينة</a>'
        '<a href="/video/2024/12/04/souq-in-town/">افتتاح سوق جديد في المدينة بالصور</a>'
        '<a href="https://new.example/2024/12/04/one/">خبر أول من المدينة القديمة</a>'
        '<a href="https://new.example/2024/12/04/two/">خبر ثان من المدينة القديمة</a>'
        '<a href="https://social.example/page">صفحتنا</a><a href="/contact">اتصل بنا</a>'
    )
    page = listing(body, exclude=("^/video/",))
    assert [item.url for item in page.articles] == ["https://example.org/2024/12/04/souq-in-town/"]
    assert page.left_out.outcomes == {"off_site": 2, "excluded": 1}
    assert page.left_out.foreign_hosts == ["new.example"]
    # The seed's own pattern for articles leaves out as well.
    assert listing(body, article=("^/news/",)).left_out.outcomes == {"off_site": 2, "excluded": 2}


@pytest.mark.parametrize(
    "link",
    [
        '<div data-href="/2024/12/04/souq-in-town/"><h3>افتتاح سوق جديد في المدينة</h3></div>',
        '<a href="#" data-href="/2024/12/04/souq-in-town/">افتتاح سوق جديد في المدينة</a>',
        "<li onclick=\"window.location.href='/2024/12/04/souq-in-town/'\">افتتاح سوق جديد في المدينة</li>",
        "<li onclick=\"location = '/2024/12/04/souq-in-town/'; return false\">افتتاح سوق جديد</li>",
        '<a href="javascript:void(0)" data-href="/2024/12/04/souq-in-town/">افتتاح سوق جديد</a>',
    ],
)
def test_a_link_may_be_a_scripts(link: str) -> None:
    assert [item.url for item in listing(link).articles] == ["https://example.org/2024/12/04/souq-in-town/"]


NAME = "سوق في المدينة القديمة"


def _item_list(members: object) -> dict[str, object]:
    return {"@type": "ItemList", "itemListElement": members}


@pytest.mark.parametrize(
    "data",
    [
        _item_list([{"@type": "ListItem", "url": "/node/77", "name": NAME}]),
        _item_list([{"@type": "ListItem", "item": {"@id": "/node/77", "name": NAME}}]),
        {"@graph": [{"@type": ["CollectionPage"], "mainEntity": _item_list(["/2024/12/04/souq"])}]},
        {"@type": "Blog", "blogPost": [{"@type": "BlogPosting", "url": "/node/77", "headline": NAME}]},
        [_item_list({"@type": "ListItem", "item": "/2024/12/04/souq"})],
    ],
)
def test_a_list_in_structured_data_names_its_articles(data: object) -> None:
    script = f'<script type="application/ld+json; charset=utf-8">{json.dumps(data)}</script>'
    assert len(listing(f'<div id="root"></div>{script}').articles) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 50_000,
        '{"@type": "ItemList"}',
        '{"@type": "ItemList", "itemListElement": [7, {"item": 1}, null]}',
    ],
)
def test_structured_data_that_lists_nothing_is_none(text: str) -> None:
    assert listing(f'<script type="application/ld+json">{text}</script>').articles == []


def test_the_query_of_a_link_is_in_the_encoding_of_its_page() -> None:
    link = f'<a href="/news.asp?id=44100&amp;cat=محلي">{FIRST}</a>'
    for encoding, query in (("cp1256", "%E3%CD%E1%ED"), ("utf-8", "%D9%85%D8%AD%D9%84%D9%8A")):
        page = listing(link * 20, encoding=encoding, charset=encoding)
        assert [item.url for item in page.articles] == [f"https://example.org/news.asp?id=44100&cat={query}"]
