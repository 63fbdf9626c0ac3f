"""Pages of the frontier that came from an import: known by what was captured of them, never asked for by it.

An import says what an address once held, not what it holds today: it neither opens a page that a crawl has
settled nor settles one that waits to be fetched.
"""

from datetime import datetime

from pymongo.database import Database

from crawler.model.article import Disposition
from crawler.model.crawl import SourceKind
from crawler.parsing.urls import former_page_ids, page_id
from crawler.storage.page import UNSETTLED, Page, PageResult, page_of
from crawler.storage.schema import Document


class CapturedPages:
    """The pages of one site, for an import.

    Args:
        db: The database.
        site: The site's id.
    """

    def __init__(self, db: Database[Document], site: str) -> None:
        self._pages = db.pages
        self._site = site

    def get(self, url: str) -> Page:
        """The page of an address, as it is known or as an import begins it."""
        own = f"{self._site}/{page_id(url)}"
        former = [f"{self._site}/{former_id}" for former_id in former_page_ids(url)]
        documents = {doc["_id"]: doc for doc in self._pages.find({"_id": {"$in": [own, *former]}})}
        stored_key = next((key for key in (own, *former) if key in documents), None)
        return Page(own, url, SourceKind.IMPORT) if stored_key is None else page_of(documents[stored_key])

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
        last: datetime | None = None if stored is None else stored.get("last_fetched_at")
        if last is not None and last > at:
            return
        change: Document = {
            name: value
            for name, value in {
                "article_id": result.article_id,
                "article_since": result.article_since,
                "text": result.text and result.text.as_document(),
                "waiting": result.waiting and result.waiting.as_document(),
                "read_at": at if result.whole else None,
            }.items()
            if value
        }
        change |= {
            "last_disposition": str(result.disposition),
            "last_error": result.reason,
            "last_fetched_at": at,
        }
        if stored is None:
            self._insert(page, change, waits, at)
            return
        # A page that a crawl is to fetch stays what it is: only what imports began do they settle.
        if stored["discovered_by"] == SourceKind.IMPORT:
            change["state"] = "pending" if waits else "done"
        if result.disposition in UNSETTLED and not waits:
            change = {}
        unset = {} if waits or result.disposition in UNSETTLED else {"waiting": ""}
        if change:
            self._pages.update_one({"_id": page.id}, {"$set": change, **({"$unset": unset} if unset else {})})

    def _insert(self, page: Page, change: Document, waits: bool, at: datetime) -> None:
        begun: Document = {
            "site": self._site,
            "url": page.url,
            "state": "pending" if waits else "done",
            "discovered_by": SourceKind.IMPORT,
            "discovered_at": at,
            "depth": 0,
            "hints": {},
            "attempts": 0,
            "next_attempt_at": None,
        }
        self._pages.update_one({"_id": page.id}, {"$setOnInsert": begun, "$set": change}, upsert=True)
