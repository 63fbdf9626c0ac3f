"""The figures beside `duplicate_of`: measured between the article and the one that it is called a copy of.

The index tells which story an article is in, and by an estimate how like it is to the article by which it
came there. That may be another than `duplicate_of`, which changes when an earlier article arrives. So
whenever stories were written, figures that are not of the pair, or of other wordings, are measured anew
from the texts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.database import Database

from crawler.storage.schema import Document
from crawler.storage.stored_article import ArticleHeader, UnsealedArticleReader
from dedup import Thresholds
from dedup.comparison.pairs import pair_figures
from dedup.text.shingles import Content, contents

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
    query = {"story_id": {"$in": sorted(set(story_ids))}}
    documents = list(db.articles.find(query, {**ArticleHeader.projection(), "pair": 1}))
    measured = {document["_id"]: document.get("pair") or {} for document in documents}
    members = {document["_id"]: ArticleHeader.from_document(document) for document in documents}
    stale = [
        (copy, original)
        for copy in members.values()
        if (original := members.get(copy.duplicate_of or "")) is not None
        and not _is_measured(measured[copy.id], copy, original)
    ]
    for first in range(0, len(stale), _AT_ONCE):
        _measure(db, stale[first : first + _AT_ONCE])
    return len(stale)


def _is_measured(pair: Document, copy: ArticleHeader, original: ArticleHeader) -> bool:
    return [pair.get(name) for name in ("texts", "similarity", "reason", "repeats")] == [
        [copy.text_sha256, original.text_sha256],
        copy.similarity,
        copy.duplicate_reason,
        copy.repeats,
    ]


def _measure(db: Database[Document], pairs: Sequence[tuple[ArticleHeader, ArticleHeader]]) -> None:
    read = _contents(db, {article.id for pair in pairs for article in pair})
    updates = []
    for copy, original in pairs:
        if copy.id not in read or original.id not in read:
            continue  # taken out of the archive in the meantime
        pair = measured_pair(copy, original, read[copy.id], read[original.id])
        fields = {
            "pair": pair,
            "similarity": pair["similarity"],
            "duplicate_reason": pair["reason"],
            "repeats": pair["repeats"],
        }
        # Only while it is still called a copy of that one: another crawl may have changed that.
        where = {"_id": copy.id, "duplicate_of": original.id, "text_sha256": copy.text_sha256}
        updates.append(UpdateOne(where, {"$set": fields}))
    if updates:
        db.articles.bulk_write(updates, ordered=False)


def measured_pair(
    copy: ArticleHeader, original: ArticleHeader, copied: Content, content: Content
) -> dict[str, Any]:
    """What stands beside `duplicate_of`.

    Args:
        copy: The article that is called a copy.
        original: The one that it is called a copy of.
        copied: The words of the copy.
        content: Those of the original.
    """
    figures = pair_figures(
        copied,
        content,
        Thresholds(),
        same_source=copy.site == original.site,
        hours_apart=_hours(copy.latest_publication, original.latest_publication),
    )
    return {
        "texts": [copy.text_sha256, original.text_sha256],
        "similarity": round(figures.similarity, 4),
        "reason": str(figures.reason),
        "rule": str(figures.rule),
        "contained": round(figures.contained, 4),
        "contains": round(figures.contains, 4),
        "jaccard": round(figures.jaccard, 4),
        "passages": figures.passages,
        "repeats": figures.repeats,
    }


def _contents(db: Database[Document], ids: Iterable[str]) -> Mapping[str, Content]:
    texts = UnsealedArticleReader(db).texts(sorted(ids))
    return dict(zip(texts, contents(list(texts.values()))[1], strict=True))


def _hours(first: datetime | None, second: datetime | None) -> float | None:
    return abs((first - second).total_seconds()) / 3600 if first and second else None
