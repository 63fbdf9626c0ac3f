"""The byline: lines between headline and text that say who wrote it, when, where, how often it was read.

In the markup «سلمى الخطيب» and «دمشق» are elements apart; the text alone would have them as one word. What
the page states elsewhere (its authors, section and site) and what reads as a date makes a line a byline; a
name that nothing else confirms goes only with such a line beside it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import filterfalse
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.boilerplate.credit_lines import byline_names
from crawler.extraction.boilerplate.phrases import LISTS, Boilerplate, is_byline_phrase, label
from crawler.extraction.metadata.authors import is_credit
from crawler.extraction.text import tidy
from crawler.parsing.arabic import fold, skeleton
from crawler.parsing.dates.reading import read_date
from crawler.parsing.lines import Piece, pieces_by_line

MAX_LINE = 240
"""Characters of the longest byline: date, author, section and counters."""
MAX_DATE_WORDS = 3
"""Words beside a date: a name («سلمى الخطيب») or a section («محليات»). A sentence with a date has more."""
MAX_NUMBERS = 3
"""Counts of views, comments and shares beside a date. A line with more is a table's."""
MAX_FIELDS = 12
"""Fields of one line («… | … | …»); more is a menu."""
MIN_BYLINE_FIELDS = 2
"""Fields of a line that must be dates, known names or counts."""
MAX_UNKNOWN_FIELDS = 2
"""Fields beside them: a name and a section."""
NAME_WORDS = 4
"""Words of a name, a place, a section or a post («مراسلة صحفية»)."""
MAX_LINES = 10
"""Lines of a page that are looked at; a byline has one to five."""
MAX_PIECES = 12
"""Elements with text in one such line. A line with more is a table's or a menu's."""
PROSE = 60
"""Characters from which a line is the article's. Shorter openings of articles end as sentences do."""
MAX_UNKNOWN = 2
"""Unknown names beside a date: the author and a place. With more it is a list, a table or a poem."""
_SENTENCE_ENDS = (".", "؟", "!")
_ENDS = (*_SENTENCE_ENDS, "…", "۔", ":", "؛", "،")
_NO_BYLINE_ENDS = (*_SENTENCE_ENDS, ":", "…")
_FIELDS = re.compile(r"(?:(?<!\s)\s+)?[|•·¦]\s*|(?<!\s)\s+[-–—]\s+")
_NUMBER = re.compile(r"(?<!\d)\d[\d.,]{0,8}(?!\d)")
_LETTER = re.compile(r"[^\W\d_]")
_COUNT = re.compile(r"\d[\d.,]{0,9}[kmك]?")
_ACCOUNT = re.compile(r"@[\w.]{2,40}")
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+)*\.?")
_HEADINGS_AND_LISTS = frozenset(
    {"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "li", "td", "th"}
)
"""A short line in one of these is a heading inside the article, a quotation, a list, a table."""
_LABELS = frozenset({Boilerplate.SHARE, Boilerplate.NAVIGATION, Boilerplate.COMMENTS})


class BylineReader:
    """Knows a byline by its words.

    Args:
        names: What the page states elsewhere: authors, the section, the site's names.
        timezone: The site's, to read dates.
        now: The aware time of fetching, to read dates.
    """

    def __init__(self, names: list[str], timezone: ZoneInfo, now: datetime) -> None:
        self._timezone = timezone
        self._now = now
        self._skeletons = {skeleton(name) for name in names if name}
        longest_first = sorted({fold(name) for name in names if name}, key=len, reverse=True)
        self._names = [
            re.compile(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])") for name in longest_first if len(name) > 2
        ]

    def is_name(self, folded: str) -> bool:
        """Whether a folded text is one of the names."""
        return skeleton(folded) in self._skeletons

    def is_byline(self, line: str) -> bool:
        """Whether a line is nothing but names, dates, counts and the small words that join them.

        Beside a full date, up to `MAX_DATE_WORDS` words may be unknown: the section or a name that nothing
        else confirms.
        """
        if len(line) > MAX_LINE or line.endswith(_NO_BYLINE_ENDS):
            return False
        if self._is_byline(line, is_field=False):
            return True
        fields = list(filter(None, map(str.strip, _FIELDS.split(line))))
        if not MIN_BYLINE_FIELDS <= len(fields) <= MAX_FIELDS:
            return False
        unknown = list(filterfalse(self._is_field, fields))
        if len(unknown) > min(MAX_UNKNOWN_FIELDS, len(fields) - MIN_BYLINE_FIELDS):
            return False
        return all(map(_may_be_name, unknown))

    def _is_field(self, field: str) -> bool:
        if byline_names(field):
            return True
        if is_byline_phrase(field):
            return True
        return self._is_byline(field, is_field=True)

    def _is_byline(self, line: str, *, is_field: bool) -> bool:
        """Whether a line is a byline; as a field of a longer line, a count and its label are enough."""
        folded = fold(line)
        nameless = folded
        for name in self._names:
            nameless = name.sub(" ", nameless)
        rest = LISTS["byline_word"].pattern.sub(" ", nameless)
        if self._is_date(nameless) or self._is_date(rest):
            return True
        if _LETTER.search(rest):
            # A count behind the date makes the reader of dates see a second number: read without it.
            before = _before_last_number(rest)
            return before is not None and self._is_date(before)
        if folded == (rest if is_field else nameless):
            return False
        return len(_NUMBER.findall(rest)) <= MAX_NUMBERS

    def _is_date(self, text: str) -> bool:
        """Whether a text is a date with few other words, which does not hang on a word such as «اليوم»."""
        reading = read_date(text, timezone=self._timezone, now=self._now)
        if reading is None or reading.vague:
            return False
        return reading.strange <= (0 if reading.relative else MAX_DATE_WORDS)


