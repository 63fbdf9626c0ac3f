"""Decides when an article was published, from all that a page says about it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.dates.evidence import Evidence, Reader, Witness, collect, iter_same_day, same_clock
from crawler.extraction.dates.page_order import page_order
from crawler.extraction.dates.visible import LineCache, VisibleDates, find_visible
from crawler.extraction.metadata.jsonld import LinkedData, read_linked_data
from crawler.model.article import DatePrecision, Hints
from crawler.parsing.dates.reading import Reading

SKEW = timedelta(minutes=10)
"""How far ahead of ours a server's clock may be before its time counts as lying in the future."""


@dataclass(frozen=True, slots=True)
class Published:
    """When an article was published and last changed, and how that is known.

    `published_at` is aware; with `precision` DAY it is midnight in the site's zone, or an estimate within the
    day. `source` is ``json-ld``, ``meta``, ``time``, ``feed``, ``url`` or ``text``. `flags` names what had to
    be resolved:

    - ``future``: the most trusted time lies ahead; another, or a lesser precision, was taken.
    - ``zone-conflict``: one wall time was stated with two offsets; the better supported one was taken.
    - ``contradicted``: the stated time is that of the last change, and the address or feed has an older day.
    - ``modified-before-published``, ``modified-future``: the time of change can't be right; it is left out.
    """

    published_at: datetime | None = None
    precision: DatePrecision | None = None
    source: str | None = None
    modified_at: datetime | None = None
    flags: tuple[str, ...] = ()


def find_published(
    tree: HtmlElement,
    *,
    url: str,
    hints: Hints | None,
    timezone: ZoneInfo,
    now: datetime,
    title: str | None = None,
    linked: LinkedData | None = None,
    line_cache: LineCache | None = None,
) -> Published:
    """Find out when a page's article was published and last changed.

    In order of trust: JSON-LD, meta elements, `<time>`, what discovery knew (feed, sitemap, REST), the
    address, text near the headline. A day is refined by a time of the same day from a lesser source; a time
    without a zone by the same clock with one. Today's date in the page's header, dates of side columns and
    of other stories, and "last updated" are never taken for publication.

    Args:
        tree: The parsed page; not changed.
        url: The page's address.
        hints: What the source of discovery knew, if anything.
        timezone: In which times without a zone are read.
        now: The aware time of fetching.
        title: The article's headline, if known.
        linked: The page's JSON-LD where it has been read already.
        line_cache: The lines of text that have been read of this tree for something else.

    Returns:
        What was found; all None where the page has no date. Never raises for a page.

    Raises:
        ValueError: `now` is naive.
    """
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    linked = linked if linked is not None else read_linked_data(tree)
    order = page_order(tree, url=url, hints=hints, title=title, linked=linked)
    reader = Reader(timezone, now, order)
    evidence, place = collect(tree, url=url, hints=hints, title=title, linked=linked, reader=reader)
    seen: list[VisibleDates] = []

    def visible() -> VisibleDates:
        # Costly, so only where the rest leaves something open, and once.
        if not seen:
            cache = line_cache if line_cache is not None else {}
            seen.append(
                find_visible(tree, url=url, place=place(), title=title, reader=reader, line_cache=cache)
            )
        return seen[0]

    decision = _Decision(evidence, reader)
    if decision.needs_text():
        found = visible()
        evidence.published += found.published
        evidence.modified += found.modified
    chosen = decision.published()
    modified_at = decision.modified(chosen)
    return Published(
        chosen.when if chosen else None,
        chosen.reading.precision if chosen else None,
        chosen.source if chosen else None,
        modified_at,
        tuple(decision.flags),
    )


