"""The lines of text around a headline, nearest first, as a reader's eye would take them."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from crawler.extraction.dates.place import heading_text, is_teaser

MAX_LINE = 170
"""A block with more text than this is no byline."""
MIN_LINE = 4
"""«أمس» and a mark; less holds no date."""
MAX_ELEMENTS = 60
"""Pieces of text in one byline; more is a table or a list."""
MAX_PROSE = 700
"""Characters of running text after the headline at which the search ends: the byline has been passed."""
MAX_BLOCKS = 500
"""Blocks looked at on either side of the headline."""
MAX_DEPTH = 60
"""How deep blocks are followed."""

_SILENT = frozenset({"script", "style", "noscript", "template", "svg"})
NO_BYLINE = _SILENT | {
    "iframe", "form", "select", "button", "nav", "aside", "figcaption", "figure", "video", "audio",
    "blockquote", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
"""Elements whose text is not read for dates."""
PROSE = frozenset({"p", "pre"})
"""Elements that hold running text."""


LineCache = dict[HtmlElement, str | None]
"""What `line_of` has said of the elements of one page, whose tree must not change in between."""


class Lines:
    """The lines of text on either side of a headline, nearest first.

    A block that is one line is given whole, and then in parts, unless the caller sets `done_with` in between.

    Args:
        headline: The headline's element.
        url: The page's address.
        cache: The lines that have been read of this page.
    """

    def __init__(self, headline: HtmlElement, url: str, cache: LineCache) -> None:
        self._headline = headline
        self._url = url
        self._cache = cache
        self._prose = 0
        self._blocks = 0
        self.done_with = False
        """Set by the caller when the parts of the line just given need not be given."""

    def following(self) -> Iterator[tuple[str, HtmlElement]]:
        """Lines after the headline with the elements they stand in, until the story's text is under way."""
        current: HtmlElement | None = self._headline
        while current is not None and not self._done() and current.tag != "body":
            tail = _words(current.tail)
            if MIN_LINE <= len(tail) <= MAX_LINE and (parent := current.getparent()) is not None:
                yield tail, parent
            for sibling in current.itersiblings():
                yield from self._lines(sibling, 0)
                if self._done():
                    return
            current = current.getparent()

    def preceding(self) -> Iterator[tuple[str, HtmlElement]]:
        """Lines before the headline in its three innermost containers, with their elements."""
        current: HtmlElement | None = self._headline
        for _ in range(3):
            if current is None or current.tag == "body":
                return
            for sibling in current.itersiblings(preceding=True):
                if self._done():
                    return
                yield from self._lines(sibling, 0)
            current = current.getparent()

    def _done(self) -> bool:
        return self._prose > MAX_PROSE or self._blocks > MAX_BLOCKS

    def _lines(self, element: HtmlElement, depth: int) -> Iterator[tuple[str, HtmlElement]]:
        """The element's text where it is one line, else the lines of its children."""
        if not isinstance(element.tag, str) or element.tag in NO_BYLINE or depth > MAX_DEPTH or self._done():
            return
        self._blocks += 1
        if element not in self._cache:
            self._cache[element] = line_of(element, self._url)
        text = self._cache[element]
        if text is None and (element.tag in PROSE or len(element) == 0):
            self._prose += len(heading_text(element))
            return
        if text is not None:
            self.done_with = not text
            if text:
                yield text, element
            if self.done_with:
                return
        for child in element:
            yield from self._lines(child, depth + 1)
            tail = _words(child.tail)
            if len(tail) > MAX_LINE:
                self._prose += len(tail)
            elif len(tail) >= MIN_LINE:
                yield tail, element


def line_of(element: HtmlElement, url: str) -> str | None:
    """The text of an element as one line; None where it is more than a byline, empty where it has none.

    Dated links to other stories take their place but are left out: those dates aren't the article's.

    Args:
        element: Any element.
        url: The page's address.
    """
    pieces: list[str] = []
    length = 0

    def take(element: HtmlElement, depth: int, own: bool) -> bool:
        """Add the text of an element, an empty piece at least; False once there is more than a byline has."""
        tag = element.tag
        if depth > MAX_DEPTH or not isinstance(tag, str) or tag in _SILENT:
            return True
        own = own and not (tag == "a" and is_teaser(element, url))
        if not add(element.text, own):
            return False
        for child in element:
            if not take(child, depth + 1, own):
                return False
            if not add(child.tail, own):
                return False
        return True

    def add(text: str | None, own: bool) -> bool:
        nonlocal length
        piece = _words(text) if text else ""
        length += len(piece)
        if length > MAX_LINE or len(pieces) > MAX_ELEMENTS:
            return False
        pieces.append(piece if own else "")
        return True

    return " ".join(filter(None, pieces)) if take(element, 0, True) else None


def _words(text: str | None) -> str:
    return " ".join(text[: 2 * MAX_LINE].split()) if text else ""
