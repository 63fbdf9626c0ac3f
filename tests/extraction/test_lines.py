"""A line is the unit of a story, whatever makes it: `br`, spans, cells, headings, a site's own elements."""

import pytest
from lxml.html import fromstring

from crawler.extraction import extract
from crawler.extraction.metadata.title import heading_text
from tests.support.pages import RELATED, STORY, TITLE, URL, paragraphs

WRAPPERS = {
    "div": "<div>{}</div>",
    "paragraph": "<p>{}</p>",
    "span": "<div><span>{}</span></div>",
    "font": "<font size=3>{}</font>",
    "strong": "<p><strong>{}</strong></p>",
    "cell": "<table><tr><td>{}</td></tr></table>",
    "own element": "<story-text>{}</story-text>",
}
LINKED = [f"<a href='/other/{number}'>{text}</a>" for number, text in enumerate(RELATED)]
HONEST = (
    "حمّل تطبيق واتساب مسؤولية التسريب للحكومة.",
    "التاريخ يعيد نفسه في هذه المدينة القديمة.",
    "تابع المتظاهرون مسيرهم في شوارع المدينة حتى الليل.",
    "Share prices fell after the report was published.",
    "Updated rules come into force in the spring, officials say.",
)


def _lines(inner: str) -> list[str]:
    html = (
        f"<html><head><title>{TITLE}</title></head><body><main><h1>{TITLE}</h1>{inner}</main></body></html>"
    )
    text = extract(html.encode(), URL).text
    return [line for paragraph in text.split("\n\n") for line in paragraph.split("\n")]


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("line_break", ["<br>", "<br><br>", "<br/>\n"])
def test_lines_that_breaks_part(wrapper: str, line_break: str) -> None:
    assert _lines(WRAPPERS[wrapper].format(line_break.join(STORY))) == list(STORY)


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("label", ["مقالات ذات صلة", "اقرأ أيضاً:", "Related articles"])
def test_a_label_and_headlines_among_such_lines(wrapper: str, label: str) -> None:
    middle = [*STORY[:2], f"<b>{label}</b>", *LINKED[:2], *STORY[2:]]
    last = [*STORY, f"<b>{label}</b>", *LINKED]
    for lines in (middle, last):
        assert _lines(WRAPPERS[wrapper].format("<br>".join(lines))) == list(STORY)


@pytest.mark.parametrize(
    "related", [f"اقرأ أيضاً: {LINKED[0]}", f"اقرأ أيضاً: {RELATED[0]}", f"Read also: {LINKED[1]}"]
)
def test_a_related_line_within_a_paragraph(related: str) -> None:
    inner = f"<p>{STORY[0]}<br>{related}</p><p><span>{STORY[1]}<br><i>{related}</i></span></p>"
    assert _lines(inner + paragraphs(STORY[2:])) == list(STORY)


def test_lines_of_verse_stay_together() -> None:
    verse = ("على قدر أهل العزم تأتي العزائم", "وتأتي على قدر الكرام المكارم")
    body = f"<h1>{TITLE}</h1>{paragraphs(STORY)}<p>{'<br>'.join(verse)}</p>"
    html = f"<html><head><title>{TITLE}</title></head><body>{body}"
    assert extract(html.encode(), URL).text.split("\n\n")[-1] == "\n".join(verse)


@pytest.mark.parametrize(
    "form",
    [
        "<span>{}</span> ",
        "<h2>{}</h2>",
        "<h4>{}</h4>",
        "<tr><td>{}</td></tr>",
        "<dd>{}</dd>",
        "<news-paragraph>{}</news-paragraph>",
        "<li>{}</li>",
    ],
)
def test_paragraphs_in_other_elements(form: str) -> None:
    holder = {"<tr>": "table", "<dd>": "dl", "<li>": "ul"}.get(form[:4], "div")
    lines = _lines(f"<{holder}>{''.join(form.format(text) for text in STORY)}</{holder}>")
    assert " ".join(lines) == " ".join(STORY)


def test_a_span_with_a_link_is_read() -> None:
    text = f"{STORY[0]} <a href='/topic/bridge'>{STORY[1][:20]}</a>{STORY[1][20:]}"
    assert _lines(f"<div><span>{text}</span></div>") == [f"{STORY[0]} {STORY[1]}"]


def test_a_heading_inside_a_story_stays_one() -> None:
    assert _lines(f"<p>{STORY[0]}</p><h2>كلفة الترميم</h2>{paragraphs(STORY[1:])}")[1] == "كلفة الترميم"


