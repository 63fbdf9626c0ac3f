"""The frontier: every URL we know of, and what is still to do about it.

A page is `pending` from the moment it is discovered until it has ended in a disposition that settles it,
and is in MongoDB before anyone fetches it: a crawl that is killed goes on from here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice

from pymongo.database import Database
from pymongo.errors import BulkWriteError

from crawler.model.article import Discovered, Disposition
from crawler.model.crawl import SourceKind
from crawler.model.period import Period
from crawler.parsing.urls import former_page_ids, page_id
from crawler.storage.clock import CLOCK_SLACK, waits_until
from crawler.storage.lastmod import Lastmods, record_change
from crawler.storage.lease import taken_over
from crawler.storage.page import (
    FIRST_RETRY,
    LONGEST_RETRY,
    UNSETTLED,
    Page,
    PageResult,
    page_of,
    settled_fields,
)
from crawler.storage.recheck import AGES
from crawler.storage.schema import DUPLICATE_KEY, Document

__all__ = [
    "FIRST_RETRY",
    "LONGEST_RETRY",
    "UNSETTLED",
    "Discovery",
    "Frontier",
    "Page",
    "PageResult",
]

BATCH = 500
"""Keys in one `$in`: large enough to save round trips, small enough for a quick answer."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Bounds a range from below, which keeps pages that have no such time out of it."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What came of a source's answer: pages to fetch, and how many of them were never seen before."""

    pages: list[Page]
    new: int


