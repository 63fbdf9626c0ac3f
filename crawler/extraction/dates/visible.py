"""Dates in the text around the headline: the byline, as a reader sees it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from lxml.html import HtmlElement

from crawler.extraction.dates.byline import dates_in, story_headline
from crawler.extraction.dates.evidence import Reader, Witness
from crawler.extraction.dates.place import Place, heading_text, is_teaser

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

MAX_MARKED = 30
"""Elements named "date" read where the headline's surroundings hold none."""
MIN_TITLE_PART = 16
"""Characters of a title's part that is believed to be the headline; shorter ones are sections and names."""
MAX_UNSAID = 2
"""Different dates that one article may show without saying what they are: its day, and its minute."""
_MAY_DATE = re.compile(
    r"\d|منذ|قبل|مضت|أمس|امس|اليوم|البارحة|الآن|ago|yesterday|today|dün|bugün", re.IGNORECASE
)
SAID, MARKED = 3, 2
"""What it counts that a line says «نشر», and that its element is named for dates. Then nearness decides."""

_DATE_CLASS = re.compile(r"[dD]ate|time|publish|posted")
_TITLE_MARK = re.compile(r"(?<!\s)\s+(?:[-–—|•·»«/\\]|::?)\s+")
_MARKED = re.compile(r"date|time|publi|posted|byline|meta|info", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class _Found:
    score: int
    position: int
    witness: Witness


@dataclass(frozen=True, slots=True)
class _Page:
    """What all lines of one page are read with; `headline` as `dates_in` takes it."""

    url: str
    place: Place
    headline: str
    reader: Reader


@dataclass(slots=True)
class VisibleDates:
    """What the text around the headline says: published best first, and the best "last updated"."""

    published: list[Witness]
    modified: list[Witness]


def find_visible(
    tree: HtmlElement, *, url: str, place: Place, title: str | None, reader: Reader, line_cache: LineCache
) -> VisibleDates:
    """Read the dates near the headline; where there are none, those in elements that are named for dates.

    A date before the headline counts only when it shares a small container with it, and today's date there
    not at all unless it says that it is the day of publication: that is the site's own header.

    Args:
        tree: The parsed page; not changed.
        url: The page's address.
        place: Where the headline stands.
        title: The headline, to find it where it is no heading.
        reader: How dates on this page are read.
        line_cache: The lines that have been read of this page.
    """
    if place.headline is None and title:
        place = Place.at(_headline_without_tag(tree, title))
    page = _Page(url, place, story_headline(title), reader)
    published: list[_Found] = []
    modified: list[_Found] = []
    if place.headline is not None:
        lines = Lines(place.headline, url, line_cache)
        for position, (text, element) in enumerate(lines.following()):
            lines.done_with = not _may_date(text) or place.is_beside(element, url=url)
            if not lines.done_with:
                lines.done_with = _read(text, element, position, page, published, modified)
                if any(found.score >= SAID for found in published):
                    break
        lines = Lines(place.headline, url, line_cache)
        for position, (text, element) in enumerate(lines.preceding(), start=1):
            lines.done_with = not _may_date(text) or place.is_beside(element, url=url)
            if not lines.done_with:
                before: list[_Found] = []
                lines.done_with = _read(text, element, position, page, before, modified)
                published += [
                    found for found in before if found.score >= SAID or not _is_today(found, reader)
                ]
    if not published:
        _marked(tree, page, published, modified)
    published.sort(key=lambda found: (-found.score, found.position))
    return VisibleDates([found.witness for found in published], [found.witness for found in modified])


def _may_date(text: str) -> bool:
    """Whether reading a line is worth its cost. The date of an embedded post (@name) isn't the article's."""
    return "(@" not in text and _MAY_DATE.search(text) is not None


def _is_today(found: _Found, reader: Reader) -> bool:
    local, now = found.witness.when.astimezone(reader.timezone), reader.now.astimezone(reader.timezone)
    return abs(local.date() - now.date()) < timedelta(days=1) and not found.witness.by_the_minute


def _read(
    text: str,
    element: HtmlElement,
    position: int,
    page: _Page,
    published: list[_Found],
    modified: list[_Found],
) -> bool:
    """Read one line; tells whether it held a date."""
    held = False
    marked = _is_marked(element)
    dates = dates_in(
        text,
        headline=page.headline,
        prose=element.tag in PROSE,
        timezone=page.reader.timezone,
        now=page.reader.now,
        order=page.reader.order(text),
    )
    for dated in dates:
        if dated.doubtful and not (dated.said or marked):
            continue
        witness = page.reader.checked(dated.reading, "text")
        if witness is None:
            continue
        if dated.changed:
            modified.append(_Found(0, position, witness))
        else:
            published.append(
                _Found((SAID if dated.said else 0) + (MARKED if marked else 0), position, witness)
            )
        held = True
    return held


def _is_marked(element: HtmlElement) -> bool:
    parent = element.getparent()
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
    if parent is not None:
        names += f" {parent.get('class') or ''}"
    return bool(_MARKED.search(names[:600]))


def _marked(tree: HtmlElement, page: _Page, published: list[_Found], modified: list[_Found]) -> None:
    """Read what is named for dates. Several dates without a label are those of a list of stories."""
    unsaid: list[_Found] = []
    position = 0
    for element in tree.iter():
        if not (_DATE_CLASS.search(element.get("class", "")) or "date" in element.get("id", "")):
            continue
        if element.tag in NO_BYLINE or element.tag in ("body", "html"):
            continue
        if page.place.is_beside(element, url=page.url):
            continue
        position += 1
        if position > MAX_MARKED:
            break
        text = line_of(element, page.url)
        if text and _may_date(text):
            found: list[_Found] = []
            _read(text, element, position, page, found, modified)
            published += [each for each in found if each.score >= SAID]
            unsaid += [each for each in found if each.score < SAID and not _is_today(each, page.reader)]
    if len(unsaid) <= 2 * MAX_UNSAID and len({each.witness.when for each in unsaid}) <= MAX_UNSAID:
        published += unsaid


def _headline_without_tag(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The first element whose own text is the headline, on pages that set it in a plain `div` or `span`.

    The title may have the site's name beside the headline: its longest part does where the whole is nowhere.
    """
    wanted = " ".join(title.split())
    longest = max(_TITLE_MARK.split(wanted), key=len)
    part = longest if len(longest) >= MIN_TITLE_PART else wanted
    by_part: HtmlElement | None = None
    for element in tree.iter("div", "span", "p", "strong", "td", "b", "font"):
        text = element.text
        if text and len(text) >= 10:
            short = " ".join(text[:600].split())
            if part in short and len(short) < 2 * len(wanted):
                if wanted in short:
                    return element
                if by_part is None and len(short) < 2 * len(part):
                    by_part = element
    return by_part
