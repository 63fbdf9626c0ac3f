"""The text of HTML in lines, as blocks and `br` break it.

One walk for all that reads text line by line: an element's lines as texts, or as the pieces they are made of.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml.etree import iterwalk
from lxml.html import HtmlElement

BLOCK_TAGS = frozenset(
    (
        *("p", "div", "section", "article", "main", "body", "center", "blockquote", "pre", "address", "hr"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "aside", "figure", "figcaption"),
        *("ul", "ol", "li", "dt", "dd", "table", "tr", "td", "th", "fieldset", "details", "summary"),
    )
)
"""Elements that begin and end a line."""
_BREAKS = BLOCK_TAGS | {"br"}
_EVENTS = ("start", "end")


class Piece(NamedTuple):
    """A piece of text in a line: the `text` of its element, or the `tail` behind it."""

    element: HtmlElement
    is_tail: bool
    text: str
    is_linked: bool
    """Whether it stands in a link."""

    def clear(self) -> None:
        """Take the text out of the tree."""
        if self.is_tail:
            self.element.tail = None
        else:
            self.element.text = None


def pieces_by_line(root: HtmlElement) -> Iterator[list[Piece]]:
    """The lines of an element in order, each with its pieces of text; lines without a piece are left out.

    A piece can be blank.
    """
    line: list[Piece] = []
    links = 0
    for event, element in iterwalk(root, events=_EVENTS):
        is_start = event == "start"
        if line and element.tag in _BREAKS:
            yield line
            line = []
        if element.tag == "a":
            links += 1 if is_start else -1
        text = element.text if is_start else element.tail
        if text and (is_start or element is not root):
            line.append(Piece(element, not is_start, text, links > 0))
    if line:
        yield line


def lines_of(
    root: HtmlElement,
    *,
    is_break: Callable[[str], bool] = _BREAKS.__contains__,
    skipped: frozenset[str] = frozenset(),
) -> list[str]:
    """The lines of an element's text in order, white space collapsed, without empty ones.

    Args:
        root: The element; its tail is not read.
        is_break: Whether elements of a tag begin and end a line.
        skipped: Tags of elements that are left out with all that is in them.
    """
    if len(root) == 0:
        line = " ".join((root.text or "").split())
        return [line] if line else []
    parts: list[str] = []
    walker = iterwalk(root, events=_EVENTS)
    for event, element in walker:
        is_start = event == "start"
        if element.tag in skipped:
            if is_start:
                walker.skip_subtree()
                continue
        elif is_break(element.tag):
            parts.append("\n")
        text = element.text if is_start else element.tail
        if text and (is_start or element is not root):
            parts.append(text.replace("\n", " "))
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return list(filter(None, lines))


def text_of(root: HtmlElement) -> str:
    """An element's lines as one text."""
    return "\n".join(lines_of(root))
