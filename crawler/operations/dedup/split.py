"""Correcting stories by hand: articles marked as not the same story, which every later run respects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.errors import UsageError
from crawler.operations.archive.show import find_article
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import open_index, tell_anew
from crawler.storage.splits import forget_splits, record_splits


@dataclass(frozen=True, slots=True)
class SplitResult:
    """What a split did.

    Attributes:
        article_id: The article that was told apart from others.
        changed: Pairs that were marked, or whose mark was taken back; 0 where that had been so already.
        stories: The story of each article concerned, by id, as it is now.
    """

    article_id: str
    changed: int
    stories: dict[str, str]


def split(
    stores: Stores, address: str, others: Sequence[str] = (), *, note: str | None = None, undo: bool = False
) -> SplitResult:
    """Mark an article as not the same story as others; what is stored is told apart anew at once.

    Args:
        stores: The open stores.
        address: Address or id of an article.
        others: Addresses or ids of those it is not the same story as; none means all others of its story.
        note: Why, for those who look at it later.
        undo: Take the marks back: without `others` all that the article has.

    Raises:
        UsageError: An article isn't known, or there is nothing to split.
    """
    article_id = _article_id(stores, address)
    if others:
        apart = [_article_id(stores, other) for other in others]
    elif undo:
        apart = [
            next(one for one in mark["articles"] if one != article_id)
            for mark in stores.db.splits.find({"articles": article_id})
        ]
    else:
        (story_id,) = _stories(stores, [article_id]).values()
        members = stores.db.articles.find({"story_id": story_id}, {"_id": 1})
        apart = sorted(member["_id"] for member in members if member["_id"] != article_id)
    if article_id in apart:
        raise UsageError(f"{address}: an article cannot be told apart from itself")
    if not apart:
        what = "has no mark to take back" if undo else "is the only article of its story"
        raise UsageError(f"{address}: {what}")
    pairs = [(article_id, other) for other in apart]
    # The truth first: whatever happens after this, the next run tells the articles apart.
    changed = forget_splits(stores.db, pairs) if undo else record_splits(stores.db, pairs, note)
    open_index(stores).mark_apart(pairs, undo=undo)
    concerned = list(dict.fromkeys(_stories(stores, [article_id, *apart]).values()))
    for group in [concerned] if undo else [[story] for story in concerned]:
        tell_anew(stores, group)
    return SplitResult(article_id, changed, _stories(stores, [article_id, *apart]))


def marks(stores: Stores) -> list[dict[str, Any]]:
    """All marks, the latest first: both articles with what they are, when they were marked, and why."""
    found = sorted(stores.db.splits.find({}), key=lambda mark: mark["marked_at"], reverse=True)
    ids = sorted({id_ for mark in found for id_ in mark["articles"]})
    known = {
        article["_id"]: {"id": article["_id"], "url": article["url"], "title": article["title"]}
        for article in stores.db.articles.find({"_id": {"$in": ids}}, {"url": 1, "title": 1})
    }

    def row(mark: dict[str, Any]) -> dict[str, Any]:
        at: datetime = mark["marked_at"]
        articles = [known.get(id_, {"id": id_, "url": None, "title": None}) for id_ in mark["articles"]]
        return {"articles": articles, "marked_at": at.isoformat(), "note": mark.get("note")}

    return [row(mark) for mark in found]


def _article_id(stores: Stores, address: str) -> str:
    found: str = find_article(stores, address)["id"]
    return found


def _stories(stores: Stores, ids: Sequence[str]) -> dict[str, str]:
    found = stores.db.articles.find({"_id": {"$in": list(ids)}}, {"story_id": 1})
    told = {article["_id"]: article["story_id"] for article in found}
    return {id_: told[id_] for id_ in ids}
