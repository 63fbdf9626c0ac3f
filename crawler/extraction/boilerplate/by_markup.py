"""Taking out what the markup itself says is none of the story: menus, share bars, comments, sidebars.

Judged by tag names, ARIA roles, and the words of `class` and `id`, as themes and content systems write them.
A word alone is not enough: an element that holds the page's headline, or most of the text behind it, stays
whatever it is called (``<div class="post has-sidebar related-top">``); `prose_guard` weighs that.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from lxml.html import HtmlElement

from crawler.extraction.body.amount_guard import DropDecision, Notices, Suspect, blocks_to_drop, no_notices
from crawler.extraction.element_names import BoilerplateName, boilerplate_name

_INVISIBLE = (
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "map"),
    *("dialog", "button", "select", "input", "textarea", "video", "audio", "link", "meta"),
    *("amp-ad", "amp-sidebar", "amp-social-share", "amp-analytics"),
)
_STRUCTURE = {
    "nav": BoilerplateName.NEVER_STORY,
    "footer": BoilerplateName.NEVER_STORY,
    "menu": BoilerplateName.NEVER_STORY,
    "aside": BoilerplateName.WHOLLY,
}
_TELLING = frozenset({"class", "id", "style", "itemprop", "role", "hidden", "aria-hidden"})
"""Attributes that are looked at; half of a page's elements have none of them."""
_ROLES = {
    **dict.fromkeys(
        ("navigation", "banner", "contentinfo", "search", "menu", "menubar"), BoilerplateName.NEVER_STORY
    ),
    **dict.fromkeys(("complementary", "dialog", "alert"), BoilerplateName.WHOLLY),
}
_SEEN_APART = frozenset({"role", "hidden", "aria-hidden", "style", "itemprop"})
"""Those of them that are looked at element by element; `class` and `id` are judged once for all."""
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_STORY_CLASSES = (" entry-content ", " post-content ", " article-body ", " article-content ")
_PROTECTED_TAGS = frozenset(
    {
        "html",
        "body",
        "main",
        "article",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "td",
        "tr",
        "tbody",
        "blockquote",
        "b",
        "strong",
    }
)
_WHOLE_TAGS = frozenset({"html", "body", "main", "head", "td", "tr", "tbody", "h1"})


def drop_invisible(body: HtmlElement) -> None:
    """Take out what no reader reads as text: scripts, styles, frames, controls. Tails stay."""
    for element in list(body.iter(*_INVISIBLE)):
        drop(element)


def drop_clutter(
    body: HtmlElement,
    *,
    selectors: tuple[str, ...] = (),
    headline: HtmlElement | None = None,
    openings: tuple[str, ...] = (),
    by_name: bool = True,
    notices: Notices = no_notices,
) -> DropDecision:
    """Take out the blocks whose markup names them as furniture.

    Args:
        body: The page's body; changed in place.
        selectors: CSS selectors of further blocks to take out, from the site's seed. Invalid ones are passed
            over.
        headline: The element that shows the headline, if any: the story stands behind it.
        openings: How the story begins by the page's other statements, as skeletons (`arabic.skeleton`).
        by_name: Whether names count that merely contain a word for furniture.
        notices: Finds the notices of the site behind the headline.

    Returns:
        What was taken out, and how much running text there was that can be the story's.
    """
    _drop_selected(body, selectors)
    suspects, stories = _suspects(body, headline, by_name=by_name)
    headed = _around_headlines(body, headline)
    spared_by_nature: set[HtmlElement] = set()
    gone: set[HtmlElement] = set()
    # What tags and roles say is judged first: the story's element counts only while it isn't dropped.
    for suspect in sorted(suspects, key=lambda suspect: not suspect.by_structure):
        element = suspect.element
        is_headed = element in headed and element.tag not in ("nav", "footer")
        if is_headed or (stories[element] == 1 and element not in gone):
            spared_by_nature.add(element)
        elif element not in gone:
            gone.update(element.iter())
            if count := stories[element]:
                stories.subtract(dict.fromkeys(element.iterancestors(), count))
    doubtful = [suspect for suspect in suspects if suspect.element not in spared_by_nature]
    judgement = blocks_to_drop(body, headline, doubtful, openings, by_name=by_name, notices=notices)
    for element in judgement.doomed:
        drop(element)
    return judgement


