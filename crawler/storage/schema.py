"""Collections, indexes, validators and the view that readers of the database use.

Every index here serves a query that Khabar sends; each of them is an equality, an `$in` or a bounded
range, which the embedded server answers as fast as a real one.
"""

from typing import Any

from pymongo.database import Database
from pymongo.errors import CollectionInvalid, OperationFailure

from crawler.model.article import DatePrecision, Disposition

Document = dict[str, Any]

SCHEMA_VERSION = 8

DUPLICATE_KEY = 11000
"""MongoDB's error code for a document whose key is taken."""

INDEXES: dict[str, list[tuple[list[tuple[str, int]], str]]] = {
    "articles": [
        ([("site", 1), ("published_at", 1)], "site_published"),
        ([("story_id", 1)], "story"),
        ([("dedup_pending", 1)], "dedup_pending"),
        ([("event_id", 1)], "event"),
        ([("event_pending", 1)], "event_pending"),
        ([("unsettled", 1)], "unsettled"),
        ([("custody_pending.kind", 1)], "custody_pending"),
    ],
    "event_profiles": [([("day", 1)], "day")],
    "revisions": [([("article_id", 1), ("revision", 1)], "article_revision")],
    "pages": [
        ([("site", 1), ("state", 1)], "site_state"),
        ([("article_id", 1)], "article"),
        ([("site", 1), ("recheck_at", 1)], "site_recheck"),
        ([("text.bands", 1)], "text_bands"),
    ],
    "crawls": [([("site", 1), ("started_at", 1)], "site_started")],
    "quarantine": [([("site", 1), ("fetched_at", 1)], "site_fetched")],
    "sources": [([("site", 1)], "site")],
    "readings": [([("article_id", 1)], "article")],
    "splits": [([("articles", 1)], "articles")],
    "seals": [([("site", 1)], "site"), ([("active", 1)], "active")],
    "alert_events": [([("alert", 1), ("at", 1)], "alert_at")],
    "alert_deliveries": [([("queue", 1), ("state", 1)], "queue_state")],
    "custody": [([("events.subject", 1)], "subject")],
    "withdrawn": [([("custody_pending.kind", 1)], "custody_pending")],
    "time_stamps": [],
}

_TIME_OR_NONE = {"bsonType": ["date", "null"]}

VALIDATORS: dict[str, Document] = {
    "articles": {
        "bsonType": "object",
        "required": [
            "_id",
            "site",
            "url",
            "title",
            "text",
            "first_seen_at",
            "revision",
            "text_sha256",
            "story_id",
        ],
        "properties": {
            "site": {"bsonType": "string", "minLength": 1},
            "url": {"bsonType": "string", "minLength": 1},
            "title": {"bsonType": "string"},
            # Empty for a bulletin that says all it has to say in its headline.
            "text": {"bsonType": "string"},
            "published_at": _TIME_OR_NONE,
            "published_precision": {"enum": [None, *(str(value) for value in DatePrecision)]},
            "first_seen_at": {"bsonType": "date"},
            "revision": {"bsonType": "int", "minimum": 1},
            "story_id": {"bsonType": "string"},
            "duplicate_of": {"bsonType": ["string", "null"]},
        },
    },
    "pages": {
        "bsonType": "object",
        "required": ["_id", "site", "url", "state", "discovered_by", "discovered_at"],
        "properties": {
            "state": {"enum": ["pending", "done"]},
            "last_disposition": {"enum": [None, *(str(value) for value in Disposition)]},
            "next_attempt_at": _TIME_OR_NONE,
        },
    },
}


def ensure_schema(db: Database[Document]) -> None:
    """Create whatever collection, index, validator or view is missing; change nothing that is there.

    The work is done once a database: a stamp in `meta` makes later calls cost one look-up.
    """
    stamp = db.meta.find_one({"_id": "schema"})
    if stamp is not None and stamp.get("version") == SCHEMA_VERSION:
        return
    existing = set(db.list_collection_names())
    for name, indexes in INDEXES.items():
        if name not in existing:
            _create(db, name, VALIDATORS.get(name))
        elif name in VALIDATORS:
            # An earlier version's validator would refuse what this one writes.
            db.command("collMod", name, validator={"$jsonSchema": VALIDATORS[name]})
        for keys, label in indexes:
            db[name].create_index(keys, name=label)
    if "unique_articles" not in existing:
        try:
            db.command(
                "create", "unique_articles", viewOn="articles", pipeline=[{"$match": {"duplicate_of": None}}]
            )
        except (CollectionInvalid, OperationFailure) as error:
            if not _exists_already(error):
                raise
    db.meta.update_one({"_id": "schema"}, {"$set": {"version": SCHEMA_VERSION}}, upsert=True)


def _create(db: Database[Document], name: str, validator: Document | None) -> None:
    try:
        if validator is None:
            db.create_collection(name)
        else:
            db.create_collection(name, validator={"$jsonSchema": validator})
    except (CollectionInvalid, OperationFailure) as error:
        # Several crawls may open a new database at once: whoever comes second finds it made.
        if not _exists_already(error):
            raise


def _exists_already(error: Exception) -> bool:
    return isinstance(error, CollectionInvalid) or getattr(error, "code", None) == 48  # NamespaceExists
