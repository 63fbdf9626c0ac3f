"""Dates in the text around the headline: the byline, as a reader sees it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from crawler.extraction.dates.byline import Dated, comparable_headline, dates_in
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
MAX_CHILDREN = 1_000
"""Children of one block that are looked at."""
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
MAX_UNLABELLED = 2
"""Different dates that one article may show without a label: its day, and its minute."""
_MAY_DATE = re.compile(
    r"\d|منذ|قبل|مضت|أمس|امس|اليوم|البارحة|الآن|ago|yesterday|today|dün|bugün", re.IGNORECASE
)
LABELLED, MARKED = 3, 2
"""What it counts that a line has a label («نشر»), and that its element is named for dates. Then nearness
decides."""
MAX_EARLIER_CONTAINERS = 3
"""Innermost containers of the headline in which lines before it are read."""

_DATE_CLASS = re.compile(r"[dD]ate|time|publish|posted")
_TITLE_MARK = re.compile(r"(?<!\s)\s+(?:[-–—|•·»«/\\]|::?)\s+")
_MARKED = re.compile(r"date|time|publi|posted|byline|meta|info", re.IGNORECASE)


LineCache = dict[HtmlElement, str | None]
"""What `line_of` has returned for the elements of one page, whose tree must not change in between."""


class Lines:
    """The lines of text on either side of a headline, nearest first.

    A block that is one line is given whole, and then in parts, unless the caller sets `done_with` in between.

    Args:
        headline: The headline's element.
        url: The page's URL.
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
        """Lines after the headline with the elements they stand in, until the article's text is under way."""
        for current in (self._headline, *self._headline.iterancestors()):
            parent = current.getparent()
            if parent is None or current.tag == "body":
                return
            tail = _words(current.tail)
            if MIN_LINE <= len(tail) <= MAX_LINE:
                yield tail, parent
            for sibling in current.itersiblings():
                yield from self._lines(sibling, 0)
                if self._is_done():
                    return

    def preceding(self) -> Iterator[tuple[str, HtmlElement]]:
        """Lines before the headline in its three innermost containers, with their elements."""
        branches = (self._headline, *islice(self._headline.iterancestors(), MAX_EARLIER_CONTAINERS - 1))
        for current in branches:
            if current.tag == "body":
                return
            for sibling in current.itersiblings(preceding=True):
                if self._is_done():
                    return
                yield from self._lines(sibling, 0)

    def _is_done(self) -> bool:
        return self._prose > MAX_PROSE or self._blocks > MAX_BLOCKS

    def _lines(self, element: HtmlElement, depth: int) -> Iterator[tuple[str, HtmlElement]]:
        """The element's text where it is one line, else the lines of its children."""
        if element.tag in NO_BYLINE or depth > MAX_DEPTH or self._is_done():
            return
        self._blocks += 1
        if element not in self._cache:
            self._cache[element] = line_of(element, self._url)
        text = self._cache[element]
        if text is None:
            if element.tag in PROSE or len(element) == 0:
                self._prose += len(heading_text(element))
                return
        else:
            self.done_with = not text
            if text:
                yield text, element
            if self.done_with:
                return
        for child in islice(element, MAX_CHILDREN):
            yield from self._lines(child, depth + 1)
            tail = _words(child.tail)
            if len(tail) > MAX_LINE:
                self._prose += len(tail)
            elif len(tail) >= MIN_LINE:
                yield tail, element


def line_of(element: HtmlElement, url: str) -> str | None:
    """The text of an element as one line; None where it is more than a byline, empty where it has none.

    Dated links to other articles take their place but are left out: those dates aren't the article's.

    Args:
        element: Any element.
        url: The page's URL.
    """
    pieces: list[str] = []
    chars = 0
    teaser: HtmlElement | None = None
    walker = iterwalk(element, events=("start", "end"))
    for event, node in walker:
        if event == "start":
            if node.tag in _SILENT:
                walker.skip_subtree()
                continue
            if node.tag == "a" and teaser is None and is_teaser(node, url):
                teaser = node
            piece = _words(node.text)
        elif node is element:
            break
        else:
            teaser = None if node is teaser else teaser
            piece = _words(node.tail)
        chars += len(piece)
        if chars > MAX_LINE or len(pieces) > MAX_ELEMENTS:
            return None
        pieces.append("" if teaser is not None else piece)
    return " ".join(filter(None, pieces))


def _words(text: str | None) -> str:
    return " ".join(text[: 2 * MAX_LINE].split()) if text else ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: int
    position: int
    witness: Witness


@dataclass(slots=True)
class VisibleDates:
    """The dates of the text around the headline: published best first, and those labelled "last updated"."""

    published: list[Witness]
    modified: list[Witness]


def find_visible(
    tree: HtmlElement, *, url: str, place: Place, title: str | None, reader: Reader, line_cache: LineCache
) -> VisibleDates:
    """Read the dates near the headline; where there are none, those in elements that are named for dates.

    A date before the headline counts only when it shares a small container with it, and today's date there
    not at all unless it is labelled as the day of publication: that is the site's own header.

    Args:
        tree: The parsed page; not changed.
        url: The page's URL.
        place: Where the headline stands.
        title: The headline, to find it where it is no heading.
        reader: How dates on this page are read.
        line_cache: The lines that have been read of this page.
    """
    if place.headline is None and title:
        place = Place.at(_headline_without_tag(tree, title))
    finder = _Finder(url, place, comparable_headline(title), reader)
    if place.headline is not None:
        finder.read_following(Lines(place.headline, url, line_cache))
        finder.read_preceding(Lines(place.headline, url, line_cache))
    if not finder.published:
        finder.read_marked(tree)
    published = sorted(finder.published, key=lambda candidate: (-candidate.score, candidate.position))
    return VisibleDates([candidate.witness for candidate in published], finder.modified)