class _Decision:
    """Weighs the statements of one page."""

    def __init__(self, evidence: Evidence, reader: Reader) -> None:
        self._evidence = evidence
        self._reader = reader
        self.flags: list[str] = []

    def needs_text(self) -> bool:
        """Whether the rest leaves something open that the visible text may settle."""
        past = self._past(self._evidence.published)
        if not past or past[0] is not self._evidence.published[0]:
            return True
        top = past[0]
        if not top.by_the_minute:
            return self._refined(top, past) is top
        return bool(self._contested(top, past))

    def published(self) -> Witness | None:
        """The time of publication."""
        stated = self._evidence.published
        if not stated:
            return None
        past = self._past(stated)
        if not past or past[0] is not stated[0]:
            self.flags.append("future")
        if not past:
            return self._from_future(stated[0])
        top = self._not_the_last_change(past)
        top = self._refined(top, past)
        if top.by_the_minute and not top.reading.zoned:
            # «10:12» somewhere and 07:12Z elsewhere: the one with a zone says what was meant.
            return next(
                (
                    each
                    for each in past
                    if each.by_the_minute and each.reading.zoned and same_clock(each.when, top.when)
                ),
                top,
            )
        return self._of_two_zones(top, past)

    def modified(self, published: Witness | None) -> datetime | None:
        """The time of the last change; None where none is stated that can be right."""
        stated = self._evidence.modified
        past = self._past(stated)
        if stated and not past:
            self.flags.append("modified-future")
        if not past:
            return None
        top = self._refined(past[0], past)
        if top.by_the_minute and not top.reading.zoned:
            zoned = (each for each in past if each.by_the_minute and each.reading.zoned)
            top = next((each for each in zoned if same_clock(each.when, top.when)), top)
        if published is None or top.when >= published.when:
            return top.when
        later = next((each.when for each in past if each.when >= published.when), None)
        if later is not None:
            return later
        same_day = top.when.astimezone(self._reader.timezone).date() == self._local_day(published)
        if not (same_day and not top.by_the_minute):
            self.flags.append("modified-before-published")
        return None

    def _past(self, witnesses: list[Witness]) -> list[Witness]:
        now = self._reader.now
        today = now.astimezone(self._reader.timezone).date()
        return [
            each
            for each in witnesses
            if each.when <= now + SKEW or (not each.by_the_minute and self._local_day(each) <= today)
        ]

    def _local_day(self, witness: Witness) -> date:
        return witness.when.astimezone(self._reader.timezone).date()

    def _from_future(self, witness: Witness) -> Witness | None:
        """A time ahead that nothing contradicts: a wrong zone, or today at the latest; else nothing."""
        now, zone = self._reader.now, self._reader.timezone
        if witness.by_the_minute and witness.when - now <= timedelta(hours=14):
            local = witness.when.replace(tzinfo=zone)
            if local <= now + SKEW:
                return Witness(Reading(local, DatePrecision.MINUTE, zoned=True), witness.source)
        if witness.when - now <= timedelta(days=1):
            return Witness(self._reader.day(now.astimezone(zone).date()), witness.source)
        return None

    def _not_the_last_change(self, past: list[Witness]) -> Witness:
        """The first witness, unless it repeats the time of the last change and older days are stated.

        Some sites put the last change where the publication belongs; their address or feed still has the day.
        """
        top = past[0]
        if not any(each.when == top.when for each in self._evidence.modified):
            return top
        older = [
            each
            for each in past[1:]
            if each.source in ("feed", "url") and top.when - each.when > timedelta(days=2)
        ]
        if not older:
            return top
        self.flags.append("contradicted")
        return older[0]

    def _refined(self, top: Witness, past: list[Witness]) -> Witness:
        """The first witness that tells the minute on the day of a witness that tells the day alone."""
        if top.by_the_minute:
            return top
        return next(
            iter_same_day(past, top.when.astimezone(self._reader.timezone).date(), self._reader.timezone), top
        )

    def _contested(self, top: Witness, past: list[Witness]) -> list[Witness]:
        """Witnesses with the same wall time in another zone."""
        if not (top.by_the_minute and top.reading.zoned):
            return []
        wall = top.when.replace(tzinfo=None)
        return [
            each
            for each in past
            if each.by_the_minute
            and each.reading.zoned
            and each.when.replace(tzinfo=None) == wall
            and each.when != top.when
        ]

    def _of_two_zones(self, top: Witness, past: list[Witness]) -> Witness:
        """One of the same wall times in different zones: the one that most other statements support.

        Content systems stamp local time as UTC, and UTC as local time. A third statement of the same instant
        by another zone's clock was really converted, and counts twice. On a tie the real offset is believed:
        a false ``+00:00`` is the commoner mistake.
        """
        rivals = self._contested(top, past)
        if not rivals:
            return top
        self.flags.append("zone-conflict")
        wall = top.when.replace(tzinfo=None, second=0, microsecond=0)

        def support(candidate: Witness) -> tuple[int, bool]:
            votes = 0
            for each in past:
                if not each.by_the_minute or abs(each.when - candidate.when) >= timedelta(minutes=1):
                    continue
                converted = each.when.replace(tzinfo=None, second=0, microsecond=0) != wall
                votes += 2 if converted else 1 if each.reading.zoned or each.source == "text" else 0
            return votes, bool(candidate.when.utcoffset())

        return max([top, *rivals], key=support)
