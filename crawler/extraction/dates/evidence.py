"""Where a page states its dates: JSON-LD, meta elements, `<time>`, the address. Text is `visible`'s part."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.dates.page_order import day_in_url
from crawler.extraction.dates.place import Place, heading_text
from crawler.extraction.metadata.jsonld import LinkedData, Node, text_value
from crawler.model.article import DatePrecision, Hints
from crawler.parsing.dates.order import DateOrder, may_need_order
from crawler.parsing.dates.reading import Reading, read_date

FIRST_YEAR = 1995
"""No site put its articles online earlier; a date before it is a default (1970, 0001) or a template's."""

# Names in use for the day of publication, the telling ones first. Left out on purpose: `creation_date` and
# the like, which templates carry unchanged for years.
_PUBLISHED_META = {
    name: rank
    for rank, name in enumerate(
        [
            "article:published_time",
            "og:article:published_time",
            "article:published",
            "og:published_time",
            "datepublished",
            "article.published",
            "publish_date",
            "publish-date",
            "publishdate",
            "pubdate",
            "publication_date",
            "published_time",
            "parsely-pub-date",
            "sailthru.date",
            "cxenseparse:recs:publishtime",
            "bt:pubdate",
            "dc.date.issued",
            "dcterms.issued",
            "article:post_date",
            "citation_publication_date",
            "rnews:datepublished",
            "dc.date",
            "dcterms.created",
            "dc.date.created",
            "datecreated",
            "date",
        ]
    )
}
_MODIFIED_META = frozenset(
    {
        "article:modified_time",
        "og:updated_time",
        "og:article:modified_time",
        "article:modified",
        "article:updated_time",
        "article.updated",
        "datemodified",
        "last-modified",
        "lastmod",
        "dcterms.modified",
        "dc.date.modified",
        "modified_time",
        "revised",
    }
)

MAX_TIMES = 200
"""`<time>` elements looked at; a page with more of them is a listing or a live blog."""

