"""The health of every site: what the last crawls said, and what is due."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from pymongo.database import Database

from crawler.discovery.accounting import AddressCounts
from crawler.health.interval import open_from
from crawler.health.report import SourceReport, problems_of
from crawler.health.verdict import HEALTHY
from crawler.model.crawl import CrawlOutcome, Verdict
from crawler.model.period import iso_times
from crawler.model.sentence import sentence_of
from crawler.model.site import Site
from crawler.storage.clock import not_ahead
from crawler.storage.crawl_notes import CrawlNotes
from crawler.storage.crawls import NEW, reason_of
from crawler.storage.page_texts import waiting_pages
from crawler.storage.schema import Document
from crawler.storage.site_state import SiteState, site_states
from crawler.storage.stored_article import ArticleReader

CRAWLS_SHOWN = 12
"""Crawls of one site that are shown: half a day of an hourly one, and a screen."""

LOOK_BACK = timedelta(days=7)
"""Crawls are looked for so far back; a site that is asked once a day has seven of them."""


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """One crawl of a site, as `khabar status SITE` shows it."""

    started_at: datetime
    finished_at: datetime | None
    kind: str
    verdict: str | None
    reason: str | None
    taken: int
    new: int
    requests: int
    problems: tuple[str, ...] = ()
    addresses: AddressCounts = field(default_factory=AddressCounts)
    sources: tuple[SourceReport, ...] = ()
    """Only of the latest crawl that asked any."""


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How a site is.

    `verdict` is ``never_crawled`` before the first crawl. `new` counts the new articles of the last 24 hours,
    `next_at` says when the schedule takes the site next, `running` names the process that crawls it now,
    `tls` is the seed's: ``unverified`` takes any certificate. `zone` is the one in which people are shown the
    site's times. `waiting` are pages whose text is to be confirmed by a second look
    (`crawler.storage.page_texts.as_waiting`), `CRAWLS_SHOWN` at most. `marks` says how many stored articles
    carry each mark (`ArticleMark`), the most frequent first.
    """

    site: str
    name: str
    verdict: str
    healthy: bool
    enabled: bool
    reason: str | None = None
    since: datetime | None = None
    checked_at: datetime | None = None
    new: int = 0
    next_at: datetime | None = None
    interval: timedelta | None = None
    running: str | None = None
    tls: str = "verify"
    zone: tzinfo = UTC
    crawls: list[CrawlSummary] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The status as JSON: times as ISO 8601, the interval in seconds."""
        crawls = [
            {
                "started_at": crawl.started_at.isoformat(),
                "finished_at": crawl.finished_at and crawl.finished_at.isoformat(),
                "kind": crawl.kind,
                "verdict": crawl.verdict,
                "reason": crawl.reason,
                "taken": crawl.taken,
                "new": crawl.new,
                "requests": crawl.requests,
                "problems": list(crawl.problems),
                "addresses": asdict(crawl.addresses),
                "sources": [source.as_dict() for source in crawl.sources],
            }
            for crawl in self.crawls
        ]
        return {
            "site": self.site,
            "name": self.name,
            "verdict": self.verdict,
            "healthy": self.healthy,
            "enabled": self.enabled,
            "reason": self.reason,
            "since": self.since and self.since.isoformat(),
            "checked_at": self.checked_at and self.checked_at.isoformat(),
            "new_in_24_hours": self.new,
            "next_at": self.next_at and self.next_at.isoformat(),
            "interval": self.interval and self.interval.total_seconds(),
            "running": self.running,
            "tls": self.tls,
            "crawls": crawls,
            "waiting": [iso_times(page) for page in self.waiting],
            "marks": self.marks,
        }


def statuses(db: Database[Document], sites: Iterable[Site], *, detailed: bool = False) -> list[SiteStatus]:
    """How these sites are; those that need a look come first.

    Args:
        db: The database.
        sites: The sites, as their seeds say they are.
        detailed: Add each site's latest crawls, what waits, and the marks on its articles.
    """
    now = datetime.now(UTC)
    states = site_states(db)
    rows = [_status(db, site, states.get(site.id, SiteState(site.id)), now, detailed) for site in sites]
    return sorted(rows, key=lambda status: (status.healthy, status.site))


def _status(
    db: Database[Document], site: Site, state: SiteState, now: datetime, detailed: bool
) -> SiteStatus:
    since = now - (LOOK_BACK if detailed else timedelta(days=1))
    crawls = list(
        db.crawls.find({"site": site.id, "started_at": {"$gte": since}}, {"sources": 0, "sample": 0})
    )
    crawls.sort(key=_started, reverse=True)
    day_ago, notes = now - timedelta(days=1), CrawlNotes(db, site.id)
    return SiteStatus(
        site=site.id,
        name=site.name,
        verdict=state.verdict or "never_crawled",
        healthy=state.verdict is None or state.verdict in HEALTHY,
        enabled=site.enabled,
        reason=state.reason and notes.shown(state.reason),
        since=state.since,
        checked_at=state.checked_at,
        new=sum(
            _new(crawl) for crawl in crawls if not_ahead(_started(crawl), now) and _started(crawl) >= day_ago
        ),
        next_at=due_at(site, state, now) if site.enabled else None,
        interval=state.interval,
        running=f"process {state.holder['pid']} on {state.holder['host']}"
        if state.holder and state.crawled_now(now)
        else None,
        tls=site.tls,
        zone=site.zone,
        waiting=waiting_pages(db, site.id)[:CRAWLS_SHOWN] if detailed else [],
        marks=dict(ArticleReader(db).count_marks(site.id).most_common()) if detailed else {},
        crawls=_with_sources(db, [_summary(crawl, notes) for crawl in crawls[:CRAWLS_SHOWN]], crawls)
        if detailed
        else [],
    )


def _with_sources(
    db: Database[Document], summaries: list[CrawlSummary], crawls: list[Document]
) -> list[CrawlSummary]:
    """The crawls, the latest of those that asked sources with what came of each."""
    for number, crawl in enumerate(crawls[: len(summaries)]):
        if crawl.get("finished_at") is None:
            continue
        document = db.crawls.find_one({"_id": crawl["_id"]}, {"sources": 1}) or {}
        sources = tuple(SourceReport.from_dict(source) for source in document.get("sources") or ())
        if sources:
            summaries[number] = replace(summaries[number], sources=sources)
            break
    return summaries


def due_at(site: Site, state: SiteState, now: datetime) -> datetime:
    """When the schedule takes a site: its turn, after any pause it asked for, within its hours."""
    return open_from(site, state.waits_until(now, site.every))


def _started(crawl: Mapping[str, Any]) -> datetime:
    started: datetime = crawl["started_at"]
    return started


def _new(crawl: Mapping[str, Any]) -> int:
    counts: Mapping[str, int] = crawl.get("dispositions") or {}
    return sum(counts.get(str(kind), 0) for kind in NEW)


def _summary(crawl: Mapping[str, Any], notes: CrawlNotes) -> CrawlSummary:
    reason = reason_of(crawl) or sentence_of(crawl.get("reason"), crawl.get("reason_message"))
    return CrawlSummary(
        started_at=crawl["started_at"],
        finished_at=crawl.get("finished_at"),
        kind=crawl["kind"],
        # Of a crawl that broke off "ok" says only that nothing was wrong so far.
        verdict=Verdict.STOPPED if crawl.get("outcome") == CrawlOutcome.STOPPED else crawl.get("verdict"),
        reason=reason and notes.shown(reason),
        taken=crawl.get("taken", 0),
        new=_new(crawl),
        requests=crawl.get("requests", 0),
        problems=tuple(notes.shown_all(problems_of(crawl))),
        addresses=AddressCounts.from_dict(crawl.get("addresses")),
    )
