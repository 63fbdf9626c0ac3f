"""From marked articles to the report's figures."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from statistics import median
from typing import Final

from crawler.report.article import REASONS, NearMiss, ReportArticle, SiteNote, one_line
from crawler.report.figures import Bin, Day, Flow, Member, Pair, Report, Site, Story, Totals
from crawler.report.stories import group_stories

LISTED_STORIES: Final = 30
"""Stories in each of the two lists: what a person may look through in one sitting."""
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
    time) from `since` to just before `until`, on one of `sites`. Others may be given too: they are not
    counted, but are named as members of the stories that reach into the report.

    Args:
        articles: The articles, in any order; ids are unique.
        generated_at: Now, aware.
        since: Start of the report, inclusive, aware; None for no start.
        until: End of the report, exclusive, aware; None for no end.
        sites: Ids of the sites to report on; None for all.
        site_names: Arabic and English name by site id; otherwise a site is called as its articles say.
        near_misses: Pairs just below the boundary, for the list of borderline pairs.
        boundary: Least similarity that counts as a duplicate of another site's article.
        boundary_within: The same, of an article of the same site; `boundary` without it.
        zone: Zone of the times and of the days.
        notes: What else is known of sites; those outside `sites`, or with nothing to say, are left out.

    Raises:
        ValueError: Two articles have one id, or a time has no zone.
    """
    for name, moment in (("generated_at", generated_at), ("since", since), ("until", until)):
        if moment is not None and moment.tzinfo is None:
            raise ValueError(f"{name} has no time zone")

    def counted(article: ReportArticle) -> bool:
        return (
            (since is None or article.in_period_at >= since)
            and (until is None or article.in_period_at < until)
            and (sites is None or article.site in sites)
        )

    known: dict[str, ReportArticle] = {}
    for article in articles:
        if article.id in known:
            raise ValueError(f"article {article.id} is given twice")
        known[article.id] = article
    scope = {id_ for id_, article in known.items() if counted(article)}
    stories = group_stories(known.values(), scope, zone)
    shared = [story for story in stories if _is_shared(story)]
    pairs = sorted(
        (
            Pair(story.id, story.first, member, member.similarity)
            for story in shared
            for member in story.members
            if not member.original and member.id in scope
        ),
        key=lambda pair: (pair.copy.at, pair.copy.id),
    )
    histogram = _histogram(pairs)
    return Report(
        generated_at=generated_at.astimezone(zone),
        since=since.astimezone(zone) if since else None,
        until=until.astimezone(zone) if until else None,
        zone=str(zone),
        boundary=boundary,
        boundary_within=boundary_within,
        totals=_totals([known[id_] for id_ in scope], stories, pairs),
        sites=_sites(known, scope, stories, site_names or {}),
        flows=_flows(pairs),
        largest=tuple(sorted(shared, key=_by_size)[:LISTED_STORIES]),
        recent=tuple(sorted(shared, key=_last_at, reverse=True)[:LISTED_STORIES]),
        histogram=histogram,
        unmeasured=len(pairs) - sum(bar.count for bar in histogram),
        borderline=_borderline(pairs, boundary, boundary_within),
        near_misses=_near_misses(near_misses, known, scope, stories),
        days=_days([member for story in stories for member in story.members if member.id in scope]),
        duplicates=tuple(pairs),
        notes=tuple(
            sorted(
                (note for note in notes if note.telling and (sites is None or note.site in sites)),
                key=lambda note: (note.trouble is None, -note.quarantined, note.site),
            )
        ),
    )


def _is_shared(story: Story) -> bool:
    return len(story.members) > 1 or story.first is None


def _by_size(story: Story) -> tuple[int, int, datetime, str]:
    return -len(story.members), -story.sites, story.members[0].at, story.id


def _last_at(story: Story) -> tuple[datetime, str]:
    return story.members[-1].at, story.id


def _totals(counted: list[ReportArticle], stories: list[Story], pairs: list[Pair]) -> Totals:
    reasons = Counter(pair.copy.reason or "unstated" for pair in pairs)
    return Totals(
        articles=len(counted),
        originals=len(counted) - len(pairs),
        duplicates=len(pairs),
        stories=len(stories),
        shared_stories=sum(map(_is_shared, stories)),
        earlier_stories=sum(story.first is None for story in stories),
        sites=len({article.site for article in counted}),
        undated=sum(article.published_at is None for article in counted),
        by_reason={reason: reasons[reason] for reason in (*REASONS, "unstated")},
    )


def _sites(
    known: Mapping[str, ReportArticle],
    scope: Collection[str],
    stories: list[Story],
    names: Mapping[str, tuple[str, str]],
) -> tuple[Site, ...]:
    called: dict[str, str] = {}
    first: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    duplicates: Counter[str] = Counter()
    for story in stories:
        for member in story.members:
            # Sites outside the report are listed too where one of its stories names them.
            called.setdefault(member.site, known[member.id].site_name)
            if member.id in scope:
                tally = duplicates if not member.original else first if _is_shared(story) else alone
                tally[member.site] += 1
    sites = []
    for id_, name in called.items():
        arabic, english = names.get(id_, (name, name))
        articles = first[id_] + alone[id_] + duplicates[id_]
        sites.append(
            Site(
                id=id_,
                name=one_line(arabic) or id_,
                name_en=one_line(english) or one_line(arabic) or id_,
                articles=articles,
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
    for (first, carrier), taken in routes.items():
        delays = [pair.copy.delay for pair in taken if pair.copy.delay is not None]
        similarities = [pair.similarity for pair in taken if pair.similarity is not None]
        flows.append(
            Flow(
                first=first,
                carrier=carrier,
                count=len(taken),
                median_delay=timedelta(seconds=median(delay.total_seconds() for delay in delays))
                if delays
                else None,
                median_similarity=median(similarities) if similarities else None,
                examples=tuple(taken[: -FLOW_EXAMPLES - 1 : -1]),
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
    def least(pair: Pair) -> float:
        within = pair.first is not None and pair.first.site == pair.copy.site
        return (boundary_within if within else None) or boundary or 0.0

    inexact = [
        (pair.similarity, pair)
        for pair in pairs
        if pair.similarity is not None and pair.copy.reason != "exact"
    ]
    inexact.sort(key=lambda one: (abs(one[0] - least(one[1])), one[1].copy.id))
    return tuple(pair for _, pair in inexact[:LISTED_PAIRS])


def _near_misses(
    misses: Iterable[NearMiss],
    known: Mapping[str, ReportArticle],
    scope: Collection[str],
    stories: list[Story],
) -> tuple[Pair, ...]:
    members: dict[str, tuple[Story, Member]] = {}
    wanted = list(misses)
    named = {id_ for miss in wanted for id_ in (miss.id, miss.other_id)}
    for story in stories if named else ():
        for member in story.members:
            if member.id in named:
                members[member.id] = story, member
    pairs = []
    for miss in wanted:
        if not (
            miss.id in members and miss.other_id in members and (miss.id in scope or miss.other_id in scope)
        ):
            continue
        earlier, later = sorted((miss.id, miss.other_id), key=lambda id_: (known[id_].at, id_))
        story, copy = members[later]
        if members[earlier][0].id == story.id:  # other articles have brought them together since
            continue
        pairs.append(Pair(story.id, members[earlier][1], copy, miss.similarity))
    pairs.sort(key=lambda pair: (-(pair.similarity or 0.0), pair.copy.id))
    return tuple(pairs[:LISTED_PAIRS])


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
