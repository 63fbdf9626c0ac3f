"""Pages of the frontier that came from an import: known by what was captured of them, never asked for by it.

An import says what an address once held, not what it holds today: it neither opens a page that a crawl has
settled nor settles one that waits to be fetched.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from crawler.model.article import Disposition
from crawler.model.crawl import SourceKind
from crawler.parsing.urls import former_page_ids, page_id
from crawler.storage.page import UNSETTLED, Page, PageResult, page_of
from crawler.storage.schema import DUPLICATE_KEY, Document


def begun_page(site: str, url: str) -> Page:
    """The page of an address as an import begins it."""
    return Page(f"{site}/{page_id(url)}", url, SourceKind.IMPORT)


class CapturedPages:
    """The pages of one site, for an import.

    Args:
        db: The database.
        site: The site's id.
    """

    def __init__(self, db: Database[Document], site: str) -> None:
        self._pages = db.pages
        self._site = site

    def stored(self, urls: Iterable[str]) -> dict[str, Page]:
        """The pages of addresses that are known, by address."""
        keys = {url: self._keys(url) for url in urls}
        page_ids = list({key for each in keys.values() for key in each})
        documents = {doc["_id"]: doc for doc in self._pages.find({"_id": {"$in": page_ids}})}
        stored = {url: next((key for key in each if key in documents), None) for url, each in keys.items()}
        return {url: page_of(documents[key]) for url, key in stored.items() if key is not None}

    def _keys(self, url: str) -> list[str]:
        """The keys of a page by the rules of today and by earlier ones."""
        return [f"{self._site}/{id_}" for id_ in (page_id(url), *former_page_ids(url))]

    def insert(self, results: Sequence[tuple[Page, PageResult, datetime]]) -> None:
        """Remember what captures of unknown pages brought, in one request, as `record` does one by one.

        Args:
            results: Page, how its capture ended, when it was captured; each page once.
        """
        documents = [
            {"_id": page.id, **self._begun_fields(page, result, at), **_change(result, at)}
            for page, result, at in results
        ]
        try:
            self._pages.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if any(failure["code"] != DUPLICATE_KEY for failure in failures):
                raise
            for failure in failures:
                self.record(*results[failure["index"]])

    def record(self, page: Page, result: PageResult, at: datetime) -> None:
        """Remember what a capture brought, unless a later look at the page is remembered.

        Args:
            page: The page.
            result: How its capture ended.
            at: When it was captured.
        """
        waits = result.disposition is Disposition.UNCONFIRMED
        if result.article_id is None and not waits:
            # It gave no article: a crawl that is led to it shall look for itself.
            return
        stored = self._pages.find_one({"_id": page.id})
        if stored is None:
            begun, change = self._begun_fields(page, result, at), _change(result, at)
            self._pages.update_one({"_id": page.id}, {"$setOnInsert": begun, "$set": change}, upsert=True)
        elif update := _update(stored, result, at):
            self._pages.update_one({"_id": page.id}, update)

    def record_all(self, results: Sequence[tuple[Page, PageResult, datetime]]) -> None:
        """`record` what captures of known pages brought, each of another page, in two requests."""
        ids = [page.id for page, _, _ in results]
        stored = {document["_id"]: document for document in self._pages.find({"_id": {"$in": ids}})}
        updates = [
            UpdateOne({"_id": page.id}, update)
            for page, result, at in results
            if page.id in stored and (update := _update(stored[page.id], result, at))
        ]
        if updates:
            self._pages.bulk_write(updates, ordered=False)

    def is_behind(self, page: Page, at: datetime) -> bool:
        """Whether what is remembered of a page is older than a time."""
        stored = self._pages.find_one({"_id": page.id}, {"last_fetched_at": 1}) or {}
        last: datetime | None = stored.get("last_fetched_at")
        return last is not None and last < at

    def _begun_fields(self, page: Page, result: PageResult, at: datetime) -> Document:
        """The fields of a page that is not known yet."""
        return {
            "site": self._site,
            "url": page.url,
            "state": "pending" if result.disposition is Disposition.UNCONFIRMED else "done",
            "discovered_by": SourceKind.IMPORT,
            "discovered_at": at,
            "depth": 0,
            "hints": {},
            "attempts": 0,
            "next_attempt_at": None,
        }


def _change(result: PageResult, at: datetime) -> Document:
    """What a capture changes in its page's document."""
    brought = {
        "article_id": result.article_id,
        "article_since": result.article_since,
        "text": result.text and result.text.as_document(),
        "waiting": result.waiting and result.waiting.as_document(),
        "read_at": at if result.whole else None,
    }
    return {
        **{name: value for name, value in brought.items() if value},
        "last_disposition": str(result.disposition),
        "last_error": result.reason,
        "last_fetched_at": at,
    }


def _update(stored: Document, result: PageResult, at: datetime) -> Document | None:
    """The update of a known page by a capture; None where a later one is remembered, or nothing changes."""
    last: datetime | None = stored.get("last_fetched_at")
    if last is not None and last > at:
        return None
    waits = result.disposition is Disposition.UNCONFIRMED
    if result.disposition in UNSETTLED and not waits:
        change: Document = {}
    else:
        change = _change(result, at)
        # A page that a crawl is to fetch stays what it is: only what imports began do they settle.
        if stored["discovered_by"] == SourceKind.IMPORT:
            change["state"] = "pending" if waits else "done"
    if not change:
        return None
    return {"$set": change} if waits else {"$set": change, "$unset": {"waiting": ""}}
