"""Dates in the text around the headline: the byline, as a reader sees it."""

import re
from dataclasses import dataclass
from datetime import timedelta

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.dates.evidence import Reader, Witness
from crawler.extraction.dates.lines import NO_BYLINE, PROSE, Lines, line_of
from crawler.extraction.dates.names import fold
from crawler.extraction.dates.place import Place
from crawler.extraction.dates.reading import Reading, read_date

MAX_MARKED = 30
"""Elements named "date" read where the headline's surroundings hold none."""
MAX_UNSAID = 2
"""Different dates that one article may show without saying what they are: its day, and its minute."""
MAX_BYLINE_WORDS = 4
"""Words beside a date that says nothing of itself: a place and an agency, an author. A caption has more."""
_MAY_DATE = re.compile(
    r"\d|منذ|قبل|مضت|أمس|امس|اليوم|البارحة|الآن|ago|yesterday|today|dün|bugün", re.IGNORECASE
)
_LABEL = re.compile(
    r"(?<![^\W_])(?:(?P<modified>(?:اخر |تاريخ |تم |جري )?(?:ال)?(?:تحديث|تعديل)|محدث[ه]?|حدث في|عدل في"
    r"|(?:last )?(?:updated?|modified)|son guncelleme|guncelleme|guncellenme)"
    r"|(?P<published>تاريخ (?:ال)?(?:نشر|اضافه|خبر)|نشر[ته]?|بتاريخ|اضيفت?|صدرت?|published|posted|publish"
    r"|yayin\w{0,8}))(?![^\W_])"
)
SAID, MARKED = 3, 2
"""What it counts that a line says «نشر», and that its element is named for dates. Then nearness decides."""

_NAMED_FOR_DATES = XPath(
    "//*[contains(@class,'date') or contains(@class,'Date') or contains(@class,'time')"
    " or contains(@class,'publish') or contains(@class,'posted') or contains(@id,'date')]"
)
_MARKED = re.compile(r"date|time|publi|posted|byline|meta|info", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    score: int
    position: int
    witness: Witness


@dataclass(slots=True)
class VisibleDates:
    """What the text around the headline says: published best first, and the best "last updated"."""

    published: list[Witness]
    modified: list[Witness]


def find_visible(
    tree: HtmlElement, *, url: str, place: Place, title: str | None, reader: Reader
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
    """
    if place.headline is None and title:
        place = Place.at(_headline_without_tag(tree, title))
    published: list[_Found] = []
    modified: list[_Found] = []
    if place.headline is not None:
        lines = Lines(place.headline)
        for position, (text, element) in enumerate(lines.following()):
            lines.done_with = not _may_date(text) or place.is_beside(element, url=url)
            if not lines.done_with:
                lines.done_with = _read(text, element, position, reader, published, modified)
                if any(found.score >= SAID for found in published):
                    break
        lines = Lines(place.headline)
        for position, (text, element) in enumerate(lines.preceding(), start=1):
            lines.done_with = not _may_date(text) or place.is_beside(element, url=url)
            if not lines.done_with:
                before: list[_Found] = []
                lines.done_with = _read(text, element, position, reader, before, modified)
                published += [
                    found for found in before if found.score >= SAID or not _is_today(found, reader)
                ]
    if not published:
        _marked(tree, url, place, reader, published, modified)
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
    reader: Reader,
    published: list[_Found],
    modified: list[_Found],
) -> bool:
    """Read one line, which may hold several dates, each behind its label; tells whether it held any."""
    held = False
    line = fold(text)
    labels = list(_LABEL.finditer(line))[:6]
    starts = [0, *(label.start() for label in labels)]
    ends = [*starts[1:], len(line)]
    marked = _is_marked(element)
    for label, start, end in zip([None, *labels], starts, ends, strict=True):
        reading = read_date(line[start:end], timezone=reader.timezone, now=reader.now)
        if reading is None:
            continue
        said = label is not None and label["published"] is not None
        if not said and not marked and (reading.vague or reading.strange > _allowed(element, reading)):
            continue
        witness = reader.checked(reading, "text")
        if witness is None:
            continue
        if label is not None and label["modified"]:
            modified.append(_Found(0, position, witness))
        else:
            published.append(_Found((SAID if said else 0) + (MARKED if marked else 0), position, witness))
        held = True
    return held


def _allowed(element: HtmlElement, reading: Reading) -> int:
    """How many other words an unlabelled line may hold: few where it may be prose or a caption."""
    if reading.relative:
        return 1
    return 3 if element.tag in PROSE else MAX_BYLINE_WORDS


def _is_marked(element: HtmlElement) -> bool:
    parent = element.getparent()
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
    if parent is not None:
        names += f" {parent.get('class') or ''}"
    return bool(_MARKED.search(names[:600]))


def _marked(
    tree: HtmlElement, url: str, place: Place, reader: Reader, published: list[_Found], modified: list[_Found]
) -> None:
    """Read what is named for dates. Several dates without a label are those of a list of stories."""
    unsaid: list[_Found] = []
    position = 0
    for element in _NAMED_FOR_DATES(tree):
        if element.tag in NO_BYLINE or element.tag in ("body", "html") or place.is_beside(element, url=url):
            continue
        position += 1
        if position > MAX_MARKED:
            break
        text = line_of(element)
        if text and _may_date(text):
            found: list[_Found] = []
            _read(text, element, position, reader, found, modified)
            published += [each for each in found if each.score >= SAID]
            unsaid += [each for each in found if each.score < SAID and not _is_today(each, reader)]
    if len(unsaid) <= 2 * MAX_UNSAID and len({each.witness.when for each in unsaid}) <= MAX_UNSAID:
        published += unsaid


def _headline_without_tag(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The first element whose own text is the headline, on pages that set it in a plain `div` or `span`."""
    wanted = " ".join(title.split())
    for element in tree.iter("div", "span", "p", "strong", "td", "b", "font"):
        text = element.text
        if text and len(text) >= 10:
            short = " ".join(text[:600].split())
            if wanted in short and len(short) < 2 * len(wanted):
                return element
    return None
