"""The second half of an import: open records of a site, extracted in workers and stored in order."""

import asyncio
from collections import deque
from collections.abc import Callable

from crawler.errors import KhabarError
from crawler.fetch.outcome import Outcome
from crawler.model.article import Disposition
from crawler.operations.importing.reading import CaptureReader, Ended, Limits
from crawler.pipelines.captures import write_capture
from crawler.pipelines.item import PageItem
from crawler.pipelines.run import CrawlRun
from crawler.storage.crawls import NEW
from crawler.storage.import_ledger import ImportLedger, LedgerRecord

AHEAD = 4
"""Pages a worker is given beforehand, so that none waits while a page is stored."""
NOTED = 50
"""Endings that are written to the ledger at once; a crash costs them a second look, which changes nothing."""


class SiteImport:
    """Imports the open records of one site.

    Args:
        run: The site's lease, stores and counts, as those of a crawl.
        ledger: The import's ledger.
        limits: What it may use.
        is_stopped: Whether somebody has asked it to stop.
        progress: Called with the number of records that have ended.
    """

    def __init__(
        self,
        run: CrawlRun,
        ledger: ImportLedger,
        limits: Limits,
        is_stopped: Callable[[], bool],
        progress: Callable[[int], None],
    ) -> None:
        self._run, self._ledger, self._workers = run, ledger, limits.workers
        self._reader = CaptureReader(run, ledger, limits)
        self._is_stopped, self._progress = is_stopped, progress
        self._endings: list[tuple[int, str, str]] = []
        self._ended = 0

    async def import_all(self) -> None:
        """Import what is open, in the order of capture, until the end or until it is stopped.

        Raises:
            KhabarError: Nothing can be written any more; what has not ended is open.
        """
        renewal = asyncio.create_task(self._run.context.keep_lease())
        ahead: deque[tuple[LedgerRecord, asyncio.Task[PageItem | Ended]]] = deque()
        try:
            for entry in self._ledger.open_records(self._run.site.id):
                if self._is_stopped() or self._run.context.stopping:
                    break
                ahead.append((entry, asyncio.create_task(self._reader.read(entry.record))))
                if len(ahead) > AHEAD * self._workers:
                    await self._finish(*ahead.popleft())
            while ahead and not self._run.context.stopping:
                await self._finish(*ahead.popleft())
        finally:
            renewal.cancel()
            for _, task in ahead:
                task.cancel()
            self._note()

    async def _finish(self, entry: LedgerRecord, reading: "asyncio.Task[PageItem | Ended]") -> None:
        """Store what was read of a record, and note how it ended."""
        result = await reading
        if isinstance(result, Ended):
            self._end(entry, result.ending, result.reason)
            return
        self._run.counts.take()
        outcome = await self._write(result)
        counts = self._run.counts
        counts.end_page(outcome.disposition, result.url, outcome.reason, result.extracted.cause)
        if outcome.disposition in NEW and result.article is not None:
            counts.note_article(result.article)
        if result.waiting is not None:
            counts.note_waiting(result.waiting)
        if result.outcome is None and result.decision is not None:
            counts.note_decision(result.decision)
        self._end(entry, str(outcome.disposition), outcome.reason or "")

    async def _write(self, item: PageItem) -> Outcome:
        try:
            return await asyncio.to_thread(
                self._run.session.run, lambda stores: write_capture(stores, self._run, item)
            )
        except KhabarError:
            raise
        except Exception as error:  # noqa: BLE001 - a page that the store refuses must not end the import
            reason = f"it could not be stored: {type(error).__name__}: {str(error)[:200]}"
            item.outcome = Outcome(Disposition.QUARANTINED, reason)
            return await asyncio.to_thread(
                self._run.session.run, lambda stores: write_capture(stores, self._run, item)
            )

    def _end(self, entry: LedgerRecord, ending: str, reason: str) -> None:
        self._endings.append((entry.number, str(ending), reason))
        self._ended += 1
        if len(self._endings) >= NOTED:
            self._note()

    def _note(self) -> None:
        self._ledger.end(self._endings)
        self._endings = []
        self._progress(self._ended)
