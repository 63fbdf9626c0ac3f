"""The archive as people look at it: what `khabar search` and `khabar web` read.

Lists, counts and searches come from the search index; texts and revisions from MongoDB, by key.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from pymongo.errors import PyMongoError

from crawler.errors import StoreUnavailableError, UsageError
from crawler.model.period import ANY_TIME, ZONE, Period
from crawler.settings import Settings
from crawler.storage.batches import in_batches
from crawler.storage.connect import Stores, open_stores
from crawler.storage.schema import Document
from crawler.storage.search import (
    DamagedIndexError,
    Filters,
    Hits,
    KeptPages,
    Query,
    Refreshed,
    SearchFile,
    SearchLists,
    parse_query,
    rebuild,
    refresh,
)
from crawler.storage.search.excerpt import Piece, excerpts
from crawler.storage.session import is_away
from crawler.storage.site_state import SiteState, site_states

T = TypeVar("T")


class Archive:
    """Reads one archive; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.file = SearchFile(settings.data_dir)
        self.lists = SearchLists(self.file)
        self.kept = KeptPages(self.file, settings.data_dir)
        self._stores: Stores | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._stores is not None:
                self._stores.close()
                self._stores = None
        self.file.close()

    def stores(self) -> Stores:
        """The open stores; opened on first use, and again after they went away."""
        with self._lock:
            if self._stores is None:
                self._stores = open_stores(self.settings)
            return self._stores

    def refresh(self, progress: Callable[[int], None] | None = None) -> Refreshed:
        """Bring the index up to date with the crawls that ended since it last looked."""
        return self._asking(lambda stores: refresh(self.file, stores.db, progress))

    def rebuild(self, progress: Callable[[int], None] | None = None) -> Refreshed:
        """Make the index anew; a file that cannot be read is replaced."""
        try:
            return self._asking(lambda stores: rebuild(self.file, stores.db, progress))
        except DamagedIndexError:
            self.file.remove()
            return self._asking(lambda stores: rebuild(self.file, stores.db, progress))

    def article(self, id_: str) -> Document | None:
        """An article's document, by `_id`, without its signature."""
        return self._asking(lambda stores: stores.db.articles.find_one({"_id": id_}, {"signature": 0}))

    def revisions(self, id_: str) -> list[Document]:
        """What an article said before, oldest first; index `article_revision`."""
        found = self._asking(lambda stores: list(stores.db.revisions.find({"article_id": id_})))
        return sorted(found, key=lambda old: int(old["revision"]))

    def readings(self, id_: str) -> list[Document]:
        """What Khabar had read in the article's page before it read it anew, oldest first."""
        found = self._asking(lambda stores: list(stores.db.readings.find({"article_id": id_})))
        return sorted(found, key=lambda old: (int(old["revision"]), old["read_until"]))

    def states(self) -> dict[str, SiteState]:
        """What is remembered of each site that was ever crawled; `sites`, some dozen documents."""
        return self._asking(lambda stores: site_states(stores.db))

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of these articles."""

        def read(stores: Stores) -> dict[str, str]:
            batches = in_batches(stores.db.articles, ids, {"text": 1})
            return {document["_id"]: document["text"] for batch in batches for document in batch}

        return self._asking(read)

    def search(
        self,
        query: Query,
        filters: Filters,
        *,
        best: bool = False,
        before: int | None = None,
        limit: int = 20,
    ) -> tuple[Hits, dict[str, list[Piece]]]:
        """A page of matches, newest or best first, each with a few lines around its first match.

        Where nothing matches, the query's wider form is asked.
        """
        hits = self.lists.search(query, filters, best=best, before=before, limit=limit)
        if not hits.total and query.wider is not None:
            query = query.wider
            hits = self.lists.search(query, filters, best=best, before=before, limit=limit)
        ids = [hit.id for hit in hits.hits]
        texts = self.texts(ids)
        pieces = excerpts([texts.get(id_, "") for id_ in ids], query)
        return hits, dict(zip(ids, pieces, strict=True))

    def _asking(self, work: Callable[[Stores], T]) -> T:
        try:
            return work(self.stores())
        except PyMongoError as error:
            if not is_away(error):
                raise
            with self._lock:
                if self._stores is not None:
                    self._stores.close()
                    self._stores = None
            raise StoreUnavailableError(
                f"MongoDB does not answer: {str(error).splitlines()[0]}; try again, or see khabar doctor"
            ) from None


def filters_of(
    *,
    site: str | None = None,
    language: str | None = None,
    period: Period = ANY_TIME,
    duplicates: str | None = None,
    state: str | None = None,
) -> Filters:
    """Read filters as people write them: empty is not given.

    Args:
        site: A site's id.
        language: An ISO 639 code.
        period: When they were published.
        duplicates: ``no`` (as without it), ``yes`` (duplicates too) or ``only``.
        state: ``removed`` (taken down by their site) or ``edited`` (an earlier wording is kept).

    Raises:
        UsageError: A word that is not one of these; the message says which.
    """
    if duplicates not in (None, "", "no", "yes", "only"):
        raise UsageError(f"duplicates: {duplicates!r}: it is one of no, yes, only")
    if state not in (None, "", "removed", "edited"):
        raise UsageError(f"state: {state!r}: it is one of removed, edited")
    return Filters(
        site=site or None,
        language=language or None,
        since=period.since,
        until=period.until,
        duplicates={"yes": None, "only": True}.get(duplicates or "no", False),
        removed=state == "removed",
        edited=state == "edited",
    )


def best_first(order: str | None) -> bool:
    """Read in which order matches shall come: empty is not given.

    Args:
        order: ``newest`` (as without it) or ``best``.

    Raises:
        UsageError: Another word.
    """
    if order not in (None, "", "newest", "best"):
        raise UsageError(f"order: {order!r}: it is one of newest, best")
    return order == "best"


def days_ago(days: int) -> datetime:
    """The beginning of the day in Damascus that many days ago."""
    today = datetime.now(ZONE).date()
    return datetime.combine(today - timedelta(days=days), time.min, ZONE).astimezone(UTC)


__all__ = ["Archive", "best_first", "days_ago", "filters_of", "parse_query"]
