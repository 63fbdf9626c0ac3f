"""What is remembered of a site's sources of discovery between two crawls."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo import UpdateOne
from pymongo.database import Database

from crawler.storage.schema import Document


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """A source as it was last read.

    `walked` says that its last walk, over all further pages and sitemaps it leads to, came to its end.
    """

    etag: str | None = None
    last_modified: str | None = None
    walked: bool = False


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """A full answer of a source: its validators, and how many pages or sitemaps it named."""

    url: str
    etag: str | None
    last_modified: str | None
    found: int


def recall_source(db: Database[Document], site: str, url: str) -> SourceMemory:
    """Return what is remembered of a source."""
    document = db.sources.find_one({"_id": f"{site}/{url}"}) or {}
    return SourceMemory(document.get("etag"), document.get("last_modified"), document.get("walked", False))


def begin_walk(db: Database[Document], site: str, url: str) -> None:
    """Note that a walk goes beyond the source's first answer: until `finish_walk`, it is not complete."""
    db.sources.update_one(
        {"_id": f"{site}/{url}"}, {"$set": {"site": site, "url": url, "walked": False}}, upsert=True
    )


def finish_walk(db: Database[Document], site: str, url: str, answers: Iterable[SourceAnswer]) -> None:
    """Remember a walk that came to its end: all that its answers named is in the frontier."""
    now = datetime.now(UTC)
    updates = [
        UpdateOne(
            {"_id": f"{site}/{answer.url}"},
            {
                "$set": {
                    "site": site,
                    "url": answer.url,
                    "etag": answer.etag,
                    "last_modified": answer.last_modified,
                    "found": answer.found,
                    "read_at": now,
                }
            },
            upsert=True,
        )
        for answer in answers
    ]
    done = UpdateOne(
        {"_id": f"{site}/{url}"}, {"$set": {"site": site, "url": url, "walked": True}}, upsert=True
    )
    # In this order: a crash in between leaves a walk that is done again.
    db.sources.bulk_write([*updates, done], ordered=True)
