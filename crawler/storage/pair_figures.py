"""The figures beside `duplicate_of`: measured between the article and the one that it is called a copy of.

The index tells which story an article is in, and by an estimate how like it is to the article by which it
came there. That may be another than `duplicate_of`, which changes when an earlier article arrives. So
whenever stories were written, figures that are not of the pair, or of other wordings, are measured anew
from the texts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pymongo import UpdateOne
from pymongo.database import Database

from crawler.storage.articles import TIMES, published_by
from crawler.storage.schema import Document
from dedup import Thresholds
from dedup.comparison.pairs import pair_figures
from dedup.text.shingles import Content, contents

_FIELDS = {
    "story_id": 1,
    "duplicate_of": 1,
    "text_sha256": 1,
    "site": 1,
    "pair": 1,
    "similarity": 1,
    "duplicate_reason": 1,
    **TIMES,
}
_AT_ONCE = 64
"""Copies measured at once: their texts are held in memory."""


def measure_copies(db: Database[Document], story_ids: Iterable[str]) -> int:
    """Measure the copies of some stories where what stands beside them is not of the pair.

    Args:
        db: The database.
        story_ids: The stories.

    Returns:
        How many copies were measured.
    """
    members = {
        document["_id"]: document
        for document in db.articles.find({"story_id": {"$in": sorted(set(story_ids))}}, _FIELDS)
    }
    stale = [
        (copy, members[copy["duplicate_of"]])
        for copy in members.values()
        if copy.get("duplicate_of") in members and not _is_measured(copy, members[copy["duplicate_of"]])
    ]
    for first in range(0, len(stale), _AT_ONCE):
        _measure(db, stale[first : first + _AT_ONCE])
    return len(stale)


def _is_measured(copy: Document, original: Document) -> bool:
    pair = copy.get("pair") or {}
    return bool(
        pair.get("texts") == [copy["text_sha256"], original["text_sha256"]]
        and pair.get("similarity") == copy.get("similarity")
        and pair.get("reason") == copy.get("duplicate_reason")
    )


def _measure(db: Database[Document], pairs: Sequence[tuple[Document, Document]]) -> None:
    read = _contents(db, {document["_id"] for pair in pairs for document in pair})
    limits = Thresholds()
    updates = []
    for copy, original in pairs:
        if copy["_id"] not in read or original["_id"] not in read:
            continue  # taken out of the archive in the meantime
        found = pair_figures(
            read[copy["_id"]],
            read[original["_id"]],
            limits,
            same_source=copy["site"] == original["site"],
            hours_apart=_hours(published_by(copy), published_by(original)),
        )
        pair = {
            "texts": [copy["text_sha256"], original["text_sha256"]],
            "similarity": round(found.similarity, 4),
            "reason": str(found.reason),
            "rule": str(found.rule),
            "contained": round(found.contained, 4),
            "contains": round(found.contains, 4),
            "jaccard": round(found.jaccard, 4),
        }
        fields = {"pair": pair, "similarity": pair["similarity"], "duplicate_reason": pair["reason"]}
        # Only while it is still called a copy of that one: another crawl may have changed that.
        where = {"_id": copy["_id"], "duplicate_of": original["_id"], "text_sha256": copy["text_sha256"]}
        updates.append(UpdateOne(where, {"$set": fields}))
    if updates:
        db.articles.bulk_write(updates, ordered=False)


def _contents(db: Database[Document], ids: Iterable[str]) -> Mapping[str, Content]:
    documents = list(db.articles.find({"_id": {"$in": sorted(ids)}}, {"text": 1}))
    read = contents([document["text"] for document in documents])[1]
    return {document["_id"]: content for document, content in zip(documents, read, strict=True)}


def _hours(one: datetime | None, other: datetime | None) -> float | None:
    return abs((one - other).total_seconds()) / 3600 if one and other else None
