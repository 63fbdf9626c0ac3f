"""Plain text out of the bits of HTML that sources carry: titles, summaries, full texts of feed entries."""

import html
import re

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
    if not fragment or not fragment.strip():
        return None
    blocks = _blocks(fragment) if "<" in fragment else re.split(r"\n\s*\n", html.unescape(fragment))
    clean = [line for block in blocks if (line := " ".join(block.split()))]
    if clean and _FEED_TRAILER.match(clean[-1]):
        clean.pop()
    return "\n\n".join(clean) or None


def _blocks(fragment: str) -> list[str]:
    """The text between the borders of block elements and line breaks, in order."""
    root = html_tree(fragment)
    if root is None:
        return []
    blocks: list[list[str]] = [[]]
    # An explicit stack of open elements: hostile nesting must not reach Python's recursion limit.
    stack = [(root, iter(root))]
    blocks[-1].append(root.text or "")
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if element.tag not in _INLINE:
                blocks.append([])
            if stack:
                blocks[-1].append(element.tail or "")
        elif not isinstance(child.tag, str) or child.tag in _DROPPED:
            blocks[-1].append(child.tail or "")
        else:
            if child.tag not in _INLINE:
                blocks.append([])
            blocks[-1].append(child.text or "")
            stack.append((child, iter(child)))
    return ["".join(parts) for parts in blocks]
