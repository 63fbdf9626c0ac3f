"""Plain text out of the bits of HTML that sources carry: titles, summaries, full texts of feed entries."""

import html
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from crawler.parsing.markup import html_tree

_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "iframe", "figure", "form", "button", "select", "svg",
     "video", "audio", "object", "head"}
)  # fmt: skip
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
     "i", "img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
     "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)  # fmt: skip
_BORDER = "\x1e"
"""Stands where a block begins or ends: ASCII's record separator, which parsing takes out of texts."""
_BLANK_LINE = re.compile(r"\n\s*\n")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# WordPress ends each entry of a feed with "The post X appeared first on Y.", in the site's language.
_FEED_TRAILER = re.compile(
    r"\A(?:The post\b.*\bappeared first on\b|(?:ظهرت|نُشر|نشر)\s.*\s(?:أولاً|أولًا|أولا|اولا)\s(?:على|في)\s)",
    re.DOTALL,
)


def one_line(text: str | None) -> str | None:
    """A title or name as one line of plain text; None where nothing is left.

    Undoes entities, twice where a source escaped them twice, and takes away tags.
    """
    if not text:
        return None
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub("", html.unescape(_TAG.sub("", text))))
    return " ".join(text.split()) or None


def paragraphs(fragment: str | None) -> str | None:
    """The paragraphs of a piece of HTML, joined by blank lines; None where nothing is left."""
    if not fragment:
        return None
    lines = [" ".join(block.split()) for block in _blocks(fragment)]
    lines = list(filter(None, lines))
    if lines and _FEED_TRAILER.match(lines[-1]):
        lines.pop()
    return "\n\n".join(lines) or None


def _blocks(fragment: str) -> list[str]:
    """The text between the borders of blocks and line breaks, in order; without tags between blank lines."""
    if "<" not in fragment:
        return _BLANK_LINE.split(html.unescape(fragment))
    root = html_tree(fragment)
    if root is None:
        return []
    return "".join(_pieces(root)).split(_BORDER)


def _pieces(root: HtmlElement) -> Iterator[str]:
    """The pieces of text of an element, with `_BORDER` where a block or line begins or ends."""
    yield root.text or ""
    # An explicit stack of open elements: hostile nesting must not reach Python's recursion limit.
    stack = [(root, iter(root))]
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield _border(element)
            yield element.tail or ""
        elif _is_dropped(child):
            yield child.tail or ""
        else:
            yield _border(child)
            yield child.text or ""
            stack.append((child, iter(child)))


def _border(element: HtmlElement) -> str:
    return "" if element.tag in _INLINE else _BORDER


def _is_dropped(element: HtmlElement) -> bool:
    return not isinstance(element.tag, str) or element.tag in _DROPPED
