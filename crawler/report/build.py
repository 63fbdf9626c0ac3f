"""From marked articles to the report's figures."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from statistics import median
from typing import Final

from crawler.html.charts import Day
from crawler.html.safe import local, single_line
from crawler.report.article import REASONS, NearMiss, ReportArticle, SiteNote
from crawler.report.figures import Bin, Flow, Member, Pair, Report, Site, Story, Totals, shared_events

LISTED_STORIES: Final = 30
"""Stories in each of the two lists: what a person may look through in one sitting."""
LISTED_EVENTS: Final = 20
"""Events of several stories, those of most sites."""
LISTED_PAIRS: Final = 20
"""Borderline pairs on either side of the boundary."""
FLOW_EXAMPLES: Final = 50
"""The latest pairs kept of one site's copies of another's: some minutes' reading."""
BINS: Final = 50
"""Bars of the histogram: 2 points of similarity each, the resolution of 64 minhashes (1.6 points)."""
DAYS_FILLED: Final = 4000
"""Days without articles are listed too, unless a wrong date far off stretches the range past this."""


def build_report(
    articles: Iterable[ReportArticle],
    *,
    generated_at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    sites: Collection[str] | None = None,
    site_names: Mapping[str, tuple[str, str]] | None = None,
    near_misses: Iterable[NearMiss] = (),
    boundary: float | None = None,
    boundary_within: float | None = None,
    zone: tzinfo = UTC,
    notes: Iterable[SiteNote] = (),
) -> Report:
    """Count who published what, and who had it first.

    An article lies in the report when it appeared (was published, or first seen where the page states no
    time) from `since` to just before `until`, on one of `sites`. Further articles may be given: they are not
    counted, but are listed as members of the stories that reach into the report.

    Args:
        articles: The articles, in any order; ids are unique.
        generated_at: Now, aware.
        since: Start of the report, inclusive, aware; None for no start.
        until: End of the report, exclusive, aware; None for no end.
        sites: Ids of the sites to report on; None for all.
        site_names: Arabic and English name by site id; otherwise the name that a site's articles give.
        near_misses: Pairs just below the boundary, for the list of borderline pairs.
        boundary: Least similarity that counts as a duplicate of another site's article.
        boundary_within: The same, of an article of the same site; `boundary` without it.
        zone: Zone of the times and of the days.
        notes: Health of the sites; those outside `sites`, or with nothing to report, are left out.

    Raises:
        ValueError: Two articles have one id, or a time has no zone.
    """
    scope = _Scope(since, until, sites)
    _require_zones(generated_at=generated_at, since=since, until=until)
    selection = _select(articles, scope, zone)
    pairs = selection.pairs()
    histogram = _histogram(pairs)
    shared = [story for story in selection.stories if _is_shared(story)]
    events = shared_events(selection.stories, selection.events())
    return Report(
        generated_at=generated_at.astimezone(zone),
        since=since.astimezone(zone) if since else None,
        until=until.astimezone(zone) if until else None,
        zone=str(zone),
        boundary=boundary,
        boundary_within=boundary_within,
        totals=replace(_totals(selection, pairs), shared_events=len(events)),
        sites=_sites(selection, site_names or {}),
        flows=_flows(pairs),
        largest=tuple(sorted(shared, key=_by_size)[:LISTED_STORIES]),
        recent=tuple(sorted(shared, key=_last_at, reverse=True)[:LISTED_STORIES]),
        histogram=histogram,
        unmeasured=len(pairs) - sum(bar.count for bar in histogram),
        borderline=_borderline(pairs, boundary, boundary_within),
        near_misses=_near_misses(list(near_misses), selection),
        days=_days(selection.counted_members()),
        duplicates=tuple(pairs),
        notes=_notes(notes, scope),
        events=tuple(events[:LISTED_EVENTS]),
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    """The period and the sites that a report is about."""

    since: datetime | None
    until: datetime | None
    sites: Collection[str] | None

    def has_site(self, site: str) -> bool:
        return self.sites is None or site in self.sites

    def covers(self, article: ReportArticle) -> bool:
        at = article.in_period_at
        if (self.since is not None and at < self.since) or (self.until is not None and at >= self.until):
            return False
        return self.has_site(article.site)


@dataclass(frozen=True, slots=True)
class _Selection:
    """All articles by id, the ids of those that the report counts, and the stories of these."""

    articles: Mapping[str, ReportArticle]
    counted: set[str]
    stories: list[Story]

    def counted_members(self) -> list[Member]:
        return [member for story in self.stories for member in story.members if member.id in self.counted]

    def events(self) -> dict[str, str]:
        """The event of each story, where one of its articles names it."""
        return {
            article.story_id: article.event_id
            for article in self.articles.values()
            if article.event_id is not None
        }

    def pairs(self) -> list[Pair]:
        """Each counted duplicate with the first article of its story, by time."""
        pairs = [
            Pair(story.id, story.first, member, member.similarity)
            for story in self.stories
            for member in story.members
            if not member.original and member.id in self.counted
        ]
        return sorted(pairs, key=lambda pair: (pair.copy.at, pair.copy.id))


def _require_zones(**moments: datetime | None) -> None:
    for name, moment in moments.items():
        if moment is not None and moment.tzinfo is None:
            raise ValueError(f"{name} has no time zone")


def _select(articles: Iterable[ReportArticle], scope: _Scope, zone: tzinfo) -> _Selection:
    by_id: dict[str, ReportArticle] = {}
    by_story: dict[str, list[ReportArticle]] = defaultdict(list)
    for article in articles:
        if article.id in by_id:
            raise ValueError(f"article {article.id} is given twice")
        by_id[article.id] = article
        by_story[article.story_id].append(article)
    counted = {id_ for id_, article in by_id.items() if scope.covers(article)}
    stories = [
        _story(story_id, members, zone)
        for story_id, members in by_story.items()
        if any(member.id in counted for member in members)
    ]
    return _Selection(by_id, counted, stories)


def _story(story_id: str, articles: list[ReportArticle], zone: tzinfo) -> Story:
    # Of two at the same time the original goes first.
    articles.sort(key=lambda article: (article.at, article.duplicate_of is not None, article.id))
    lead = next((article for article in articles if article.duplicate_of is None), None)
    members = tuple(_member(article, lead, zone) for article in articles)
    first = next((member for member in members if member.original), None)
    return Story(id=story_id, first=first, members=members)


def _member(article: ReportArticle, lead: ReportArticle | None, zone: tzinfo) -> Member:
    return Member(
        id=article.id,
        site=article.site,
        title=single_line(article.title),
        url=single_line(article.url),
        at=local(article.at, zone),
        dated=article.published_at is not None,
        timed=article.timed,
        day=article.day,
        original=article.duplicate_of is None,
        duplicate_of=article.duplicate_of,
        similarity=article.similarity,
        reason=article.reason,
        delay=_delay(article, lead),
        text=article.text,
    )


def _delay(article: ReportArticle, lead: ReportArticle | None) -> timedelta | None:
    # Times of first sight would measure our crawls, and a bare day would be off by hours: no figure then.
    if lead is None or lead is article or not (article.timed and lead.timed):
        return None
    return article.at - lead.at


def _is_shared(story: Story) -> bool:
    return len(story.members) > 1 or story.first is None


def _by_size(story: Story) -> tuple[int, int, datetime, str]:
    return -len(story.members), -story.sites, story.members[0].at, story.id


def _last_at(story: Story) -> tuple[datetime, str]:
    return story.members[-1].at, story.id


def _totals(selection: _Selection, pairs: list[Pair]) -> Totals:
    counted = [selection.articles[id_] for id_ in selection.counted]
    reasons = Counter(pair.copy.reason or "unstated" for pair in pairs)
    return Totals(
        articles=len(counted),
        originals=len(counted) - len(pairs),
        duplicates=len(pairs),
        stories=len(selection.stories),
        shared_stories=sum(map(_is_shared, selection.stories)),
        earlier_stories=sum(story.first is None for story in selection.stories),
        sites=len({article.site for article in counted}),
        undated=sum(article.published_at is None for article in counted),
        by_reason={reason: reasons[reason] for reason in (*REASONS, "unstated")},
    )


def _sites(selection: _Selection, names: Mapping[str, tuple[str, str]]) -> tuple[Site, ...]:
    first, alone, duplicates = Counter[str](), Counter[str](), Counter[str]()
    given_names: dict[str, str] = {}
    for story in selection.stories:
        original = first if _is_shared(story) else alone
        for member in story.members:
            # Sites outside the report are listed too where one of its stories names them.
            given_names.setdefault(member.site, selection.articles[member.id].site_name)
            if member.id in selection.counted:
                (original if member.original else duplicates)[member.site] += 1
    sites = []
    for id_, given_name in given_names.items():
        arabic, english = map(single_line, names.get(id_, (given_name, given_name)))
        sites.append(
            Site(
                id=id_,
                name=arabic or id_,
                name_en=english or arabic or id_,
                articles=first[id_] + alone[id_] + duplicates[id_],
                first=first[id_],
                alone=alone[id_],
                duplicates=duplicates[id_],
            )
        )
    return tuple(sorted(sites, key=lambda site: (-site.articles, site.id)))


def _flows(pairs: list[Pair]) -> tuple[Flow, ...]:
    routes: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.first is not None:
            routes[pair.first.site, pair.copy.site].append(pair)
    flows = []
    for (first, carrier), copies in routes.items():
        delays = [pair.copy.delay.total_seconds() for pair in copies if pair.copy.delay is not None]
        similarities = [pair.similarity for pair in copies if pair.similarity is not None]
        flows.append(
            Flow(
                first=first,
                carrier=carrier,
                count=len(copies),
                median_delay=timedelta(seconds=median(delays)) if delays else None,
                median_similarity=median(similarities) if similarities else None,
                examples=tuple(copies[: -FLOW_EXAMPLES - 1 : -1]),
            )
        )
    return tuple(sorted(flows, key=lambda flow: (-flow.count, flow.first, flow.carrier)))


def _histogram(pairs: list[Pair]) -> tuple[Bin, ...]:
    counts: Counter[int] = Counter()
    exact: Counter[int] = Counter()
    for pair in pairs:
        if pair.similarity is not None:
            # Rounding first keeps 0.58 (28.999… once multiplied) out of the bin below.
            number = min(int(round(pair.similarity * BINS, 9)), BINS - 1)
            counts[number] += 1
            exact[number] += pair.copy.reason == "exact"
    return tuple(
        Bin(number / BINS, (number + 1) / BINS, counts[number], exact[number]) for number in range(BINS)
    )


def _borderline(pairs: list[Pair], boundary: float | None, boundary_within: float | None) -> tuple[Pair, ...]:
    def distance(similarity: float, pair: Pair) -> float:
        within = pair.first is not None and pair.first.site == pair.copy.site
        return abs(similarity - ((boundary_within if within else None) or boundary or 0.0))

    inexact = [
        (distance(pair.similarity, pair), pair.copy.id, pair)
        for pair in pairs
        if pair.similarity is not None and pair.copy.reason != "exact"
    ]
    inexact.sort(key=lambda row: row[:2])
    return tuple(pair for *_, pair in inexact[:LISTED_PAIRS])


def _near_misses(misses: list[NearMiss], selection: _Selection) -> tuple[Pair, ...]:
    if not misses:
        return ()
    ids = {id_ for miss in misses for id_ in (miss.id, miss.other_id)}
    members = {
        member.id: (story, member)
        for story in selection.stories
        for member in story.members
        if member.id in ids
    }
    pairs = []
    for miss in misses:
        both = (miss.id, miss.other_id)
        if not members.keys() >= set(both) or selection.counted.isdisjoint(both):
            continue
        earlier, later = sorted(both, key=lambda id_: (selection.articles[id_].at, id_))
        (first_story, first), (story, copy) = members[earlier], members[later]
        if first_story.id != story.id:  # otherwise further articles have brought them together since
            pairs.append(Pair(story.id, first, copy, miss.similarity))
    pairs.sort(key=lambda pair: (-(pair.similarity or 0.0), pair.copy.id))
    return tuple(pairs[:LISTED_PAIRS])


def _notes(notes: Iterable[SiteNote], scope: _Scope) -> tuple[SiteNote, ...]:
    """The notes worth reading: trouble first, then the most pages in quarantine."""
    shown = [note for note in notes if note.noteworthy and scope.has_site(note.site)]
    shown.sort(key=lambda note: (note.trouble is None, -note.quarantined, note.site))
    return tuple(shown)


def _days(counted: list[Member]) -> tuple[Day, ...]:
    articles: Counter[date] = Counter()
    duplicates: Counter[date] = Counter()
    for member in counted:
        day = member.day or member.at.date()
        articles[day] += 1
        duplicates[day] += not member.original
    if not articles:
        return ()
    start, end = min(articles), max(articles)
    days: Iterable[date] = sorted(articles)
    if (end - start).days < DAYS_FILLED:
        days = (start + timedelta(days=number) for number in range((end - start).days + 1))
    return tuple(Day(day, articles[day], duplicates[day]) for day in days)