_DATE_ITEMS = frozenset({"datePublished", "dateModified"})
_DATE_ATTRIBUTES = (
    "datetime", "data-datetime", "data-date", "data-time", "data-timestamp", "data-utc", "data-published",
    "data-epoch", "data-livestamp",
)  # fmt: skip
"""Attributes that scripts turn into a reader's local time."""
_DATE_NAMES = frozenset(_DATE_ATTRIBUTES)
_TELLING = _DATE_NAMES | {"itemprop", "property", "title"}
"""Attributes that mark an element up as a date; nearly all elements have none of them."""
RENDERING = timedelta(minutes=2)
"""A time so close to now is when the server made the page, not when the story was published."""
_DATE_PROPERTIES = frozenset({"dc:date", "dc:created", "schema:datePublished", "schema:dateModified"})
_CLASS_MODIFIED = re.compile(r"updated|modif|date-upd", re.IGNORECASE)
_CLASS_PUBLISHED = re.compile(r"publi|entry-date|post-?date|posted|article-?date|dateline", re.IGNORECASE)
_TEXT_MODIFIED = re.compile(r"تحديث|محدث|عُ?د[ّ]?ل|updated|modified|güncelle", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Witness:
    """One statement of a date, and the kind of place it stands in."""

    reading: Reading
    source: str

    @property
    def when(self) -> datetime:
        """The time that is stated."""
        return self.reading.when

    @property
    def by_the_minute(self) -> bool:
        """Whether the statement has a time of day."""
        return self.reading.precision is DatePrecision.MINUTE


@dataclass(slots=True)
class Evidence:
    """All statements of a page, the more trusted first."""

    published: list[Witness] = field(default_factory=list)
    modified: list[Witness] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads dates the way one page is to be read."""

    timezone: ZoneInfo
    now: datetime
    page_order: Callable[[], DateOrder | None] = lambda: None

    def order(self, text: str) -> DateOrder | None:
        """In which order the page writes numeric dates; found out only for a text that has one."""
        return self.page_order() if may_need_order(text) else None

    def witness(self, text: str | None, source: str) -> Witness | None:
        """What `text` states, or None where it states no date that an article can have."""
        if not text:
            return None
        reading = read_date(text, timezone=self.timezone, now=self.now, order=self.order(text))
        return self.checked(reading, source) if reading else None

    def checked(self, reading: Reading, source: str) -> Witness | None:
        """The reading as a witness; a day written as the midnight it begins with becomes a day again."""
        try:
            local = reading.when.astimezone(self.timezone)
        except OverflowError:
            return None
        if reading.when.year < FIRST_YEAR:
            return None
        if reading.precision is DatePrecision.MINUTE and not reading.relative:
            for time in (reading.when, local):
                if (time.hour, time.minute, time.second) == (0, 0, 0):
                    return Witness(self.day(time.date()), source)
        return Witness(reading, source)

    def day(self, day: date) -> Reading:
        """A whole day in the site's zone."""
        return Reading(datetime(day.year, day.month, day.day, tzinfo=self.timezone), DatePrecision.DAY)


def collect(
    tree: HtmlElement, *, url: str, hints: Hints | None, title: str | None, linked: LinkedData, reader: Reader
) -> tuple[Evidence, Callable[[], Place]]:
    """All dates stated outside the text, in order of trust, and how to get the place of the headline."""
    metas: list[HtmlElement] = []
    times: list[HtmlElement] = []
    headings: list[HtmlElement] = []
    for element in tree.iter("meta", "time", "h1", "h2", "h3"):
        tag = element.tag
        (metas if tag == "meta" else times if tag == "time" else headings).append(element)
    place = cache(lambda: Place.of(headings, title=title))
    evidence = Evidence()
    _linked_data(linked.ranked(url=url, title=title), evidence, reader)
    _metas(metas, evidence, reader)
    _linked_data(_own_pages(linked, url), evidence, reader)
    if times:
        _times(times, url, place(), evidence, reader)
    if not evidence.published:
        _attributes(tree, url, place(), evidence, reader)
    _hints(hints, evidence, reader)
    if (day := day_in_url(url)) and (stated := reader.checked(reader.day(day), "url")):
        evidence.published.append(stated)
    return evidence, place


def _linked_data(nodes: list[Node], evidence: Evidence, reader: Reader) -> None:
    for node in nodes[:5]:
        for keys, witnesses in (
            (("datePublished", "dateCreated"), evidence.published),
            (("dateModified",), evidence.modified),
        ):
            for key in keys:
                if stated := reader.witness(text_value(node, key), "json-ld"):
                    witnesses.append(stated)
                    break


def _own_pages(linked: LinkedData, url: str) -> list[Node]:
    """WebPage nodes, of which old plugins date the article; those that name another address left out."""
    return LinkedData(articles=linked.pages).ranked(url=url)


def _metas(metas: list[HtmlElement], evidence: Evidence, reader: Reader) -> None:
    published: list[tuple[int, int, Witness]] = []
    for position, meta in enumerate(metas):
        content = meta.get("content")
        if not content:
            continue
        name = (
            meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        ).lower()
        if name in _PUBLISHED_META:
            if stated := reader.witness(content, "meta"):
                published.append((_PUBLISHED_META[name], position, stated))
        elif name in _MODIFIED_META and (stated := reader.witness(content, "meta")):
            evidence.modified.append(stated)
    published.sort(key=lambda item: item[:2])
    evidence.published += [stated for _, _, stated in published]


def _times(times: list[HtmlElement], url: str, place: Place, evidence: Evidence, reader: Reader) -> None:
    found: list[tuple[int, int, Witness]] = []
    for position, element in enumerate(times[:MAX_TIMES]):
        label = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        published = bool(_CLASS_PUBLISHED.search(label)) or element.get("pubdate") is not None
        text = " ".join("".join(element.itertext()).split())[:200]
        stated = reader.witness(element.get("datetime"), "time") or reader.witness(text, "time")
        if stated is None or place.is_beside(element, url=url):
            continue
        if not published and (_CLASS_MODIFIED.search(label) or _TEXT_MODIFIED.search(text)):
            evidence.modified.append(stated)
            continue
        follows = place.follows(element)
        # After the headline and said to be of publication; after it; said to be so, before it; before it.
        rank = (0 if follows else 2) + (0 if published else 1)
        found.append((rank, position if follows else -position, stated))
    found.sort(key=lambda item: item[:2])
    evidence.published += [stated for _, _, stated in found[:5]]


def _attributes(tree: HtmlElement, url: str, place: Place, evidence: Evidence, reader: Reader) -> None:
    """Microdata, RDFa, the hAtom microformat and other attributes for machines, on elements of the body."""
    for element in islice(_marked_up(tree), MAX_TIMES):
        name = f"{element.get('itemprop') or ''} {element.get('property') or ''} {element.get('class') or ''}"
        stated = _stated_by(element, reader)
        if stated is None or place.is_beside(element, url=url):
            continue
        if not _is_semantic(element) and not place.follows(element):
            continue
        (evidence.modified if _CLASS_MODIFIED.search(name) else evidence.published).append(stated)


def _marked_up(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Elements of the body that are marked up as dates, other than `time` and `meta`."""
    body = next(tree.iter("body"), None)
    for element in body.iterdescendants() if body is not None else ():
        names = element.keys()
        if not names or _TELLING.isdisjoint(names) or element.tag in ("time", "meta", "ins", "del"):
            continue
        if _is_semantic(element) or not _DATE_NAMES.isdisjoint(names):
            yield element


def _is_semantic(element: HtmlElement) -> bool:
    """Whether an element says by a vocabulary that it is the date of what it stands in."""
    return (
        not _DATE_ITEMS.isdisjoint((element.get("itemprop") or "").split())
        or element.get("property") in _DATE_PROPERTIES
        or (element.tag == "abbr" and element.get("title") is not None)
    )


def _stated_by(element: HtmlElement, reader: Reader) -> Witness | None:
    for name in ("content", "title", *_DATE_ATTRIBUTES):
        if stated := reader.witness(element.get(name), "meta"):
            if name in _DATE_ATTRIBUTES and abs(stated.when - reader.now) <= RENDERING:
                continue
            return stated
    return reader.witness(heading_text(element), "meta") if element.get("itemprop") else None


def _hints(hints: Hints | None, evidence: Evidence, reader: Reader) -> None:
    for time, witnesses in (
        (hints.published_at if hints else None, evidence.published),
        (hints.modified_at if hints else None, evidence.modified),
    ):
        if time is not None and time.tzinfo is not None:
            stated = reader.checked(Reading(time, DatePrecision.MINUTE, zoned=True), "feed")
            if stated:
                witnesses.append(stated)


def same_clock(one: datetime, other: datetime) -> bool:
    """Whether two times are one time of day read in different zones: some quarter hours apart, to the second.

    No two zones are more than 26 hours apart; those that a site mixes up (its own and UTC) not over 14.
    """
    apart = abs(one - other)
    return apart <= timedelta(hours=14) and apart.total_seconds() % 900 == 0


def iter_same_day(witnesses: list[Witness], day: date, zone: ZoneInfo) -> Iterator[Witness]:
    """The witnesses that tell the minute on a given day, in the site's zone or in their own."""
    for witness in witnesses:
        if witness.by_the_minute and day in (witness.when.date(), witness.when.astimezone(zone).date()):
            yield witness
