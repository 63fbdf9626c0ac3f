"""Stories that stand in a page's scripts or in its JSON-LD alone, and shells that have none."""

import json
from html import escape
from typing import Any

import pytest

from crawler.extraction import EmptyBody, NotArticleReason, extract
from tests.support.pages import RELATED, STORY, TITLE, URL, paragraphs

HTML = paragraphs(STORY)
OTHER = {"title": RELATED[0], "content": f"<p>{'نص خبر آخر لا علاقة له بهذه الصفحة. ' * 30}</p>"}
DESCRIPTION = f'<meta property="og:description" content="{escape(STORY[0][:90])}">'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _state(article: dict[str, Any]) -> dict[str, Any]:
    return {
        "props": {"pageProps": {"article": article, "related": [OTHER]}},
        "page": "/news/[id]",
        "buildId": "x",
    }


BLOCKS = [{"type": "paragraph", "data": {"text": text}} for text in STORY]
NESTED = {"type": "doc", "content": [{"type": "p", "children": [{"text": text}]} for text in STORY]}
ARTICLES: dict[str, dict[str, Any]] = {
    "html": {"id": 1, "title": TITLE, "content": HTML},
    "plain": {"headline": TITLE, "body": "\n\n".join(STORY)},
    "rendered": {"title": {"rendered": TITLE}, "content": {"rendered": HTML}},
    "blocks": {"title": TITLE, "blocks": BLOCKS},
    "nested": {"title": TITLE, "body": NESTED},
    "escaped": {"title": TITLE, "content": escape(HTML)},
}
SCRIPTS = {
    "json": '<script id="__NEXT_DATA__" type="application/json">{}</script>',
    "island": '<script type="application/json" data-island>{}</script>',
    "assigned": "<script>window.__INITIAL_STATE__={};(function(){{var s;}})();</script>",
    "call": "<script>bootstrap({}, true);</script>",
}


def _page(script: str, *, shown: str = '<div id="root"></div>', head: str = "") -> bytes:
    return (
        f'<html lang="ar"><head><title>{TITLE}</title><meta property="og:type" content="article">'
        f'<meta property="og:title" content="{TITLE}">{head}</head><body>{shown}{script}</body></html>'
    ).encode()


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("article", ARTICLES)
def test_a_story_in_a_frameworks_state(script: str, article: str) -> None:
    html = _page(SCRIPTS[script].format(_json(_state(ARTICLES[article]))))
    assert extract(html, URL).text.split("\n\n") == list(STORY)


def test_a_state_that_is_a_string_of_json() -> None:
    quoted = json.dumps(_json(_state(ARTICLES["html"])))
    assert extract(_page(f"<script>window.S = JSON.parse({quoted})</script>"), URL).text.startswith(STORY[0])


def test_a_stream_of_server_components() -> None:
    text = f"1:{_json([['$', 'p', None, {'title': TITLE}]])}\n2:T{len(HTML.encode()):x},{HTML}"
    half = len(text) // 2
    pushed = "".join(
        f"<script>self.__next_f.push([1,{_json(part)}])</script>" for part in (text[:half], text[half:])
    )
    assert extract(_page(pushed, head=DESCRIPTION), URL).text.split("\n\n") == list(STORY)


def test_a_story_found_by_its_beginning_alone() -> None:
    state = {"pageData": {"nodes": [OTHER, {"html": HTML}]}}
    html = _page(SCRIPTS["json"].format(_json(state)), head=DESCRIPTION)
    assert extract(html, URL).text.split("\n\n") == list(STORY)


def test_the_body_in_json_ld() -> None:
    for body in ("\n\n".join(STORY), HTML, escape(HTML)):
        data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": body}
        html = _page("", head=f'<script type="application/ld+json">{_json(data)}</script>')
        assert extract(html, URL).text.split("\n\n") == list(STORY)


def test_a_shown_teaser_gives_way_to_the_story() -> None:
    shown = f"<h1>{TITLE}</h1><p>{STORY[0]}</p>"
    html = _page(SCRIPTS["json"].format(_json(_state(ARTICLES["html"]))), shown=shown)
    assert extract(html, URL).text.split("\n\n") == list(STORY)


def test_a_shown_story_stays_what_it_is() -> None:
    shown = f"<h1>{TITLE}</h1>{paragraphs([*STORY, RELATED[1]])}"
    html = _page(SCRIPTS["json"].format(_json(_state(ARTICLES["html"]))), shown=shown)
    assert extract(html, URL).text.split("\n\n") == [*STORY, RELATED[1]]


@pytest.mark.parametrize(
    "script", ["<script src='/app.js'></script>", SCRIPTS["json"].format(_json(_state(OTHER)))]
)
def test_a_shell_without_its_story_is_a_reason_of_its_own(script: str) -> None:
    with pytest.raises(EmptyBody) as caught:
        extract(_page(script, head=DESCRIPTION), URL)
    assert caught.value.reason is NotArticleReason.SCRIPT_SHELL


def test_a_film_below_a_headline_is_no_shell() -> None:
    with pytest.raises(EmptyBody) as caught:
        extract(_page("<script src='/app.js'></script>", shown=f"<h1>{TITLE}</h1><video></video>"), URL)
    assert caught.value.reason is NotArticleReason.NO_TEXT
