"""Reading the records of one site: each becomes an item as a crawl makes of a page, or ends without one."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crawler.fetch.outcome import Outcome, status_outcome
from crawler.importing.records import Ending, Record, RecordKind, UnreadableError
from crawler.model.article import Disposition
from crawler.parsing.urls import InvalidURLError, canonical_url
from crawler.pipelines.capture_extraction import (
    CaptureTask,
    ExtractedCapture,
    answer_reference,
    extract_capture,
    read_body,
)
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.pipelines.item import PageItem
from crawler.pipelines.run import CrawlRun
from crawler.storage.import_ledger import ImportLedger
from crawler.storage.page import Page


@dataclass(frozen=True, slots=True)
class Limits:
    """What an import may use, and take.

    Attributes:
        work: A folder for unpacked files.
        max_bytes: Bytes that a page may have.
        pages_ahead: Pages that wait for workers.
        languages: Those that articles may be in; empty: any.
    """

    work: Path
    max_bytes: int
    pages_ahead: int
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ended:
    """A record that ends without a page: how, and why."""

    ending: Ending
    reason: str


class CaptureReader:
    """Reads records of one site.

    Args:
        run: The import into the site.
        ledger: The import's ledger, which knows the other records.
        limits: What it may use.
    """

    def __init__(self, run: CrawlRun, ledger: ImportLedger, limits: Limits) -> None:
        self._run, self._ledger, self._limits = run, ledger, limits

    async def read(self, record: Record) -> PageItem | Ended:
        """Make an item of a record, or say how it ends without.

        Raises:
            KhabarError: No worker can be started, or the import ends.
        """
        try:
            url = canonical_url(record.url)
        except InvalidURLError as error:
            return Ended(Ending.UNREADABLE, f"its address is none of a page: {error}")
        if record.captured_at is None:
            return Ended(Ending.UNREADABLE, "it has no time of capture")
        source = record
        if record.kind is RecordKind.REVISIT:
            repeated = self._ledger.content_of(record)
            if repeated is None:
                missing = record.refers_to or "a record"
                return Ended(Ending.CONTENT_MISSING, f"it repeats {missing}, which is not in the import")
            source = repeated
            if source.kind is RecordKind.OTHER:
                return Ended(Ending.NO_PAGE, "it repeats a record that is no page")
        page = Page(f"{self._run.site.id}/", url, "")
        item = PageItem(page=page, url=url, fetched_at=record.captured_at, is_capture=True)
        if source.kind is RecordKind.ANSWER:
            item.outcome = outcome = status_outcome(source.status)
            if outcome is not None and outcome.disposition is Disposition.GONE:
                item.capture = answer_reference(source, url, self._limits.work, self._limits.max_bytes)
        elif objection := await self._extract(item, source, record.captured_at):
            return Ended(Ending.FILTERED, objection)
        return item

    async def _extract(self, item: PageItem, record: Record, captured_at: datetime) -> str:
        """Read a page into an item; returns why its article is in none of the languages, if it is not."""
        limits, run = self._limits, self._run
        learned = run.keeping.boilerplate.learned
        task = CaptureTask(record, item.url, captured_at, learned, languages=limits.languages)
        try:
            capture = await self._capture(task)
            if capture.extracted.missing:
                capture = await self._with_parts(task, capture)
        except ExtractionFailedError as error:
            item.html = read_body(record, limits.work, limits.max_bytes)
            item.outcome = Outcome(Disposition.QUARANTINED, str(error))
            return ""
        except UnreadableError as error:
            item.outcome = Outcome(Disposition.FAILED, str(error))
            return ""
        item.html_sha256, item.content_type = capture.html_sha256, capture.content_type
        item.capture = capture.reference
        item.cut_short = bool(capture.extracted.missing) or capture.extracted.unreadable is not None
        item.take_extracted(capture.extracted)
        return capture.objection

    async def _capture(self, task: CaptureTask) -> ExtractedCapture:
        limits, run = self._limits, self._run
        return await run.pool.run(extract_capture, task, run.site, limits.work, limits.max_bytes)

    async def _with_parts(self, task: CaptureTask, capture: ExtractedCapture) -> ExtractedCapture:
        """Read an article with its further pages, as far as they are in the import."""
        parts: list[tuple[str, Record]] = []
        for url in capture.extracted.missing:
            record = self._ledger.capture_of(url, task.captured_at)
            if record is None:
                self._run.counts.problem_that("part_not_imported", url=task.url, part=url)
                break
            parts.append((url, record))
        return await self._capture(replace(task, parts=tuple(parts))) if parts else capture
