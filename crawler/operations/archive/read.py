"""The archive as people look at it: what `khabar search` and `khabar web` read.

Lists, counts and searches come from the search index; texts and revisions from MongoDB, by key.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from crawler.errors import StoreUnavailableError
from crawler.html.sentences import sentence
from crawler.model.period import Period
from crawler.operations.archive.search_form import SearchForm
from crawler.settings import Settings
from crawler.storage.connect import Stores, open_stores
from crawler.storage.search import (
    DamagedIndexError,
    FacetCounts,
    Filters,
    Hit,
    Hits,
    KeptPages,
    Marker,
    Notice,
    Piece,
    Query,
    Refreshed,
    SearchFile,
    SearchLists,
    Vocabulary,
    parse_query,
    read_variants,
    rebuild,
    refresh,
)
from crawler.storage.session import is_away
from crawler.storage.site_state import SiteState, site_states
from crawler.storage.stored_article import (
    ArticleReader,
    EarlierReading,
    ReportedEvent,
    Revision,
    StoredArticle,
)

T = TypeVar("T")

MATCHES_AT_ONCE = 1000
"""Matches on a page where all of them are read."""


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A page of matches.

    `query` is the one that was asked, the wider one where the one typed found nothing. By the id of each hit,
    `excerpts` are a few of its lines and `titles` its headline, both with the matches marked, and
    `events` the event that it reports, if that is known. `outlets` is how many carry each hit's story, by the
    story's id. `repeats` counts the matches that are left out since they only repeat their original.
    `facets` are there where they were asked for.
    """

    query: Query
    hits: Hits
    excerpts: dict[str, list[Piece]]
    titles: dict[str, list[Piece]]
    outlets: dict[str, int]
    events: dict[str, ReportedEvent]
    repeats: int = 0
    facets: FacetCounts | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What of the query isn't understood."""
        return self.query.notices

    def event(self, id_: str) -> tuple[str | None, int]:
        """The event of a hit, None where it has none, and how many sites report it, itself included."""
        return self.events.get(id_, (None, 1))


