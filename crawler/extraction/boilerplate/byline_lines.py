"""The lines that a page puts between headline and story: who wrote it, when, where, how often it was read.

They are judged in the markup, where «سلمى الخطيب» and «دمشق» are elements of their own; the text alone would
have them as one word. What is known of the page (its authors, section and site, what reads as a date) makes a
line small print; a name that nothing else tells goes only with such a line beside it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import chain
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.boilerplate import phrases
from crawler.extraction.boilerplate.byline_phrases import is_small_print
from crawler.extraction.boilerplate.phrases import Furniture
from crawler.extraction.boilerplate.related_links import BLOCK_TAGS
from crawler.extraction.metadata.authors import is_credit
from crawler.extraction.text import fold, skeleton, tidy

MAX_LINES = 10
"""Lines that are looked at; the small print of a headline has one to five."""
MAX_PIECES = 12
"""Elements with text in one such line. A line with more is a table's or a menu's."""
PROSE = 60
"""Characters from which a line is the story's. Shorter openings of stories end as sentences do."""
MAX_LINE = 240
"""Characters of the longest line of small print: date, author, section and counters."""
NAME_WORDS = 4
"""Words of a name, a place or a post («مراسلة صحفية»)."""
MAX_UNKNOWN = 2
"""Unknown names beside a date: the author and a place. With more it is a list, a table or a poem."""
MAX_DEPTH = 60
"""How deep elements are followed; no small print lies deeper."""

