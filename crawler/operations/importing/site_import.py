"""The second half of an import: open records of a site, extracted in workers and stored in order."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from crawler.errors import KhabarError
from crawler.fetch.outcome import Outcome
from crawler.operations.importing.reading import CaptureReader, Ended, Limits
from crawler.pipelines.captures import CaptureBatch
from crawler.pipelines.item import PageItem
from crawler.pipelines.run import CrawlRun
from crawler.storage.crawls import NEW
from crawler.storage.import_ledger import ImportLedger, LedgerRecord

AT_ONCE = 64
"""Records that are stored at once, and whose endings are then written to the ledger; a crash costs them a
second look, which changes nothing."""
_Reading = tuple[LedgerRecord, asyncio.Task[PageItem | Ended]]


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
        self._run, self._ledger, self._ahead = run, ledger, 2 * AT_ONCE + limits.pages_ahead
        self._reader = CaptureReader(run, ledger, limits)
        self._is_stopped, self._progress = is_stopped, progress
        self._ended = 0

    async def import_all(self) -> None:
        """Import what is open, in the order of capture, until the end or until it is stopped.

        Raises:
            KhabarError: Nothing can be written any more; what has not ended is open.
        """
        renewal = asyncio.create_task(self._run.context.keep_lease())
        ahead: deque[_Reading] = deque()
        try:
            for entry in self._ledger.open_records(self._run.site.id):
                if self._is_stopped() or self._run.context.stopping:
                    break
                ahead.append((entry, asyncio.create_task(self._reader.read(entry.record))))
                if len(ahead) >= self._ahead:
                    await self._finish([ahead.popleft() for _ in range(AT_ONCE)])
            while ahead and not self._run.context.stopping:
                await self._finish([ahead.popleft() for _ in range(min(AT_ONCE, len(ahead)))])
        finally:
            renewal.cancel()
            for _, task in ahead:
                task.cancel()

    async def _finish(self, readings: Sequence[_Reading]) -> None:
        """Store what was read of some records, and note how they ended."""
        results = [(entry, await task) for entry, task in readings]
        batch = CaptureBatch(self._run, [result for _, result in results if isinstance(result, PageItem)])
        try:
            await self._store(batch)
        finally:
            outcomes = iter(batch.outcomes)
            endings: list[tuple[int, str, str]] = []
            for entry, result in results:
                if isinstance(result, Ended):
                    endings.append((entry.number, str(result.ending), result.reason))
                elif (outcome := next(outcomes, None)) is not None:
                    self._count(result, outcome)
                    endings.append((entry.number, str(outcome.disposition), outcome.reason or ""))
            self._ledger.end(endings)
        self._ended += len(endings)
        self._progress(self._ended)

    async def _store(self, batch: CaptureBatch) -> None:
        """Store a batch; what the stores refuse is quarantined, and must not end the import."""
        while True:
            try:
                return await asyncio.to_thread(self._run.session.run, batch.write)
            except KhabarError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is: the batch goes on without that page
                batch.refuse(error)

    def _count(self, item: PageItem, outcome: Outcome) -> None:
        counts = self._run.counts
        counts.take()
        counts.end_page(outcome.disposition, item.url, outcome.reason, item.extracted.cause)
        if outcome.disposition in NEW and item.article is not None:
            counts.note_article(item.article)
        if item.waiting is not None:
            counts.note_waiting(item.waiting)
        if item.outcome is None and item.decision is not None:
            counts.note_decision(item.decision)
