"""Pages about a server's own trouble are no articles, and stories about trouble are none of those."""

import pytest

from crawler.extraction import Blocked, Unavailable, extract

URL = "https://sada.example/2024/03/05/the-bridge-is-open"
STORY = (
    "<p>قال مصدر في البلدية إن أعمال الصيانة بدأت صباح اليوم في محطة المياه القديمة وستستمر أسبوعاً كاملاً.</p>"
    "<p>وأضاف المصدر أن الأحياء الشرقية ستبقى من غير مياه حتى مساء الخميس المقبل على الأقل.</p>"
)


def _page(title: str, body: str, head: str = "") -> bytes:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Account Suspended", "<h1>Account Suspended</h1><p>Contact your hosting provider for more.</p>"),
        ("الموقع قيد الصيانة", "<h1>الموقع قيد الصيانة</h1><p>نعود إليكم قريباً، نعتذر عن الإزعاج.</p>"),
        ("صدى المدينة | الموقع تحت الصيانة حالياً", "<p>نعتذر منكم ونعود خلال ساعات قليلة إن شاء الله.</p>"),
        ("Database Error", "<h1>Error establishing a database connection</h1>"),
        ("صدى المدينة", "<p>خطأ في إنشاء اتصال بقاعدة البيانات</p>"),
        ("503 Service Unavailable", "<h1>Service Temporarily Unavailable</h1><p>nginx</p>"),
        ("sada.example", "<p>This domain is for sale! Buy this domain today.</p>"),
        (
            "sada.example - Maintenance",
            "<p>Briefly unavailable for scheduled maintenance. Check back soon.</p>",
        ),
        ("صدى", "<p>هناك خطأ فادح في هذا الموقع. يرجى مراجعة البريد الإلكتروني للمدير.</p>"),
        ("", "Fatal error: Uncaught PDOException: no connection in /var/www/db.php on line 12"),
    ],
)
def test_a_page_about_the_servers_trouble_is_to_be_asked_for_again(title: str, body: str) -> None:
    with pytest.raises(Unavailable):
        extract(_page(title, body), URL)


def test_a_page_that_asks_for_fewer_requests_is_a_block() -> None:
    body = "<h1>Too many requests</h1><p>You have been rate limited. Please try again later.</p>"
    with pytest.raises(Blocked, match="too many requests"):
        extract(_page("Too Many Requests", body), URL)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("محطة المياه تحت الصيانة", STORY),
        ("خروج المحطة عن الخدمة وبدء أعمال الصيانة", STORY),
        ("الموقع الأثري مغلق للصيانة حتى إشعار آخر في المدينة", STORY),
        ("Service unavailable for thousands in the north", STORY),
        ("توقف موقع الوزارة عن العمل", STORY.replace("محطة المياه", "موقع الوزارة")),
    ],
)
def test_stories_about_trouble_are_stories(title: str, body: str) -> None:
    for head in ("", '<meta property="og:type" content="article">'):
        article = extract(_page(title, f"<article><h1>{title}</h1>{body}</article>", head), URL)
        assert article.title == title


def test_a_page_that_calls_itself_an_article_is_believed() -> None:
    head = '<meta property="og:type" content="article">'
    title = "الموقع قيد الصيانة"
    assert extract(_page(title, f"<article><h1>{title}</h1>{STORY}</article>", head), URL).title == title
