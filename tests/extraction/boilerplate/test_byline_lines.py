"""What stands between headline and story: it goes, whatever elements it is in, and the story stays."""

from html import escape

import pytest

from crawler.extraction import extract
from tests.support.pages import RELATED, STORY, TITLE, URL, links, paragraphs

DAY = "4 كانون الأول 2024"
NAME = "سلمى الخطيب"
AUTHOR = f'<meta name="author" content="{NAME}">'
TEXT = "\n\n".join(STORY)


def _spans(*texts: str) -> str:
    return f'<div class="info">{"".join(f"<span>{text}</span>" for text in texts)}</div>'


SMALL_PRINT = [
    _spans(DAY, NAME),
    _spans(NAME, DAY, "قراءة 3 دقائق"),
    _spans("منذ 3 ساعات", NAME),
    _spans(NAME, "مراسلة صحفية", DAY),
    _spans("By Salma Khatib", "December 4, 2024", "3 min read"),
    f"<p>{NAME}</p><p>{DAY}</p>",
    f"<div>{DAY}</div><div>تحرير: {NAME}</div>",
    f"<div>كتب: {NAME} وأحمد ناصر<br>{DAY}</div>",
    f"<div>{DAY}</div><div>12</div><div>345</div>",
    f"<div>رقم الخبر: 45821</div><div>{DAY}</div>",
    f"<div>فريق التحرير</div><div>{DAY}</div>",
    f"<div>{DAY} | المشاهدات: 1,204</div>",
    "<div><span>المشاهدات: 120</span></div>",
    "<div>مدة القراءة: 3 دقائق</div>",
    "<p>آخر تحديث: الأربعاء 4 ديسمبر 2024 - 10:20 مساءً</p>",
]
LAYOUTS = {
    "details": "<div class='newsDetails'><h1>{title}</h1>{meta}<div class='txt'>{story}</div></div>",
    "flat": "<h1>{title}</h1>{meta}{story}",
    "inside": "<h1>{title}</h1><div class='txt'>{meta}{story}</div>",
    "next": "<div id='__next'><main><div class='css-1'><h1 class='css-3'>{title}</h1><div class='css-9x'>"
    "{meta}</div><div class='css-4'>{story}</div></div></main></div>",
}


def _read(meta: str, *, layout: str = "flat", story: str = paragraphs(STORY), head: str = "") -> str:
    main = LAYOUTS[layout].format(title=escape(TITLE), meta=meta, story=story)
    html = (
        f"<!doctype html><html lang='ar'><head><meta charset='utf-8'><title>{TITLE} | صوت الجزيرة</title>"
        f"{head}</head><body>{main}"
        f"<aside><h3>الأكثر قراءة</h3><ul>{links(RELATED)}</ul></aside></body></html>"
    )
    return extract(html.encode(), URL).text


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("meta", SMALL_PRINT)
def test_small_print_is_no_text(meta: str, layout: str) -> None:
    assert _read(meta, layout=layout) == TEXT


@pytest.mark.parametrize("meta", [_spans(NAME, "دمشق"), f"<p>{NAME}</p>", _spans(NAME, "@salma_kh")])
def test_a_known_author_is_enough(meta: str) -> None:
    assert _read(meta, head=AUTHOR) == TEXT


def test_small_print_below_a_lead() -> None:
    story = f"<p class='lead'>{STORY[0]}</p>{_spans(NAME, DAY)}{paragraphs(STORY[1:])}"
    assert _read("", story=story) == TEXT


@pytest.mark.parametrize(
    "first",
    [
        "<p>دمشق - سانا: أعلن المجلس نتائجه.</p>",
        "<p>دمشق-مدينة الياسمين</p>",
        f"<p>في {DAY} وصل الوفد إلى المدينة.</p>",
        "<p>وصل الوفد أمس.</p>",
        "<h3>خلفية المشروع</h3>",
        "<p><strong>خلفية المشروع</strong></p>",
        "<p>ماذا حدث؟</p>",
        "<p>120 شخصاً شاركوا في الاجتماع</p>",
        f"<p>{NAME} تكتب عن الجسر القديم وأهله</p>",
        "<p><b>الوزير</b>: <span>نبدأ العمل غداً</span></p>",
    ],
)
@pytest.mark.parametrize("meta", ["", _spans(NAME, DAY)])
def test_what_begins_the_story_stays(first: str, meta: str) -> None:
    text = _read(meta, story=first + paragraphs(STORY), head=AUTHOR)
    assert text.endswith(f"\n\n{TEXT}")
    assert text.removesuffix(TEXT).split()[0].strip(":") in first
    assert DAY not in text or DAY in first


def test_a_poem_keeps_its_verses() -> None:
    verses = ["يا نهرنا الأخضر", "خذني إلى الضفة", *(f"حيث البيوت نائمة على السفح رقم {n}" for n in range(9))]
    text = _read(_spans(NAME, DAY), story="".join(f"<p>{verse}</p>" for verse in verses), head=AUTHOR)
    assert text.split("\n\n") == verses


def test_a_name_that_nothing_tells_stays() -> None:
    assert _read(f"<p>{NAME}</p>") == f"{NAME}\n\n{TEXT}"


def test_a_text_that_is_only_small_print_is_left_to_the_other_rules() -> None:
    story = "<p>اللقاء كاملاً مع رئيس البلدية في الفيديو</p>"
    assert _read(_spans(NAME, DAY), story=story, head='<meta property="og:type" content="article">')
