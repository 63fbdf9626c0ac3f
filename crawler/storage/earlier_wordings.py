"""What an article said before it was last looked at, learned later: from captures that others kept.

A wording that is added so is a document of `revisions` with the number 0. It is named for its time and its
text: adding it again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pymongo.database import Database

from crawler.custody.entries import EventKind
from crawler.model.article import Article
from crawler.storage.custody_records import pending_mark
from crawler.storage.schema import Document
from crawler.storage.warc.references import CaptureReference

ADDED = 0
"""The number of each wording that was added later; those that crawls saw count from 1."""


class Sight(StrEnum):
    """What an earlier capture of a stored article brings; each value is a phrase for people."""

    COVERED = "it said so at that time by what is stored"
    EARLIER = "the same wording, seen earlier than so far"
    WORDING = "an earlier wording"


@dataclass(frozen=True, slots=True)
class Look:
    """A capture of an article's page: when, the SHA-256 of its bytes, and where it lies."""

    at: datetime
    html_sha256: str | None
    capture: CaptureReference | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """From when to when an article had a wording; `revision_key` is None for the one it has now."""

    start: datetime
    end: datetime
    text_sha256: str
    html_sha256: str | None
    revision_key: str | None

    def is_of(self, article: Article, html_sha256: str | None) -> bool:
        """Whether it is this text, or was read in these bytes, perhaps by other rules than today's."""
        same_bytes = html_sha256 is not None and html_sha256 == self.html_sha256
        return same_bytes or self.text_sha256 == article.text_sha256


def looked_at(db: Database[Document], article_id: str) -> datetime | None:
    """When a stored article was looked at last; None for one that is not stored."""
    document = db.articles.find_one({"_id": article_id}, {"checked_at": 1})
    return None if document is None else document.get("checked_at")


def add_sight(db: Database[Document], article_id: str, article: Article, look: Look) -> Sight:
    """Enter an earlier capture of a stored article.

    Args:
        db: The database.
        article_id: The article.
        article: What its page said.
        look: The capture; before the article was last looked at.
    """
    at = look.at
    stored = db.articles.find_one({"_id": article_id}) or {}
    spans = _spans(db, stored)
    if any(span.start <= at <= span.end and span.is_of(article, look.html_sha256) for span in spans):
        return Sight.COVERED
    first_seen: datetime = stored["first_seen_at"]
    # First: should this end in the middle, the custody log is told of the article all the same.
    db.articles.update_one({"_id": article_id}, {"$set": pending_mark(EventKind.EARLIER_WORDING, at)})
    if at >= first_seen:
        _add(db, stored, article, look, (at, at))
        return Sight.WORDING
    first = min(spans, key=lambda span: span.start)
    if first.is_of(article, look.html_sha256):
        if first.revision_key is not None:
            db.revisions.update_one({"_id": first.revision_key}, {"$set": {"seen_from": at}})
        sight = Sight.EARLIER
    else:
        if first.revision_key is None and stored.get("revised_at") is None:
            # From here on it has had the wording that it has now.
            db.articles.update_one({"_id": article_id}, {"$set": {"revised_at": first_seen}})
        _add(db, stored, article, look, (at, first_seen))
        sight = Sight.WORDING
    db.articles.update_one({"_id": article_id}, {"$set": {"first_seen_at": at}})
    return sight


def _spans(db: Database[Document], stored: Document) -> list[_Span]:
    spans = [
        _Span(
            document["seen_from"],
            document["seen_until"],
            document["text_sha256"],
            document.get("html_sha256"),
            document["_id"],
        )
        for document in db.revisions.find({"article_id": stored["_id"]})
    ]
    start = stored.get("revised_at") or stored["first_seen_at"]
    html_sha256 = stored.get("html_sha256")
    return [*spans, _Span(start, stored["checked_at"], stored["text_sha256"], html_sha256, None)]


def _add(
    db: Database[Document],
    stored: Document,
    article: Article,
    look: Look,
    seen: tuple[datetime, datetime],
) -> None:
    key = f"{stored['_id']}:{seen[0]:%Y%m%dT%H%M%S}:{article.text_sha256[:16]}"
    db.revisions.update_one(
        {"_id": key},
        {
            "$setOnInsert": {
                "article_id": stored["_id"],
                "site": stored["site"],
                "revision": ADDED,
                "title": article.title,
                "text": article.text,
                "seen_from": seen[0],
                "seen_until": seen[1],
                "text_sha256": article.text_sha256,
                "html_sha256": look.html_sha256,
                "capture": look.capture and look.capture.as_document(),
            }
        },
        upsert=True,
    )
