"""Stored articles as typed records, and the reader of `articles`, `revisions` and `readings`.

Only this package knows the names of stored fields: who reads the archive gets these records.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, NamedTuple, Self, TypeVar

import pymongo
from pymongo.database import Database

from crawler.model.article import Article, ArticleMark, DatePrecision, latest_publication
from crawler.model.period import Period, publication_moment
from crawler.model.seal import Seal, WithheldError
from crawler.parsing.redaction import Redactor
from crawler.storage.batches import in_batches
from crawler.storage.schema import Document
from crawler.storage.seals import NoSeals, Seals, SealSource, seals_mark
from crawler.storage.served import served
from crawler.storage.warc.references import CaptureReference
from crawler.storage.wordings import EarlierReading as EarlierReading
from crawler.storage.wordings import Revision as Revision

LONGEST_SCAN = 300.0
"""Seconds for a request that goes over the whole archive; the embedded server reads all of it for that."""

_NOT_STORED: Final = frozenset({"id", "seal"})
"""Fields of the records that no document has under this name."""


@dataclass(frozen=True, slots=True)
class ArticleHeader:
    """What lists, periods and stories need of a stored article: all but its text and its further metadata.

    Times are aware. `published_precision` is a `DatePrecision`; `removed_at` is when its site had taken it
    down; `duplicate_of` names the original of a copy, `similarity` and `duplicate_reason` say how alike both
    are, `repeats` that it was measured to say nothing that the original does not. `dedup_pending`: no story
    could be looked up yet. `event_id` names the event that its story reports,
    where that was looked for. `incomplete`: a further page could not be read. `seal` says what is withheld
    of it here, and why.
    """

    id: str
    site: str
    url: str
    title: str
    first_seen_at: datetime
    revision: int
    text_sha256: str
    story_id: str
    published_at: datetime | None = None
    published_precision: str | None = None
    language: str | None = None
    duplicate_of: str | None = None
    similarity: float | None = None
    duplicate_reason: str | None = None
    repeats: bool = False
    dedup_pending: bool = False
    event_id: str | None = None
    removed_at: datetime | None = None
    html_sha256: str | None = None
    incomplete: bool = False
    seal: Seal | None = None

    @classmethod
    def projection(cls) -> dict[str, int]:
        """The fields to ask MongoDB for; `_id` comes unasked."""
        return dict.fromkeys((each.name for each in fields(cls) if each.name not in _NOT_STORED), 1)

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """Read the record in a document; a field that is missing or null has its default."""
        values = {
            name: document[name]
            for name in cls.__dataclass_fields__
            if name not in _NOT_STORED and document.get(name) is not None
        }
        for name in ("capture", "removal_capture"):
            if name in values:
                values[name] = CaptureReference.from_document(values[name])
        return cls(id=document["_id"], **values)

    @property
    def is_withheld(self) -> bool:
        """Whether nothing of what the article says may be served."""
        return self.seal is not None and self.seal.withholds_article

    @property
    def latest_publication(self) -> datetime | None:
        """The latest moment at which it can have been published; None for one without a date."""
        return latest_publication(self.published_at, self.published_precision, self.first_seen_at)

    @property
    def placed_at(self) -> datetime:
        """The moment at which it stands in lists and periods; see `publication_moment`."""
        return publication_moment(self.published_at, self.published_precision, self.first_seen_at)

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """What articles are ordered by: of those published at once the first to arrive comes first."""
        return self.latest_publication or self.first_seen_at, self.first_seen_at, self.id


@dataclass(frozen=True, slots=True)
class SearchableArticle(ArticleHeader):
    """What an article is searched and listed by, beside its text.

    `revised_at` is when an edit of it was last seen.
    """

    authors: list[str] = field(default_factory=list)
    agency: str | None = None
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    revised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredArticle(ArticleHeader):
    """An article with all that is stored of it, but for its signature.

    `checked_at` is when its page was fetched last; `aliases` are the addresses that led to it; `absences` the
    times when its site had taken it down (`removed_at`, `returned_at`); `pair` what a copy and its original
    share (`crawler.storage.pair_figures`); `capture` is the WARC record that it was read in,
    `removal_capture` the answer that it is gone; `tls` is ``unverified`` where its site's certificate was not
    verified.
    """

    text: str = ""
    canonical_url: str = ""
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    agency: str | None = None
    date_source: str | None = None
    date_flags: list[str] = field(default_factory=list)
    modified_at: datetime | None = None
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    image: str | None = None
    summary: str | None = None
    marks: list[str] = field(default_factory=list)
    checked_at: datetime | None = None
    aliases: list[str] = field(default_factory=list)
    absences: list[dict[str, datetime]] = field(default_factory=list)
    pair: dict[str, Any] | None = None
    tls: str | None = None
    capture: CaptureReference | None = None
    removal_capture: CaptureReference | None = None

    def as_article(self) -> Article:
        """The article as extraction gave it.

        Raises:
            ValueError: The record is sealed: who writes articles has to read them by
                `UnsealedArticleReader`, or what is withheld would be lost.
        """
        if self.seal is not None:
            raise ValueError(f"{self.id}: what is served of a sealed article is not what is stored")
        values = {each.name: getattr(self, each.name) for each in fields(Article)}
        precision = self.published_precision
        values["published_precision"] = DatePrecision(precision) if precision else None
        values["marks"] = [ArticleMark(mark) for mark in self.marks]
        return Article(**values)


class ReportedEvent(NamedTuple):
    """An event, and how many sites report it."""

    id: str
    sites: int


_H = TypeVar("_H", bound=ArticleHeader)
_W = TypeVar("_W", Revision, EarlierReading)


class ArticleReader:
    """Reads articles as they may be served; what it returns is in no transaction with another call.

    Of a withheld article (`crawler.model.seal`) there is a record by its id alone, without what it says; no
    list has it, and its texts, revisions and readings are none. Whoever serves nothing of what it reads, and
    whoever writes it back, reads by `UnsealedArticleReader`.

    Args:
        db: The database.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._db = db
        self._articles = db.articles
        self._seals: SealSource = Seals(db)

    def header(self, article_id: str) -> ArticleHeader | None:
        """The header of an article, or None."""
        document = self._articles.find_one({"_id": article_id}, ArticleHeader.projection())
        return None if document is None else self._served(ArticleHeader.from_document(document))

    def get(self, article_id: str) -> StoredArticle | None:
        """An article, or None."""
        document = self._articles.find_one({"_id": article_id}, StoredArticle.projection())
        return None if document is None else self._served(StoredArticle.from_document(document))

    def shown(self, article_id: str) -> StoredArticle | None:
        """An article for a reader, or None.

        Raises:
            WithheldError: It is withheld as a whole.
        """
        article = self.get(article_id)
        if article is not None and article.seal is not None and article.is_withheld:
            raise WithheldError(article.seal)
        return article

    def seals_mark(self) -> str:
        """What changes whenever an article is sealed or unsealed."""
        return seals_mark(self._db)

    def first_of(self, article_ids: Iterable[str]) -> StoredArticle | None:
        """The first of these articles that is stored."""
        return next((article for id_ in article_ids if (article := self.get(id_)) is not None), None)

    def in_batches(self, article_ids: Sequence[str]) -> Iterator[list[StoredArticle]]:
        """Yield articles in the order of their ids, in batches; missing and withheld ones are left out."""
        for batch in in_batches(self._articles, article_ids, StoredArticle.projection()):
            articles = map(StoredArticle.from_document, batch)
            seals = self._seals.of([document["_id"] for document in batch])
            yield list(_listed(articles, seals))

    def headers(self, article_ids: Sequence[str]) -> dict[str, ArticleHeader]:
        """The headers of these articles by id, as far as they are stored and not withheld."""
        return self._records_by_id(ArticleHeader, {"_id": {"$in": list(article_ids)}})

    def of_stories(self, story_ids: Sequence[str]) -> dict[str, ArticleHeader]:
        """The members of some stories by id."""
        return self._records_by_id(ArticleHeader, {"story_id": {"$in": list(story_ids)}})

    def of_events(self, event_ids: Sequence[str]) -> dict[str, ArticleHeader]:
        """The articles of some events by id, copies too."""
        return self._records_by_id(ArticleHeader, {"event_id": {"$in": list(event_ids)}})

    def reported_events(self, article_ids: Sequence[str]) -> dict[str, ReportedEvent]:
        """The event that each of these articles reports; without those that have none."""
        events = {
            id_: header.event_id for id_, header in self.headers(article_ids).items() if header.event_id
        }
        sites: dict[str | None, set[str]] = {}
        for header in self.of_events(sorted(set(events.values()))).values():
            sites.setdefault(header.event_id, set()).add(header.site)
        return {
            id_: ReportedEvent(event, len(sites[event])) for id_, event in events.items() if event in sites
        }

    def of_site(self, site: str) -> Iterator[ArticleHeader]:
        """Yield the headers of a site's articles, in no order."""
        return self._records(ArticleHeader, {"site": site}, self._seals.of_site(site))

    def searchable_of_site(self, site: str) -> Iterator[SearchableArticle]:
        """Yield what a site's articles are searched and listed by, in no order."""
        return self._records(SearchableArticle, {"site": site}, self._seals.of_site(site))

    def searchable_of_stories(self, story_ids: Sequence[str]) -> list[SearchableArticle]:
        """What the members of some stories are searched and listed by."""
        query = {"story_id": {"$in": list(story_ids)}}
        return list(self._records_by_id(SearchableArticle, query).values())

    def published_within(self, site: str, period: Period) -> list[ArticleHeader]:
        """The articles of a site that stand in a period, in no order."""
        return [header for header in self.of_site(site) if header.placed_at in period]

    def all_headers(self) -> Iterator[ArticleHeader]:
        """Yield the headers of all articles, in no order; see `LONGEST_SCAN`."""
        return self._records(ArticleHeader, {}, self._seals.of_site(None))

    def texts(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The texts of these articles by id, as far as they are stored and not withheld."""
        batches = in_batches(self._articles, article_ids, {"text": 1})
        texts = {document["_id"]: document["text"] for batch in batches for document in batch}
        for article_id, seal in self._seals.of(list(texts)).items():
            if seal.withholds_article:
                del texts[article_id]
            else:
                texts[article_id] = Redactor(seal.names).text(texts[article_id])
        return texts

    def all_ids(self) -> list[str]:
        """The ids of all articles."""
        with pymongo.timeout(LONGEST_SCAN):
            return [document["_id"] for document in self._articles.find({}, {"_id": 1})]

    def sites(self) -> list[str]:
        """The sites that have articles; the embedded server reads every article for that."""
        return sorted(self._articles.distinct("site"))

    def count(self) -> int:
        """About how many articles are stored and not withheld."""
        withheld = sum(seal.withholds_article for seal in self._seals.of_site(None).values())
        return max(0, self._articles.estimated_document_count() - withheld)

    def count_withheld(self, site: str | None = None) -> int:
        """How many articles are withheld, of a site or of all."""
        return sum(seal.withholds_article for seal in self._seals.of_site(site).values())

    def count_marks(self, site: str) -> Counter[str]:
        """How many articles of a site carry which mark (`ArticleMark`)."""
        documents = self._articles.find({"site": site}, {"marks": 1})
        return Counter(mark for document in documents for mark in set(document.get("marks") or ()))

    def revisions(self, article_id: str) -> list[Revision]:
        """The earlier wordings of an article, oldest first; index `article_revision`."""
        documents = self._db.revisions.find({"article_id": article_id})
        revisions = self._wordings(article_id, map(Revision.from_document, documents))
        return sorted(revisions, key=lambda revision: (revision.seen_from, revision.revision))

    def earlier_readings(self, article_id: str) -> list[EarlierReading]:
        """What was read in an article's page before it was read again, oldest first."""
        documents = self._db.readings.find({"article_id": article_id})
        readings = self._wordings(article_id, map(EarlierReading.from_document, documents))
        return sorted(readings, key=lambda reading: (reading.revision, reading.read_until))

    def _wordings(self, article_id: str, wordings: Iterable[_W]) -> list[_W]:
        seal = self._seals.of([article_id]).get(article_id)
        if seal is None:
            return list(wordings)
        return [] if seal.withholds_article else [served(wording, seal) for wording in wordings]

    def _served(self, record: _H) -> _H:
        seal = self._seals.of([record.id]).get(record.id)
        return record if seal is None else served(record, seal)

    def _records(self, kind: type[_H], query: Document, seals: Mapping[str, Seal]) -> Iterator[_H]:
        """The records of the articles that a query finds, as they may be served; all lists are read here."""
        documents = self._articles.find(query, kind.projection())
        return _listed(map(kind.from_document, documents), seals)

    def _records_by_id(self, kind: type[_H], query: Document) -> dict[str, _H]:
        stored = {record.id: record for record in self._records(kind, query, {})}
        return {record.id: record for record in _listed(stored.values(), self._seals.of(list(stored)))}


class UnsealedArticleReader(ArticleReader):
    """Reads articles as they are stored, sealed ones too: for what compares, signs and writes them.

    Nothing that it returns may be served. A record without a seal says nothing of whether there is one.
    """

    def __init__(self, db: Database[Document]) -> None:
        super().__init__(db)
        self._seals = NoSeals()

    def present(self, article_ids: Iterable[str]) -> set[str]:
        """Those of some ids under which an article is stored."""
        batches = in_batches(self._articles, list(article_ids), {"_id": 1})
        return {document["_id"] for batch in batches for document in batch}


def _listed(records: Iterable[_H], seals: Mapping[str, Seal]) -> Iterator[_H]:
    """The records as they may be served; withheld articles are left out."""
    for record in records:
        seal = seals.get(record.id)
        if seal is None:
            yield record
        elif not seal.withholds_article:
            yield served(record, seal)
