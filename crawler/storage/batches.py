"""Reading and writing many documents in small requests.

The embedded server loads all matches of a query before it applies a limit; a list of keys and `$in` is
fast on it and on a real one, and keeps memory bounded on both sides. Nor may a request of thousands of writes
take longer than a client waits for an answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pymongo import DeleteOne, ReplaceOne, UpdateOne
from pymongo.collection import Collection

from crawler.storage.schema import Document

BATCH = 200
"""Documents in one answer: at some KB an article, about 1 MB."""


def in_batches(
    collection: Collection[Document], keys: Sequence[Any], projection: Mapping[str, Any] | None = None
) -> Iterator[list[Document]]:
    """Yield the documents with these `_id`s in the order of `keys`, in batches; missing ones are left out."""
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        documents = {
            document["_id"]: document
            for document in collection.find({"_id": {"$in": list(batch)}}, projection)
        }
        yield [documents[key] for key in batch if key in documents]


def write_in_batches(
    collection: Collection[Document],
    writes: Iterable[DeleteOne | ReplaceOne[Document] | UpdateOne],
) -> None:
    """Write in the order given, a batch in each request."""
    for batch in _batched(writes):
        collection.bulk_write(batch)


def ids_in_batches(
    collection: Collection[Document], query: Mapping[str, Any] | None = None
) -> Iterator[list[Any]]:
    """Yield the `_id`s of the documents that match, or of all, in batches."""
    ids = (document["_id"] for document in collection.find(query or {}, {"_id": 1}))
    yield from _batched(ids)


def _batched(items: Iterable[Any]) -> Iterator[list[Any]]:
    items = iter(items)
    while batch := list(islice(items, BATCH)):
        yield batch
