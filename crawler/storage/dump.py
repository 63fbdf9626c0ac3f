"""A whole database out and in again, within what the embedded server can bear.

That server loads all matches of a query before its first answer, at about twice their size, so one
cursor over a collection costs no more than a list of its keys would; and reading by lists of keys is
fifteen times slower (0.8 ms a document). Only the chunks of GridFS, where the bulk lies, are read in
bounded pieces: by file, which is indexed. (Chunks whose file is gone are left behind: nobody can read
them.)
"""

from collections.abc import Collection, Iterator
from datetime import UTC
from typing import Any, cast

import pymongo
from bson import CodecOptions, decode_all
from bson.codec_options import DatetimeConversion
from pymongo.collection import Collection as MongoCollection
from pymongo.database import Database
from pymongo.operations import IndexModel

Document = dict[str, Any]

BATCH_DOCUMENTS = 200
"""Documents of one request: the embedded server writes as many articles in half a second."""
BATCH_BYTES = 4 * 1024 * 1024
"""Bytes (of their JSON) that one request writes at most, but for a single document."""
CHUNK_BYTES = 8 * 1024 * 1024
"""How much of GridFS one query asks for."""
LONGEST_REQUEST = 900.0
"""Seconds. Reading a large collection before the first answer, or indexing it, may take minutes."""

# A page's state is written after its article. Read in this order, a copy made during a crawl may hold a
# page as still to do whose article is there, which the next crawl repairs, but never the reverse.
_FIRST = ("pages", "articles", "revisions")
CODEC: CodecOptions[Document] = CodecOptions(
    tz_aware=True, tzinfo=UTC, datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
"""Keeps every value as it is, times beyond Python's included."""


def describe(db: Database[Document]) -> list[Document]:
    """Name, type, options and indexes of every collection and view, in the order in which to copy them."""
    collections = []
    for collection in db.list_collections():
        name = collection["name"]
        if name.startswith("system."):
            continue
        view = collection.get("type") == "view"
        indexes = [] if view else [dict(index) for index in db[name].list_indexes()]
        collections.append(
            {
                "name": name,
                "type": "view" if view else "collection",
                "options": collection.get("options", {}),
                "indexes": [index for index in indexes if index["name"] != "_id_"],
            }
        )
    order = {name: place for place, name in enumerate(_FIRST)}
    # Views last: what they show must exist first.
    return sorted(
        collections, key=lambda each: (_is_view(each), order.get(each["name"], len(order)), each["name"])
    )


def _is_view(description: Document) -> bool:
    return bool(description["type"] == "view")


def count(db: Database[Document], described: list[Document]) -> int:
    """About how many documents there are to copy."""
    with pymongo.timeout(LONGEST_REQUEST):
        return sum(
            db[description["name"]].estimated_document_count()
            for description in described
            if description["type"] != "view"
        )


def batches(db: Database[Document], name: str) -> Iterator[list[Document]]:
    """Yield all documents of a collection, some at a time."""
    for query in _pieces(db, name):
        yield from _find(db[name], query)


def clear(db: Database[Document], keep: Collection[str] = ()) -> None:
    """Delete every collection and view but those named in `keep`."""
    # Views first. By name, so that chunks come before the files through which they are found.
    for description in sorted(
        describe(db), key=lambda description: (description["type"] != "view", description["name"])
    ):
        if description["name"] in keep:
            continue
        if not _is_view(description):
            # The embedded server drops a collection document by document, each with a write to the disk
            # (12 ms); it deletes them all in one transaction (0.7 ms each).
            for query in _pieces(db, description["name"]):
                with pymongo.timeout(LONGEST_REQUEST):
                    db[description["name"]].delete_many(query)
        with pymongo.timeout(LONGEST_REQUEST):
            db.drop_collection(description["name"])


def create(db: Database[Document], described: list[Document]) -> None:
    """Create empty collections as they are described; views are left for `finish`."""
    for description in described:
        if not _is_view(description):
            db.create_collection(description["name"], **description["options"])


def insert(collection: MongoCollection[Document], documents: list[Document]) -> None:
    """Insert a batch as it is, also documents that today's validator would refuse."""
    with pymongo.timeout(LONGEST_REQUEST):
        collection.insert_many(documents, ordered=True, bypass_document_validation=True)


def finish(db: Database[Document], described: list[Document]) -> None:
    """Build the indexes and create the views, once the documents are there."""
    with pymongo.timeout(LONGEST_REQUEST):
        for description in described:
            if _is_view(description):
                db.command({"create": description["name"], **description["options"]})
            elif description["indexes"]:
                db[description["name"]].create_indexes([_model(index) for index in description["indexes"]])


def _pieces(db: Database[Document], name: str) -> Iterator[Document]:
    """Queries that together match a whole collection: one, or for the chunks of GridFS one for some files."""
    if not name.endswith(".chunks"):
        yield {}
        return
    file_ids: list[Any] = []
    size = 0
    for files in _find(db[name.removesuffix(".chunks") + ".files"], {}, {"length": 1}):
        for file in files:
            file_ids.append(file["_id"])
            size += int(file.get("length", 0))
            if size >= CHUNK_BYTES or len(file_ids) >= BATCH_DOCUMENTS:
                yield {"files_id": {"$in": file_ids}}
                file_ids, size = [], 0
    if file_ids:
        yield {"files_id": {"$in": file_ids}}


def _model(index: Document) -> IndexModel:
    """An index as `list_indexes` describes it, as one to be created."""
    options = {key: value for key, value in index.items() if key not in {"key", "v", "ns"}}
    return IndexModel(list(index["key"].items()), **options)


def _find(
    collection: MongoCollection[Document], query: Document, projection: Document | None = None
) -> Iterator[list[Document]]:
    """Run a query and yield its documents in batches, each with its time limit."""
    cursor = collection.find_raw_batches(query, projection, batch_size=BATCH_DOCUMENTS)
    with cursor:
        while True:
            with pymongo.timeout(LONGEST_REQUEST):
                batch = next(cursor, None)
            if batch is None:
                return
            yield decode_all(cast(bytes, batch), CODEC)
