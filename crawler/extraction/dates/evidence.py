"""Where a page declares its dates: JSON-LD, meta elements, `<time>`, the URL. `visible` reads its text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from operator import itemgetter
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

# Names in use for the day of publication, the most specific first. Left out on purpose: `creation_date` and
# the like, which templates carry unchanged for years.
_PUBLISHED_META = {
    name: rank
    for rank, name in enumerate(
        (
            *("article:published_time", "og:article:published_time", "article:published"),
            *("og:published_time", "datepublished", "article.published", "publish_date", "publish-date"),
            *("publishdate", "pubdate", "publication_date", "published_time", "parsely-pub-date"),
            *("sailthru.date", "cxenseparse:recs:publishtime", "bt:pubdate", "dc.date.issued"),
            *("dcterms.issued", "article:post_date", "citation_publication_date", "rnews:datepublished"),
            *("dc.date", "dcterms.created", "dc.date.created", "datecreated", "date"),
        )
    )
}
_MODIFIED_META = frozenset(
    (
        *("article:modified_time", "og:updated_time", "og:article:modified_time", "article:modified"),
        *("article:updated_time", "article.updated", "datemodified", "last-modified", "lastmod"),
        *("dcterms.modified", "dc.date.modified", "modified_time", "revised"),
    )
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
_DATE_MARKUP = _DATE_NAMES | {"itemprop", "property", "title"}
"""Attributes that mark an element up as a date; nearly all elements have none of them."""
RENDERING = timedelta(minutes=2)
"""A time so close to now is when the server made the page, not when the article was published."""
_OTHER_DATE_TAGS = frozenset({"time", "meta", "ins", "del"})
_DATE_PROPERTIES = frozenset({"dc:date", "dc:created", "schema:datePublished", "schema:dateModified"})
_CLASS_MODIFIED = re.compile(r"updated|modif|date-upd", re.IGNORECASE)
_CLASS_PUBLISHED = re.compile(r"publi|entry-date|post-?date|posted|article-?date|dateline", re.IGNORECASE)
_NAME_ATTRIBUTES = ("property", "name", "itemprop", "http-equiv")
"""Attributes of a meta element that name its content; the first that is there counts."""
_TEXT_MODIFIED = re.compile(r"تحديث|محدث|عُ?د[ّ]?ل|updated|modified|güncelle", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Witness:
    """A declared date, and the kind of place it stands in."""

    reading: Reading
    source: str

    @property
    def when(self) -> datetime:
        """The time that is declared."""
        return self.reading.when

    @property
    def by_the_minute(self) -> bool:
        """Whether it has a time of day."""
        return self.reading.precision is DatePrecision.MINUTE

    @property
    def is_instant(self) -> bool:
        """Whether it has a time of day and a zone."""
        return self.by_the_minute and self.reading.zoned


@dataclass(slots=True)
class Evidence:
    """All dates that a page declares, the more trusted first."""

    published: list[Witness] = field(default_factory=list)
    modified: list[Witness] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads dates the way one page is to be read."""

    timezone: ZoneInfo
    now: datetime
    page_order: Callable[[], DateOrder | None] = lambda: None

    def order(self, text: str) -> DateOrder | None:
        """In which order the page writes numeric dates; determined only for a text that has one."""
        return self.page_order() if may_need_order(text) else None

    def witness(self, text: str | None, source: str) -> Witness | None:
        """The date that `text` states, or None where it states none that an article can have."""
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
            midnight = next(filter(_is_midnight, (reading.when, local)), None)
            if midnight is not None:
                return Witness(self.day(midnight.date()), source)
        return Witness(reading, source)

    def day(self, day: date) -> Reading:
        """A whole day in the site's zone."""
        return Reading(datetime(day.year, day.month, day.day, tzinfo=self.timezone), DatePrecision.DAY)


def _is_midnight(time: datetime) -> bool:
    return (time.hour, time.minute, time.second) == (0, 0, 0)


def collect(
    tree: HtmlElement, *, url: str, hints: Hints | None, title: str | None, linked: LinkedData, reader: Reader
) -> tuple[Evidence, Callable[[], Place]]:
    """All dates declared outside the text, in order of trust, and how to get the place of the headline."""
    elements: dict[str, list[HtmlElement]] = {"meta": [], "time": []}
    headings: list[HtmlElement] = []
    for element in tree.iter("meta", "time", "h1", "h2", "h3"):
        elements.get(element.tag, headings).append(element)
    place = cache(lambda: Place.of(headings, title=title))
    collector = _Collector(url, place, reader)
    collector.add_linked_data(linked.ranked(url=url, title=title))
    collector.add_metas(elements["meta"])
    # WebPage nodes, of which old plugins date the article; those that name another URL are left out.
    collector.add_linked_data(LinkedData(articles=linked.pages).ranked(url=url))
    collector.add_times(elements["time"])
    if not collector.evidence.published:
        collector.add_attributes(tree)
    collector.add_hints(hints)
    collector.add_url()
    return collector.evidence, place


