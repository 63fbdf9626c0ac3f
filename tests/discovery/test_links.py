"""Which links lead to articles: each rule from both sides."""

import pytest

from crawler.discovery.links import is_article_link, word_count
from crawler.model.site import Site
from crawler.parsing.urls import canonical_url

HEADLINE = "افتتاح سوق جديد في وسط المدينة"
MENU = "أخبار محلية"


def site(**values: object) -> Site:
    return Site(**{"id": "example", "name": "موقع", "url": "https://example.org/", **values})


def judge(path: str, text: str = HEADLINE, *, is_teaser: bool = False, **values: object) -> bool:
    return is_article_link(
        canonical_url(path, "https://example.org/"), text, site(**values), is_teaser=is_teaser
    )


@pytest.mark.parametrize(
    "path",
    [
        # The forms of address of the outlets that the shipped seeds are about.
        "/archives/535467",
        "/669189/عسكريون-ومدنيون-تشييع/",
        "/?p=1690316",
        "/ar/?p=210413",
        "/news/article/139142/",
        "/news/syria-news/alaetlaf-qsf-almdnyyn-fy-tl-abydh",
        "/reports/battleground-reports/hsad-alahdath.html",
        "/ar/articles/87694/حلب-قصف",
        "/ar/news_show/195468",
        "/2022/08/06/القامشلي-السورية/",
        "/2023/01/11/13034/",
        "/p409227/",
        "/node/179101",
        "/ar/news/2023/11/25/أثناء-عملهم-في-قطاف-الزيتون",
        "/0b9052f5-05072212.html",
        "/article/قسد_تعدم_4_مدنيين_في_ريف",
        "/akhr-l-khbr/yy-109657",
        "/global/local/8889/",
        "/قتلى-وجرحى-بغارات-وقصف-مدفعي/",
        "/article/Art4181gcJKEQVj",
        "/story.php?id=12",
        "/arab_world/202003171044893134-عنوان/",
        "/قصة-قصيرة",
        "/story/short",
    ],
)
def test_article_addresses_under_a_headline(path: str) -> None:
    assert judge(path)


@pytest.mark.parametrize(
    "path",
    [
        "/archives/535467",
        "/?p=1690316",
        "/2022/08/06/القامشلي/",
        "/node/179101",
        "/p409227/",
    ],
)
def test_an_id_or_a_date_needs_no_headline(path: str) -> None:
    assert judge(path, "المزيد")
    assert judge(path, "")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?utm_source=x",
        "/category/سياسة-محلية-عاجلة-اليوم/",
        "/ar/tag/حلب/",
        "/author/admin/",
        "/كاتب/سلمى-الخطيب/",
        "/feed/",
        "/a-long-story-title-here/feed/",
        "/news/rss/94/",
        "/wp-login.php",
        "/wp-content/uploads/2024/12/صورة-من-وسط-المدينة",
        "/2024/12/صورة-من-وسط-المدينة.jpg",
        "/2024/12/report.pdf",
        "/2024/12/04/",
        "/2024/",
        "/page/2/",
        "/أخبار-سوريا-المحلية-اليوم/page/12/",
        "/?s=حلب",
        "/?cat=1234",
        "/news/?page=1234",
        "/من-نحن/",
        "/about-us",
        "/contact-us.html",
        "/privacy-policy/",
        "/cdn-cgi/l/email-protection",
        "/services/likes/like/?article_id=1044893040",
        "https://other.org/2024/12/04/story/",
    ],
)
def test_never_articles_whatever_the_text_says(path: str) -> None:
    assert not judge(path)
    assert not judge(path, is_teaser=True)


@pytest.mark.parametrize(
    "path",
    [
        "/news",
        "/أخبار-محلية/",
        "/أخبار-سوريا-المحلية-اليوم/",
        "/ar/sport",
        "/section/12/",
        "/news?id=12",
        "/live2024",
    ],
)
def test_a_menu_entry_is_told_by_its_short_text(path: str) -> None:
    assert not judge(path, MENU)


def test_the_shorter_the_slug_the_longer_the_text_must_be() -> None:
    assert judge("/سوق-جديد-في-المدينة/", "سوق جديد في المدينة")
    assert not judge("/سوق-جديد-اليوم/", "سوق جديد اليوم")
    assert judge("/سوق-جديد-اليوم/", "سوق جديد اليوم", is_teaser=True)
    assert judge("/سوق-جديد-اليوم/", "سوق جديد اليوم هنا")
    assert not judge("/سوق-جديد/", "سوق جديد في المدينة")
    assert judge("/سوق-جديد/", "سوق جديد في وسط المدينة")
    assert judge("/سوق/", "سوق جديد في وسط المدينة القديمة")
    assert not judge("/سوق/", "سوق جديد في وسط المدينة")


def test_an_image_without_text_goes_to_a_long_slug_only() -> None:
    assert judge("/سوق-جديد-في-المدينة/", "", is_teaser=True)
    assert not judge("/سوق-جديد/", "", is_teaser=True)


def test_an_index_file_stands_for_its_folder() -> None:
    assert judge("/سوق-جديد-في-المدينة/index.html")
    assert not judge("/category/index.html")


def test_patterns_of_the_seed_alone_decide() -> None:
    assert judge("/سياسة/x", MENU, article="^/سياسة/")
    assert not judge("/2024/12/04/story/", article="^/سياسة/")
    assert not judge("/سياسة/x.jpg", article="^/سياسة/")


def test_excludes_go_before_everything() -> None:
    assert not judge("/سياسة/x", article="^/سياسة/", exclude="/x")
    assert not judge("/2024/12/04/video/", exclude="video")
    assert judge("/2024/12/04/story/", exclude="video")


def test_words_are_counted_through_vowel_marks() -> None:
    assert word_count("مُدَرِّسَةٌ في حَلَب") == 3
    assert word_count(" — ") == 0
