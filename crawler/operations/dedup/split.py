"""Correcting stories by hand: articles marked as not the same story, which every later run respects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crawler.custody.entries import EventKind, new_event
from crawler.errors import UsageError
from crawler.operations.archive.show import find_stored
from crawler.storage.connect import Stores
from crawler.storage.custody_records import Custodian
from crawler.storage.dedup_index import open_index, recluster
from crawler.storage.events import assign_events, look_again
from crawler.storage.splits import forget_splits, record_splits, split_marks
from crawler.storage.stored_article import ArticleReader, UnsealedArticleReader


@dataclass(frozen=True, slots=True)
class SplitResult:
    """What a split did.

    Attributes:
        article_id: The article that was split from others.
        changed: Pairs that were marked, or whose mark was taken back; 0 where that had been so already.
        stories: The story of each article concerned, by id, as it is now.
    """

    article_id: str
    changed: int
    stories: dict[str, str]


def split(
    stores: Stores,
    address: str,
    apart_from: Sequence[str] = (),
    *,
    note: str | None = None,
    undo: bool = False,
) -> SplitResult:
    """Mark an article as not the same story as others; what is stored is clustered again at once.

    Args:
        stores: The open stores.
        address: Address or id of an article.
        apart_from: Addresses or ids of those it is not the same story as; none means all others of its story.
        note: Why, for those who look at it later.
        undo: Take the marks back: without `apart_from` all that the article has.

    Raises:
        UsageError: An article isn't known, or there is nothing to split.
    """
    article_id = _article_id(stores, address)
    if apart_from:
        apart = [_article_id(stores, other) for other in apart_from]
    elif undo:
        apart = [mark.other(article_id) for mark in split_marks(stores.db, article_id)]
    else:
        members = UnsealedArticleReader(stores.db).of_stories([_stories(stores, [article_id])[article_id]])
        apart = sorted(members.keys() - {article_id})
    if article_id in apart:
        raise UsageError(f"{address}: an article cannot be told apart from itself")
    if not apart:
        what = "has no mark to take back" if undo else "is the only article of its story"
        raise UsageError(f"{address}: {what}")
    pairs = [(article_id, other) for other in apart]
    # The truth first: whatever happens after this, the next run keeps the articles apart.
    changed = forget_splits(stores.db, pairs) if undo else record_splits(stores.db, pairs, note)
    if changed:
        _log(stores, pairs, note, undo=undo)
    open_index(stores).mark_apart(pairs, undo=undo)
    concerned = list(dict.fromkeys(_stories(stores, [article_id, *apart]).values()))
    for group in [concerned] if undo else [[story] for story in concerned]:
        recluster(stores, group)
    # Stories that are apart already may still be one event.
    look_again(stores.db, [article_id, *apart])
    assign_events(stores)
    return SplitResult(article_id, changed, _stories(stores, [article_id, *apart]))


def marks(stores: Stores) -> list[dict[str, Any]]:
    """All marks, the latest first: both articles with what they are, when they were marked, and why."""
    all_marks = split_marks(stores.db)
    headers = ArticleReader(stores.db).headers(sorted({id_ for mark in all_marks for id_ in mark.articles}))

    def article(id_: str) -> dict[str, str | None]:
        if id_ not in headers:
            return {"id": id_, "url": None, "title": None}
        return {"id": id_, "url": headers[id_].url, "title": headers[id_].title}

    return [
        {
            "articles": [article(id_) for id_ in mark.articles],
            "marked_at": mark.marked_at.isoformat(),
            "note": mark.note,
        }
        for mark in all_marks
    ]


def _log(stores: Stores, pairs: Sequence[tuple[str, str]], note: str | None, *, undo: bool) -> None:
    """Enter into the custody log what a person has decided."""
    kind, now = EventKind.UNSPLIT if undo else EventKind.SPLIT, datetime.now(UTC)
    custodian = Custodian()
    events = [new_event(kind, now, "", ":".join(sorted(pair)), note=note) for pair in pairs]
    custodian.log_events(stores.db, events)
    custodian.close(stores.db)


def _article_id(stores: Stores, address: str) -> str:
    return find_stored(stores, address).id


def _stories(stores: Stores, ids: Sequence[str]) -> dict[str, str]:
    headers = UnsealedArticleReader(stores.db).headers(ids)
    return {id_: headers[id_].story_id for id_ in ids}
