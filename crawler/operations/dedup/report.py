"""The dedup report of an archive: reads the articles and hands them to `crawler.report`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pymongo

from crawler.health.verdict import HEALTHY
from crawler.html.safe import local
from crawler.model.article import DatePrecision
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
from crawler.storage.connect import Stores
from crawler.storage.crawl_notes import CrawlNotes
from crawler.storage.crawls import latest_verdict
from crawler.storage.dedup_index import near_misses
from crawler.storage.quarantine import count_quarantined
from crawler.storage.repeated_paragraphs import BoilerplateCounts
from crawler.storage.site_state import SiteState, crawled_sites, site_states
from crawler.storage.stored_article import ArticleHeader, ArticleReader
from dedup import Thresholds

LATEST_CRAWLS = timedelta(days=90)
"""A site that was not crawled for longer has no verdict in the report."""


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
        notes = [_note(stores, name, states.get(name)) for name in sorted({*names, *states})]
    return Holdings(
        articles=articles,
        site_names={name: _names(sites.get(name), name) for name in names},
        notes=notes,
        near_misses=[NearMiss(*pair) for pair in near_misses(stores)],
    )


def report_of(
    stores: Stores,
    holdings: Holdings,
    *,
    period: Period = ANY_TIME,
    site: str | None = None,
) -> Report:
    """Build the report of what the archive holds.

    Args:
        stores: The open stores, for the texts of what is compared.
        holdings: What the archive holds.
        period: Only articles published in it; see `crawler.model.period.publication_moment`.
        site: Only this site's articles; other members of their stories are named.
    """
    report = build_report(
        holdings.articles,
        generated_at=datetime.now(UTC),
        since=period.since,
        until=period.until,
        sites=[site] if site else None,
        site_names=holdings.site_names,
        boundary=Thresholds().containment_other_source,
        boundary_within=Thresholds().containment_same_source,
        zone=ZONE,
        notes=holdings.notes,
        near_misses=holdings.near_misses,
    )
    with pymongo.timeout(0):
        compared = sorted(articles_compared(report))
        return with_texts(report, ArticleReader(stores.db).texts(compared))


def dedup_report(
    stores: Stores,
    sites: dict[str, Site],
    *,
    period: Period = ANY_TIME,
    site: str | None = None,
) -> Report:
    """Read what the archive holds and build its report; see `read_holdings` and `report_of`."""
    return report_of(stores, read_holdings(stores, sites), period=period, site=site)


def _all_articles(stores: Stores, sites: dict[str, Site]) -> list[ReportArticle]:
    """All articles, site by site, restored ones of a site that was never crawled here included."""
    reader = ArticleReader(stores.db)
    names = {*crawled_sites(stores.db), *sites}
    headers = [header for name in sorted(names) for header in reader.of_site(name)]
    # To look for sites without a seed reads every article, so it is done only when some are missing.
    if len(headers) < reader.count():
        unnamed = sorted(set(reader.sites()) - names)
        headers += [header for name in unnamed for header in reader.of_site(name)]
    return [_report_article(header, sites.get(header.site)) for header in headers]


def _note(stores: Stores, site: str, state: SiteState | None) -> SiteNote:
    """How a site is, how many of its pages wait for a person, and what it repeats on its pages."""
    verdict, reason = (state.verdict, state.reason) if state else (None, None)
    if verdict is None:
        # Where the site's health is not recorded, its last crawl's word counts.
        verdict, reason = latest_verdict(stores.db, site, datetime.now(UTC) - LATEST_CRAWLS)
    repeated = BoilerplateCounts(stores.redis, site).repeated()
    return SiteNote(
        site=site,
        boilerplate=sum(paragraph.removed for paragraph in repeated),
        quarantined=count_quarantined(stores.db, site),
        trouble=None if verdict is None or verdict in HEALTHY else verdict,
        reason=reason and CrawlNotes(stores.db, site).shown(reason),
    )


def _names(site: Site | None, name: str) -> tuple[str, str]:
    return (site.name, site.name_en or site.name) if site else (name, name)


def _report_article(header: ArticleHeader, site: Site | None) -> ReportArticle:
    published = header.published_at
    if published is not None and header.published_precision == DatePrecision.DAY:
        # A day is one of the site's own zone.
        published = local(published, site.zone if site else ZONE)
    return ReportArticle(
        id=header.id,
        site=header.site,
        site_name=_names(site, header.site)[0],
        title=header.title,
        url=header.url,
        published_at=published,
        latest=header.latest_publication,
        first_seen_at=header.first_seen_at,
        placed_at=header.placed_at,
        story_id=header.story_id,
        duplicate_of=header.duplicate_of,
        similarity=header.similarity,
        reason=header.duplicate_reason,
        published_precision=header.published_precision,
        event_id=header.event_id,
    )
