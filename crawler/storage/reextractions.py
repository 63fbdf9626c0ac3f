"""Readings: what Khabar had read in an article's page before it read the same page again, better.

A revision is the site's doing, a reading is ours: the page did not change. So an article that is read anew
keeps its revision, its times and its place, and what it said in the archive until then goes to `readings`.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from crawler.custody.entries import EventKind
from crawler.model.article import Article, DatePrecision
from crawler.storage.article_fields import reading_fields, story_fields
from crawler.storage.articles import ArticleStore
from crawler.storage.custody_records import pending_mark
from crawler.storage.schema import Document
from crawler.storage.stored_article import StoredArticle
from dedup import Decision, Prepared

_WORDING = frozenset({"title", "text", "text_sha256"})
"""Fields of an article that a reading keeps in any case."""


def differences(stored: StoredArticle, article: Article) -> list[str]:
    """The names of the fields that a new reading changes, in the order of the data model.

    Args:
        stored: The article as stored.
        article: What was read in the same page now.
    """
    # An empty list and a field that an earlier version did not know say the same.
    return [
        name
        for name, value in reading_fields(article).items()
        if (_as_stored(value) or None) != (getattr(stored, name) or None)
    ]


def keep_date(stored: StoredArticle, article: Article) -> Article:
    """A new reading of a stored article's page with the date that was read when the page was fetched first.

    A date such as «منذ 3 ساعات» counts from the fetch: read again in the same bytes, it would move on.

    Args:
        stored: The article as stored.
        article: What was read in the same page, fetched again.
    """
    if stored.published_at is None:
        return article
    precision = stored.published_precision
    return replace(
        article,
        published_at=stored.published_at,
        published_precision=DatePrecision(precision) if precision else None,
        date_source=stored.date_source,
        modified_at=stored.modified_at,
        date_flags=stored.date_flags,
    )


def correct(
    db: Database[Document],
    stored: StoredArticle,
    article: Article,
    prepared: Prepared | None,
    decision: Decision | None,
    *,
    at: datetime,
    capture: Document | None = None,
) -> None:
    """Write a new reading of an article's page; what the archive said before is kept first.

    Args:
        db: The database.
        stored: The article as stored.
        article: What was read in the same page now.
        prepared: Its new signature; None where its text is the same.
        decision: What dedup says of it; None where it was not asked, or has no room.
        at: The time of reading.
        capture: Fields of the fetch that it was read from, where that is another than the stored one's.
    """
    article_id, old = stored.id, stored.text_sha256
    replaced = {name: getattr(stored, name) for name in differences(stored, article) if name not in _WORDING}
    if old != article.text_sha256 or replaced:
        # Named for what it says: a write that is repeated finds it in place, and nothing is kept twice.
        key = f"{article_id}:{stored.revision}:{old[:16]}"
        if replaced:
            key = f"{key}:{hashlib.sha256(repr(sorted(replaced.items())).encode()).hexdigest()[:16]}"
        db.readings.update_one(
            {"_id": key},
            {
                "$setOnInsert": {
                    "article_id": article_id,
                    "site": stored.site,
                    "revision": stored.revision,
                    "title": stored.title,
                    "text": stored.text,
                    "published_at": stored.published_at,
                    "replaced": replaced,
                    "text_sha256": old,
                    "html_sha256": stored.html_sha256,
                    "capture": stored.capture and stored.capture.as_document(),
                    "read_until": at,
                }
            },
            upsert=True,
        )
    fields: dict[str, Any] = {**reading_fields(article), **(capture or {}), "reread_at": at}
    fields |= {"event_pending": True, **pending_mark(EventKind.CORRECTION, at)}
    if prepared is not None:
        fields |= {"signature": prepared.to_stored(), **story_fields(article_id, decision), "unsettled": True}
    db.articles.update_one({"_id": article_id, "text_sha256": old}, {"$set": fields})
    if decision is not None:
        ArticleStore(db).apply(decision.changes)


def _as_stored(value: Any) -> Any:
    """A value as it comes back from the store: times in UTC, in whole milliseconds."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return value
