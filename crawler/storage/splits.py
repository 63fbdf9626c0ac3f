"""Pairs of articles that a person marked as not the same story. MongoDB is the truth; the index follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo import UpdateOne
from pymongo.database import Database

from crawler.storage.batches import in_batches
from crawler.storage.schema import Document


def splits_of(db: Database[Document]) -> list[tuple[str, str]]:
    """All marked pairs, by the articles' ids."""
    return [mark.articles for mark in split_marks(db)]


@dataclass(frozen=True, slots=True)
class SplitMark:
    """A pair that a person marked: the ids of both articles, when, and why."""

    articles: tuple[str, str]
    marked_at: datetime
    note: str | None = None

    def other(self, article_id: str) -> str:
        """The article that one of the pair was told apart from."""
        first, second = self.articles
        return second if first == article_id else first


def split_marks(db: Database[Document], article_id: str | None = None) -> list[SplitMark]:
    """The marks of an article, or all of them; the latest first."""
    marks = [
        SplitMark(tuple(document["articles"]), document["marked_at"], document.get("note"))
        for document in db.splits.find({"articles": article_id} if article_id else {})
    ]
    return sorted(marks, key=lambda mark: mark.marked_at, reverse=True)


@dataclass(frozen=True, slots=True)
class StoriesApart:
    """Two stories that hold articles which a person told apart.

    Attributes:
        articles: Both articles.
        originals: The originals of the stories that they are in now.
    """

    articles: tuple[str, str]
    originals: tuple[str, str]


def stories_apart(db: Database[Document]) -> list[StoriesApart]:
    """The stories of all marked pairs; without those of which an article has left the archive."""
    pairs = splits_of(db)
    ids = sorted({id_ for pair in pairs for id_ in pair})
    originals = {
        article["_id"]: article.get("duplicate_of") or article["_id"]
        for batch in in_batches(db.articles, ids, {"duplicate_of": 1})
        for article in batch
    }
    return [
        StoriesApart((first, second), (originals[first], originals[second]))
        for first, second in pairs
        if first in originals and second in originals
    ]


def record_splits(db: Database[Document], pairs: Iterable[tuple[str, str]], note: str | None = None) -> int:
    """Keep pairs; return how many of them are news. Repeating it changes nothing."""
    updates = [
        UpdateOne(
            {"_id": ":".join(sorted(pair))},
            {"$setOnInsert": {"articles": sorted(pair), "marked_at": datetime.now(UTC), "note": note}},
            upsert=True,
        )
        for pair in pairs
    ]
    return db.splits.bulk_write(updates, ordered=False).upserted_count if updates else 0


def forget_splits(db: Database[Document], pairs: Iterable[tuple[str, str]]) -> int:
    """Take marks back; return how many there were."""
    keys = [":".join(sorted(pair)) for pair in pairs]
    return db.splits.delete_many({"_id": {"$in": keys}}).deleted_count
