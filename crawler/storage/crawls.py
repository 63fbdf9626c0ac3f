"""The record of crawls, and what is remembered of a site and of its sources between two of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from pymongo.database import Database

from crawler.storage.schema import Document


class CrawlLog:
    """One crawl's document in `crawls`, open until `finish`."""

    def __init__(self, db: Database[Document], site: str, kind: str, token: int) -> None:
        self._id = ObjectId()
        now = datetime.now(UTC)
        # A crawl of this site that never finished was killed: we hold its lease now.
        finish_dead(db, site, "it was killed")
        db.crawls.insert_one(
            {
                "_id": self._id,
                "site": site,
                "kind": kind,
                "token": token,
                "started_at": now,
                "finished_at": None,
            }
        )

    def finish(self, db: Database[Document], report: Mapping[str, Any]) -> None:
        """Complete the document with the crawl's report."""
        db.crawls.update_one({"_id": self._id}, {"$set": {**report, "finished_at": datetime.now(UTC)}})


def finish_dead(db: Database[Document], site: str, reason: str) -> None:
    """Finish the records of a site's crawls that ended without doing so themselves."""
    ending = {"outcome": "died", "reason": reason, "verdict": "died", "verdict_reason": reason}
    db.crawls.update_many(
        {"site": site, "finished_at": None}, {"$set": {"finished_at": datetime.now(UTC), **ending}}
    )


def not_before(db: Database[Document], site: str) -> datetime | None:
    """The time before which the site asked not to be crawled, if that lies ahead."""
    document = db.sites.find_one({"_id": site}) or {}
    until: datetime | None = document.get("not_before")
    return until if until and until > datetime.now(UTC) else None


def hold_off(db: Database[Document], site: str, until: datetime) -> None:
    """Remember that the site asked not to be crawled before `until`."""
    db.sites.update_one({"_id": site}, {"$max": {"not_before": until}})
