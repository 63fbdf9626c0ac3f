"""JSON-LD: found among other blocks, read leniently, and never the cause of an exception."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from lxml.html import HtmlElement

from crawler.extraction.metadata.jsonld import (
    Node,
    node_types,
    parse_block,
    read_linked_data,
    text_value,
)

URL = "https://example.org/news/4812-bridge"
TITLE = "افتتاح جسر جديد على نهر العاصي في حماة"


def page(*blocks: object, kind: str = "application/ld+json") -> HtmlElement:
    texts = [block if isinstance(block, str) else json.dumps(block, ensure_ascii=False) for block in blocks]
    scripts = "".join(f'<script type="{kind}">{text}</script>' for text in texts)
    return html.document_fromstring(f"<html><head>{scripts}</head><body><p>x</p></body></html>")


def node(kind: str | list[str] = "NewsArticle", **fields: Any) -> dict[str, Any]:
    return {"@type": kind, **fields}


def article_node(tree: HtmlElement, *, url: str | None = None, title: str | None = None) -> Node | None:
    return read_linked_data(tree).article(url=url, title=title)


# ---- which node


@pytest.mark.parametrize(
    "kind",
    [
        "NewsArticle",
        "Article",
        "article",
        "BlogPosting",
        "https://schema.org/NewsArticle",
        "schema:ReportageNewsArticle",
    ],
)
def test_articles_of_every_type_are_found(kind: str) -> None:
    assert article_node(page(node(kind, headline="ع"))) == node(kind, headline="ع")


@pytest.mark.parametrize(
    "kind", ["WebSite", "Organization", "VideoObject", "Product", "BreadcrumbList", "", 7, None]
)
def test_what_is_no_article_is_not_taken_for_one(kind: Any) -> None:
    assert article_node(page({"@type": kind, "headline": "ع"})) is None


def test_containers_are_followed_and_lists_of_others_are_not() -> None:
    own = node(headline="ع")
    for block in (
        [own],
        {"@graph": [node("WebSite"), own]},
        [[{"@graph": [own]}]],
        node("WebPage", mainEntity=own),
    ):
        assert article_node(page(block)) == own
    for key in ("itemListElement", "hasPart", "mentions", "isRelatedTo", "liveBlogUpdate", "citation"):
        assert article_node(page(node("WebPage", **{key: [own]}))) is None


def test_the_most_telling_type_wins_then_the_first() -> None:
    blog, news, other = node("BlogPosting", headline="1"), node(headline="2"), node(headline="3")
    assert read_linked_data(page(blog, news, other)).ranked() == [news, other, blog]


def test_the_node_of_this_page_wins_over_a_more_telling_type() -> None:
    other = node(url="https://example.org/news/77-x", headline="خبر آخر عن شيء لا صلة له بالأول")
    for own in (
        node("Article", url=URL),
        node("Article", mainEntityOfPage={"@id": URL + "/"}),
        node("Article", headline=TITLE),
    ):
        assert article_node(page(other, own), url=URL, title=TITLE) == own


def test_a_node_that_names_another_address_and_headline_is_left_out_even_alone() -> None:
    other = node(url="https://example.org/news/77-x", headline="خبر آخر عن شيء لا صلة له بالأول")
    assert article_node(page(other), url=URL, title=TITLE) is None
    # One of the two may be the site's mistake.
    assert article_node(page(other), url=URL) == other
    assert article_node(page({**other, "headline": TITLE}), url=URL, title=TITLE) is not None
    assert article_node(page({**other, "url": URL}), url=URL, title=TITLE) is not None


def test_references_are_resolved() -> None:
    person = {"@type": "Person", "@id": "#p", "name": "سامر"}
    data = read_linked_data(page({"@graph": [person, node(author={"@id": "#p"})]}))
    assert data.resolve(data.articles[0]["author"]) == person
    assert data.resolve({"@id": "#unknown"}) == {"@id": "#unknown"}
    assert data.resolve("سامر") == "سامر"


def test_other_scripts_are_not_read() -> None:
    assert article_node(page(node(), kind="text/javascript")) is None
    assert article_node(page(node(), kind="application/json")) is None
    assert article_node(page(node(), kind="application/ld+json; charset=utf-8")) is not None
    assert article_node(page(node(), kind="Application/LD+JSON")) is not None


# ---- lenient reading


@pytest.mark.parametrize(
    "block",
    [
        '{"@type": "NewsArticle", "headline": "سطر\nآخر\tهنا", "datePublished": "2024-12-04"}',
        '<!-- {"@type": "NewsArticle", "datePublished": "2024-12-04"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "datePublished": "2024-12-04"}\n//]]>',
        '/*<![CDATA[*/ {"@type": "NewsArticle", "datePublished": "2024-12-04"} /*]]>*/',
        '\ufeff{"@type": "NewsArticle", "datePublished": "2024-12-04"};',
        '{"@type": "NewsArticle", "keywords": ["أ", "ب",], "datePublished": "2024-12-04",}',
        '{"@type": "NewsArticle", "headline": "l\\\'eau \\x", "datePublished": "2024-12-04"}',
        '{"@type": "NewsArticle", "headline": "قال "الوزير" إن", "datePublished": "2024-12-04"}',
        '{"@type": "NewsArticle", "datePublished": "2024-12-04", "articleBody": "نص مقطوع في وسط',
        '{"@type": "WebSite"}{"@type": "NewsArticle", "datePublished": "2024-12-04"}',
        '{"@type": "WebSite"},\n{"@type": "NewsArticle", "datePublished": "2024-12-04"}',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;datePublished&quot;: &quot;2024-12-04&quot;}",
        '{"@type": ["NewsArticle"], "headline": "x" "y", "datePublished" : "2024-12-04" }',
    ],
)
def test_broken_blocks_are_read(block: str) -> None:
    found = article_node(page(block))
    assert found is not None
    assert found["datePublished"] == "2024-12-04"


def test_a_headline_with_bare_quotes_is_salvaged_whole() -> None:
    [found] = parse_block(
        '{"@type": "NewsArticle", "headline": "قال "الوزير" إن", "datePublished": "2024-12-04"}'
    )
    assert found["headline"] == 'قال "الوزير" إن'


def test_only_the_first_articles_fields_are_salvaged() -> None:
    first, second = (
        '{"@type": "NewsArticle", "headline": "أ "ب""}',
        '{"@type": "Article", "datePublished": "2020-01-01"}',
    )
    [found] = parse_block(f"[{first}x, {second}")
    assert "datePublished" not in found


@pytest.mark.parametrize(
    "block",
    ["", "   ", "null", "undefined", "{}", "[]", '"NewsArticle"', "{", "[[[", "<!-- -->", "12", "{{title}}"],
)
def test_blocks_without_an_article_are_passed_over(block: str) -> None:
    assert article_node(page(block)) is None


def test_fields_as_clean_text() -> None:
    fields = {
        "a": " قال&nbsp;&quot;الوزير&quot;\n إن ",
        "b": ["", "أ"],
        "c": {"@value": "ج"},
        "d": {"name": "د"},
        "e": 2024,
    }
    assert [text_value(fields, key) for key in "abcdexyz"] == [
        'قال "الوزير" إن',
        "أ",
        "ج",
        "د",
        "2024",
        None,
        None,
        None,
    ]
    nothings: tuple[Any, ...] = ("", "  ", [], {}, None, True, 1.5, {"@value": {}}, 10**30)
    for nothing in nothings:
        assert text_value({"a": nothing}, "a") is None
    assert node_types({"@type": ["http://schema.org/Article", 5, "Thing"]}) == ["article", "thing"]


# ---- bounds


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["Article", "@type", URL]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["@type", "@graph", "@id", "url", "headline", "mainEntity", "mainEntityOfPage", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(_JSON, st.text(max_size=80)), st.integers(0, 200))
def test_no_block_makes_it_raise(value: Any, cut: int) -> None:
    block = value if isinstance(value, str) else json.dumps(value)
    for text in (block, block[:cut]):
        data = read_linked_data(page(text.replace("<", "")))
        data.ranked(url=URL, title=TITLE)
        for found in (*data.articles, *data.pages):
            text_value(found, "headline")
            data.resolve(found.get("url"))


def test_hostile_blocks_take_no_time() -> None:
    started = time.perf_counter()
    for block in (
        "[" * 500_000,
        '{"@graph":' * 100_000,
        '{"@type":"NewsArticle","headline":"' * 25_000,
        '{"@type": "NewsArticle", "headline": "' + '" ' * 400_000,
        '"' * 900_000,
        "\\" * 900_000,
        "{" + " " * 900_000,
        "x" * 5_000_000,
        '{"@type": "NewsArticle", "n": ' + "9" * 100_000 + "}",
    ):
        parse_block(block)
    assert time.perf_counter() - started < 2


def test_the_number_of_blocks_is_bounded() -> None:
    many = page(*[node(headline=str(number)) for number in range(500)])
    assert 0 < len(read_linked_data(many).articles) < 100
    one = page([[node(headline="ع")] * 1500] * 4)
    assert 0 < len(read_linked_data(one).articles) <= 2000
