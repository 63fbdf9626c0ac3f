"""Who wrote a story, who edited it, which agency it is of: and that the text says none of it."""

import pytest

from crawler.extraction import extract
from crawler.extraction.boilerplate.credit_lines import read_credits
from crawler.extraction.metadata.names import is_person_name, names_in
from tests.support.pages import SITE, STORY, URL, page

STORY_LINES = list(STORY)


@pytest.mark.parametrize(
    ("line", "authors", "editors", "agency"),
    [
        ("بقلم: سامر العلي", ["سامر العلي"], [], None),
        ("بقلم سامر العلي", ["سامر العلي"], [], None),
        ("كتبت: ليلى حسن", ["ليلى حسن"], [], None),
        ("إعداد: سامر العلي – تحرير: ليلى حسن", ["سامر العلي"], ["ليلى حسن"], None),
        ("إعداد: سامر العلي - تحرير: ليلى حسن", ["سامر العلي"], ["ليلى حسن"], None),
        ("(إعداد: سامر العلي، تحرير: ليلى حسن)", ["سامر العلي"], ["ليلى حسن"], None),
        ("إعداد سامر العلي - تحرير ليلى حسن", ["سامر العلي"], ["ليلى حسن"], None),
        ("(تغطية صحفية سامر العلي - إعداد كرم ديب للنشرة العربية - تحرير ليلى حسن)",
         ["سامر العلي", "كرم ديب"], ["ليلى حسن"], None),
        ("تقرير: سامر العلي", ["سامر العلي"], [], None),
        ("تقرير: سامر العلي وليلى حسن", ["سامر العلي", "ليلى حسن"], [], None),
        ("تقرير: سامر العلي ووليد حسن", ["سامر العلي", "وليد حسن"], [], None),
        ("إعداد: وائل الحلبي", ["وائل الحلبي"], [], None),
        ("ترجمة: ليلى حسن", [], ["ليلى حسن"], None),
        ("ترجمة وتحرير: ليلى حسن", [], ["ليلى حسن"], None),
        ("إعداد وتحرير: ليلى حسن", ["ليلى حسن"], ["ليلى حسن"], None),
        ("تحرير: فريق التحرير | إعداد: سامر العلي", ["سامر العلي"], [], None),
        ("تصوير: كرم ديب", [], [], None),
        ("By Samer Halabi", ["Samer Halabi"], [], None),
        ("By Samer Halabi and Laila Hassan", ["Samer Halabi", "Laila Hassan"], [], None),
        ("Edited by: Laila Hassan", [], ["Laila Hassan"], None),
        ("(Reporting by Samer Halabi and Karam Deeb; Editing by Laila Hassan)",
         ["Samer Halabi", "Karam Deeb"], ["Laila Hassan"], None),
        ("Reporting by Samer Halabi; Additional reporting by Karam Deeb; Writing by Adam Nour; "
         "Editing by Laila Hassan", ["Samer Halabi", "Karam Deeb", "Adam Nour"], ["Laila Hassan"], None),
        ("Reuters", [], [], "Reuters"),
        ("(رويترز)", [], [], "رويترز"),
        ("--(بترا)", [], [], "بترا"),
        ("المصدر: الأناضول", [], [], "الأناضول"),
        ("المصدر: وكالات + الأناضول", [], [], "وكالات"),
        ("Haber: Samer Halabi", ["Samer Halabi"], [], None),
    ],
)  # fmt: skip
def test_a_credit_at_either_end_leaves_the_text(
    line: str, authors: list[str], editors: list[str] | None, agency: str | None
) -> None:
    for paragraphs in (
        [line, *STORY_LINES],
        [*STORY_LINES, line],
        [*STORY_LINES[:-1], f"{STORY_LINES[-1]}\n{line}"],
    ):
        result = read_credits(paragraphs, [SITE])
        assert result.paragraphs == STORY_LINES
        assert (result.authors, result.editors, result.agency) == (authors, editors, agency)


@pytest.mark.parametrize(
    "line",
    [
        "كتب محمد رسالة إلى أخيه في حلب",
        "تحرير حلب",
        "تقرير جديد عن الأوضاع المعيشية",
        "إعداد الطعام: أرز وخضار ولحم",
        "بقلم الرصاص رسم الطفل بيت أهله",
        "كتب على الجدار: لن نرحل",
        "By the river stood a house",
        "By Monday the water had gone",
        "المصدر: مسؤول في الوزارة طلب إخفاء اسمه",
        "وقالت رويترز إن المسؤولين اجتمعوا أمس",
        "خلفية المشروع",
        "محمد، علي، حسن",
        "ترجمة: من العربية إلى الكردية",
        "صور: الأضرار في الحي",
    ],
)
def test_a_sentence_is_no_credit(line: str) -> None:
    for paragraphs in ([line, *STORY_LINES], [*STORY_LINES, line]):
        result = read_credits(paragraphs, [SITE])
        assert (result.paragraphs, result.authors, result.editors) == (paragraphs, [], [])


@pytest.mark.parametrize(
    ("opening", "authors", "agency"),
    [
        ("دمشق-سانا", [], "سانا"),
        ("إدلب / سامر العلي / الأناضول", ["سامر العلي"], "الأناضول"),
        ("سامر العلي – دمشق", ["سامر العلي"], None),
        ("دمشق – سامر العلي", ["سامر العلي"], None),
    ],
)
def test_a_dateline_of_its_own_leaves_the_text(opening: str, authors: list[str], agency: str | None) -> None:
    result = read_credits([opening, *STORY_LINES], [SITE])
    assert (result.paragraphs, result.authors, result.agency) == (STORY_LINES, authors, agency)