@dataclass(slots=True)
class _Finder:
    """Collects the dates of one page's lines."""

    url: str
    place: Place
    headline: str
    """As `dates_in` takes it."""
    reader: Reader
    published: list[_Candidate] = field(default_factory=list)
    modified: list[Witness] = field(default_factory=list)

    def read_following(self, lines: Lines) -> None:
        """Read the lines after the headline up to a date that is labelled as that of publication."""
        for position, (text, element) in enumerate(lines.following()):
            published = self._read_line(lines, text, element, position)
            self.published += published
            if any(map(_is_labelled, published)):
                return

    def read_preceding(self, lines: Lines) -> None:
        """Read the lines before the headline."""
        for position, (text, element) in enumerate(lines.preceding(), start=1):
            self.published += filter(self._is_reliable, self._read_line(lines, text, element, position))

    def read_marked(self, tree: HtmlElement) -> None:
        """Read what is named for dates. Several dates without a label are those of a list of articles."""
        unlabelled: list[_Candidate] = []
        for position, element in enumerate(islice(self._marked(tree), MAX_MARKED), start=1):
            text = line_of(element, self.url)
            if text and _may_date(text):
                published, _ = self._read(text, element, position)
                self.published += filter(_is_labelled, published)
                unlabelled += (each for each in published if not (_is_labelled(each) or self._is_today(each)))
        days = {candidate.witness.when for candidate in unlabelled}
        if len(unlabelled) <= 2 * MAX_UNLABELLED and len(days) <= MAX_UNLABELLED:
            self.published += unlabelled

    def _marked(self, tree: HtmlElement) -> Iterator[HtmlElement]:
        """The article's elements that are named for dates."""
        for element in tree.iter():
            if _DATE_CLASS.search(element.get("class", "")) or "date" in element.get("id", ""):
                is_byline = element.tag not in NO_BYLINE and element.tag not in ("body", "html")
                if is_byline and not self.place.is_beside(element, url=self.url):
                    yield element

    def _read_line(self, lines: Lines, text: str, element: HtmlElement, position: int) -> list[_Candidate]:
        """The dates of publication in one of the lines around the headline."""
        lines.done_with = not _may_date(text) or self.place.is_beside(element, url=self.url)
        if lines.done_with:
            return []
        published, lines.done_with = self._read(text, element, position)
        return published

    def _read(self, text: str, element: HtmlElement, position: int) -> tuple[list[_Candidate], bool]:
        """The dates of publication in one line, and whether it has any date."""
        is_marked = _is_marked(element)
        published: list[_Candidate] = []
        has_date = False
        for dated in self._dates(text, element):
            if dated.is_doubtful and not (dated.is_published or is_marked):
                continue
            witness = self.reader.checked(dated.reading, "text")
            if witness is None:
                continue
            has_date = True
            if dated.is_changed:
                self.modified.append(witness)
            else:
                score = LABELLED * dated.is_published + MARKED * is_marked
                published.append(_Candidate(score, position, witness))
        return published, has_date

    def _dates(self, text: str, element: HtmlElement) -> Iterator[Dated]:
        return dates_in(
            text,
            headline=self.headline,
            is_prose=element.tag in PROSE,
            timezone=self.reader.timezone,
            now=self.reader.now,
            order=self.reader.order(text),
        )

    def _is_reliable(self, candidate: _Candidate) -> bool:
        """Whether a date before the headline is the article's, not today's in the site's header."""
        return _is_labelled(candidate) or not self._is_today(candidate)

    def _is_today(self, candidate: _Candidate) -> bool:
        zone = self.reader.timezone
        day = candidate.witness.when.astimezone(zone).date()
        return day == self.reader.now.astimezone(zone).date() and not candidate.witness.by_the_minute


def _is_labelled(candidate: _Candidate) -> bool:
    return candidate.score >= LABELLED


def _may_date(text: str) -> bool:
    """Whether reading a line is worth its cost. The date of an embedded post (@name) isn't the article's."""
    return "(@" not in text and _MAY_DATE.search(text) is not None


def _is_marked(element: HtmlElement) -> bool:
    """Whether an element, or the one around it, is named for dates."""
    parent = element.getparent()
    names = [element.get(name, "") for name in ("class", "id", "itemprop")]
    if parent is not None:
        names.append(parent.get("class", ""))
    return bool(_MARKED.search(" ".join(names)[:600]))


def _headline_without_tag(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The first element whose own text is the headline, on pages that set it in a plain `div` or `span`.

    The title may have the site's name beside the headline: its longest part does where the whole is nowhere.
    """
    whole = " ".join(title.split())
    longest = max(_TITLE_MARK.split(whole), key=len)
    part = longest if len(longest) >= MIN_TITLE_PART else whole
    by_part: HtmlElement | None = None
    for element in tree.iter("div", "span", "p", "strong", "td", "b", "font"):
        text = element.text
        if not text or len(text) < 10 or part not in (text := " ".join(text[:600].split())):
            continue
        if whole in text and len(text) < 2 * len(whole):
            return element
        if by_part is None and len(text) < 2 * len(part):
            by_part = element
    return by_part
