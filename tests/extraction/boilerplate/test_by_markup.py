"""What is dropped for its name or role, and what is spared because it holds the story."""

import pytest
from lxml.html import HtmlElement

from crawler.extraction.boilerplate.by_markup import drop_clutter, drop_invisible
from crawler.parsing.markup import html_tree

STORY = "<div class='entry-content'>قالت البلدية إن العمل يبدأ غداً.</div>"


def _left(markup: str) -> str:
    tree = html_tree(f"<html><body>{markup}</body></html>")
    assert tree is not None
    body: HtmlElement = tree.find("body")
    drop_invisible(body)
    drop_clutter(body)
    return " ".join("".join(body.itertext()).split())


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<nav>قائمة</nav> نص", "نص"),
        ("<div role='navigation'>قائمة</div> نص", "نص"),
        ("<div role='main'>نص</div>", "نص"),
        ("<div hidden>سر</div> نص", "نص"),
        ("<div aria-hidden='true'>سر</div> نص", "نص"),
        ("<div aria-hidden='false'>نص</div>", "نص"),
        ("<div style='display: none'>سر</div> نص", "نص"),
        ("<div style='display: block'>نص</div>", "نص"),
        ("<div id='sidebar'>جانب</div> نص", "نص"),
        ("<div class='with-sidebar'>نص</div>", "نص"),
        ("<p class='related'>انظر</p> نص", "نص"),
        ("<p class='related-to-war'>نص</p>", "نص"),
        ("<script>x</script><select><option>س</option></select> نص", "نص"),
        ("<amp-ad>إعلان</amp-ad> نص", "نص"),
    ],
)
def test_names_and_roles(markup: str, left: str) -> None:
    assert _left(markup) == left


def test_what_holds_the_one_story_is_spared_whatever_it_is_called() -> None:
    assert "البلدية" in _left(f"<div class='sidebar'>{STORY}</div>")
    assert _left(f"<div class='sidebar'>{STORY}{STORY}</div>") == ""


def test_a_story_counts_only_until_it_is_dropped() -> None:
    # The inner aside holds two, and goes; the outer box is left with one.
    nested = f"<div class='sidebar'><div class='widget'>{STORY}{STORY}</div>{STORY}</div>"
    assert _left(nested) == ""
    inside = f"<div class='sidebar'><aside>{STORY}{STORY}</aside>{STORY}</div>"
    assert _left(inside).count("البلدية") == 1
