"""Decides when an article was published, from all dates that a page declares and shows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.dates.evidence import Evidence, Reader, Witness, collect, iter_same_day, same_clock
from crawler.extraction.dates.page_order import page_order
from crawler.extraction.dates.visible import LineCache, find_visible
from crawler.extraction.metadata.jsonld import LinkedData, read_linked_data
from crawler.model.article import DatePrecision, Hints
from crawler.parsing.dates.reading import Reading

SKEW = timedelta(minutes=10)
"""How far ahead of ours a server's clock may be before its time counts as lying in the future."""

MAX_OFFSET = timedelta(hours=14)
"""The farthest that a clock of any zone is ahead of UTC."""


@dataclass(frozen=True, slots=True)
class Published:
    """When an article was published and last changed, and how that is known.

    `published_at` is aware; with `precision` DAY it is midnight in the site's zone, or an estimate within the
    day. `source` is ``json-ld``, ``meta``, ``time``, ``feed``, ``url`` or ``text``. `flags` names what had to
    be resolved:

    - ``future``: the most trusted time lies ahead; another, or a lesser precision, was taken.
    - ``zone-conflict``: one wall time was declared with two offsets; the better supported one was taken.
    - ``contradicted``: the declared time is that of the last change; URL or feed has an older day.
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
    of other articles, and "last updated" are never taken for publication.

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
        The times; all None where the page has no date. Never raises for a page.

    Raises:
        ValueError: `now` is naive.
    """
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    linked = linked if linked is not None else read_linked_data(tree)
    order = page_order(tree, url=url, hints=hints, title=title, linked=linked)
    reader = Reader(timezone, now, order)
    evidence, place = collect(tree, url=url, hints=hints, title=title, linked=linked, reader=reader)
    decision = _Decision(evidence, reader)
    if decision.needs_text():
        # Costly, so only where the rest leaves something open.
        cache = line_cache if line_cache is not None else {}
        visible = find_visible(tree, url=url, place=place(), title=title, reader=reader, line_cache=cache)
        evidence.published += visible.published
        evidence.modified += visible.modified
    published = decision.published()
    modified_at = decision.modified(published)
    flags = tuple(decision.flags)
    if published is None:
        return Published(modified_at=modified_at, flags=flags)
    return Published(published.when, published.reading.precision, published.source, modified_at, flags)


class _Decision:
    """Weighs the dates of one page."""

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
        declared = self._evidence.published
        if not declared:
            return None
        past = self._past(declared)
        if not past or past[0] is not declared[0]:
            self.flags.append("future")
        if not past:
            return self._from_future(declared[0])
        top = self._refined(self._not_the_last_change(past), past)
        return self._of_two_zones(top, past) if top.is_instant else _with_zone(top, past)

    def modified(self, published: Witness | None) -> datetime | None:
        """The time of the last change; None where none is declared that can be right."""
        declared = self._evidence.modified
        past = self._past(declared)
        if declared and not past:
            self.flags.append("modified-future")
        if not past:
            return None
        top = _with_zone(self._refined(past[0], past), past)
        if published is None:
            return top.when
        later = next((each.when for each in (top, *past) if each.when >= published.when), None)
        if later is None and (top.by_the_minute or self._local_day(top) != self._local_day(published)):
            self.flags.append("modified-before-published")
        return later

    def _past(self, witnesses: list[Witness]) -> list[Witness]:
        """The dates that do not lie in the future."""
        return list(filter(self._is_past, witnesses))

    def _is_past(self, witness: Witness) -> bool:
        if witness.when <= self._reader.now + SKEW:
            return True
        today = self._reader.now.astimezone(self._reader.timezone).date()
        return not witness.by_the_minute and self._local_day(witness) <= today

    def _local_day(self, witness: Witness) -> date:
        return witness.when.astimezone(self._reader.timezone).date()

    def _from_future(self, witness: Witness) -> Witness | None:
        """A time ahead that nothing contradicts: a wrong zone, or today at the latest; else nothing."""
        now, zone = self._reader.now, self._reader.timezone
        ahead = witness.when - now
        if witness.by_the_minute and ahead <= MAX_OFFSET:
            local = witness.when.replace(tzinfo=zone)
            if local <= now + SKEW:
                return Witness(Reading(local, DatePrecision.MINUTE, zoned=True), witness.source)
        if ahead <= timedelta(days=1):
            return Witness(self._reader.day(now.astimezone(zone).date()), witness.source)
        return None

    def _not_the_last_change(self, past: list[Witness]) -> Witness:
        """The first witness, unless it repeats the time of the last change and older days are declared.

        Some sites put the last change where the publication belongs; their URL or feed still has the day.
        """
        top = past[0]
        changes = {witness.when for witness in self._evidence.modified}
        stable = [witness for witness in past[1:] if witness.source in ("feed", "url")]
        older = [witness for witness in stable if top.when - witness.when > timedelta(days=2)]
        if top.when not in changes or not older:
            return top
        self.flags.append("contradicted")
        return older[0]

    def _refined(self, top: Witness, past: list[Witness]) -> Witness:
        """The first witness that has the minute, on the day of a witness that has the day alone."""
        if top.by_the_minute:
            return top
        return next(iter_same_day(past, self._local_day(top), self._reader.timezone), top)

    def _contested(self, top: Witness, past: list[Witness]) -> list[Witness]:
        """Witnesses with the same wall time in another zone."""
        if not top.is_instant:
            return []
        wall = top.when.replace(tzinfo=None)
        instants = (witness for witness in past if witness.is_instant and witness.when != top.when)
        return [witness for witness in instants if witness.when.replace(tzinfo=None) == wall]

    def _of_two_zones(self, top: Witness, past: list[Witness]) -> Witness:
        """One of the same wall times in different zones: the one that most other witnesses support.

        Content systems stamp local time as UTC, and UTC as local time. On a tie the real offset is believed:
        a false ``+00:00`` is the commoner mistake.
        """
        rivals = self._contested(top, past)
        if not rivals:
            return top
        self.flags.append("zone-conflict")
        return max(
            [top, *rivals],
            key=lambda witness: (_support(witness, past), bool(witness.when.utcoffset())),
        )


def _support(candidate: Witness, past: list[Witness]) -> int:
    """How many witnesses support a candidate's instant.

    One of the same instant by another zone's clock was really converted, and counts twice.
    """
    wall = _wall_minute(candidate)
    votes = 0
    for witness in past:
        if not witness.by_the_minute or abs(witness.when - candidate.when) >= timedelta(minutes=1):
            continue
        if _wall_minute(witness) != wall:
            votes += 2
        elif witness.reading.zoned or witness.source == "text":
            votes += 1
    return votes


def _wall_minute(witness: Witness) -> datetime:
    return witness.when.replace(tzinfo=None, second=0, microsecond=0)


def _with_zone(top: Witness, past: list[Witness]) -> Witness:
    """The first witness with a zone and the same clock: «10:12» somewhere and 07:12Z elsewhere."""
    if top.is_instant or not top.by_the_minute:
        return top
    instants = (witness for witness in past if witness.is_instant)
    return next((witness for witness in instants if same_clock(witness.when, top.when)), top)
