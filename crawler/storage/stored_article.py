"""Stored articles as typed records, and the reader of `articles`, `revisions` and `readings`.

Only this package knows the names of stored fields: who reads the archive gets these records.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self

import pymongo
from pymongo.database import Database

from crawler.model.article import Article, ArticleMark, DatePrecision, latest_publication
from crawler.model.period import Period, publication_moment
from crawler.storage.batches import in_batches
from crawler.storage.schema import Document
from crawler.storage.warc.references import CaptureReference

LONGEST_SCAN = 300.0
"""Seconds for a request that goes over the whole archive; the embedded server reads all of it for that."""


@dataclass(frozen=True, slots=True)
class ArticleHeader:
    """What lists, periods and stories need of a stored article: all but its text and its further metadata.

    Times are aware. `published_precision` is a `DatePrecision`; `removed_at` is when its site had taken it
    down; `duplicate_of` names the original of a copy, `similarity` and `duplicate_reason` say how alike both
    are. `dedup_pending`: no story could be looked up yet. `incomplete`: a further page could not be read.
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
    dedup_pending: bool = False
    removed_at: datetime | None = None
    html_sha256: str | None = None
    incomplete: bool = False

    @classmethod
    def projection(cls) -> dict[str, int]:
        """The fields to ask MongoDB for; `_id` comes unasked."""
        return dict.fromkeys((each.name for each in fields(cls) if each.name != "id"), 1)

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """Read the record in a document; a field that is missing or null has its default."""
        values = {
            name: document[name]
            for name in cls.__dataclass_fields__
            if name != "id" and document.get(name) is not None
        }
        for name in ("capture", "removal_capture"):
            if name in values:
                values[name] = CaptureReference.from_document(values[name])
        return cls(id=document["_id"], **values)

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
        """The article as extraction gave it."""
        values = {each.name: getattr(self, each.name) for each in fields(Article)}
        precision = self.published_precision
        values["published_precision"] = DatePrecision(precision) if precision else None
        values["marks"] = [ArticleMark(mark) for mark in self.marks]
        return Article(**values)


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier wording of an article, and from when to when its site had it so.

    `revision` is its number; 0 for a wording that was learned later, from an import.
    """

    revision: int
    title: str
    text: str
    seen_from: datetime
    seen_until: datetime
    text_sha256: str | None = None
    html_sha256: str | None = None
    capture: CaptureReference | None = None


@dataclass(frozen=True, slots=True)
class EarlierReading:
    """What was read in an article's page before the same page was read again, better."""

    revision: int
    title: str
    text: str
    read_until: datetime
    text_sha256: str
    html_sha256: str | None = None


