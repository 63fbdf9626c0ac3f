"""The data of the pages on sites: the overview, and a site with its crawls and its health."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from crawler.errors import UsageError
from crawler.health.verdict import HEALTHY
from crawler.html.sentences import sentence
from crawler.model.period import days_ago
from crawler.model.sentence import quoted
from crawler.operations.archive.read import Archive
from crawler.storage.crawl_notes import CrawlNotes, notes_of_sealed
from crawler.storage.crawls import NEW
from crawler.storage.search import CrawlRow, Filters, SiteCount, parse_query
from crawler.storage.search.rows import DAMASCUS
from crawler.storage.site_state import SiteState
from crawler.web import models
from crawler.web.site_names import SiteNames

DAYS: Final = 30
"""Days of the small charts."""
CRAWLS: Final = 24
"""Crawls of each site on the overview: a day of a site that is crawled every hour."""
SITE_CRAWLS: Final = 60
"""Crawls on a site's own page."""
LATEST: Final = 15
"""Articles on a site's own page."""
QUARANTINED: Final = 50
"""Pages in quarantine on it."""

State = Literal["trouble", "running", "ok", "never"]
_ORDER: Final[dict[State, int]] = {"trouble": 0, "running": 1, "ok": 2, "never": 3}
_EPOCH: Final = date(1970, 1, 1)

DayCounts = Mapping[int, tuple[int, int]]
"""Articles and duplicates by day (since 1970)."""


@dataclass(frozen=True, slots=True)
class _SiteFigures:
    """What the index and the store hold of a site; `count` and `state` are None where it has none."""

    id: str
    count: SiteCount | None
    state: SiteState | None
    crawls: list[CrawlRow]
    quarantined: int
    days: DayCounts


class SitePages:
    """Reads what the pages on sites show.

    Args:
        archive: The archive.
        names: Names and zones of the sites.
    """

    def __init__(self, archive: Archive, names: SiteNames) -> None:
        self._archive = archive
        self._lists = archive.lists
        self._names = names
        self._overview: tuple[object, models.Overview] | None = None

    def has_site(self, site: str) -> bool:
        """Whether the archive holds articles of a site, or a seed names it."""
        return site in self._names.seeds or site in self.sites_with_articles()

    def require_sites(self, *sites: str) -> None:
        """Refuse a request that names a site which nobody knows; an empty name is none.

        Raises:
            UsageError: There is neither an article nor a seed of one.
        """
        for site in filter(None, sites):
            if not self.has_site(site):
                raise UsageError(sentence("usage_unknown_site", value=quoted(site)))

    def sites_with_articles(self) -> list[str]:
        """The ids of the sites of which there are articles."""
        return [count.site for count in self._lists.sites()]

    def languages(self) -> list[str]:
        """The languages of the articles."""
        return self._lists.languages()

    def overview(self) -> models.Overview:
        """The archive's figures and the health of its sites; the index's `counts`, `crawls`, `docs_site`."""
        states, now = self._archive.states(), datetime.now(UTC)
        health = {id_: (s.verdict, s.reason, s.since, s.crawled_now(now)) for id_, s in states.items()}
        # The rest comes from the index: it stays the same until a refresh, or until tomorrow.
        version = (self._lists.generation(), days_ago(0), health)
        if self._overview is None or self._overview[0] != version:
            self._overview = version, self._read_overview(states)
        return self._overview[1]

    def _notes(self) -> dict[str, CrawlNotes]:
        return self._archive.ask(lambda stores: notes_of_sealed(stores.db))

    def _read_overview(self, states: Mapping[str, SiteState]) -> models.Overview:
        counts, notes = {count.site: count for count in self._lists.sites()}, self._notes()
        ids = sorted({*counts, *self._lists.crawled_sites(), *states})
        quarantined = self._lists.quarantine_counts()
        days = self._lists.days(days_ago(DAYS - 1))
        crawls = self._lists.crawls(ids, CRAWLS)
        sites = [
            self._health(
                _SiteFigures(
                    id_,
                    counts.get(id_),
                    _noted_state(states.get(id_), notes.get(id_)),
                    _noted_crawls(crawls[id_], notes.get(id_)),
                    quarantined.get(id_, 0),
                    days.get(id_, {}),
                )
            )
            for id_ in ids
        ]
        sites.sort(key=lambda site: (_ORDER[site.state], -site.articles, site.id))
        return models.Overview(
            articles=sum(count.articles for count in counts.values()),
            duplicates=sum(count.duplicates for count in counts.values()),
            removed=sum(count.removed for count in counts.values()),
            quarantined=sum(quarantined.values()),
            refreshed_at=self._lists.generation()[1],
            days=_last_days(_sum(days.values())),
            sites=sites,
        )

    def site(self, id_: str) -> models.SitePage | None:
        """A site; None if neither the archive nor the seeds have it."""
        counts = {count.site: count for count in self._lists.sites()}
        crawls = self._lists.crawls([id_], SITE_CRAWLS)[id_]
        states = self._archive.states()
        if not crawls and not any(id_ in sites for sites in (counts, states, self._names.seeds)):
            return None
        days = self._lists.days(days_ago(DAYS - 1), id_).get(id_, {})
        pages, quarantined = self._lists.quarantined(id_, QUARANTINED)
        notes = self._notes().get(id_)
        state, crawls = _noted_state(states.get(id_), notes), _noted_crawls(crawls, notes)
        figures = _SiteFigures(id_, counts.get(id_), state, crawls, quarantined, days)
        latest = self._lists.search(parse_query(""), Filters(site=id_), limit=LATEST).hits
        return models.SitePage(
            **dict(self._health(figures)),
            latest=[self._names.brief(hit) for hit in latest],
            quarantine=[
                models.QuarantinedPage(
                    url=page.url,
                    reason=page.reason,
                    reason_message=models.Message.of(page.reason),
                    fetched_at=page.at,
                    bytes=page.bytes,
                )
                for page in pages
            ],
        )

    def _health(self, figures: _SiteFigures) -> models.SiteHealth:
        """A site's figures and its health: by the last verdict on it, as `khabar status` has it."""
        crawls = [_crawl(row) for row in figures.crawls]
        state = figures.state or SiteState(figures.id)
        count = figures.count or SiteCount(figures.id, 0, 0, 0, None)
        verdict, reason = _verdict(state, crawls)
        return models.SiteHealth(
            id=figures.id,
            name=self._names.name(figures.id, "ar"),
            name_en=self._names.name(figures.id, "en"),
            url=self._names.url(figures.id),
            state=_state(state, verdict, crawls),
            verdict=verdict,
            reason=reason,
            reason_message=models.Message.of(reason),
            since=self._names.local(figures.id, state.since),
            articles=count.articles,
            duplicates=count.duplicates,
            removed=count.removed,
            quarantined=figures.quarantined,
            newest_at=self._names.local(figures.id, count.newest),
            crawls=crawls,
            days=_last_days(figures.days),
        )


