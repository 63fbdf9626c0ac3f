"""How much of an element is running text, how much is links, and how likely its name is an article's."""

import re
from functools import lru_cache
from itertools import filterfalse

from lxml.html import HtmlElement

from crawler.extraction.element_names import is_state

_INLINE = frozenset(
    (
        *("b", "strong", "i", "em", "u", "span", "font", "br", "mark", "sup", "sub", "bdi", "bdo", "small"),
        *("big", "s", "q", "abbr", "cite", "time", "ins"),
    )
)
"""Elements whose text is part of the prose around them; that of links is counted apart."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Burmese, Khmer, kana and Chinese characters."""
SHORT_TEXT = 30
"""Characters of a text that can be running text without a space."""
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
_OTHER_TEXT = re.compile(
    r"comment|footer|menu|(?:^|[-_ ])nav|login|cookie|teaser|card|listing|carousel|slider", re.IGNORECASE
)
"""Names of what has text beside the article, whatever else may be named wrongly."""
_BUILDER = re.compile(r"(?<![\w-])elementor-(?:widget(?:-container|-wrap)?|element)(?![\w-])")
"""Names that a page builder gives to every part of a page, the article too."""
_GOOD_NAME = 1.4
_BAD_NAME = 0.35


def own_prose(element: HtmlElement) -> int:
    """Characters of an element's own running text: inline children count, links and blocks inside don't."""
    chars = _prose_chars(element.text)
    for child in element:
        if child.tag in _INLINE:
            chars += _inline_prose(child)
        chars += _prose_chars(child.tail)
    return chars


def _inline_prose(element: HtmlElement) -> int:
    if len(element) == 0:
        return _prose_chars(element.text)
    if next(element.iterdescendants("a"), None) is not None:
        return own_prose(element)
    if next(element.iterdescendants("p"), None) is not None:
        return 0
    return _prose_chars("".join(element.itertext()))


def text_chars(element: HtmlElement) -> int:
    """Characters of an element's text, white space collapsed."""
    return len(" ".join("".join(element.itertext()).split()))


def link_chars(element: HtmlElement) -> int:
    """Characters of link texts inside an element, or of the element where it is a link."""
    links = (element,) if element.tag == "a" else element.iter("a")
    return sum(map(text_chars, links))


def linked_headings(element: HtmlElement) -> int:
    """How many headings inside an element are links: the headlines of other articles."""
    return sum(map(_is_linked, element.iter("h2", "h3", "h4", "h5")))


def _is_linked(heading: HtmlElement) -> bool:
    link = next(heading.iterdescendants("a"), None)
    if link is None:
        link = heading.getparent()
    if link is None or link.tag != "a" or link.get("href", "").strip() in ("", "#"):
        return False
    return len("".join(heading.itertext()).strip()) >= MIN_LINKED_HEADING


def _prose_chars(text: str | None) -> int:
    """Characters of running text; addresses and code, which have no spaces, are none.

    One letter of the scripts that write no spaces says as much as two or three of the others.
    """
    if not text:
        return 0
    text = text.strip()
    length = len(text)
    if not text.isascii():
        unspaced = len(_UNSPACED.findall(text))
        if unspaced * 2 > length:
            return length + unspaced
    has_spaces = length < SHORT_TEXT or text.count(" ") * 25 >= length
    return length if has_spaces else 0


@lru_cache(maxsize=8192)
def name_weight(names: str, *, by_name: bool = True) -> float:
    """How much more or less likely the names of an element make an article in it; 1: nothing is known.

    Args:
        names: Classes and id.
        by_name: Whether names are believed that themes give to what surrounds an article, too.
    """
    names = " ".join(filterfalse(is_state, _BUILDER.sub("", names).split()))
    weight = _GOOD_NAME if _GOOD.search(names) else 1.0
    bad = _BAD if by_name else _OTHER_TEXT
    return weight * _BAD_NAME if bad.search(names) else weight


def names_of(element: HtmlElement) -> str:
    """An element's classes and id."""
    return f"{element.get('class', '')} {element.get('id', '')}"[:400]
