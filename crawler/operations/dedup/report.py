"""The dedup report of an archive: reads the articles and hands them to `crawler.report`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pymongo

from crawler.health.verdict import HEALTHY
from crawler.html.safe import local
from crawler.model.period import ANY_TIME, ZONE, Period
from crawler.model.site import Site
from crawler.report import (
    NearMiss,
    Report,
    ReportArticle,
    SiteNote,
    build_report,
)
from crawler.report.comparisons import articles_compared, with_texts
from crawler.storage.articles import placed_at, published_by
from crawler.storage.batches import in_batches
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import near_misses
from crawler.storage.repeated_paragraphs import BoilerplateCounts
from crawler.storage.site_state import SiteState, site_states
from dedup import Thresholds

LATEST_CRAWLS = timedelta(days=90)
"""A site that was not crawled for longer has no verdict in the report."""

FIELDS = {
    "site": 1,
    "title": 1,
    "url": 1,
    "published_at": 1,
    "published_precision": 1,
    "first_seen_at": 1,
    "story_id": 1,
    "duplicate_of": 1,
    "similarity": 1,
    "duplicate_reason": 1,
}


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a report is made of, whatever it is narrowed to: reading it takes most of the time."""

    articles: list[ReportArticle]
    site_names: dict[str, tuple[str, str]]
    notes: list[SiteNote]
    near_misses: list[NearMiss]


def read_holdings(stores: Stores, sites: dict[str, Site]) -> Holdings:
    """Read what the archive holds, without texts.

    Args:
        stores: The open stores.
        sites: The known sites, for their names.
    """
    # A site of 50,000 articles takes the embedded server longer than one request may.
    with pymongo.timeout(0):
        articles = _all_articles(stores, sites)
        names = sorted({article.site for article in articles})
        states = site_states(stores.db)
        notes = [_note(stores, name, states.get(name)) for name in sorted({*names, *_crawled(stores)})]
    return Holdings(
        articles=articles,
        site_names={name: _names(sites.get(name), name) for name in names},
        notes=notes,
        near_misses=[NearMiss(*pair) for pair in near_misses(stores)],
    )


def report_of(
    stores: Stores,
    held: Holdings,
    *,
    period: Period = ANY_TIME,
    site: str | None = None,
) -> Report:
    """Build the report of what the archive holds.

    Args:
        stores: The open stores, for the texts of what is compared.
        held: What the archive holds.
        period: Only articles published in it; see `crawler.model.period.publication_moment`.
        site: Only this site's articles; other members of their stories are named.
    """
    report = build_report(
        held.articles,
        generated_at=datetime.now(UTC),
        since=period.since,
        until=period.until,
        sites=[site] if site else None,
        site_names=held.site_names,
        boundary=Thresholds().containment_other_source,
        boundary_within=Thresholds().containment_same_source,
        zone=ZONE,
        notes=held.notes,
        near_misses=held.near_misses,
    )
    with pymongo.timeout(0):
        return with_texts(report, _read_texts(stores, articles_compared(report)))


def dedup_report(
    stores: Stores,
    sites: dict[str, Site],
    *,
    period: Period = ANY_TIME,
    site: str | None = None,
) -> Report:
    """Read what the archive holds and build its report; see `read_holdings` and `report_of`."""
    return report_of(stores, read_holdings(stores, sites), period=period, site=site)


def _crawled(stores: Stores) -> list[str]:
    """The sites that were ever crawled."""
    return sorted(document["_id"] for document in stores.db.sites.find({}, {"_id": 1}))


def _all_articles(stores: Stores, sites: dict[str, Site]) -> list[ReportArticle]:
    """All articles, site by site, restored ones of a site that was never crawled here included."""
    known = sorted({*_crawled(stores), *sites})
    articles = [article for name in known for article in _articles(stores, sites, name)]
    # `distinct` reads every article of the embedded server, so it is asked only when some are missing.
    if len(articles) < stores.db.articles.estimated_document_count():
        others = sorted(set(stores.db.articles.distinct("site")) - set(known))
        articles += [article for name in others for article in _articles(stores, sites, name)]
    return articles


def _note(stores: Stores, site: str, state: SiteState | None) -> SiteNote:
    """How a site is, how many of its pages wait for a person, and what it repeats on its pages."""
    verdict, reason = (state.verdict, state.reason) if state else (None, None)
    if verdict is None:
        last = _last_crawl(stores, site)
        verdict, reason = last.get("verdict"), last.get("verdict_reason")
    repeated = BoilerplateCounts(stores.redis, site).repeated()
    return SiteNote(
        site=site,
        boilerplate=sum(paragraph.removed for paragraph in repeated),
        quarantined=len(list(stores.db.quarantine.find({"site": site}, {"_id": 1}))),
        trouble=None if verdict is None or verdict in HEALTHY else verdict,
        reason=reason,
    )


def _last_crawl(stores: Stores, site: str) -> dict[str, Any]:
    """The last crawl of a site that ended: its word counts where the site's health is not recorded."""
    now = datetime.now(UTC)
    recent = {"$gte": now - LATEST_CRAWLS, "$lt": now + timedelta(days=1)}
    crawls = stores.db.crawls.find(
        {"site": site, "started_at": recent},
        {"started_at": 1, "finished_at": 1, "verdict": 1, "verdict_reason": 1},
    )
    ended = [crawl for crawl in crawls if crawl.get("finished_at")]
    return max(ended, key=lambda crawl: crawl["started_at"], default={})


def _names(site: Site | None, name: str) -> tuple[str, str]:
    return (site.name, site.name_en or site.name) if site else (name, name)


def _articles(stores: Stores, sites: dict[str, Site], name: str) -> Iterator[ReportArticle]:
    seed = sites.get(name)
    for document in stores.db.articles.find({"site": name}, FIELDS):
        published = document.get("published_at")
        if published is not None and document.get("published_precision") == "day":
            # A day is one of the site's own zone.
            published = local(published, seed.zone if seed else ZONE)
        yield ReportArticle(
            id=document["_id"],
            site=name,
            site_name=_names(sites.get(name), name)[0],
            title=document["title"],
            url=document["url"],
            published_at=published,
            latest=published_by(document),
            first_seen_at=document["first_seen_at"],
            placed_at=placed_at(document),
            story_id=document["story_id"],
            duplicate_of=document.get("duplicate_of"),
            similarity=document.get("similarity"),
            reason=document.get("duplicate_reason"),
            published_precision=document.get("published_precision"),
        )


def _read_texts(stores: Stores, keys: Iterable[str]) -> dict[str, str]:
    batches = in_batches(stores.db.articles, sorted(keys), {"text": 1})
    return {document["_id"]: document["text"] for batch in batches for document in batch}
