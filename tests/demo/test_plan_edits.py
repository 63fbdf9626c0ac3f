import random

from crawler.demo.plan import edit_story, respell
from crawler.demo.profiles import AGENCY
from crawler.demo.stories import Story
from crawler.demo.truth import Edit

STORY = Story(
    key="k",
    section="محليات",
    place="دمشق",
    titles=("العنوان الأول", "عنوان آخر"),
    paragraphs=("فقرة أولى.", "فقرة ثانية.", "فقرة ثالثة.", "فقرة رابعة.", "فقرة خامسة."),
    lead="مقدمة الصحيفة.",
)


def test_without_edits_a_copy_is_verbatim() -> None:
    copy = edit_story(STORY, (), random.Random(1))
    assert (copy.title, copy.paragraphs, copy.source_line) == (STORY.titles[0], STORY.paragraphs, None)


def test_each_edit_does_what_it_says() -> None:
    assert edit_story(STORY, (Edit.HEADLINE,), random.Random(1)).title == "عنوان آخر"
    assert edit_story(STORY, (Edit.CUT,), random.Random(1)).paragraphs == STORY.paragraphs[:4]
    assert edit_story(STORY, (Edit.LEAD,), random.Random(1)).paragraphs == (STORY.lead, *STORY.paragraphs)
    sourced = edit_story(STORY, (Edit.SOURCE_LINE,), random.Random(1))
    assert sourced.source_line == f"دمشق-{AGENCY}"
    assert sourced.paragraphs == STORY.paragraphs


def test_an_inline_source_line_begins_the_text() -> None:
    copy = edit_story(STORY, (Edit.SOURCE_LINE,), random.Random(1), inline_source=True)
    assert copy.paragraphs[0] == f"دمشق-{AGENCY}: فقرة أولى."


def test_respelling_keeps_the_words() -> None:
    text = (
        "أعلنت الإدارة أمس توزيع «مازوت» على 86 مدرسةً في القرى التي تعاني البرد شتاءً، وأكدت أن ذلك كافٍ أيضاً"
    )
    respelt = respell(text, random.Random(2))
    assert respelt != text
    assert len(respelt.split()) == len(text.split())
    letters = str.maketrans("أإآى“”", "اااي«»")
    assert respelt.translate(letters).replace("اً", "ا") == text.translate(letters).replace("اً", "ا")
