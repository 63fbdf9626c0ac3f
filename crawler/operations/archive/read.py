"""The archive as people look at it: what `khabar search` and `khabar web` read.

Lists, counts and searches come from the search index; texts and revisions from MongoDB, by key.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from pymongo.errors import PyMongoError

from crawler.errors import StoreUnavailableError
from crawler.model.period import Period
from crawler.operations.archive.search_form import SearchForm
from crawler.settings import Settings
from crawler.storage.connect import Stores, open_stores
from crawler.storage.search import (
    DamagedIndexError,
    Filters,
    Hits,
    KeptPages,
    Piece,
    Query,
    Refreshed,
    SearchFile,
    SearchLists,
    excerpts,
    parse_query,
    rebuild,
    refresh,
)
from crawler.storage.session import is_away
from crawler.storage.site_state import SiteState, site_states
from crawler.storage.stored_article import ArticleReader, EarlierReading, Revision, StoredArticle

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
        return self._ask(lambda stores: refresh(self.file, stores.db, progress))

    def rebuild(self, progress: Callable[[int], None] | None = None) -> Refreshed:
        """Make the index anew; a file that cannot be read is replaced."""
        try:
            return self._ask(lambda stores: rebuild(self.file, stores.db, progress))
        except DamagedIndexError:
            self.file.remove()
            return self._ask(lambda stores: rebuild(self.file, stores.db, progress))

    def article(self, id_: str) -> StoredArticle | None:
        """An article with all that is stored of it."""
        return self._ask(lambda stores: ArticleReader(stores.db).get(id_))

    def revisions(self, id_: str) -> list[Revision]:
        """The earlier wordings of an article, oldest first."""
        return self._ask(lambda stores: ArticleReader(stores.db).revisions(id_))

    def readings(self, id_: str) -> list[EarlierReading]:
        """What Khabar had read in the article's page before it read it again, oldest first."""
        return self._ask(lambda stores: ArticleReader(stores.db).earlier_readings(id_))

    def states(self) -> dict[str, SiteState]:
        """What is remembered of each site that was ever crawled; `sites`, some dozen documents."""
        return self._ask(lambda stores: site_states(stores.db))

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of these articles."""
        return self._ask(lambda stores: ArticleReader(stores.db).texts(ids))

    def search(
        self, form: SearchForm, *, period: Period | None = None, limit: int = 20
    ) -> tuple[Hits, dict[str, list[Piece]]]:
        """A page of matches, newest or best first, each with a few lines around its first match.

        Where nothing matches, the query's wider form is asked.

        Args:
            form: What is asked for.
            period: Its period, where that was read already.
            limit: Articles on a page.

        Raises:
            UsageError: A field of the form cannot be read.
        """
        query, filters = parse_query(form.q), form.filters(period)
        hits = self._page(query, filters, form, limit)
        if not hits.total and query.wider is not None:
            query = query.wider
            hits = self._page(query, filters, form, limit)
        ids = [hit.id for hit in hits.hits]
        texts = self.texts(ids)
        pieces = excerpts([texts.get(id_, "") for id_ in ids], query)
        return hits, dict(zip(ids, pieces, strict=True))

    def _page(self, query: Query, filters: Filters, form: SearchForm, limit: int) -> Hits:
        return self.lists.search(query, filters, best=form.best_first, before=form.before_row, limit=limit)

    def _ask(self, work: Callable[[Stores], T]) -> T:
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