class Archive:
    """Reads one archive; threads may share it.

    Args:
        settings: Where it is.
        site_names: What each site is called beside its id, for ``site:`` in a query.
    """

    def __init__(self, settings: Settings, site_names: Mapping[str, Sequence[str]] | None = None) -> None:
        self.settings = settings
        self._site_names = dict(site_names or {})
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
        return self.ask(lambda stores: refresh(self.file, stores.db, progress))

    def rebuild(self, progress: Callable[[int], None] | None = None) -> Refreshed:
        """Make the index anew; a file that cannot be read is replaced."""
        try:
            return self.ask(lambda stores: rebuild(self.file, stores.db, progress))
        except DamagedIndexError:
            self.file.remove()
            return self.ask(lambda stores: rebuild(self.file, stores.db, progress))

    def article(self, id_: str) -> StoredArticle | None:
        """An article with all that is stored of it.

        Raises:
            WithheldError: It is sealed as a whole.
        """
        return self.ask(lambda stores: ArticleReader(stores.db).shown(id_))

    def revisions(self, id_: str) -> list[Revision]:
        """The earlier wordings of an article, oldest first."""
        return self.ask(lambda stores: ArticleReader(stores.db).revisions(id_))

    def readings(self, id_: str) -> list[EarlierReading]:
        """What Khabar had read in the article's page before it read it again, oldest first."""
        return self.ask(lambda stores: ArticleReader(stores.db).earlier_readings(id_))

    def seals_mark(self) -> str:
        """What changes whenever an article is sealed or unsealed."""
        return self.ask(lambda stores: ArticleReader(stores.db).seals_mark())

    def states(self) -> dict[str, SiteState]:
        """What is remembered of each site that was ever crawled; `sites`, some dozen documents."""
        return self.ask(lambda stores: site_states(stores.db))

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of these articles."""
        return self.ask(lambda stores: ArticleReader(stores.db).texts(ids))

    def vocabulary(self) -> Vocabulary:
        """What words of a query mean here: the names with several spellings, the sites by their names.

        Raises:
            UsageError: The newsroom's own file of names cannot be read.
        """
        names = {count.site: self._site_names.get(count.site, ()) for count in self.lists.sites()}
        return Vocabulary.of_sites(read_variants(self.settings.name_variants), names | self._site_names)

    def search(
        self, form: SearchForm, *, period: Period | None = None, limit: int = 20, facets: bool = False
    ) -> SearchResults:
        """A page of matches, newest or best first, each with a few lines around its first match.

        Where nothing matches, the query's wider form is asked.

        Args:
            form: What is asked for.
            period: Its period, where that was read already.
            limit: Articles on a page.
            facets: Whether to count the matches by site and day, too; they are all counted then.

        Raises:
            UsageError: A field of the form cannot be read.
        """
        query, filters = parse_query(form.q, self.vocabulary()), form.filters(period)
        counts, hits = self._page(query, filters, form, limit, facets=facets)
        repeats = self.lists.count_repeats(query, filters)
        if not hits.total and not repeats and query.wider is not None:
            query = replace(query.wider, notices=query.notices)
            counts, hits = self._page(query, filters, form, limit, facets=facets)
            repeats = self.lists.count_repeats(query, filters)
        texts = self.texts([hit.id for hit in hits.hits])
        marker = Marker(query, [text for hit in hits.hits for text in (texts.get(hit.id, ""), hit.title)])
        outlets = self.lists.outlets([hit.story for hit in hits.hits])
        ids = [hit.id for hit in hits.hits]
        reported = self.ask(lambda stores: ArticleReader(stores.db).reported_events(ids))
        return SearchResults(
            query,
            hits,
            {hit.id: marker.excerpt(texts.get(hit.id, "")) for hit in hits.hits},
            {hit.id: marker.whole(hit.title) for hit in hits.hits},
            outlets,
            reported,
            repeats,
            counts,
        )

    def notices(self, typed: str) -> tuple[Notice, ...]:
        """What of a query isn't understood."""
        return parse_query(typed, self.vocabulary()).notices

    def matches(self, typed: str, filters: Filters | None = None) -> list[Hit]:
        """All articles that match a query, duplicates too, newest first.

        Args:
            typed: The query; an empty one matches all.
            filters: What to narrow the list to.
        """
        query = parse_query(typed, self.vocabulary())
        matches: list[Hit] = []
        before: int | None = None
        while True:
            page = self.lists.search(query, filters, before=before, limit=MATCHES_AT_ONCE, total=0)
            matches += page.hits
            if page.older is None:
                return matches
            before = page.older

    def outlets(self, stories: Sequence[str]) -> dict[str, int]:
        """How many sites carry each of these stories."""
        counts: dict[str, int] = {}
        unique = list(dict.fromkeys(stories))
        for start in range(0, len(unique), MATCHES_AT_ONCE):
            counts |= self.lists.outlets(unique[start : start + MATCHES_AT_ONCE])
        return counts

    def _page(
        self, query: Query, filters: Filters, form: SearchForm, limit: int, *, facets: bool
    ) -> tuple[FacetCounts | None, Hits]:
        counts = self.lists.facets.count(query, filters) if facets else None
        if counts is not None and not (form.best_first and query.expression and counts.total):
            return counts, self.lists.newest_of(counts, form.before_row, limit)
        hits = self.lists.search(
            query,
            filters,
            best=form.best_first,
            before=form.before_row,
            limit=limit,
            total=counts.total if counts else None,
        )
        return counts, hits

    def ask(self, work: Callable[[Stores], T]) -> T:
        """Do what needs the open stores.

        Raises:
            StoreUnavailableError: A store does not answer.
        """
        try:
            return work(self.stores())
        except (PyMongoError, RedisError) as error:
            if not is_away(error):
                raise
            with self._lock:
                if self._stores is not None:
                    self._stores.close()
                    self._stores = None
            raise _away(error) from None


def _away(error: Exception) -> StoreUnavailableError:
    return StoreUnavailableError(sentence("store_away", detail=str(error).splitlines()[0]))
