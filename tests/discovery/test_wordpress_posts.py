"""WordPress's REST interface: how it is found, how it is asked, what its answers say."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.discovery.wordpress import Cursor, find_api, names_url, posts_url
from crawler.discovery.wordpress_posts import PostsError, parse_names, parse_posts
from crawler.extraction import extract

ZONE = ZoneInfo("Asia/Damascus")
URL = "https://news.example/wp-json/wp/v2/posts"


def _row(**changes: Any) -> dict[str, Any]:
    row = {
        "id": 41,
        "date": "2024-12-04T13:30:00",
        "date_gmt": "2024-12-04T10:30:00",
        "modified": "2024-12-04T15:00:00",
        "modified_gmt": "2024-12-04T12:00:00",
        "link": "https://news.example/?p=41&utm_source=rest",
        "title": {"rendered": "افتتاح &#8220;السوق&#8221; القديم"},
        "content": {"rendered": "<p>افتتح السوق القديم أبوابه صباح اليوم.</p>", "protected": False},
        "excerpt": {"rendered": "<p>افتتح السوق &hellip;</p>"},
        "_embedded": {
            "author": [{"name": "سها مارديني"}],
            "wp:term": [
                [
                    {"taxonomy": "category", "name": "محليات", "slug": "local"},
                    {"taxonomy": "category", "name": "غير مصنف", "slug": "uncategorized"},
                ],
                [{"taxonomy": "post_tag", "name": "أسواق", "slug": "markets"}],
            ],
            "wp:featuredmedia": [{"source_url": "/uploads/41.jpg"}],
        },
    }
    return row | changes


def _parsed(*rows: object) -> Any:
    return parse_posts(json.dumps(rows).encode(), URL, zone=ZONE)


def test_a_post_tells_all_that_an_article_needs() -> None:
    (post,) = _parsed(_row()).posts
    assert post.url == "https://news.example/?p=41"
    assert post.title == "افتتاح “السوق” القديم"
    assert post.published_at == datetime(2024, 12, 4, 10, 30, tzinfo=UTC)
    assert post.modified_at == datetime(2024, 12, 4, 12, 0, tzinfo=UTC)
    assert (post.authors, post.categories, post.tags) == (("سها مارديني",), ("محليات",), ("أسواق",))
    assert post.image == "https://news.example/uploads/41.jpg"
    hints = post.discovered().hints
    assert (hints.post_id, hints.text) == (41, None)


def test_a_time_without_its_gmt_twin_is_read_in_the_sites_zone() -> None:
    (post,) = _parsed(_row(date_gmt=None)).posts
    assert post.published_at == datetime(2024, 12, 4, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        ({"rendered": "<p>نص الخبر كاملاً كما نشر.</p>"}, True),
        ({"rendered": "<p>قال [الوزير] إن العمل مستمر.</p>"}, True),
        ({"rendered": "<p>نص</p>", "protected": True}, False),
        ({"rendered": "[vc_row][vc_column]نص[/vc_column][/vc_row]"}, False),
        ({"rendered": "  <p> </p>"}, False),
        (None, False),
    ],
)
def test_a_text_that_is_not_there_is_left_to_the_page(content: object, whole: bool) -> None:
    (post,) = _parsed(_row(content=content)).posts
    assert post.is_whole is whole


def test_hidden_users_and_missing_terms_are_no_reason_to_lose_a_post() -> None:
    error = {"code": "rest_user_invalid_id", "message": "x", "data": {"status": 404}}
    posts = _parsed(_row(_embedded={"author": [error]}), _row(id=42, _embedded=None)).posts
    assert [(post.authors, post.categories) for post in posts] == [((), ()), ((), ())]


def test_rows_without_number_time_or_address_are_counted() -> None:
    page = _parsed(_row(), _row(id=None), _row(id=5, date="غداً"), _row(id=6, link="javascript:x"), "x")
    assert ([post.id for post in page.posts], page.skipped) == ([41], 4)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"code":"rest_no_route"}', b"[" * 100_000])
def test_what_is_no_list_of_posts_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(PostsError):
        parse_posts(body, URL, zone=ZONE)


def test_a_post_is_cleaned_as_a_page_and_its_markup_stays_inert() -> None:
    content = {
        "rendered": "<p>افتتح السوق القديم أبوابه صباح اليوم بعد ترميم استمر عامين كاملين في المدينة.</p>"
        "<p>وقال مدير المشروع إن العمل شمل الأسقف والأرصفة وشبكات المياه والكهرباء في كامل السوق.</p>"
        '<h3>مقالات ذات صلة</h3><ul><li><a href="/a">خبر آخر لا علاقة له بالسوق</a></li></ul>'
    }
    title = {"rendered": "افتتاح السوق القديم </script><script>alert(1)</script>"}
    (post,) = _parsed(_row(content=content, title=title)).posts
    page = post.as_page("ar")
    assert page.count(b"<script") == 1
    article = extract(page, post.url)
    assert article.text.startswith("افتتح السوق")
    assert "ذات صلة" not in article.text
    assert "خبر آخر" not in article.text
    assert (article.section, article.authors) == ("محليات", ["سها مارديني"])


@pytest.mark.parametrize(
    ("headers", "body", "found"),
    [
        (['<https://news.example/wp-json/>; rel="https://api.w.org/"'], b"", "https://news.example/wp-json/"),
        (
            ["<https://news.example/x>; rel=shortlink, </wp-json/>; rel=https://api.w.org/"],
            b"",
            "https://news.example/wp-json/",
        ),
        (
            [],
            b"<head><link rel='https://api.w.org/' href='https://news.example/?rest_route=/' />",
            "https://news.example/?rest_route=/",
        ),
        (['<https://news.example/wp-json/>; rel="alternate"'], b"<p>https://api.w.org/</p>", None),
        ([], b"<a href='https://api.w.org/'>x</a>", None),
    ],
)
def test_the_interface_is_found_where_the_site_names_it(
    headers: list[str], body: bytes, found: str | None
) -> None:
    assert find_api(headers, body, "https://news.example/a/") == found


def test_addresses_of_answers() -> None:
    asked = posts_url("https://news.example/wp-json/", since="2024-01-01T00:00:00")
    assert asked.startswith(
        "https://news.example/wp-json/wp/v2/posts?per_page=100&after=2024-01-01T00:00:00&"
    )
    plain = posts_url("https://news.example/?rest_route=/", ids=(3, 4))
    assert plain.startswith("https://news.example/?rest_route=/wp/v2/posts&per_page=100&include=3,4&")
    both = posts_url(
        "https://n.example/wp-json/", cursor=Cursor("2024-02-01T00:00:00"), until="2024-01-01T00:00:00"
    )
    assert "before=2024-01-01T00:00:00" in both


def test_the_cursor_asks_for_the_oldest_second_again_and_never_stands_still() -> None:
    first = Cursor().after("2024-01-01T00:00:00")
    assert first == Cursor("2024-01-01T00:00:01")
    assert first.after("2024-01-01T00:00:00") == Cursor("2024-01-01T00:00:01", 2)
    assert first.after("2023-12-31T23:59:59") == Cursor("2024-01-01T00:00:00")


def test_names_that_came_as_numbers_are_asked_for_and_those_that_came_are_not() -> None:
    numbers = {"author": 7, "categories": [1, 9]}
    (post,) = _parsed(_row(**numbers)).posts
    assert (post.author_id, post.category_ids) == (None, ())
    (post,) = _parsed(_row(**numbers, _embedded=None)).posts
    assert (post.authors, post.author_id, post.category_ids) == ((), 7, (1, 9))
    refused = {"author": [{"code": "rest_user_cannot_view", "data": {"status": 401}}], "wp:term": [[]]}
    (post,) = _parsed(_row(**numbers, _embedded=refused)).posts
    assert (post.author_id, post.category_ids) == (7, ())
    (post,) = _parsed(_row(author=0, categories="x", _embedded={})).posts
    assert (post.author_id, post.category_ids) == (None, ())


@pytest.mark.parametrize(
    "before", ["", "\ufeff \n", "<br />\n<b>Warning</b>: [x] in /var/www/a.php on line 3<br />"]
)
@pytest.mark.parametrize("behind", ["", "\n<!-- cached -->"])
def test_what_php_and_plugins_print_around_an_answer_is_left_out(before: str, behind: str) -> None:
    body = f"{before}{json.dumps([_row()])}{behind}".encode()
    assert [post.id for post in parse_posts(body, URL, zone=ZONE).posts] == [41]


def test_names_are_read_and_what_stands_for_none_is_none() -> None:
    rows = [
        {"id": 9, "name": "محليات &amp; خدمات", "slug": "local"},
        {"id": 1, "name": "Uncategorized", "slug": "uncategorized"},
        {"id": 2, "name": "غير مصنف", "slug": "x"},
        {"name": "no number"},
        "x",
    ]
    assert parse_names(json.dumps(rows).encode(), URL) == {9: "محليات & خدمات", 1: None, 2: None}
    with pytest.raises(PostsError, match="no list of names"):
        parse_names(b'{"code": "rest_forbidden"}', URL)
    asked = names_url("https://news.example/wp-json/", "users", (3, 4))
    assert asked == "https://news.example/wp-json/wp/v2/users?include=3,4&per_page=100&_fields=id,name,slug"
    assert "rest_route=/wp/v2/users&include=3" in names_url("https://n.example/?rest_route=/", "users", (3,))
