"""Withdrawing an article: what turned out to be a server's own page leaves the archive, kept on record.

A site's first pages may come before anybody can know that all of its addresses say the same. The article that
was made of such a page moves to the collection `withdrawn`; its page waits to be read again.
"""

import logging
from datetime import datetime, timedelta

from pymongo.database import Database

from crawler.custody.entries import EventKind
from crawler.model.article import Disposition
from crawler.storage.articles import ArticleStore
from crawler.storage.change_marks import mark_changed
from crawler.storage.connect import Stores
from crawler.storage.custody_records import pending_mark
from crawler.storage.dedup_index import open_index
from crawler.storage.events import leave_event
from crawler.storage.page_texts import CONFIRMED_AFTER, Waiting
from crawler.storage.pair_figures import measure_copies
from crawler.storage.schema import Document
from dedup import IndexFullError

ROUNDING = timedelta(seconds=1)
"""The store cuts times to milliseconds."""

logger = logging.getLogger(__name__)


def withdraw(stores: Stores, page_id: str, article_id: str | None, waiting: Waiting, at: datetime) -> bool:
    """Take an article that was never confirmed out of the archive; its page is asked for again.

    Every step may be repeated, so one that a crash cut off is completed by the next page that says the same.

    Args:
        stores: The open stores.
        page_id: The frontier's id of its page.
        article_id: The article; None where there is none.
        waiting: Why, and what the page says.
        at: The time of the withdrawal.

    Returns:
        Whether an article was withdrawn.
    """
    article = stores.db.articles.find_one({"_id": article_id}) if article_id else None
    if article is not None and not _came_with(article, waiting):
        return False
    if article is not None:
        key = f"{article['_id']}:{article['text_sha256'][:16]}"
        record = {**article, "article_id": article["_id"], "withdrawn_at": at, "reason": waiting.reason.value}
        record |= pending_mark(EventKind.WITHDRAWAL, at)
        record.pop("unsettled", None)  # nothing is left to settle
        stores.db.withdrawn.replace_one({"_id": key}, {**record, "_id": key}, upsert=True)
        _leave_story(stores, article["_id"])
        stores.db.articles.delete_one({"_id": article["_id"]})
        leave_event(stores.db, article["_id"], article.get("event_id"))
        mark_changed(stores.db, [article["site"]])
    wait_for_confirmation(stores.db, page_id, waiting)
    # The next look has to bring the page, not "not modified".
    forgotten = dict.fromkeys(("article_id", "article_since", "recheck_at", "etag", "last_modified"))
    stores.db.pages.update_one({"_id": page_id}, {"$set": forgotten})
    return article is not None


def undo_removal(
    stores: Stores, page_id: str, article_id: str | None, waiting: Waiting, at: datetime
) -> bool:
    """Take back that an article was marked as taken down; its page is asked for again.

    Args:
        stores: The open stores.
        page_id: The frontier's id of its page.
        article_id: The article; None where there is none.
        waiting: Why, and where the page leads.
        at: When the article was marked.

    Returns:
        Whether a mark was taken back.
    """
    if article_id is None or not ArticleStore(stores.db).unmark_removed(article_id, at):
        return False
    wait_for_confirmation(stores.db, page_id, waiting)
    return True


def _came_with(article: Document, waiting: Waiting) -> bool:
    """Whether all that is stored of an article is what waits now: it was not in the archive before."""
    since: datetime = article["first_seen_at"]
    return article["revision"] == 1 and since >= waiting.since - ROUNDING


def wait_for_confirmation(db: Database[Document], page_id: str, waiting: Waiting) -> None:
    """Let a page that had been settled be asked for again, as soon as a second look counts."""
    fields = {
        "state": "pending",
        "next_attempt_at": waiting.since + CONFIRMED_AFTER,
        "last_disposition": str(Disposition.UNCONFIRMED),
        "last_error": waiting.reason.value,
        "waiting": waiting.as_document(),
    }
    db.pages.update_one({"_id": page_id}, {"$set": fields})


def _leave_story(stores: Stores, article_id: str) -> None:
    """Let nothing be a copy of the article any more: it leaves the index."""
    try:
        (changes,) = open_index(stores).remove([article_id])
    except IndexFullError as error:
        logger.error("%s: the index still knows its text: %s", article_id, error)
        return
    ArticleStore(stores.db).apply(changes or ())
    measure_copies(stores.db, {change.story_id for change in changes or ()})
