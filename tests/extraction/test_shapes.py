"""Stories of unusual shape, and small rules about what stands around one, on both sides."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.extraction import EmptyBody, NotAnArticle, extract
from crawler.extraction.boilerplate.byline_lines import BylineReader
from crawler.extraction.metadata.authors import dateline_author
from tests.support.pages import RELATED, SITE, STORY, TITLE, URL, links, page, paragraphs

CAPTIONS = tuple(
    f"صورة الجسر القديم من جهة {side} قبل الترميم (تصوير: سامر)" for side in ("السوق", "النهر", "الساحة")
)
FIGURES = "".join(f"<figure><img src='/x.jpg'><figcaption>{text}</figcaption></figure>" for text in CAPTIONS)


def story_of(body: str) -> list[str]:
    return extract(page(body), URL).text.split("\n\n")


def test_a_gallery_has_its_captions() -> None:
    assert story_of(FIGURES) == list(CAPTIONS)


def test_captions_that_tell_nothing_are_no_gallery() -> None:
    with pytest.raises(EmptyBody):
        story_of("<figure><img><figcaption>صورة 1</figcaption></figure>" * 4)


def test_a_live_blog_keeps_its_entries_in_order() -> None:
    entries = "".join(
        f"<div class='entry'><time>1{n}:00</time><h3>تحديث {n}</h3><p>{text}</p>"
        "<div class='share-buttons'>شارك</div></div>"
        for n, text in enumerate(STORY)
    )
    expected = [line for n, text in enumerate(STORY) for line in (f"تحديث {n}", text)]
    assert story_of(entries) == expected


def test_a_headline_of_another_story_as_a_linked_paragraph_goes() -> None:
    other = f"<p><strong><a href='/other/1'>{RELATED[0]}</a></strong></p>"
    assert story_of(paragraphs(STORY[:2]) + other + paragraphs(STORY[2:])) == list(STORY)


@pytest.mark.parametrize(
    "link",
    [
        f"<a href='https://elsewhere.example/report'>{RELATED[0]}</a>",
        "<a href='/files/report.pdf'>نص القرار الكامل كما نشرته الوزارة</a>",
        "<a href='/who'>بلدية المدينة</a>: بيان اليوم",
        f"<a href='/other/1'>{RELATED[0]}.</a>",
        f"ونشرت البلدية في موقعها: <a href='/other/1'>{RELATED[0]}</a>",
    ],
)
def test_other_linked_paragraphs_stay(link: str) -> None:
    assert len(story_of(paragraphs(STORY[:2]) + f"<p>{link}</p>" + paragraphs(STORY[2:]))) == 5


def test_a_page_of_links_is_left_to_those_who_judge_pages() -> None:
    many = "".join(f"<p><a href='/other/{n}'>{text}</a></p>" for n, text in enumerate(RELATED))
    assert set(RELATED) <= set(story_of(paragraphs(STORY[:2]) + many + paragraphs(STORY[2:])))


def test_a_story_for_subscribers_is_none() -> None:
    wall = "<p>هذا المحتوى متاح للمشتركين فقط. اشترك الآن أو سجل الدخول.</p>"
    with pytest.raises(NotAnArticle, match="subscribers"):
        extract(page(wall), URL)
    assert STORY[0] in story_of(paragraphs([*STORY, "وقال إن هذا المحتوى متاح للمشتركين فقط في الصحيفة."]))


def test_a_short_story_outlives_a_long_list_around_a_label() -> None:
    short = STORY[:1]
    box = f"<h3>مقالات ذات صلة</h3><ul>{links()}</ul>"
    assert story_of(f"<div class='inner'>{paragraphs(short)}{box}</div>") == list(short)
    assert story_of(f"<div class='inner'>{box}{paragraphs(short)}</div>") == list(short)


def test_prose_inside_a_font_element_is_prose() -> None:
    body = f"<font size=3><div>إعلان</div>{STORY[0]}<br><br>{STORY[1]}</font>"
    assert story_of(body) == list(STORY[:2])


def test_a_headline_without_a_heading_is_a_line_of_the_page() -> None:
    bare = (
        f"<html><head><meta charset=utf-8><title>{SITE} | {TITLE}</title></head><body><table><tr><td>"
        f"<a href='/'>{SITE}</a></td></tr><tr><td><b>{TITLE}</b></td></tr>"
        f"<tr><td>{STORY[0]}<br><br>{STORY[1]}</td></tr></table>"
    )
    article = extract(bare.encode(), "https://news.example/news.php?id=4711")
    assert (article.title, article.text) == (TITLE, "\n\n".join(STORY[:2]))


@pytest.mark.parametrize(
    "line",
    [
        "محليات 4 كانون الأول 2024 - 13:25",
        "بواسطة سلمى الخطيب في الأربعاء 04/12/2024 01:25 م",
        "سلمى الخطيب | محليات",
        "سلمى الخطيب الأربعاء 04/12/2024 01:25 م 1204",
        "صوت الجزيرة - 2024-12-04",
    ],
)
def test_a_byline(line: str) -> None:
    assert _is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "دمشق-سانا",
        "كان ذلك في 4 كانون الأول 2024 حين بدأت البلدية العمل",
        "سلمى الخطيب تكتب عن الجسر",
        "وصل الوفد أمس.",
        "خلفية المشروع",
        "1204",
        "",
    ],
)
def test_no_byline(line: str) -> None:
    assert not _is_byline(line)


def _is_byline(line: str) -> bool:
    names = ["سلمى الخطيب", "محليات", SITE]
    now = datetime(2024, 12, 5, tzinfo=UTC)
    return BylineReader(names, ZoneInfo("Asia/Damascus"), now).is_byline(line)


@pytest.mark.parametrize(
    "line", ["درعا-نسيم الرفاعي", "حلب – محمد الأحمد", "دير الزور - سلمى الخطيب:", "(حمص - علي حسن)"]
)
def test_a_dateline_names_its_correspondent(line: str) -> None:
    assert len(dateline_author([line, *STORY], [SITE])) == 1


@pytest.mark.parametrize(
    "line",
    [
        f"دمشق - {SITE}", "إدلب – خاص", "إدلب- نورث برس", "دمشق - وكالات", STORY[0],
        "ارتفاع الأسعار - الخبز أولاً في القائمة الجديدة",
    ],
)  # fmt: skip
def test_other_first_lines_name_nobody(line: str) -> None:
    assert dateline_author([line, *STORY], [SITE]) == []


def test_a_dateline_alone_is_no_story_and_names_nobody() -> None:
    assert dateline_author(["درعا-نسيم الرفاعي"], []) == []


ADVERT_ROW = "<div class='row ad-row'><div class='slot'>إعلان</div></div>"
SIDE = "يكتب في الموقع صحفيون من كل المدن، وينشر أخبار المنطقة على مدار الساعة منذ عام 2012 حتى اليوم."


def _chunk(texts: tuple[str, ...], name: str = "chunk grid") -> str:
    wrapped = f"<div class='body'><div class='inner'>{paragraphs(texts)}</div></div>"
    return f"<div class='{name}'><div class='cell'>{wrapped}</div></div>"


def test_a_story_cut_into_chunks_for_adverts_is_read_whole() -> None:
    body = ADVERT_ROW.join(_chunk((text, text.replace("ا", "إ"))) for text in STORY)
    found = story_of(f"<div class='chunks'>{body}</div>")
    assert found == [line for text in STORY for line in (text, text.replace("ا", "إ"))]


@pytest.mark.parametrize(
    "side",
    [
        f"<div class='col-4 info'><div class='cell'><p>{SIDE}</p></div></div>",
        f"<section class='info'><p>{SIDE}</p></section>",
        _chunk((SIDE,), "info box"),
    ],
)
def test_prose_beside_a_story_is_no_chunk_of_it(side: str) -> None:
    body = f"<div class='wrap'>{_chunk(STORY, 'col-8 main')}{side}</div>"
    assert story_of(body) == list(STORY)


def test_a_script_without_spaces_is_prose() -> None:
    text = "外国专家表示中美合作共赢符合国际社会利益并且有助于解决全球性问题推动世界经济增长"
    assert story_of(f"<p>{text}</p><p>{text[::-1]}</p>") == [text, text[::-1]]


def test_the_rules_for_comments_go_from_the_end_and_a_story_about_them_stays() -> None:
    rules = (
        "ترحب الشبكة بالنقاش الحيوي والمفيد، وكي لا نضطر إلى مراجعة التعليقات قبل نشرها ننصحك بمراجعة "
        "إرشادات الاستخدام للتعرف إليها جيداً. وللعلم فإن جميع مشاركاتك يمكن استخدامها، مع اسمك وصورتك، "
        "استناداً إلى سياسة الخصوصية بما يتوافق مع شروط الاستخدام المعمول بها في الموقع."
    )
    assert story_of(paragraphs([*STORY, rules])) == list(STORY)
    assert story_of(paragraphs([rules, *STORY])) == [rules, *STORY]


def test_a_date_that_cannot_be_right_is_settled_and_flagged() -> None:
    now = datetime(2024, 12, 5, 8, tzinfo=UTC)
    times = (
        '<meta property="article:published_time" content="2024-12-04T10:00:00+03:00">'
        '<meta property="article:modified_time" content="2023-01-01T10:00:00+03:00">'
    )
    article = extract(page(paragraphs(STORY), head=times), URL, now=now)
    assert article.date_flags == ["modified-before-published"]
    assert article.modified_at is None
    ahead = '<meta property="article:published_time" content="2025-12-04T10:00:00+03:00">'
    article = extract(page(paragraphs(STORY), head=ahead), URL, now=now)
    assert "future" in article.date_flags
    assert article.published_at is not None
    assert article.published_at <= now
    assert extract(page(paragraphs(STORY)), URL, now=now).date_flags == []


@pytest.mark.parametrize(
    "line",
    [
        "المزيد من الأخبار في قسم محليات", "من الممكن أن يعجبك", "مرتبط", "إعجاب تحميل...", "معجب بهذه:",
        "هذا الموقع يستخدم ملف تعريف الارتباط Cookie", "للمزيد من الأخبار تابعونا على تلغرام",
        "تنويه: المقالات تعبر عن رأي أصحابها ولا تعبر بالضرورة عن رأي الموقع", "#درعا #سوريا #البلدية",
        "الآراء الواردة في هذا المقال تعبر عن رأي الكاتب ولا تعكس بالضرورة موقف الموقع.",
        "تم نسخ الرابط", "0",
        "Print Friendly, PDF & Email", "Post Views: 123", "المشاهدات: 1,234", "قيم الموضوع", "(0 أصوات)",
        "آخر تعديل على الأربعاء, 04 كانون1/ديسمبر 2024 13:25", "نشر في: أخبار محلية", "2024/12/04",
        "قناتنا على التلغرام: https://t.me/xx", "[email protected]",
    ],
)  # fmt: skip
def test_last_lines_that_are_none_of_the_story(line: str) -> None:
    assert story_of(paragraphs([*STORY, line])) == list(STORY)


@pytest.mark.parametrize(
    "line",
    [
        "وبلغ عدد المشاهدات 55 ألفاً في اليوم الأول.", "11000", "3 - 1",
        "ووصف الفريق بأنه مرتبط بالبلدية.", "التصنيف العالمي للجامعات", "وقال #الجسر أولاً قبل كل شيء",
        "وتعبر هذه الآراء عن موقف السكان من المشروع.", "الرئيسية من هذه الدعامات هي الوسطى",
    ],
)  # fmt: skip
def test_last_lines_of_a_story_stay(line: str) -> None:
    assert story_of(paragraphs([*STORY, line])) == [*STORY, line]


@pytest.mark.parametrize(
    "line",
    [
        "دقيقتان للقراءة",
        "زمن القراءة: 3 دقائق",
        "استمع للمقال",
        "A A A",
        "التصنيف: محليات",
        "الرئيسية / محليات",
    ],
)
def test_first_lines_that_are_none_of_the_story(line: str) -> None:
    assert story_of(paragraphs([line, *STORY])) == list(STORY)