def drop_byline_lines(container: HtmlElement, reader: BylineReader) -> None:
    """Empty the byline between headline and text; changes the element in place.

    Nothing is taken where no text follows it, and neither a dateline («دمشق - سانا») nor a sentence.

    Args:
        container: The article's element, without the headline.
        reader: Knows the page's names.
    """
    group: list[_Line] = []
    is_first_group = True
    for number, pieces in enumerate(_lines(container)):
        line = _sort_line(pieces, reader)
        if line.kind is not _Kind.TEXT:
            group.append(line)
        else:
            is_prose = len(line.text) >= PROSE or line.text.endswith(_SENTENCE_ENDS)
            _clear(group, opening=is_first_group and is_prose)
            if not is_first_group:
                return
            # A lead may stand before the byline: one more group is looked at.
            group, is_first_group = [], False
        if number >= MAX_LINES:
            return


class _Kind(Enum):
    KNOWN = "a date, or a name that the page states elsewhere"
    MARK = "a label or a count that stands beside such a line"
    UNKNOWN = "a few words that can be a name or a place"
    TEXT = "the article's"


@dataclass(slots=True)
class _Line:
    pieces: list[Piece]
    text: str
    kind: _Kind

    def is_count(self) -> bool:
        return _COUNT.fullmatch(fold(self.text)) is not None

    def clear(self) -> None:
        for piece in self.pieces:
            piece.clear()


def _before_last_number(text: str) -> str | None:
    """What stands before a number at the end of a text; None where it does not end in one."""
    numbers = list(_NUMBER.finditer(text))
    if not numbers or text[numbers[-1].end() :].strip():
        return None
    return text[: numbers[-1].start()]


def _may_be_name(field: str) -> bool:
    if len(field.split()) > NAME_WORDS:
        return False
    return _NUMBER.search(fold(field)) is None


