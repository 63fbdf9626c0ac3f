"""Pairs of articles that a person marked as not the same story. MongoDB is the truth; the index follows."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pymongo import UpdateOne
from pymongo.database import Database

from crawler.storage.schema import Document


def splits_of(db: Database[Document]) -> list[tuple[str, str]]:
    """All marked pairs, by the articles' ids."""
    return [(document["articles"][0], document["articles"][1]) for document in db.splits.find({})]


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
