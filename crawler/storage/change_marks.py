"""What was changed without a crawl, so that the search index, a copy of the archive, is compared again.

A mark is a document of `meta` that is replaced with each change; a reader remembers those that it has seen.
"""

from collections.abc import Iterable

from bson import ObjectId
from pymongo.database import Database

from crawler.storage.schema import Document

ALL = "*"
"""Stands for every site. No seed can have this name."""
_PREFIX = "changed:"


def mark_changed(db: Database[Document], sites: Iterable[str] | None = None) -> None:
    """Note that articles of these sites were changed; None for those of any site."""
    for site in {ALL} if sites is None else set(sites):
        db.meta.replace_one({"_id": _PREFIX + site}, {"changed": site, "mark": ObjectId()}, upsert=True)


def mark_replaced(db: Database[Document]) -> None:
    """Note that the whole archive is another one: what was copied of it has to be copied again."""
    db.meta.replace_one({"_id": "replaced"}, {"mark": ObjectId()}, upsert=True)


def changed_marks(db: Database[Document]) -> dict[str, str]:
    """The latest mark of each site that was changed, `ALL` among them."""
    # `meta` has a handful of documents, and those of sites that were changed.
    return {
        document["changed"]: str(document["mark"]) for document in db.meta.find({}) if "changed" in document
    }


def replaced_mark(db: Database[Document]) -> str:
    """The mark of the archive as a whole; empty if it was never replaced."""
    document = db.meta.find_one({"_id": "replaced"})
    return str(document["mark"]) if document else ""