def _drop_selected(body: HtmlElement, selectors: tuple[str, ...]) -> None:
    for selector in selectors:
        try:
            elements = body.cssselect(selector)
        except Exception:  # noqa: BLE001, S112 - cssselect raises a dozen kinds for a bad selector; seeds are validated
            continue
        for element in elements:
            if element is not body:
                drop(element)


def _suspects(
    body: HtmlElement, headline: HtmlElement | None, *, by_name: bool
) -> tuple[list[Suspect], Counter[HtmlElement]]:
    """The blocks that markup names as furniture, in order, and how many story elements each element holds."""
    suspects: list[Suspect] = []
    stories: Counter[HtmlElement] = Counter()
    behind = headline is None
    # XPath would say it shorter, and takes ten times as long.
    for element in body.iterdescendants():
        if element is headline:
            behind = True
        tag, keys = element.tag, element.keys()
        if _TELLING.isdisjoint(keys):
            if tag not in _STRUCTURE:
                continue
            structure, strength, is_story = _judged(tag, "", "", by_name)
        elif _SEEN_APART.isdisjoint(keys):
            names, identity = element.get("class", ""), element.get("id", "")
            structure, strength, is_story = _judged(tag, names, identity, by_name)
        else:
            structure, strength, is_story = _judged_apart(element, by_name)
        if structure or strength:
            suspects.append(Suspect(element, max(structure, strength), behind, by_structure=bool(structure)))
        if is_story:
            stories.update((element, *element.iterancestors()))
    return suspects, stories


_Judgement = tuple[BoilerplateName, BoilerplateName, bool]
"""How surely an element's tag, role and visibility, and how surely its names make it furniture; whether its
attributes name it as a story's."""


@lru_cache(maxsize=8192)
def _judged(tag: str, classes: str, identity: str, by_name: bool) -> _Judgement:
    """The judgement on elements that have no other attributes that are looked at; a site repeats them."""
    is_story = _is_story(classes, "")
    if tag in _WHOLE_TAGS:
        return BoilerplateName.NO, BoilerplateName.NO, is_story
    structure = _STRUCTURE.get(tag, BoilerplateName.NO)
    return structure, _name_strength(tag, classes, identity, by_name), is_story


def _judged_apart(element: HtmlElement, by_name: bool) -> _Judgement:
    """The judgement on an element that has a role, a style and the like."""
    tag, classes = element.tag, element.get("class", "")
    structure, strength, _ = _judged(tag, classes, element.get("id", ""), by_name)
    if tag not in _WHOLE_TAGS:
        structure = structure or _structure(element)
        if not strength and _HIDDEN_STYLE.search(element.get("style", "")[:500]):
            strength = BoilerplateName.WHOLLY
    return structure, strength, _is_story(classes, element.get("itemprop", ""))


def _structure(element: HtmlElement) -> BoilerplateName:
    """What the role says of an element, and whether it is hidden."""
    if (role := element.get("role")) in _ROLES:
        return _ROLES[role]
    is_hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    return BoilerplateName.WHOLLY if is_hidden else BoilerplateName.NO


def _name_strength(tag: str, classes: str, identity: str, by_name: bool) -> BoilerplateName:
    strength = boilerplate_name(classes, identity, tag in _PROTECTED_TAGS)
    return BoilerplateName.NO if strength is BoilerplateName.PARTLY and not by_name else strength


def _around_headlines(body: HtmlElement, headline: HtmlElement | None) -> set[HtmlElement]:
    """The elements around a headline: the page's own, or one that is marked as the page's first."""
    headings = [*body.iter("h1"), *([headline] if headline is not None else [])]
    return {element for heading in headings for element in (heading, *heading.iterancestors())}


def drop(element: HtmlElement) -> None:
    """Remove an element with its content, and keep the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    element.tail = None
    parent.remove(element)


def drop_all(elements: Iterable[HtmlElement]) -> None:
    """Remove elements with their content, and keep the texts that follow them."""
    for element in elements:
        drop(element)


@lru_cache(maxsize=8192)
def _is_story(classes: str, itemprop: str) -> bool:
    """Whether an element's attributes name it as a story's."""
    return "articleBody" in itemprop or any(name in f" {classes} " for name in _STORY_CLASSES)