def _noted_state(state: SiteState | None, notes: CrawlNotes | None) -> SiteState | None:
    """What is remembered of a site, as it may be served."""
    if state is None or notes is None or state.reason is None:
        return state
    return replace(state, reason=notes.shown(state.reason))


def _noted_crawls(rows: list[CrawlRow], notes: CrawlNotes | None) -> list[CrawlRow]:
    """The crawls of a site, as they may be served."""
    if notes is None:
        return rows
    return [
        replace(row, reason=row.reason and notes.shown(row.reason), problems=notes.shown_all(row.problems))
        for row in rows
    ]


def _verdict(state: SiteState, crawls: Sequence[models.Crawl]) -> tuple[str | None, str | None]:
    """The recorded verdict and its reason; where there is no record, those of the last crawl that ended."""
    if state.verdict is not None:
        return state.verdict, state.reason
    ended = next((crawl for crawl in crawls if crawl.finished_at), None)
    if ended is None:
        return None, state.reason
    message = ended.reason_message
    return ended.verdict, message.sentence(ended.reason) if message and ended.reason else ended.reason


def _state(state: SiteState, verdict: str | None, crawls: Sequence[models.Crawl]) -> State:
    if verdict is not None and verdict not in HEALTHY:
        return "trouble"
    has_ended = any(crawl.finished_at for crawl in crawls)
    if state.crawled_now(datetime.now(UTC)) or (crawls and not has_ended):
        return "running"
    return "ok" if has_ended or verdict is not None else "never"


def _crawl(row: CrawlRow) -> models.Crawl:
    return models.Crawl(
        started_at=row.started,
        finished_at=row.finished,
        kind=row.kind,
        outcome=row.outcome,
        verdict=row.verdict,
        reason=row.reason,
        reason_message=models.Message.of(row.reason),
        healthy=row.finished is None or row.verdict in HEALTHY,
        taken=row.taken,
        left=row.remaining,
        new=sum(row.dispositions.get(str(kind), 0) for kind in NEW),
        dispositions=row.dispositions,
        problems=row.problems,
    )


def _sum(days_of_sites: Iterable[DayCounts]) -> DayCounts:
    articles, duplicates = Counter[int](), Counter[int]()
    for days in days_of_sites:
        articles.update({day: counts[0] for day, counts in days.items()})
        duplicates.update({day: counts[1] for day, counts in days.items()})
    return {day: (articles[day], duplicates[day]) for day in articles}


def _last_days(counts: DayCounts) -> list[models.Day]:
    """The last `DAYS` days, those without articles included."""
    first = (int(days_ago(DAYS - 1).timestamp()) + DAMASCUS) // 86400
    days = []
    for number in range(first, first + DAYS):
        articles, duplicates = counts.get(number, (0, 0))
        days.append(models.Day(day=_EPOCH + timedelta(days=number), articles=articles, duplicates=duplicates))
    return days