@pytest.mark.parametrize(
    ("dateline", "agency"),
    [
        ("بيروت (رويترز) - ", "رويترز"),
        ("(رويترز) – ", "رويترز"),
        ("(أ ف ب) - ", "أ ف ب"),
        ("دمشق - سانا: ", "سانا"),
        ("دمشق 4 كانون الأول (سانا) - ", "سانا"),
        ("إدلب/ سامر العلي/ الأناضول - ", "الأناضول"),
        ("BEIRUT, March 3 (Reuters) - ", "Reuters"),
    ],
)
def test_a_dateline_before_the_first_words_leaves_the_text(dateline: str, agency: str) -> None:
    result = read_credits([dateline + STORY_LINES[0], *STORY_LINES[1:]], [SITE])
    assert (result.paragraphs, result.agency) == (STORY_LINES, agency)


@pytest.mark.parametrize(
    "text", ["وفا بوعده - كما قال - حين عاد إلى المدينة أمس.", "قال المدير - وهو من حلب - إن العمل بدأ."]
)
def test_a_sentence_with_dashes_is_no_dateline(text: str) -> None:
    assert read_credits([text, *STORY_LINES], [SITE]).paragraphs == [text, *STORY_LINES]


BODY = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
COMMENTS = (
    "<div id='comments' class='comments-area'><ol class='comment-list'><li class='comment'>"
    "<article class='comment-body'><footer class='comment-meta'><div class='comment-author vcard'>"
    "<b class='fn'>أبو أحمد</b> <span class='says'>يقول:</span></div></footer>"
    "<div class='comment-content'><p>شكراً على الخبر</p></div></article></li></ol></div>"
)


@pytest.mark.parametrize(
    ("before", "after", "authors"),
    [
        ("", COMMENTS, []),
        ("", COMMENTS.replace("comments-area", "x").replace("id='comments'", ""), []),
        ("", "<div class='reviews'><cite class='fn'>أبو أحمد</cite> يقول</div>", []),
        ("<span class='author'>سامر العلي</span>", COMMENTS, ["سامر العلي"]),
        ("<span class='author'>08:28 م</span>", "", []),
        ("<span class='author'>الكاتب</span>", "", []),
        ("<span class='byline'>دمشق</span>", "", []),
        ("<span class='byline'>سامر العلي – دمشق</span>", "", ["سامر العلي"]),
        ("<span class='byline'>دمشق - سامر العلي</span>", "", ["سامر العلي"]),
        ("<span class='author'>3 دقائق قراءة</span>", "", []),
        ("<span class='author'>08:28</span><span class='author'>سامر العلي</span>", "", ["سامر العلي"]),
        ("<p>بقلم: سامر العلي</p>", "", ["سامر العلي"]),
        ("<div>السبت 27 كانون الثاني 2024 - 23:46 | بقلم: سامر العلي | عدد القراءات: 902</div>", "",
         ["سامر العلي"]),
        ("<div>بقلم: سامر العلي | السبت 27 كانون الثاني 2024 - 23:46 | عدد القراءات: 902 | تعليقات: 14"
         "</div>", "", ["سامر العلي"]),
        ("", "<div class='related'><a class='author'>كرم ديب</a></div>", []),
        ("", "<aside><span class='author'>كرم ديب</span></aside>", []),
    ],
)  # fmt: skip
def test_the_author_is_named_in_the_head_or_end_of_the_article(
    before: str, after: str, authors: list[str]
) -> None:
    article = extract(page(BODY + after, before=before), URL)
    assert article.authors == authors
    assert article.text.startswith("\n\n".join(STORY))


LONG_LINES = [
    "السبت 27 كانون الثاني 2024 - 23:46 | بقلم: سامر العلي | عدد القراءات: {}",
    "نُشر يوم السبت 27 كانون الثاني 2024 الساعة 23:46 | بقلم: سامر العلي الحلبي | عدد القراءات: {} | "
    "عدد التعليقات: 12",
    "بقلم: سامر العلي - السبت 27/01/2024 11:46 مساءً - القراءات: {}",
    "Saturday, January 27, 2024 - 23:46 | By Samer Halabi | 5 min read | Views: {}",
    "سامر العلي • محليات • 27 كانون الثاني 2024 • {} مشاهدة • 3 دقائق للقراءة • "
    "آخر تحديث 28 كانون الثاني 2024 09:10",
]


@pytest.mark.parametrize("line", LONG_LINES)
def test_a_long_by_line_with_its_counter_leaves_the_body(line: str) -> None:
    for markup in ("<p>{}</p>", "<div>{}</div>", "<div><span>{}</span></div>"):
        for views in ("902", "15,307"):
            article = extract(page(markup.format(line.format(views)) + BODY), URL)
            assert article.text == "\n\n".join(STORY)


def test_editors_are_stored_beside_authors() -> None:
    article = extract(page(BODY + "<p>إعداد: سامر العلي – تحرير: ليلى حسن</p>"), URL)
    assert (article.authors, article.editors) == (["سامر العلي"], ["ليلى حسن"])
    assert "تحرير" not in article.text


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("سامر العلي", True), ("عبد الرحمن بن محمد آل ياسين", True), ("Jean-Pierre O'Neil", True),
        ("علي حسن", True), ("دمشق", False), ("دير الزور", False), ("08:28 م", False),
        ("أبو أحمد يقول", False), ("شارك الخبر", False), ("سامر", False),
        ("من هنا", False), ("السبت الأحد", False), ("a b c d e f g h", False),
    ],
)  # fmt: skip
def test_names_of_people(text: str, is_name: bool) -> None:
    assert is_person_name(text) is is_name


def test_a_list_of_names() -> None:
    names = ["سامر العلي", "ليلى حسن", "وليد ديب"]
    assert list(names_in("سامر العلي وليلى حسن، وليد ديب")) == names
