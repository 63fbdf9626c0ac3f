"""How far a source's times of change are believed: by what came of the pages that were fetched for them.

A source that nobody knows yet is believed for a few pages. If they had changed, it is believed for all; if
not, for none, until the record is begun anew.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from crawler.model.article import Discovered
from crawler.storage.clock import not_ahead
from crawler.storage.schema import Document

TRIAL = 5
"""Pages that are fetched to find out whether a source's times of change say anything: few enough to cost a
site nothing, enough that one of them has changed where a quarter have."""

RELIABLE = 0.25
"""A source is believed as long as at least this share of the pages fetched for it had changed: an edit of a
teaser or a tag changes a page's time and not its text."""

RECORD_FOR = timedelta(days=30)
"""A record is begun anew after so long: a generator may have been mended, or broken."""

PATIENCE = timedelta(days=1)
"""A page that was fetched twice in vain has to be said to have changed so much later than the last look, and
twice as much with each further look in vain."""

VAIN_LOOKS = 2
LONGEST_PATIENCE = timedelta(days=32)


@dataclass(slots=True)
class LastmodRecord:
    """What is known of a source's times of change.

    `looks` counts the pages that were fetched for them, `changed` those of them that had changed.
    """

    looks: int = 0
    changed: int = 0

    @property
    def is_reliable(self) -> bool:
        """Whether the source's times of change have been true often enough."""
        return self.changed > 0 and self.changed >= RELIABLE * self.looks

    @property
    def allowance(self) -> int | None:
        """How many more pages may be fetched for the source's word; None: as many as it names."""
        return None if self.is_reliable else max(TRIAL - self.looks, 0)


def patience(vain_looks: int) -> timedelta:
    """By how much later than the last look a page must be said to have changed.

    Args:
        vain_looks: How many looks in a row found the page unchanged although it was said to have changed.
    """
    if vain_looks < VAIN_LOOKS:
        return timedelta(0)
    doublings = min(vain_looks - VAIN_LOOKS, 8)
    return min(PATIENCE * (1 << doublings), LONGEST_PATIENCE)


def recall_lastmod(db: Database[Document], site: str, source: str) -> LastmodRecord:
    """Return what is known of a source's times of change.

    Args:
        db: The store.
        site: The site's id.
        source: The address at which the walk over the source begins.
    """
    record = (db.sources.find_one({"_id": f"{site}/{source}"}) or {}).get("lastmod") or {}
    now = datetime.now(UTC)
    since = not_ahead(record.get("since"), now)
    if since is None or now - since > RECORD_FOR:
        return LastmodRecord()
    return LastmodRecord(record.get("looks", 0), record.get("changed", 0))


def record_looks(db: Database[Document], site: str, source: str, record: LastmodRecord, looks: int) -> None:
    """Count pages that are going to be fetched because of a source's times of change.

    Args:
        db: The store.
        site: The site's id.
        source: Where the walk over the source begins.
        record: What was known before.
        looks: How many pages.
    """
    fields: Document = {"site": site, "url": source}
    counts = {"lastmod.looks": looks}
    if not record.looks:
        fields["lastmod"] = {"looks": looks, "changed": 0, "since": datetime.now(UTC)}
        counts = {}
    change: Document = {"$set": fields, **({"$inc": counts} if counts else {})}
    db.sources.update_one({"_id": f"{site}/{source}"}, change, upsert=True)


def record_change(db: Database[Document], site: str, source: str) -> None:
    """Count a page that had changed, as the source had said."""
    db.sources.update_one({"_id": f"{site}/{source}"}, {"$inc": {"lastmod.changed": 1}})


class Lastmods:
    """The times of change of one answer's entries, believed as far as their source has earned it.

    Args:
        db: The store.
        site: The site's id.
    """

    def __init__(self, db: Database[Document], site: str) -> None:
        self._db = db
        self._site = site
        self._records: dict[str, LastmodRecord] = {}
        self._looks: Counter[str] = Counter()

    def is_changed(self, document: Document, item: Discovered, now: datetime) -> bool:
        """Whether a settled page is to be fetched for what a source says of its last change."""
        modified_at, fetched_at = item.hints.modified_at, document.get("last_fetched_at")
        if modified_at is None or fetched_at is None:
            return False
        if not_ahead(fetched_at, now) is None:
            # Nobody knows when it was fetched: a look sets that right.
            return True
        if modified_at <= fetched_at + patience(document.get("vain_looks", 0)):
            return False
        return item.source_url is None or self._is_allowed(item.source_url)

    def _is_allowed(self, source: str) -> bool:
        record = self._records.get(source)
        if record is None:
            record = self._records[source] = recall_lastmod(self._db, self._site, source)
        if record.allowance is not None and self._looks[source] >= record.allowance:
            return False
        self._looks[source] += 1
        return True

    def save(self) -> None:
        """Count the pages that are going to be fetched."""
        for source, looks in self._looks.items():
            record_looks(self._db, self._site, source, self._records[source], looks)
