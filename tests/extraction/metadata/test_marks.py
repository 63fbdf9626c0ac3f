"""What an article's marks are given for, and what they are not."""

import json

import pytest

from crawler.extraction import EmptyBody, extract
from crawler.extraction.metadata.marks import marks_of_line
from crawler.extraction.parse import MAX_TAGS
from crawler.model.article import ArticleMark
from crawler.model.site import Site
from tests.support.pages import STORY, TITLE, URL, page, paragraphs

TAKES = {
    ArticleMark.PAYWALLED: (
        "هذا المقال للمشتركين فقط.",
        "اشترك لقراءة المقال كاملاً",
        "Subscribe to continue reading this story.",
        "Already a subscriber? Sign in.",
    ),
    ArticleMark.CORRECTED: (
        "تصحيح: ورد في الخبر أن العدد خمسة، والصواب أربعة.",
        "تنويه: نشرت نسخة سابقة من هذا الخبر رقماً خاطئاً.",
        "Correction (4 December): The bridge was built in 1962.",
        "This article was amended on 4 December 2024 to correct a name.",
        "An earlier version of this story misspelled the mayor's name.",
    ),
    ArticleMark.MACHINE_TRANSLATED: (
        "تُرجم هذا المقال آلياً من الإنكليزية.",
        "ترجمة آلية",
        "مترجم باستخدام الذكاء الاصطناعي",
        "This text is a machine translation.",
        "Translated automatically from Kurdish.",
    ),
    ArticleMark.SPONSORED: (
        "محتوى ممول",
        "مادة إعلانية",
        "Sponsored content by Example",
        "Advertorial",
        "Sponsored",
    ),
}
LEAVES = (
    "وقال الوزير إن تصحيح المسار يحتاج إلى وقت طويل.",
    "وأعلنت الشركة عن خدمة جديدة لترجمة الأخبار إلى لغات أخرى.",
    "المعارضة تطالب بتصحيح النتائج: خمسة أحزاب توقع بياناً.",
    "The correction in share prices lasted for a week.",
    "He said that the club's sponsored run would take place in May.",
    "Members read and amended the law in one sitting.",
    "محتوى الرسالة ممول من جهات خارجية كما قال المحقق في جلسة الأمس أمام القاضي والشهود جميعاً",
)


@pytest.mark.parametrize(("mark", "line"), [(mark, line) for mark, lines in TAKES.items() for line in lines])
def test_words_that_give_a_mark(mark: ArticleMark, line: str) -> None:
    assert marks_of_line(line) == {mark}


@pytest.mark.parametrize("line", LEAVES)
def test_words_that_give_none(line: str) -> None:
    assert marks_of_line(line) == set()


def _marks(head: dict[str, object], body: str = paragraphs(STORY), **more: str) -> list[ArticleMark]:
    data = json.dumps({"@type": "NewsArticle", "headline": TITLE, **head}, ensure_ascii=False)
    script = f'<script type="application/ld+json">{data}</script>'
    return extract(page(body, head=script, **more), URL).marks


@pytest.mark.parametrize(
    ("data", "marks"),
    [
        ({}, []),
        ({"isAccessibleForFree": True}, []),
        ({"isAccessibleForFree": False}, [ArticleMark.PAYWALLED]),
        ({"isAccessibleForFree": "False"}, [ArticleMark.PAYWALLED]),
        ({"hasPart": {"isAccessibleForFree": False, "cssSelector": ".rest"}}, [ArticleMark.PAYWALLED]),
        ({"@type": "LiveBlogPosting"}, [ArticleMark.LIVE_BLOG]),
        ({"@type": "AdvertiserContentArticle"}, [ArticleMark.SPONSORED]),
        ({"articleBody": "\n".join(STORY)}, []),
        (
            {"articleBody": "نص آخر لا علاقة له بما في هذه الصفحة من كلام عن الجسر وترميمه. " * 8},
            ["uncertain_text"],
        ),
    ],
)
def test_marks_by_the_pages_data(data: dict[str, object], marks: list[str]) -> None:
    body = paragraphs([*STORY, *STORY, "وهذا كلام طويل آخر في الصفحة لا يزيد عليه نص البيانات شيئاً. " * 6])
    assert _marks(data, body) == marks


def test_a_notice_below_the_story() -> None:
    body = paragraphs([*STORY, TAKES[ArticleMark.CORRECTED][0]])
    assert _marks({}, body) == [ArticleMark.CORRECTED]


def test_a_page_that_was_cut() -> None:
    rows = "".join(f"<tr><td>الاسم {number}</td></tr>" for number in range(MAX_TAGS // 4 + 100))
    assert ArticleMark.CUT in _marks({}, f"{paragraphs(STORY)}<table>{rows}</table>")


def test_two_thousand_names_are_read_whole() -> None:
    rows = "".join(f"<tr><td>{number}</td><td>اسم الضحية {number}</td></tr>" for number in range(2_000))
    article = extract(page(f"{paragraphs(STORY)}<table>{rows}</table>"), URL)
    assert "اسم الضحية 1999" in article.text
    assert article.marks == [ArticleMark.UNSIFTED]


FILM = '<iframe src="https://www.youtube.com/embed/abc"></iframe>'
CAPTION = "جولة بالصور في السوق القديم بعد انتهاء أعمال الترميم فيه"


def test_a_film_is_kept_where_its_site_wants_it() -> None:
    html = page(FILM, head=f'<meta property="og:description" content="{CAPTION}">')
    with pytest.raises(EmptyBody):
        extract(html, URL)
    site = Site(id="example", name="صوت الجزيرة", url="https://news.example/", media=True)
    article = extract(html, URL, site=site)
    assert (article.text, article.marks) == (CAPTION, [ArticleMark.MEDIA])
    with pytest.raises(EmptyBody):
        extract(page(FILM), URL, site=site)
    assert extract(page(FILM + paragraphs(STORY)), URL, site=site).marks == []


def test_a_text_of_more_lines_than_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _marks({}) == []
    monkeypatch.setattr("crawler.extraction.body.markup_text.MAX_LINES", 1)
    assert _marks({}) == [ArticleMark.UNSIFTED]