def test_nested_lists_stand_once() -> None:
    inner = f"<ul><li>{STORY[2]}<ul><li>{STORY[3]}</li></ul></li></ul>"
    assert _lines(paragraphs(STORY[:2]) + inner) == list(STORY)


@pytest.mark.parametrize("space", ["&nbsp;", "&#160;", "\xa0"])
def test_no_break_spaces_part_words(space: str) -> None:
    assert _lines(paragraphs([text.replace(" ", "#") for text in STORY]).replace("#", space)) == list(STORY)


@pytest.mark.parametrize("digit", ["❸", "②", "¹", "㊂"])
def test_digits_that_are_no_numbers(digit: str) -> None:
    assert _lines(paragraphs([f"{digit} {STORY[0]}", *STORY[1:]]))[1:] == list(STORY[1:])


@pytest.mark.parametrize("sentence", HONEST)
def test_a_sentence_that_begins_like_a_prompt(sentence: str) -> None:
    for place in (0, 2, len(STORY)):
        texts = [*STORY[:place], sentence, *STORY[place:]]
        assert _lines(paragraphs(texts)) == texts


def test_the_same_caption_stands_once() -> None:
    figure = "<figure><img src='/1.jpg'><figcaption>سوق المدينة القديمة قبل الترميم</figcaption></figure>"
    lines = _lines(f"<p>{STORY[0]}</p>{figure}<p>{STORY[1]}</p>{figure}{figure}{paragraphs(STORY[2:])}")
    assert lines.count("سوق المدينة القديمة قبل الترميم") <= 1
    assert [line for line in lines if line in STORY] == list(STORY)


COMMENTS = "".join(
    f"<div><b>قارئ {number}</b><p>شكراً على هذا الخبر وبارك الله في جهودكم دائماً، رقم {number}</p></div>"
    for number in range(6)
)


@pytest.mark.parametrize("label", ["3 تعليقات", "٣ تعليقات", "التعليقات (3)", "تعليقات القراء", "3 comments"])
@pytest.mark.parametrize("tag", ["h2", "h4"])
def test_comments_under_a_heading(label: str, tag: str) -> None:
    for inner in (f"<{tag}>{label}</{tag}>{COMMENTS}", f"<div><{tag}>{label}</{tag}>{COMMENTS}</div>"):
        assert _lines(f"<div>{paragraphs(STORY[:2])}</div>{inner}") == list(STORY[:2])


@pytest.mark.parametrize("tag", ["h3", "p", "div"])
def test_a_count_of_comments_above_the_story_takes_none_of_it(tag: str) -> None:
    counter = f"<{tag}>3 تعليقات</{tag}>"
    assert _lines(counter + paragraphs(STORY))[-4:] == list(STORY)
    assert _lines(f"<p>{STORY[0]}</p>{counter}{paragraphs(STORY[1:])}")[-3:] == list(STORY[1:])


@pytest.mark.parametrize(
    "block", ["<article class='post p-{}'>{}</article>", "<div class='story'><!--{}-->{}</div>"]
)
def test_a_second_story_below_is_another(block: str) -> None:
    below = "".join(
        block.format(number, f"<h1>{text}</h1><p>{STORY[number]} {text}.</p>")
        for number, text in enumerate(RELATED)
    )
    own = block.format(9, f"<h1>{TITLE}</h1>{paragraphs(STORY)}")
    html = f"<html><head><title>{TITLE}</title></head><body>{own}{below}"
    assert extract(html.encode(), URL).text.split("\n\n") == list(STORY)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_linked_headings_drop_no_short_story(count: int) -> None:
    headings = "".join(f"<h3>{link}</h3>" for link in LINKED)
    for inner in (headings, f"<div>{headings}</div>"):
        assert _lines(f"<div>{paragraphs(STORY[:count])}{inner}</div>") == list(STORY[:count])


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h1>انفجار<br>سيارة</h1>", "انفجار سيارة"),
        ("<h1><span>انفجار</span><span>سيارة</span></h1>", "انفجار سيارة"),
        ("<h1><div>انفجار</div>سيارة</h1>", "انفجار سيارة"),
        ("<h1>ال<b>حرب</b> تعود</h1>", "الحرب تعود"),
        ("<h1><span>ا</span>نفجار</h1>", "انفجار"),
    ],
)
def test_words_of_a_heading_are_never_glued(markup: str, text: str) -> None:
    assert " ".join(heading_text(fromstring(markup)).split()) == text
