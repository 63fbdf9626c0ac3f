"""What the custody log protects of an article and its earlier wordings, as hashes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pymongo.database import Database

from crawler.custody.canonical import sha256_of
from crawler.storage.schema import Document

ARTICLE_FIELDS = (
    *("_id", "site", "url", "canonical_url", "title", "text", "authors", "editors", "agency"),
    *("published_at", "published_precision", "date_source", "date_flags", "modified_at", "language"),
    *("section", "tags", "image", "summary", "marks", "first_seen_at", "revised_at", "reread_at"),
    *("revision", "text_sha256", "html_sha256", "capture", "tls", "incomplete"),
    *("removed_at", "removal_capture", "absences"),
)
"""Of `articles`: an event says how all of these stand. `checked_at` and `aliases`, which move on with each
look, are facts of their own (`crawler.storage.looks`). What dedup thinks can be derived
(`crawler.storage.opinions`)."""

WORDING_FIELDS = (
    *("_id", "article_id", "site", "revision", "title", "text", "published_at", "replaced"),
    *("seen_from", "seen_until", "read_until", "text_sha256", "html_sha256", "capture"),
)
"""Of `revisions` and `readings`: all that they have."""


def article_sha256(document: Mapping[str, Any]) -> str:
    """The hash of what is protected of an article, as it is stored."""
    return sha256_of({name: document.get(name) for name in ARTICLE_FIELDS})


def wording_sha256(document: Mapping[str, Any]) -> str:
    """The hash of a revision or a reading, as it is stored."""
    return sha256_of({name: document.get(name) for name in WORDING_FIELDS})


def wording_hashes(db: Database[Document], article_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """The hashes of the earlier wordings of articles, by article and `_id`."""
    wordings: dict[str, dict[str, str]] = {}
    if article_ids:
        for document in earlier_wordings(db, article_ids):
            wordings.setdefault(document["article_id"], {})[document["_id"]] = wording_sha256(document)
    return wordings


def earlier_wordings(db: Database[Document], article_ids: Sequence[str]) -> Iterator[Document]:
    """Yield the revisions and readings of articles; indexes `article_revision` and `article`."""
    query = {"article_id": {"$in": list(article_ids)}}
    yield from db.revisions.find(query)
    yield from db.readings.find(query)