class ArticleReader:
    """Reads articles; what it returns is in no transaction with another call.

    Args:
        db: The database.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._db = db
        self._articles = db.articles

    def header(self, article_id: str) -> ArticleHeader | None:
        """The header of an article, or None."""
        document = self._articles.find_one({"_id": article_id}, ArticleHeader.projection())
        return None if document is None else ArticleHeader.from_document(document)

    def get(self, article_id: str) -> StoredArticle | None:
        """An article, or None."""
        document = self._articles.find_one({"_id": article_id}, StoredArticle.projection())
        return None if document is None else StoredArticle.from_document(document)

    def first_of(self, article_ids: Iterable[str]) -> StoredArticle | None:
        """The first of these articles that is stored."""
        return next((article for id_ in article_ids if (article := self.get(id_)) is not None), None)

    def in_batches(self, article_ids: Sequence[str]) -> Iterator[list[StoredArticle]]:
        """Yield articles in the order of their ids, in batches; missing ones are left out."""
        for batch in in_batches(self._articles, article_ids, StoredArticle.projection()):
            yield [StoredArticle.from_document(document) for document in batch]

    def headers(self, article_ids: Sequence[str]) -> dict[str, ArticleHeader]:
        """The headers of these articles by id, as far as they are stored."""
        return self._headers_by_id({"_id": {"$in": list(article_ids)}})

    def of_stories(self, story_ids: Sequence[str]) -> dict[str, ArticleHeader]:
        """The members of some stories by id."""
        return self._headers_by_id({"story_id": {"$in": list(story_ids)}})

    def of_site(self, site: str) -> Iterator[ArticleHeader]:
        """Yield the headers of a site's articles, in no order."""
        return self._headers({"site": site})

    def searchable_of_site(self, site: str) -> Iterator[SearchableArticle]:
        """Yield what a site's articles are searched by, in no order."""
        return self._searchable({"site": site})

    def searchable_of_stories(self, story_ids: Sequence[str]) -> list[SearchableArticle]:
        """What the members of some stories are searched by."""
        return list(self._searchable({"story_id": {"$in": list(story_ids)}}))

    def published_within(self, site: str, period: Period) -> list[ArticleHeader]:
        """The articles of a site that stand in a period, in no order."""
        return [header for header in self.of_site(site) if header.placed_at in period]

    def all_headers(self) -> Iterator[ArticleHeader]:
        """Yield the headers of all articles, in no order; see `LONGEST_SCAN`."""
        return self._headers({})

    def texts(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The texts of these articles by id, as far as they are stored."""
        batches = in_batches(self._articles, article_ids, {"text": 1})
        return {document["_id"]: document["text"] for batch in batches for document in batch}

    def all_ids(self) -> list[str]:
        """The ids of all articles."""
        with pymongo.timeout(LONGEST_SCAN):
            return [document["_id"] for document in self._articles.find({}, {"_id": 1})]

    def sites(self) -> list[str]:
        """The sites that have articles; the embedded server reads every article for that."""
        return sorted(self._articles.distinct("site"))

    def count(self) -> int:
        """About how many articles are stored."""
        return self._articles.estimated_document_count()

    def count_marks(self, site: str) -> Counter[str]:
        """How many articles of a site carry which mark (`ArticleMark`)."""
        documents = self._articles.find({"site": site}, {"marks": 1})
        return Counter(mark for document in documents for mark in set(document.get("marks") or ()))

    def revisions(self, article_id: str) -> list[Revision]:
        """The earlier wordings of an article, oldest first; index `article_revision`."""
        documents = self._db.revisions.find({"article_id": article_id})
        revisions = (
            Revision(
                revision=int(document["revision"]),
                title=document["title"],
                text=document["text"],
                seen_from=document["seen_from"],
                seen_until=document["seen_until"],
                text_sha256=document.get("text_sha256"),
                html_sha256=document.get("html_sha256"),
                capture=_capture(document),
            )
            for document in documents
        )
        return sorted(revisions, key=lambda revision: (revision.seen_from, revision.revision))

    def earlier_readings(self, article_id: str) -> list[EarlierReading]:
        """What was read in an article's page before it was read again, oldest first."""
        documents = self._db.readings.find({"article_id": article_id})
        readings = (
            EarlierReading(
                revision=int(document["revision"]),
                title=document["title"],
                text=document["text"],
                read_until=document["read_until"],
                text_sha256=document["text_sha256"],
                html_sha256=document.get("html_sha256"),
            )
            for document in documents
        )
        return sorted(readings, key=lambda reading: (reading.revision, reading.read_until))

    def _headers(self, query: Document) -> Iterator[ArticleHeader]:
        return map(ArticleHeader.from_document, self._articles.find(query, ArticleHeader.projection()))

    def _searchable(self, query: Document) -> Iterator[SearchableArticle]:
        documents = self._articles.find(query, SearchableArticle.projection())
        return map(SearchableArticle.from_document, documents)

    def _headers_by_id(self, query: Document) -> dict[str, ArticleHeader]:
        return {header.id: header for header in self._headers(query)}


def _capture(document: Document) -> CaptureReference | None:
    capture = document.get("capture")
    return CaptureReference.from_document(capture) if capture else None
