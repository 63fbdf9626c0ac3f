"""Plain text out of the bits of HTML that sources carry: titles, summaries, full texts of feed entries."""

import html
import re

from crawler.parsing.lines import lines_of
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
    return [] if root is None else lines_of(root, is_break=_is_border, skipped=_DROPPED)


def _is_border(tag: str) -> bool:
    return tag not in _INLINE
