"""Reextract: clean the kept raw pages again, after the rules or the learned boilerplate became better."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from crawler.importing.originals import read_original
from crawler.importing.records import Payload, UnreadableError
from crawler.importing.sources import Reader
from crawler.model.article import Article
from crawler.model.site import Site
from crawler.pipelines.extraction import Extracted, FetchedPage, extract_page, extract_post_page
from crawler.pipelines.extraction_pool import ExtractionFailedError, ExtractionPool
from crawler.pipelines.reextraction import apply_reading
from crawler.settings import Settings
from crawler.storage.change_marks import mark_changed
from crawler.storage.connect import Stores, open_stores
from crawler.storage.custody_records import Custodian
from crawler.storage.dedup_rebuild import mend_index
from crawler.storage.events import assign_events
from crawler.storage.lease import LEASE_SECONDS, Lease
from crawler.storage.reextractions import differences
from crawler.storage.repeated_paragraphs import BoilerplateCounts
from crawler.storage.schema import ensure_schema
from crawler.storage.settled_stories import settle_waiting
from crawler.storage.stored_article import StoredArticle, UnsealedArticleReader
from crawler.storage.warc.raw_pages import RawPage, fetch_sha256, raw_folder, segments
from crawler.storage.warc.reader import DamagedSegmentError, read_segment
from crawler.storage.warc.references import CaptureReference, imports_folder, original_of
from dedup import Prepared

BATCH = 50
"""Raw pages that are held at once, some MB, and looked up in one request."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Correction:
    """An article that reads otherwise now: its address, which fields, and how its text's length changed."""

    url: str
    fields: tuple[str, ...]
    characters: int


@dataclass(slots=True)
class ReextractReport:
    """What became of a site's raw pages; `read` is the sum of the six counts after it.

    `earlier` are pages that a later fetch of the same article replaced: history, which is left alone.
    `refused` are pages that are no article any more by today's rules, and articles over several pages of
    which an earlier version kept the first alone; the article stays as it is, and is listed.
    """

    site: str
    read: int = 0
    corrected: int = 0
    same: int = 0
    earlier: int = 0
    unknown: int = 0
    refused: int = 0
    failed: int = 0
    corrections: list[Correction] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def reextract(
    sites: Sequence[Site],
    settings: Settings,
    *,
    dry_run: bool = False,
    progress: Callable[[str, int], None] = lambda _site, _read: None,
) -> list[ReextractReport]:
    """Read the kept pages of sites again and correct the articles that read otherwise now.

    The text as it was goes to `readings`; the article keeps its revision, for its site changed nothing. Its
    signature and story follow the new text.

    Args:
        sites: The sites, one after the other.
        settings: Where raw pages and stores are.
        dry_run: Change nothing, only tell.
        progress: Called with a site's id and the number of its pages read so far.

    Raises:
        LeaseHeldError: A site is being crawled at the moment.
        StoreUnavailableError: A store does not answer. What was corrected before stays corrected.
    """
    with contextlib.closing(open_stores(settings)) as stores:
        ensure_schema(stores.db)
        if not dry_run:
            mend_index(stores)
        pool = ExtractionPool(settings.extraction_workers, settings.extraction_timeout)
        try:
            return [
                _reextract_site(_Reading(site, settings, stores, pool, dry_run), settings, progress)
                for site in sites
            ]
        finally:
            pool.close()
            if not dry_run:
                settle_waiting(stores)
                assign_events(stores)


