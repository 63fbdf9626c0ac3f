"""Which element is the story, and what its paragraphs are."""

import pytest

from crawler.extraction import EmptyBody, extract
from crawler.extraction.body import markup_text
from crawler.model.site import Site
from tests.support.pages import SITE, STORY, TITLE, URL, page, paragraphs


def text_of(html: bytes, site: Site | None = None) -> list[str]:
    return extract(html, URL, site=site).text.split("\n\n")


def seed(**more: object) -> Site:
    return Site.model_validate({"id": "jazira", "name": SITE, "url": "https://news.example/", **more})


def test_a_short_story_is_not_filled_up_with_the_footer() -> None:
    short = "<p>أغلقت البلدية صباح اليوم الجسر القديم أمام السيارات.</p>"
    assert text_of(page(short)) == ["أغلقت البلدية صباح اليوم الجسر القديم أمام السيارات."]


def test_a_bulletin_whose_body_is_its_headline_has_no_text() -> None:
    article = extract(page(f"<p>{TITLE}</p>"), URL)
    assert (article.title, article.text) == (TITLE, "")


def test_a_page_with_a_video_and_no_text_is_empty() -> None:
    with pytest.raises(EmptyBody):
        extract(page('<iframe src="https://www.youtube.com/embed/x"></iframe>'), URL)


def test_a_lead_outside_the_body_belongs_to_the_story() -> None:
    lead = f'<div class="article-lead"><p>{STORY[0]}</p></div><div class="meta"><span>4 ديسمبر</span></div>'
    assert text_of(page(paragraphs(STORY[1:]), before=lead, container="article-text")) == list(STORY)


def test_loose_text_between_line_breaks_becomes_paragraphs() -> None:
    assert text_of(page("<br><br>".join(STORY))) == list(STORY)
    assert text_of(page("<br>".join(STORY))) == list(STORY)
    mixed = (
        f"{STORY[0]}<p>{STORY[1]}</p><span>{STORY[2]}</span><br/><br/><b>{STORY[3][:20]}</b>{STORY[3][20:]}"
    )
    assert text_of(page(mixed)) == list(STORY)


def test_divs_as_paragraphs() -> None:
    assert text_of(page("".join(f"<div>{text}</div>" for text in STORY))) == list(STORY)


@pytest.mark.parametrize("bound", ["MAX_LINES", "ENGINE_ELEMENTS", "ENGINE_CHILDREN"])
def test_a_text_beyond_the_bounds_loses_nothing(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup_text, bound, 1)
    assert text_of(page(paragraphs(STORY))) == list(STORY)
    assert text_of(page("<br>".join(STORY))) == list(STORY)


def test_verse_stays_together() -> None:
    verse = "على قلق كأن الريح تحتي<br>أوجهها جنوباً أو شمالا"
    assert "على قلق كأن الريح تحتي\nأوجهها جنوباً أو شمالا" in text_of(
        page(paragraphs(STORY) + f"<p>{verse}</p>")
    )


def test_inline_markup_does_not_break_or_glue_words() -> None:
    body = f"<p>قال <b>الوزير</b> إن <a href='/x'>الجسر</a>، و<i>هو</i> قديم، {STORY[0]}</p>" + paragraphs(
        STORY[1:]
    )
    assert text_of(page(body))[0] == f"قال الوزير إن الجسر، وهو قديم، {STORY[0]}"


def test_headings_quotes_and_lists_of_the_story_stay() -> None:
    body = (
        f"<p>{STORY[0]}</p><h2>أعمال الترميم</h2><blockquote><p>{STORY[1]}</p></blockquote>"
        f"<ul><li>الدعائم الأربع</li><li>السياج</li></ul><p>{STORY[2]}</p>"
    )
    assert text_of(page(body)) == [STORY[0], "أعمال الترميم", STORY[1], "الدعائم الأربع", "السياج", STORY[2]]


@pytest.mark.parametrize(
    "repeat",
    [
        f"<h2>{TITLE}</h2>",
        f"<p><b>{TITLE}</b></p>",
        f"<p>{TITLE} - {SITE}</p>",
        f"<p>{SITE} | {TITLE}</p>",
        f"<p>«{TITLE}».</p>",
        "<p>بَدْءُ ترميم  الجسر القديم، في المدينة بعد انتظار طويل</p>",
        f"<h2>{TITLE}</h2><p>{TITLE}</p>",
    ],
)
def test_the_headline_is_not_repeated_in_the_text(repeat: str) -> None:
    assert text_of(page(repeat + paragraphs(STORY))) == list(STORY)


def test_a_first_sentence_that_goes_on_from_the_headline_stays() -> None:
    opening = f"{TITLE}، هذا ما ينتظره سكان الأحياء القريبة منذ سنوات، كما تقول البلدية في بيانها."
    assert text_of(page(paragraphs([opening, *STORY]))) == [opening, *STORY]


def test_a_headline_repeated_late_in_the_story_stays() -> None:
    body = [*STORY, *STORY[::-1], TITLE + "."]
    assert text_of(page(paragraphs(body)))[-1] == TITLE + "."


def test_the_seeds_selectors_and_phrases() -> None:
    body = f"<div id='a'>{paragraphs(STORY[:2])}</div><div id='odd'>{paragraphs(STORY[2:])}</div>"
    assert text_of(page(body), seed(body="#odd")) == list(STORY[2:])
    assert text_of(page(body), seed(prune=["#a"])) == list(STORY[2:])
    phrase = "<p>صوت الجزيرة - خاص: تقرير من المراسل</p>"
    assert text_of(page(phrase + paragraphs(STORY)), seed(boilerplate=["صوت الجزيرة - خاص"])) == list(STORY)
    assert text_of(page(phrase + paragraphs(STORY)))[0].startswith("صوت الجزيرة")
