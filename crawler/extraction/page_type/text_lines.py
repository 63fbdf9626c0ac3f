"""Which lines of an element are prose, and which are only dates, names, labels and links.

A page whose content is a video, a picture or a list of links still has text: the date of today, the menu, the
headlines of other articles. However much of it there is, it is no article.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.boilerplate import phrases
from crawler.parsing.arabic import skeleton
from crawler.parsing.dates.reading import read_date
from crawler.parsing.lines import Piece, pieces_by_line

DATE_WORDS = 2
"""Words beside a date that make no sentence: «اليوم:», a place. Sentences with a date have more."""
LINK_SHARE = 0.9
"""A line is a link when this part of its letters and digits is linked; the rest is arrows and counts."""
HEADLINE_WORDS = 4
"""A linked line of fewer words is a section, a tag or a button."""
MAX_HEADLINE_CHARS = 200
"""What is linked and longer is prose inside a link."""
MAX_LABEL_CHARS = 260
"""Prompts and notices grow to two lines, not more; a longer line is running text."""
MAX_JUDGED = 300
"""Lines that are judged by their words; those after them count as prose."""
_BOILERPLATE = (phrases.is_byline_phrase, phrases.is_disclaimer, phrases.is_follow_prompt)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text as blocks and `br` break it; `is_link` where it is nothing but links."""

    text: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class TextLines:
    """The lines of an article's element by kind."""

    prose: tuple[str, ...] = ()
    """Lines of running text."""
    headlines: tuple[str, ...] = ()
    """Lines that are links with a headline's length."""
    links: int = 0
    """How many lines are links, of any length."""

    @property
    def word_count(self) -> int:
        """Words of the running text."""
        return sum(len(line.split()) for line in self.prose)


def sort_lines(
    element: HtmlElement, *, labels: Iterable[str] = (), timezone: ZoneInfo, now: datetime
) -> TextLines:
    """Sort an element's lines into prose and links; labels, dates and notices are left out.

    Args:
        element: The article's element, boilerplate gone, its links still in it.
        labels: Texts that are no prose as a line of their own: the headline, names of the site and authors.
        timezone: The site's, to read dates.
        now: The aware time of fetching, to read dates.
    """
    letters = {"", *map(skeleton, labels)}
    prose: list[str] = []
    linked: list[str] = []
    for position, line in enumerate(lines_with_links(element)):
        if line.is_link and len(line.text) <= MAX_HEADLINE_CHARS:
            linked.append(line.text)
        elif position >= MAX_JUDGED or not _is_no_prose(line.text, letters, timezone, now):
            prose.append(line.text)
    return TextLines(tuple(prose), tuple(filter(_is_long_as_headline, linked)), len(linked))


def _is_long_as_headline(text: str) -> bool:
    return len(text.split()) >= HEADLINE_WORDS


def lines_with_links(element: HtmlElement) -> Iterator[Line]:
    """An element's lines in order, without empty ones."""
    for pieces in pieces_by_line(element):
        if text := " ".join("".join(piece.text for piece in pieces).split()):
            yield Line(text, is_link=_is_link(pieces))


def _is_link(pieces: list[Piece]) -> bool:
    """Whether the text of a line is linked, but for arrows and counts."""
    linked = [piece.text for piece in pieces if piece.is_linked]
    if not linked:
        return False
    chars = sum(map(len, map(skeleton, linked)))
    return 0 < chars >= LINK_SHARE * sum(len(skeleton(piece.text)) for piece in pieces)


def _is_no_prose(line: str, labels: set[str], timezone: ZoneInfo, now: datetime) -> bool:
    """Whether a line is one of the labels, or reads like a label."""
    if len(line) > MAX_LABEL_CHARS:
        return False
    return skeleton(line) in labels or _is_label(line, timezone, now)


def _is_label(line: str, timezone: ZoneInfo, now: datetime) -> bool:
    """Whether a line is a date, a label, a prompt or a notice."""
    if phrases.label(line) is not None or any(is_boilerplate(line) for is_boilerplate in _BOILERPLATE):
        return True
    if not any(map(str.isalpha, line)):
        return True
    reading = read_date(line, timezone=timezone, now=now)
    return reading is not None and reading.strange <= DATE_WORDS