class _Reading:
    def __init__(
        self,
        site: Site,
        settings: Settings,
        stores: Stores,
        pool: ExtractionPool,
        dry_run: bool,
    ) -> None:
        self._site, self.stores, self._pool = site, stores, pool
        self.dry_run = dry_run
        self._workers = settings.extraction_workers
        self.report = ReextractReport(site.id)

    async def read_batch(self, batch: list[RawPage], learned: frozenset[str]) -> None:
        ids = [page.article_id for page in batch]
        stored = {
            article.id: article
            for articles in UnsealedArticleReader(self.stores.db).in_batches(sorted(set(ids)))
            for article in articles
        }
        slots = asyncio.Semaphore(self._workers)

        async def read(page: RawPage) -> Extracted | ExtractionFailedError | None:
            if page.article_id not in stored or stored[page.article_id].html_sha256 != page.sha256:
                return None
            fetched = FetchedPage(
                page.html, page.url, page.hints, page.charset, page.fetched_at, learned, page.parts
            )
            async with slots:
                try:
                    if page.is_post:
                        return await self._pool.run(extract_post_page, fetched, self._site)
                    return await self._pool.run(extract_page, fetched, self._site, False)
                except ExtractionFailedError as error:
                    return error

        for page, result in zip(batch, await asyncio.gather(*map(read, batch)), strict=True):
            self.report.read += 1
            self._settle(page, result, stored)

    def _settle(
        self,
        page: RawPage,
        result: Extracted | ExtractionFailedError | None,
        stored: dict[str, StoredArticle],
    ) -> None:
        article = stored.get(page.article_id)
        if article is None:
            self.report.unknown += 1
        elif result is None:
            self.report.earlier += 1
        elif isinstance(result, ExtractionFailedError):
            self.report.failed += 1
            self.report.refusals.append(f"{page.url}: {result}")
        elif result.missing and not page.parts_kept:
            self.report.refused += 1
            self.report.refusals.append(f"{page.url}: it goes on on further pages, which are not kept")
        elif result.article is None or result.prepared is None:
            self.report.refused += 1
            self.report.refusals.append(f"{page.url}: {result.reason}")
        elif fields := differences(article, result.article):
            self.report.corrected += 1
            grown = len(result.article.text) - len(article.text)
            self.report.corrections.append(Correction(article.url, tuple(fields), grown))
            if not self.dry_run:
                stored[page.article_id] = self._correct(article, result.article, result.prepared)
        else:
            self.report.same += 1

    def _correct(self, stored: StoredArticle, article: Article, prepared: Prepared) -> StoredArticle:
        apply_reading(self.stores, stored, article, prepared)
        return UnsealedArticleReader(self.stores.db).get(stored.id) or stored


def _reextract_site(
    reading: _Reading, settings: Settings, progress: Callable[[str, int], None]
) -> ReextractReport:
    """Read all kept pages of a site again, under its lease."""
    stores, report = reading.stores, reading.report
    # The lease keeps a crawl from revising an article, or writing a segment, while it is read again.
    lease = Lease(stores.db, report.site)
    renewed = time.monotonic()
    try:
        learned = BoilerplateCounts(stores.redis, report.site).learned()
        folder = raw_folder(settings.data_dir, report.site)
        imported = _imported_pages(stores, settings, report)
        for batch in _batches(chain(_kept_pages(folder, report), imported)):
            if time.monotonic() - renewed > LEASE_SECONDS / 3:
                lease.renew(stores.db)
                renewed = time.monotonic()
            asyncio.run(reading.read_batch(batch, learned))
            progress(report.site, report.read)
    finally:
        if not reading.dry_run:
            custodian = Custodian()
            custodian.log_pending(stores.db, report.site)
            custodian.close(stores.db)
        if report.corrected and not reading.dry_run:
            mark_changed(stores.db, [report.site])
        lease.release(stores.db)
    return report


def _batches(pages: Iterator[RawPage]) -> Iterator[list[RawPage]]:
    while batch := list(islice(pages, BATCH)):
        yield batch


def _kept_pages(folder: Path, report: ReextractReport) -> Iterator[RawPage]:
    """Yield what a site's crawls have kept."""
    for path in segments(folder):
        try:
            yield from read_segment(path)
        except DamagedSegmentError as error:
            report.damaged.append(str(error))


def _imported_pages(stores: Stores, settings: Settings, report: ReextractReport) -> Iterator[RawPage]:
    """Yield the pages of a site's articles that lie in imported files."""
    reader = Reader(imports_folder(settings.data_dir), settings.max_page_bytes)
    unsealed = UnsealedArticleReader(stores.db)
    ids = [header.id for header in unsealed.of_site(report.site)]
    for articles in unsealed.in_batches(ids):
        for article in articles:
            capture = article.capture
            if capture is None or not capture.is_imported:
                continue
            try:
                payload = read_original(reader, original_of(capture))
                parts = tuple(
                    (part.url, read_original(reader, original_of(part)).body) for part in capture.parts
                )
            except UnreadableError as error:
                report.damaged.append(f"{article.url}: {error}")
                continue
            # A row of an export has no page to be read anew.
            if payload.article is None:
                yield _raw_page(article.id, capture, payload, parts)


def _raw_page(
    article_id: str, capture: CaptureReference, payload: Payload, parts: tuple[tuple[str, bytes], ...]
) -> RawPage:
    return RawPage(
        article_id=article_id,
        url=capture.url,
        html=payload.body,
        sha256=fetch_sha256(payload.body, parts),
        fetched_at=capture.captured_at,
        content_type=payload.content_type,
        hints=payload.hints,
        parts=parts,
        parts_kept=True,
        is_post=payload.is_post,
        is_rendered=False,
    )