@dataclass(slots=True)
class _Collector:
    """Collects the dates that one page declares."""

    url: str
    place: Callable[[], Place]
    reader: Reader
    evidence: Evidence = field(default_factory=Evidence)

    def add_linked_data(self, nodes: list[Node]) -> None:
        """Add the dates of JSON-LD nodes."""
        for node in nodes[:5]:
            self._add_first(node, ("datePublished", "dateCreated"), self.evidence.published)
            self._add_first(node, ("dateModified",), self.evidence.modified)

    def _add_first(self, node: Node, keys: tuple[str, ...], witnesses: list[Witness]) -> None:
        """Add the first of a node's properties that is a date."""
        dates = (self.reader.witness(text_value(node, key), "json-ld") for key in keys)
        witnesses += islice(filter(None, dates), 1)

    def add_metas(self, metas: list[HtmlElement]) -> None:
        """Add the dates of meta elements, those of the most specific names first."""
        published: list[tuple[int, Witness]] = []
        for meta in metas:
            name = next(filter(None, map(meta.get, _NAME_ATTRIBUTES)), "").lower()
            if name not in _PUBLISHED_META and name not in _MODIFIED_META:
                continue
            witness = self.reader.witness(meta.get("content"), "meta")
            if witness is not None and name in _PUBLISHED_META:
                published.append((_PUBLISHED_META[name], witness))
            elif witness is not None:
                self.evidence.modified.append(witness)
        self.evidence.published += (witness for _, witness in sorted(published, key=itemgetter(0)))

    def add_times(self, times: list[HtmlElement]) -> None:
        """Add the dates of `time` elements."""
        published: list[tuple[int, int, Witness]] = []
        for position, element in enumerate(times[:MAX_TIMES]):
            text = " ".join("".join(element.itertext()).split())[:200]
            witness = self.reader.witness(element.get("datetime"), "time") or self.reader.witness(
                text, "time"
            )
            if witness is None or self.place().is_beside(element, url=self.url):
                continue
            label = f"{element.get('class', '')} {element.get('itemprop', '')}"
            is_published = element.get("pubdate") is not None or _CLASS_PUBLISHED.search(label) is not None
            if not is_published and (_CLASS_MODIFIED.search(label) or _TEXT_MODIFIED.search(text)):
                self.evidence.modified.append(witness)
                continue
            is_below = self.place().follows(element)
            # After the headline and marked as of publication; after it; before it and marked so; before it.
            rank = 2 * (not is_below) + (not is_published)
            published.append((rank, position if is_below else -position, witness))
        published.sort(key=itemgetter(0, 1))
        self.evidence.published += (witness for _, _, witness in published[:5])

    def add_attributes(self, tree: HtmlElement) -> None:
        """Add microdata, RDFa, hAtom and other attributes for machines, on elements of the body."""
        for element in islice(_marked_up(tree), MAX_TIMES):
            witness = self._in_attributes(element)
            if witness is None or self.place().is_beside(element, url=self.url):
                continue
            if _is_semantic(element) or self.place().follows(element):
                names = " ".join(element.get(name, "") for name in ("itemprop", "property", "class"))
                is_modified = _CLASS_MODIFIED.search(names) is not None
                (self.evidence.modified if is_modified else self.evidence.published).append(witness)

    def _in_attributes(self, element: HtmlElement) -> Witness | None:
        for name in ("content", "title", *_DATE_ATTRIBUTES):
            witness = self.reader.witness(element.get(name), "meta")
            if witness is None:
                continue
            if name not in _DATE_NAMES or abs(witness.when - self.reader.now) > RENDERING:
                return witness
        return self.reader.witness(heading_text(element), "meta") if element.get("itemprop") else None

    def add_hints(self, hints: Hints | None) -> None:
        """Add what the source of discovery knew."""
        if hints is not None:
            self._add_hint(hints.published_at, self.evidence.published)
            self._add_hint(hints.modified_at, self.evidence.modified)

    def _add_hint(self, time: datetime | None, witnesses: list[Witness]) -> None:
        if time is None or time.tzinfo is None:
            return
        witness = self.reader.checked(Reading(time, DatePrecision.MINUTE, zoned=True), "feed")
        if witness is not None:
            witnesses.append(witness)

    def add_url(self) -> None:
        """Add the day in the URL."""
        day = day_in_url(self.url)
        witness = self.reader.checked(self.reader.day(day), "url") if day else None
        if witness is not None:
            self.evidence.published.append(witness)


def _marked_up(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Elements of the body that are marked up as dates, other than `time` and `meta`."""
    body = next(tree.iter("body"), None)
    for element in () if body is None else body.iterdescendants():
        names = element.keys()
        if not names or _DATE_MARKUP.isdisjoint(names) or element.tag in _OTHER_DATE_TAGS:
            continue
        if not _DATE_NAMES.isdisjoint(names) or _is_semantic(element):
            yield element


def _is_semantic(element: HtmlElement) -> bool:
    """Whether an element is marked by a vocabulary as the date of what it stands in."""
    if element.get("property") in _DATE_PROPERTIES:
        return True
    if element.tag == "abbr" and element.get("title") is not None:
        return True
    return not _DATE_ITEMS.isdisjoint(element.get("itemprop", "").split())


def same_clock(time: datetime, other: datetime) -> bool:
    """Whether two times are one time of day read in different zones: some quarter hours apart, to the second.

    No two zones are more than 26 hours apart; those that a site mixes up (its own and UTC) not over 14.
    """
    apart = abs(time - other)
    return apart <= timedelta(hours=14) and apart.total_seconds() % 900 == 0


def iter_same_day(witnesses: list[Witness], day: date, zone: ZoneInfo) -> Iterator[Witness]:
    """The witnesses with a time on a given day, in the site's zone or in their own."""
    for witness in witnesses:
        if witness.by_the_minute and day in (witness.when.date(), witness.when.astimezone(zone).date()):
            yield witness
