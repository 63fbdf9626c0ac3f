"""Reading many documents in small answers.

The embedded server loads all matches of a query before it applies a limit; a list of keys and `$in` is
fast on it and on a real one, and keeps memory bounded on both sides.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

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
