"""Sitemaps: an index with all that it names, as far as that is worth a request."""

import asyncio
from datetime import UTC, datetime, timedelta

from crawler.discovery.accounting import AddressCounts, AddressOutcome, SourceVerdict
from crawler.discovery.sitemap import SitemapLink
from crawler.discovery.window import sitemap_span
from crawler.spiders.sources.reading import NOTHING_REMEMBERED, Answer, SourceReading
from crawler.storage.sources import SourceMemory

MOST_SITEMAPS = 500
"""Sitemaps that one crawl reads: at 50,000 addresses each, more than any news site publishes."""

OLD_SITEMAP = timedelta(days=60)
SELDOM = timedelta(days=7)
"""A sitemap whose name says that its month ended so long ago is asked once in a week; and so is one that has
not changed by its index: an index may be older than what it names."""

LASTMOD_MARGIN = timedelta(days=1)
"""An index gives the time of a sitemap's last change by the day, or by another clock."""


async def read_sitemap(reading: SourceReading, url: str, memory: SourceMemory = NOTHING_REMEMBERED) -> None:
    """Read a sitemap and those that it names.

    Args:
        reading: The source.
        url: The sitemap's address.
        memory: What is remembered of it.
    """
    answer = await reading.read(url, memory)
    if answer is None or not answer.content.sitemaps:
        return
    sitemaps = await _worthwhile(reading, answer)
    if not sitemaps:
        return
    await reading.begin_further()
    async with asyncio.TaskGroup() as group:
        for link, link_memory in sitemaps:
            group.create_task(read_sitemap(reading, link.url, link_memory))


async def _worthwhile(reading: SourceReading, index: Answer) -> list[tuple[SitemapLink, SourceMemory]]:
    """The sitemaps of an index that are worth a request, and what is remembered of them.

    The site vouches for those that its index names, wherever they lie; of the pages that they name, only the
    site's own are taken.
    """
    services, report = reading.services, index.report
    links = index.content.sitemaps
    listings = services.listings.put_off([link.url for link in links], services.requested)
    if listings:
        report.note_that("sitemaps_of_listings", count=listings)
    counts = AddressCounts()
    worthwhile: list[tuple[SitemapLink, SourceMemory]] = []
    for link in links:
        outcome, memory = _outcome_by_address(reading, link), NOTHING_REMEMBERED
        if outcome is None:
            memory = await services.recall(link.url)
            outcome = _outcome(reading, link, memory)
            if outcome is AddressOutcome.SITEMAP_READ:
                services.requested.add(link.url)
                worthwhile.append((link, memory))
        counts.count(outcome)
    reading.account(report, counts)
    if rest := counts[AddressOutcome.SITEMAP_LEFT_OUT] - listings:
        reading.is_incomplete = True
        services.run.counts.problem_that("too_many_sitemaps", url=index.url, rest=rest, most=MOST_SITEMAPS)
    if outside := counts[AddressOutcome.SITEMAP_OUTSIDE_WINDOW]:
        report.note_that("sitemaps_outside", count=outside, all=len(links))
    return worthwhile


def _outcome_by_address(reading: SourceReading, link: SitemapLink) -> AddressOutcome | None:
    """What becomes of a sitemap whatever is remembered of it; None: that decides."""
    services = reading.services
    if link.url in services.requested:
        return AddressOutcome.SITEMAP_READ
    if link.url in services.listings:
        return AddressOutcome.SITEMAP_LEFT_OUT
    if not services.window.may_name(link.url, link.modified_at):
        return AddressOutcome.SITEMAP_OUTSIDE_WINDOW
    return None


def _outcome(reading: SourceReading, link: SitemapLink, memory: SourceMemory) -> AddressOutcome:
    services = reading.services
    if services.window.is_open and reading.ended_before and is_unchanged(link, memory):
        return AddressOutcome.SITEMAP_UNCHANGED
    if len(services.requested) >= MOST_SITEMAPS:
        return AddressOutcome.SITEMAP_LEFT_OUT
    return AddressOutcome.SITEMAP_READ


def is_unchanged(link: SitemapLink, memory: SourceMemory) -> bool:
    """Whether a sitemap has, by what its index says or by its name, not changed since it was read.

    One that named no page when it was read is always asked.

    Args:
        link: The sitemap as its index names it.
        memory: What is remembered of it.
    """
    now = datetime.now(UTC)
    checked_at = memory.checked_at or memory.read_at
    if memory.read_at is None or checked_at is None or now - checked_at >= SELDOM:
        return False
    if memory.verdict not in (None, SourceVerdict.OK):
        return False
    if link.modified_at is not None:
        return link.modified_at + LASTMOD_MARGIN < memory.read_at
    span = sitemap_span(link.url)
    return span is not None and span.end + OLD_SITEMAP < now
