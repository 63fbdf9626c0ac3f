"""Seals on articles: a document of `seals` an article, with all that was ever done to its seal.

A seal is bound to the article's id, not to what is stored of it: a new revision, a reading made again, or a
crawl that stores the article anew changes nothing about it. It is lifted, never deleted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Protocol

from bson import ObjectId
from pymongo import ReplaceOne
from pymongo.database import Database

from crawler.model.seal import Seal, SealedField
from crawler.storage.change_marks import mark_changed
from crawler.storage.schema import Document


class SealSource(Protocol):
    """Tells the seals that hold for articles."""

    def of(self, article_ids: Sequence[str]) -> dict[str, Seal]:
        """The seals of these articles by id, as far as they have one."""
        ...

    def of_site(self, site: str | None) -> dict[str, Seal]:
        """The seals of a site's articles by id; None for those of all sites."""
        ...


class NoSeals:
    """For those who work on what is stored, and serve nothing of it."""

    def of(self, article_ids: Sequence[str]) -> dict[str, Seal]:  # noqa: ARG002  # the protocol's
        """No seals."""
        return {}

    def of_site(self, site: str | None) -> dict[str, Seal]:  # noqa: ARG002
        """No seals."""
        return {}


class Seals:
    """Reads and writes seals; what is read is of the moment of the call.

    Args:
        db: The database.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def of(self, article_ids: Sequence[str]) -> dict[str, Seal]:
        """The seals of these articles by id, as far as they have one."""
        if not article_ids:
            return {}
        return self._seals({"_id": {"$in": list(article_ids)}})

    def of_site(self, site: str | None) -> dict[str, Seal]:
        """The seals of a site's articles by id; None for those of all sites."""
        return self._seals({"active": True} if site is None else {"site": site})

    def _seals(self, query: Document) -> dict[str, Seal]:
        seals = {
            document["_id"]: _seal(document) for document in self._db.seals.find(query) if document["active"]
        }
        redacted = [id_ for id_, seal in seals.items() if SealedField.NAMES in seal.fields]
        if redacted:
            # A crawl may have found further authors since the article was sealed.
            credited = {"authors": 1, "editors": 1}
            for article in self._db.articles.find({"_id": {"$in": redacted}}, credited):
                seals[article["_id"]] = _with_names(seals[article["_id"]], credits_of(article))
        return seals

    def put(self, article: Document, seal: Seal) -> bool:
        """Seal an article; what its seal withheld before is replaced. Returns whether that is news.

        Args:
            article: Its stored document.
            seal: The seal.
        """
        document = self._db.seals.find_one({"_id": seal.article_id}) or {"history": []}
        current = _seal(document) if document.get("active") else None
        if current is not None and _covers(current, seal):
            return False
        event = {
            "action": "seal",
            "at": seal.sealed_at,
            "reason": seal.reason,
            "fields": sorted(map(str, seal.fields)),
            "hashes": self._hashes(article),
        }
        self._write(
            {
                "_id": seal.article_id,
                "site": article["site"],
                "active": True,
                "fields": event["fields"],
                "names": list(seal.names),
                "reason": seal.reason,
                "sealed_at": seal.sealed_at,
                "history": [*document["history"], event],
            }
        )
        return True

    def lift(self, article_id: str, reason: str | None, at: datetime) -> bool:
        """Lift the seal of an article; returns whether it had one."""
        document = self._db.seals.find_one({"_id": article_id})
        if document is None or not document["active"]:
            return False
        event = {"action": "unseal", "at": at, "reason": reason}
        self._write({**document, "active": False, "history": [*document["history"], event]})
        return True

    def records(self) -> list["SealRecord"]:
        """All seals that hold or held, the latest first."""
        records = [
            SealRecord(
                _seal(document), document["site"], bool(document["active"]), tuple(document["history"])
            )
            for document in self._db.seals.find({})
        ]
        return sorted(records, key=lambda record: record.seal.sealed_at, reverse=True)

    def _write(self, document: Document) -> None:
        self._db.seals.replace_one({"_id": document["_id"]}, document, upsert=True)
        note_change(self._db, [document["site"]])

    def _hashes(self, article: Document) -> Document:
        """What the sealed article can be known again by, in each of its wordings."""
        revisions = self._db.revisions.find({"article_id": article["_id"]}, {"text": 0})
        wordings = sorted([*revisions, article], key=lambda wording: int(wording["revision"]))
        return {
            "revisions": [
                {
                    "revision": int(wording["revision"]),
                    "title_sha256": sha256(wording["title"].encode("utf-8", "surrogatepass")).hexdigest(),
                    "text_sha256": wording["text_sha256"],
                    "html_sha256": wording.get("html_sha256"),
                }
                for wording in wordings
            ]
        }


@dataclass(frozen=True, slots=True)
class SealRecord:
    """A seal, whether it holds, and what was done to it: `action`, `at`, `reason`, `fields`, `hashes`."""

    seal: Seal
    site: str
    active: bool
    history: tuple[dict[str, Any], ...]


def seal_documents(db: Database[Document]) -> list[Document]:
    """All documents of `seals`, to be merged into a restored archive."""
    return list(db.seals.find({}))


def merge_seals(db: Database[Document], documents: Iterable[Document]) -> int:
    """Keep the seals of before a restore where the backup holds less of their history; return how many."""
    restored = {document["_id"]: document for document in db.seals.find({})}
    later = [
        document
        for document in documents
        if _last_change(document) > _last_change(restored.get(document["_id"]))
    ]
    if later:
        replacements = [ReplaceOne({"_id": document["_id"]}, document, upsert=True) for document in later]
        db.seals.bulk_write(replacements, ordered=False)
        note_change(db, {document["site"] for document in later})
    return len(later)


def note_change(db: Database[Document], sites: Iterable[str]) -> None:
    """Note that seals were changed, for all that keeps copies of what is served."""
    mark_changed(db, sites)
    db.meta.replace_one({"_id": "seals"}, {"mark": ObjectId()}, upsert=True)


def seals_mark(db: Database[Document]) -> str:
    """What changes whenever a seal does."""
    document = db.meta.find_one({"_id": "seals"})
    return str(document["mark"]) if document else ""


def credits_of(article: Document) -> list[str]:
    """The persons that an article's document credits."""
    return [*(article.get("authors") or ()), *(article.get("editors") or ())]


def _covers(current: Seal, seal: Seal) -> bool:
    """Whether a seal says already what another would."""
    same = (current.fields, current.reason) == (seal.fields, seal.reason)
    return same and set(current.names) >= set(seal.names)


def _seal(document: Document) -> Seal:
    return Seal(
        article_id=document["_id"],
        fields=frozenset(map(SealedField, document["fields"])),
        reason=document["reason"],
        sealed_at=document["sealed_at"],
        names=tuple(document["names"]),
    )


def _with_names(seal: Seal, names: Iterable[str]) -> Seal:
    return Seal(
        seal.article_id,
        seal.fields,
        seal.reason,
        seal.sealed_at,
        tuple(dict.fromkeys([*seal.names, *names])),
    )


def _last_change(document: Document | None) -> datetime:
    if document is None:
        return datetime.min.replace(tzinfo=UTC)
    at: datetime = document["history"][-1]["at"]
    return at
