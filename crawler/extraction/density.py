"""How much of an element is running text, how much is links, and what its name says of it."""

import re
from functools import lru_cache

from lxml.html import HtmlElement

from crawler.extraction.element_names import is_state

_INLINE = frozenset(
    {
        "a",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "span",
        "font",
        "br",
        "mark",
        "sup",
        "sub",
        "bdi",
        "bdo",
        "small",
        "big",
        "s",
        "q",
        "abbr",
        "cite",
        "time",
        "ins",
    }
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Burmese, Khmer, kana and Chinese characters."""
MIN_LINKED_HEADING = 12
"""Characters; shorter linked headings are names of sections."""

_GOOD = re.compile(
    r"articlebody|article[-_]?(?:body|text|content|detail|inner|main|desc)|(?:entry|post|story|news|single|"
    r"page|node|the|item|details?|inner|topic|content|main)"
    r"[-_]?(?:content|body|text|story|details?|desc(?:ription)?|article)\b|(?:^|[-_ ])(?:article|story|"
    r"content|entry|post|text|body|details|longdesc|paragraph)(?:$|[-_ ])|field-name-body|mw-content",
    re.IGNORECASE,
)
_BAD = re.compile(
    r"comment|footer|sidebar|widget|menu|(?:^|[-_ ])nav|banner|promo|share|social|related|teaser|card|"
    r"listing|login|cookie|popup|about|caption|(?:^|[-_ ])ads?(?:$|[-_ ])|loop|archive|excerpt|carousel|"
    r"slider",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"comment|footer|menu|(?:^|[-_ ])nav|login|cookie|teaser|card|listing|carousel|slider", re.IGNORECASE
)
"""Names of what has a text of its own, whatever else may be named wrongly."""
_BUILDER = re.compile(r"(?<![\w-])elementor-(?:widget(?:-container|-wrap)?|element)(?![\w-])")
"""Names that a page builder gives to every part of a page, the story too."""
_GOOD_NAME = 1.4
_BAD_NAME = 0.35


def own_prose(element: HtmlElement) -> int:
    """Characters of an element's own running text: inline children count, links and blocks inside don't."""
    total = words(element.text)
    for child in element:
        if isinstance(child.tag, str) and child.tag in _INLINE and child.tag != "a":
            if next(child.iterdescendants("a"), None) is None:
                if len(child) == 0 or next(child.iterdescendants("p"), None) is None:
                    total += words("".join(child.itertext()))
            else:
                total += own_prose(child)
        total += words(child.tail)
    return total


def link_chars(element: HtmlElement) -> int:
    """Characters of link texts inside an element, or of the element where it is a link or inside one."""
    if element.tag == "a":
        return len(" ".join("".join(element.itertext()).split()))
    return sum(len(" ".join("".join(link.itertext()).split())) for link in element.iter("a"))


def linked_headings(element: HtmlElement) -> int:
    """How many headings inside an element are links: the headlines of other stories."""
    count = 0
    for heading in element.iter("h2", "h3", "h4", "h5"):
        link = next(heading.iterdescendants("a"), None)
        parent = heading.getparent()
        if link is None and parent is not None and parent.tag == "a":
            link = parent
        if link is not None and link.get("href", "").strip() not in ("", "#"):
            count += len("".join(heading.itertext()).strip()) >= MIN_LINKED_HEADING
    return count


def words(text: str | None) -> int:
    """Characters of running text; addresses and code, which have no spaces, are none.

    One letter of the scripts that write no spaces says as much as two or three of the others.
    """
    if not text or not (text := text.strip()):
        return 0
    if not text.isascii() and len(unspaced := _UNSPACED.findall(text)) * 2 > len(text):
        return len(text) + len(unspaced)
    return len(text) if len(text) < 30 or text.count(" ") * 25 >= len(text) else 0


@lru_cache(maxsize=8192)
def name_weight(names: str, *, by_name: bool = True) -> float:
    """How much more or less the names of an element let one expect a story in it; 1: nothing is known.

    Args:
        names: Classes and id.
        by_name: Whether names are believed that themes give to the surroundings of a story, too.
    """
    weight = 1.0
    names = " ".join(name for name in _BUILDER.sub("", names).split() if not is_state(name))
    if _GOOD.search(names):
        weight *= _GOOD_NAME
    if (_BAD if by_name else _OTHERS).search(names):
        weight *= _BAD_NAME
    return weight


def names_of(element: HtmlElement) -> str:
    """An element's classes and id."""
    return f"{element.get('class', '')} {element.get('id', '')}"[:400]
