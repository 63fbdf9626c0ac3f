"""However the blocks around a story are named, the story is read; what is none of it still goes."""

import pytest

from crawler.extraction import EmptyBody, extract
from crawler.extraction.boilerplate.by_markup import drop_clutter
from crawler.extraction.element_names import BoilerplateName, boilerplate_name, is_state
from crawler.parsing.markup import html_tree
from tests.support.pages import RELATED, STORY, TITLE, URL, links, paragraphs

NAMES = (
    "content-with-sidebar",
    "layout-related",
    "comments-open",
    "page-has-footer",
    "share-enabled",
    "sidebar-layout",
    "related-content",
    "widget-text",
    "main-sidebar-content",
    "modal-content",
    "secondary-content",
    "latest-news-page",
    "post-share-wrapper",
)
NOTICE = "يستخدم موقعنا ملفات تعريف الارتباط لتحسين تجربتك ولعرض إعلانات مناسبة، ويمكنك تغيير ذلك متى شئت."
COMMENTS = ("شكراً على هذا الخبر المهم وبارك الله في جهودكم الطيبة دائماً وأبداً",) * 12
DESCRIPTION = f'<meta name="description" content="{STORY[0][:90]}">'


def _article(inner: str, head: str = "") -> list[str]:
    html = (
        f"<html><head><title>{TITLE}</title><meta property='og:type' content='article'>{head}</head><body>"
        f"<header><a href='/'>الموقع</a></header>{inner}<div class='legal'><p>{NOTICE}</p></div></body>"
    )
    return extract(html.encode(), URL).text.split("\n\n")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "<main><h1>{title}</h1><div class='{name}'>{story}</div></main>",
        "<h1>{title}</h1><section id='{name}'><div class='{name}'><div>{story}</div></div></section>",
        "<h1>{title}</h1><article class='{name}'>{story}</article>",
        "<main class='{name}'><h1>{title}</h1><div>{story}</div></main>",
        "<h1>{title}</h1><div class='{name}'>{story}</div><div class='related-posts'>{links}</div>",
    ],
    ids=["block", "nested", "article", "main", "with related"],
)
def test_a_story_in_a_block_of_any_name(name: str, form: str) -> None:
    story = paragraphs(STORY)
    assert _article(form.format(title=TITLE, name=name, story=story, links=links()))[: len(STORY)] == list(
        STORY
    )


@pytest.mark.parametrize("name", NAMES)
def test_paragraphs_each_in_a_block_of_such_a_name(name: str) -> None:
    story = "".join(f"<div class='{name}'><p>{text}</p></div>" for text in STORY)
    assert _article(f"<main><h1>{TITLE}</h1><div>{story}</div></main>")[: len(STORY)] == list(STORY)


@pytest.mark.parametrize("name", ["widget", "sidebar", "secondary", "related", "modal"])
def test_a_block_called_furniture_outright_is_read_where_all_the_text_is_in_it(name: str) -> None:
    assert _article(f"<main><h1>{TITLE}</h1><div class='{name}'>{paragraphs(STORY)}</div></main>") == list(
        STORY
    )


@pytest.mark.parametrize("name", ["comments-area", "site-footer", "newsletter-form"])
def test_only_the_pages_own_word_makes_a_story_of_comments_and_footers(name: str) -> None:
    page = f"<main><h1>{TITLE}</h1><div class='{name}'>{paragraphs(STORY)}</div></main>"
    assert _article(page, DESCRIPTION)[: len(STORY)] == list(STORY)
    with pytest.raises(EmptyBody):
        extract(f"<html><head><title>{TITLE}</title></head><body>{page}".encode(), URL)


def test_a_block_that_goes_counts_for_the_doubt_where_it_has_more_than_all_that_stays() -> None:
    def amount(story: str) -> int:
        tree = html_tree(f"<html><body><p>{STORY[1]}</p><div class='modal'>{story}</div></body></html>")
        assert tree is not None
        judgement = drop_clutter(tree.find("body"))
        assert len(judgement.doomed) == 1
        return judgement.running_text

    assert amount(f"<p>{STORY[0]}</p><p>{STORY[3][:40]}</p>") > len(STORY[1]) + len(STORY[0])
    assert amount(f"<p>{STORY[0][:90]}</p>") == len(STORY[1])
    assert amount(f"<p>{STORY[0]}</p><p>{STORY[3][:40]}</p><a href='/x'>المزيد</a>") == len(STORY[1])


def test_comments_longer_than_the_story_are_none_of_it() -> None:
    comments = f"<div class='comments-area'>{paragraphs(COMMENTS)}</div>"
    for name in ("text", "content-with-sidebar"):
        page = f"<main><h1>{TITLE}</h1><div class='{name}'>{paragraphs(STORY[:2])}</div>{comments}</main>"
        assert _article(page)[:2] == list(STORY[:2])
        assert COMMENTS[0] not in _article(page)


def test_other_stories_with_their_openings_are_none() -> None:
    cards = "".join(
        f"<div><h3><a href='/{n}'>{text}</a></h3><p>{STORY[n]}</p></div>" for n, text in enumerate(RELATED)
    )
    head = f"<html><head><title>{TITLE}</title></head>"
    html = f"{head}<body><h1>{TITLE}</h1><div class='related-posts'>{cards}</div>"
    with pytest.raises(EmptyBody):
        extract(html.encode(), URL)


@pytest.mark.parametrize(
    ("name", "strength"),
    [
        ("sidebar", BoilerplateName.WHOLLY),
        ("sidebar-2", BoilerplateName.WHOLLY),
        ("related-posts", BoilerplateName.WHOLLY),
        ("content-with-sidebar", BoilerplateName.PARTLY),
        ("site-footer", BoilerplateName.NEVER_STORY),
        ("comments-area", BoilerplateName.NEVER_STORY),
        ("has-sidebar", BoilerplateName.NO),
        ("entry-content", BoilerplateName.NO),
        ("related-to-war", BoilerplateName.PARTLY),
    ],
)
def test_what_a_name_says(name: str, strength: BoilerplateName) -> None:
    assert boilerplate_name(name, "") is strength
    assert boilerplate_name("", name) is strength


def test_a_state_is_no_thing() -> None:
    assert all(
        map(is_state, ("has-sidebar", "comments-open", "content-with-ads", "layout-related", "share-enabled"))
    )
    assert not any(map(is_state, ("sidebar", "comments", "related-posts", "share-buttons")))


@pytest.mark.parametrize("tag", ["o:p", 'div"x', "article"])
def test_a_page_is_read_again_whatever_its_tags_are_called(tag: str) -> None:
    # The description is of another text, so what is read first is doubted.
    other = '<meta name="description" content="وصف لا علاقة له بما تقوله هذه الصفحة عن أي شيء آخر">'
    inner = f"<{tag}><h1>{TITLE}</h1><div>{paragraphs(STORY)}</div></{tag}>"
    assert _article(inner, other)[: len(STORY)] == list(STORY)