_ENDS = (".", "؟", "!", "…", "۔", ":", "؛", "،")
_BOLD = frozenset({"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "li", "td", "th"})
"""A short line in one of these is a heading inside the story, a quotation, a list, a table."""
_BY = re.compile(
    r"(?:(?:نشر|مرسله?|اضيف) بواسطه|بواسطه|بقلم|كتب(?:ه|ت|ته)?|اعداد|تحرير|المحرر|الكاتب|"
    r"written by|posted by|by|yazan)(?:\s*[:：]\s*|\s+)(?=[^\W\d_])"
)
_NUMBERED = re.compile(
    r"(?:رقم|كود|رمز) (?:ال)?(?:خبر|مقال|ماده|موضوع)\W{0,3}\d{1,9}|(?:news )?(?:id|code)\W{1,3}\d{1,9}"
)
_COUNT = re.compile(r"\d[\d.,]{0,9}[kmك]?")
_ACCOUNT = re.compile(r"@[\w.]{2,40}")
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+)*\.?")


class _Kind(Enum):
    TELLING = "a date, or a name that the page tells elsewhere"
    MARK = "a label or a count that stands beside such a line"
    UNKNOWN = "a few words that can be a name or a place"
    STORY = "the story's"


@dataclass(slots=True)
class _Piece:
    """A text of the markup: the `text` of its element, or its tail."""

    element: HtmlElement
    tail: bool
    text: str

    def clear(self) -> None:
        if self.tail:
            self.element.tail = None
        else:
            self.element.text = None


@dataclass(slots=True)
class _Line:
    pieces: list[_Piece]
    text: str
    kind: _Kind


def drop_head_lines(
    container: HtmlElement, *, names: Iterable[str], timezone: ZoneInfo, now: datetime
) -> None:
    """Empty the small print between headline and story; changes the element in place.

    Nothing is taken where no story follows it, and neither a dateline («دمشق - سانا») nor a sentence.

    Args:
        container: The story's element, without the headline.
        names: What is known: authors, the section, the site's names.
        timezone: The site's, to read dates.
        now: The aware time of fetching, to read dates.
    """
    judge = _Judge([name for name in names if name], timezone, now)
    group: list[_Line] = []
    first = True
    for number, pieces in enumerate(_lines(container)):
        line = judge.line(pieces)
        if line.kind is not _Kind.STORY:
            group.append(line)
        if line.kind is _Kind.STORY:
            prose = len(line.text) >= PROSE or line.text.endswith(_ENDS[:3])
            _drop(group, opening=first and prose)
        if line.kind is _Kind.STORY or number >= MAX_LINES:
            if not first or number >= MAX_LINES:
                return
            # A lead may stand before the small print: one more group is looked at.
            group, first = [], False


def _drop(group: list[_Line], *, opening: bool) -> None:
    """Empty what of a run of short lines is small print."""
    if not any(line.kind is _Kind.TELLING for line in group):
        certain = [
            line for line in group if line.kind is _Kind.MARK and not _COUNT.fullmatch(fold(line.text))
        ]
    else:
        certain = [line for line in group if line.kind in (_Kind.TELLING, _Kind.MARK)]
        unknown = [line for line in group if line.kind is _Kind.UNKNOWN]
        if opening and len(unknown) <= MAX_UNKNOWN:
            certain += unknown
    for line in certain:
        for piece in line.pieces:
            piece.clear()


@dataclass(slots=True)
class _Judge:
    names: list[str]
    timezone: ZoneInfo
    now: datetime

    def line(self, pieces: list[_Piece]) -> _Line:
        text = tidy(" ".join(piece.text for piece in pieces))
        return _Line(pieces, text, self._line_kind(pieces, text))

    def _line_kind(self, pieces: list[_Piece], text: str) -> _Kind:
        whole = tidy("".join(piece.text for piece in pieces))
        if len(text) > MAX_LINE or is_credit(text) or is_credit(whole) or len(pieces) > MAX_PIECES:
            return _Kind.STORY
        kind = self._kind(text)
        if kind is not _Kind.TELLING and len(pieces) > 1:
            kind = self._kind_of_pieces([piece for piece in pieces if skeleton(piece.text)])
        if kind is _Kind.UNKNOWN and any(_in_bold(piece.element) for piece in pieces):
            return _Kind.STORY
        return kind

    def _kind_of_pieces(self, pieces: list[_Piece]) -> _Kind:
        """A line whose texts are elements of their own: one that tells makes the others its neighbours."""
        kinds = [self._kind(piece.text) for piece in pieces]
        if _Kind.STORY in kinds or not kinds or kinds.count(_Kind.UNKNOWN) > MAX_UNKNOWN:
            return _Kind.STORY
        return next(kind for kind in (_Kind.TELLING, _Kind.UNKNOWN, _Kind.MARK) if kind in kinds)

    def _kind(self, text: str) -> _Kind:
        text = tidy(text).strip(" |/•·–—-")
        folded = fold(text)
        if text.endswith(_ENDS) and phrases.label(text) is None:
            return _Kind.STORY
        opening = _BY.match(folded)
        bare = folded[opening.end() :] if opening else folded
        if opening and opening.group().rstrip().endswith(":") and len(bare.split()) <= NAME_WORDS:
            return _Kind.TELLING
        known = {skeleton(name) for name in self.names}
        if skeleton(bare) in known or is_small_print(
            text, names=self.names, timezone=self.timezone, now=self.now
        ):
            return _Kind.TELLING
        if (
            phrases.leading_line(text)
            or phrases.label(text) in (Furniture.SHARE, Furniture.NAVIGATION, Furniture.COMMENTS)
            or _NUMBERED.fullmatch(folded)
            or _COUNT.fullmatch(folded)
            or _ACCOUNT.fullmatch(text)
        ):
            return _Kind.MARK
        if len(bare.split()) <= NAME_WORDS + 2 * (opening is not None) and _NAME.fullmatch(bare):
            return _Kind.UNKNOWN
        return _Kind.STORY


def _in_bold(element: HtmlElement) -> bool:
    return any(one.tag in _BOLD for one in (element, *element.iterancestors()))


def _lines(container: HtmlElement) -> Iterator[list[_Piece]]:
    """The lines of an element in order, as blocks and `br` break them, each with its texts."""
    line: list[_Piece] = []
    for piece in chain(_pieces(container, 0), (None,)):
        if piece is not None:
            line.append(piece)
        elif line:
            yield line
            line = []


def _pieces(element: HtmlElement, depth: int) -> Iterator[_Piece | None]:
    """The texts of an element, and None where a line ends."""
    if element.text and element.text.strip():
        yield _Piece(element, False, element.text)
    for child in element:
        if isinstance(child.tag, str) and depth < MAX_DEPTH:
            block = child.tag in BLOCK_TAGS or child.tag == "br"
            if block:
                yield None
            yield from _pieces(child, depth + 1)
            if block:
                yield None
        if child.tail and child.tail.strip():
            yield _Piece(child, True, child.tail)