def _clear(group: list[_Line], *, opening: bool) -> None:
    """Empty what of a run of short lines is a byline."""
    of_kind: dict[_Kind, list[_Line]] = {kind: [] for kind in _Kind}
    for line in group:
        of_kind[line.kind].append(line)
    unknown = of_kind[_Kind.UNKNOWN]
    if not of_kind[_Kind.KNOWN]:
        taken = list(filterfalse(_Line.is_count, of_kind[_Kind.MARK]))
    elif opening and len(unknown) <= MAX_UNKNOWN:
        taken = group
    else:
        taken = of_kind[_Kind.KNOWN] + of_kind[_Kind.MARK]
    for line in taken:
        line.clear()


def _sort_line(pieces: list[Piece], reader: BylineReader) -> _Line:
    texts = [piece.text for piece in pieces]
    text = tidy(" ".join(texts))
    line = _Line(pieces, text, _Kind.TEXT)
    if len(text) > MAX_LINE or len(pieces) > MAX_PIECES:
        return line
    if is_credit(text) or is_credit(tidy("".join(texts))):
        return line
    line.kind = _kind_of_line(texts, text, reader)
    if line.kind is _Kind.UNKNOWN and any(_is_in_heading(piece.element) for piece in pieces):
        line.kind = _Kind.TEXT
    return line


def _kind_of_line(texts: list[str], text: str, reader: BylineReader) -> _Kind:
    kind = _kind_of_text(text, reader)
    if kind is _Kind.KNOWN or len(texts) == 1:
        return kind
    return _kind_of_pieces([_kind_of_text(piece, reader) for piece in filter(skeleton, texts)])


def _kind_of_pieces(kinds: list[_Kind]) -> _Kind:
    """The kind of a line by those of its texts: one that is known makes the others its neighbours."""
    if _Kind.TEXT in kinds or kinds.count(_Kind.UNKNOWN) > MAX_UNKNOWN:
        return _Kind.TEXT
    for kind in (_Kind.KNOWN, _Kind.UNKNOWN, _Kind.MARK):
        if kind in kinds:
            return kind
    return _Kind.TEXT


def _kind_of_text(text: str, reader: BylineReader) -> _Kind:
    text = tidy(text).strip(" |/•·–—-")
    if text.endswith(_ENDS) and label(text) is None:
        return _Kind.TEXT
    folded = fold(text)
    by, name = _split_label(folded)
    words = len(name.split())
    if by.endswith(":") and words <= NAME_WORDS:
        return _Kind.KNOWN
    if reader.is_name(name) or reader.is_byline(text):
        return _Kind.KNOWN
    if _is_mark(text, folded):
        return _Kind.MARK
    if words > (NAME_WORDS + 2 if by else NAME_WORDS) or not _NAME.fullmatch(name):
        return _Kind.TEXT
    return _Kind.UNKNOWN


def _split_label(folded: str) -> tuple[str, str]:
    """«بقلم: سلمى الخطيب» as the label, which may be empty, and the rest."""
    match = LISTS["byline_label"].find(folded)
    if match is None:
        return "", folded
    return match.group().rstrip(), folded[match.end() :]


def _is_mark(text: str, folded: str) -> bool:
    """Whether a text is a label, a count, the number of the article, an account."""
    if is_byline_phrase(text) or label(text) in _LABELS:
        return True
    if _ACCOUNT.fullmatch(text) or _COUNT.fullmatch(folded):
        return True
    return LISTS["article_number"].find(folded) is not None


def _is_in_heading(element: HtmlElement) -> bool:
    tags = {element.tag, *(ancestor.tag for ancestor in element.iterancestors())}
    return not tags.isdisjoint(_HEADINGS_AND_LISTS)


def _lines(container: HtmlElement) -> Iterator[list[Piece]]:
    """The lines of an element in order, each with its pieces of text, blank ones left out."""
    for pieces in pieces_by_line(container):
        line = [piece for piece in pieces if piece.text.strip()]
        if line:
            yield line
