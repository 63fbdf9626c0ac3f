"""What a crawl enters into the custody log: its captures, and what became of its articles."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from crawler.custody.entries import Event
from crawler.pipelines.item import PageItem
from crawler.storage.connect import Stores
from crawler.storage.custody_records import Custodian, ImportedFile, NewArticleMark, segment_events
from crawler.storage.looks import RepeatedLook
from crawler.storage.segment_custody import begin_custody, end_custody
from crawler.storage.warc.writer import CaptureWriter


class CrawlCustody:
    """The custody of one site during one crawl.

    Args:
        site: The site's id.
        folder: Its segments.
        writer: Writes the captures; None: they are not kept.
    """

    def __init__(self, site: str, folder: Path, writer: CaptureWriter | None) -> None:
        self._site = site
        self._folder = folder
        self._writer = writer
        self._custodian = Custodian()
        self._events: list[Event] = []
        self._lock = threading.Lock()
        self._new: dict[str, NewArticleMark] = {}
        """Articles that are being inserted at once, by id."""

    def begin(self, stores: Stores, software: dict[str, str]) -> None:
        """Enter what is missing in the log; call it when the lease is taken, before anything is written."""
        begin_custody(stores.db, self._custodian, self._site, self._folder, software)

    def log(self, stores: Stores, item: PageItem) -> None:
        """Enter into the custody log what was written for an item; call it before its page is settled."""
        ids = [id_ for id_ in (item.article_id, item.page.article_id) if id_]
        events = self._changes()
        self._custodian.log_articles(stores.db, ids, events)
        self._forget(events)

    def log_files(self, stores: Stores, files: Sequence[ImportedFile], facts: Mapping[str, str]) -> None:
        """Enter files that are about to be imported, but for those that are in the log as they are.

        Args:
            stores: The open stores.
            files: The files.
            facts: Who imports them, and with what.
        """
        self._custodian.log_files(stores.db, self._site, files, facts)

    def note_new(self, stores: Stores, items: Sequence[PageItem]) -> None:
        """Note the new articles of items that are about to be stored at once; `log_new` enters them."""
        for item in items:
            # Where all is repeated after a lost answer, the events are to be the same.
            if item.article_id is not None and item.article_id not in self._new:
                self._new[item.article_id] = NewArticleMark(item.article_id, item.fetched_at)
        marks = [self._new[item.article_id] for item in items if item.article_id is not None]
        self._custodian.note_new(stores.db, self._site, marks)

    def log_new(self, stores: Stores) -> None:
        """Enter what was noted by `note_new`; call it before the pages are settled."""
        events = self._changes()
        self._custodian.log_new(stores.db, self._site, events)
        self._forget(events)
        self._new.clear()

    def write_looks(self, stores: Stores, looks: Sequence[RepeatedLook]) -> None:
        """Write looks that bring nothing new, and enter them; call it before the pages are settled."""
        events = self._changes()
        self._custodian.write_looks(stores.db, self._site, looks, events)
        self._forget(events)

    def _log_all(self, stores: Stores) -> None:
        events = self._changes()
        self._custodian.log_events(stores.db, events)
        self._forget(events)
        self._custodian.log_pending(stores.db, self._site)

    def _changes(self) -> list[Event]:
        """What became of the segments and is not in the log yet; several threads may enter the same, once."""
        with self._lock:
            if self._writer is not None:
                self._events += segment_events(self._site, self._writer.changes())
            return list(self._events)

    def _forget(self, events: list[Event]) -> None:
        with self._lock:
            self._events = [event for event in self._events if event not in events]

    def close_writer(self) -> None:
        """Finish the segment that is being written."""
        if self._writer is not None:
            self._writer.close()

    def close(self, stores: Stores) -> None:
        """Enter whatever is still to be entered; call it before the lease is given back."""
        self._log_all(stores)
        end_custody(stores.db, self._custodian, self._site, self._folder)