class Frontier:
    """The pages of one site.

    Args:
        db: The database.
        site: The site's id.
        token: The fencing token of the lease under which it is used; None: pages are opened, not settled.
    """

    def __init__(self, db: Database[Document], site: str, token: int | None = None) -> None:
        self._db = db
        self._pages = db.pages
        self._site = site
        self._token = token

    def fence(self) -> None:
        """Mark the pages that wait with this lease's token: no earlier holder can settle one any more."""
        waiting = self._pages.find({"site": self._site, "state": "pending"}, {"_id": 1})
        # In batches: one update over a large backfill takes longer than a request to the store may.
        for keys in _batches([document["_id"] for document in waiting]):
            self._pages.update_many({"_id": {"$in": keys}}, {"$set": {"token": self._token}})

    def key(self, url: str) -> str:
        """The page's `_id`: the site and the identity of the URL."""
        return f"{self._site}/{page_id(url)}"

    def discover(self, discovered: Iterable[Discovered], depth: int = 0) -> Discovery:
        """Record what a source named; return which pages of it are to be fetched.

        These are pages never seen before, known ones that the source says were modified after we fetched
        them, and known ones that wait. Among the last are those that this very call recorded when its answer
        from a store that went away was lost, and it was repeated.
        """
        by_key = {self.key(item.url): item for item in discovered}
        to_fetch: list[Page] = []
        new = 0
        now = datetime.now(UTC)
        lastmods = Lastmods(self._db, self._site)
        for keys in _batches(by_key):
            documents = {doc["_id"]: doc for doc in self._pages.find({"_id": {"$in": keys}})}
            documents |= self._by_former_keys({key: by_key[key] for key in keys if key not in documents})
            fresh = [self._new_document(key, by_key[key], depth) for key in keys if key not in documents]
            inserted = [page_of(document) for document in self._insert(fresh)]
            new += len(inserted)
            to_fetch += inserted
            for key, document in documents.items():
                hints = by_key[key].hints
                if document["state"] == "done" and lastmods.is_changed(document, by_key[key], now):
                    change = {
                        "state": "pending",
                        "next_attempt_at": None,
                        "hints": asdict(hints),
                        "reopened_for": by_key[key].source_url,
                    }
                    self._pages.update_one({"_id": document["_id"]}, {"$set": change})
                    to_fetch.append(page_of(document | change))
                elif document["state"] == "pending" and _is_due(document, now):
                    number = (document.get("hints") or {}).get("post_id")
                    if hints.post_id is not None and number is None:
                        # Known as a page so far; from now on it can be asked for with a hundred others.
                        self._pages.update_one(
                            {"_id": document["_id"]}, {"$set": {"hints.post_id": hints.post_id}}
                        )
                        document = document | {"hints": {**document["hints"], "post_id": hints.post_id}}
                    to_fetch.append(page_of(document))
        lastmods.save()
        return Discovery(to_fetch, new)

    def _by_former_keys(self, items: Mapping[str, Discovered]) -> dict[str, Document]:
        """The documents of pages that were stored under the keys of earlier rules, by their keys of today."""
        former = {
            f"{self._site}/{page}": key for key, item in items.items() for page in former_page_ids(item.url)
        }
        if not former:
            return {}
        documents = self._pages.find({"_id": {"$in": list(former)}})
        return {former[document["_id"]]: document for document in documents}

    def _new_document(self, key: str, item: Discovered, depth: int) -> Document:
        return {
            "_id": key,
            "site": self._site,
            "url": item.url,
            "state": "pending",
            "discovered_by": item.source,
            "discovered_at": datetime.now(UTC),
            "depth": depth,
            "hints": {name: value for name, value in asdict(item.hints).items() if value},
            "attempts": 0,
            "next_attempt_at": None,
            "last_disposition": None,
            **({"token": self._token} if self._token is not None else {}),
        }

    def _insert(self, documents: Sequence[Document]) -> Sequence[Document]:
        if not documents:
            return documents
        try:
            self._pages.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            # A document that another writer put there first is known now: its page is theirs.
            failures = error.details["writeErrors"]
            if any(failure["code"] != DUPLICATE_KEY for failure in failures):
                raise
            lost = {failure["index"] for failure in failures}
            return [document for index, document in enumerate(documents) if index not in lost]
        return documents

    def pending(self, now: datetime) -> list[Page]:
        """Pages that are due: never fetched, opened again, or to be retried by `now`."""
        return [
            page_of(document)
            for document in self._pages.find({"site": self._site, "state": "pending"})
            if _is_due(document, now)
        ]

    def young(self, now: datetime) -> list[Page]:
        """Pages of young articles whose time to be looked at again has come; settling them sets the next."""
        wrong = now + AGES[-1] + CLOCK_SLACK
        ranges = ({"$gt": EPOCH, "$lte": now}, {"$gt": wrong})
        # Two queries: the embedded server answers a range at once, and an alternative of two slowly.
        due = [
            page for times in ranges for page in self._pages.find({"site": self._site, "recheck_at": times})
        ]
        return [page_of(document) for document in due if document["state"] == "done"]

    def name_pages(self, urls: Iterable[str]) -> list[Page]:
        """Return these pages whatever their state, putting those into the frontier that are not there."""
        pages = [Discovered(url, SourceKind.COMMAND) for url in urls]
        self.discover(pages)
        keys = [key for item in pages for key in self._keys(item.url)]
        return [page_of(document) for document in self._pages.find({"_id": {"$in": keys}})]

    def stored_url(self, url: str) -> str | None:
        """The address under which a page is known; None where it is not known."""
        page = self._pages.find_one({"_id": {"$in": self._keys(url)}}, {"url": 1})
        return None if page is None else str(page["url"])

    def _keys(self, url: str) -> list[str]:
        """The keys of a page by the rules of today and by earlier ones."""
        return [self.key(url), *(f"{self._site}/{page}" for page in former_page_ids(url))]

    def reopen(self, article_ids: Iterable[str]) -> int:
        """Make the pages of these articles pending again; returns how many there are."""
        count = 0
        for ids in _batches(article_ids):
            own: dict[str, str] = {}
            for document in self._pages.find({"article_id": {"$in": ids}}, {"article_id": 1, "site": 1}):
                article_id, key = document["article_id"], document["_id"]
                # Of several addresses that lead to an article, the one it calls its own speaks for it.
                if document["site"] == self._site and (article_id not in own or key.endswith(article_id)):
                    own[article_id] = key
            changed = self._pages.update_many(
                {"_id": {"$in": list(own.values())}}, {"$set": {"state": "pending", "next_attempt_at": None}}
            )
            count += changed.matched_count
        return count

    def reopen_missed(self, period: Period) -> int:
        """Make the pages pending that never gave an article, though a source named them; returns how many.

        Args:
            period: Only pages that their source says were published in it or, where it does not say, that
                were discovered in it.
        """
        settled = self._pages.find(
            {"site": self._site, "state": "done"},
            {"article_id": 1, "misses": 1, "hints": 1, "discovered_at": 1, "discovered_by": 1},
        )
        missed = [
            document["_id"]
            for document in settled
            if document.get("article_id") is None
            and document.get("misses")
            and document["discovered_by"] != SourceKind.LINK
            and ((document.get("hints") or {}).get("published_at") or document["discovered_at"]) in period
        ]
        for keys in _batches(missed):
            self._pages.update_many(
                {"_id": {"$in": keys}}, {"$set": {"state": "pending", "next_attempt_at": None}}
            )
        return len(missed)

    def reopen_page(self, url: str) -> None:
        """Make the page of an address pending again, if it is known."""
        self._pages.update_many(
            {"_id": {"$in": self._keys(url)}}, {"$set": {"state": "pending", "next_attempt_at": None}}
        )

    def settle(self, page: Page, result: PageResult) -> None:
        """Record how a fetch ended, and when the page is to be tried again if it is not settled.

        Raises:
            LeaseLostError: A later holder of the lease has marked the page as its own.
        """
        now = datetime.now(UTC)
        change, unset = settled_fields(page, result, now)
        if page.reopened_for is not None:
            change |= self._judge_lastmod(page, result.disposition)
        guard: Document = {"_id": page.id}
        if self._token is not None:
            change["token"] = self._token
            guard["token"] = {"$not": {"$gt": self._token}}  # matches pages without a token too
        settled = self._pages.update_one(guard, {"$set": change, **({"$unset": unset} if unset else {})})
        if self._token is not None and not settled.matched_count:
            raise taken_over(self._site, page.url)

    def _judge_lastmod(self, page: Page, disposition: Disposition) -> Document:
        """Count whether a page had changed as a source said; what is noted of the page itself."""
        if disposition is Disposition.REVISED:
            record_change(self._db, self._site, page.reopened_for or "")
            return {"reopened_for": None, "vain_looks": 0}
        if disposition is Disposition.UNCHANGED:
            return {"reopened_for": None, "vain_looks": page.vain_looks + 1}
        return {} if disposition in UNSETTLED else {"reopened_for": None}


def _is_due(document: Document, now: datetime) -> bool:
    return waits_until(document.get("next_attempt_at"), now, LONGEST_RETRY) is None


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(keys)
    while batch := list(islice(iterator, BATCH)):
        yield batch
