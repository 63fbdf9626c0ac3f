"""Near-duplicate recognition for news: a library of texts, ids and times that knows nothing of crawling.

The way of a text: `text` (letters to shingles) → `signature` (MinHash) → `index` (candidates, in Redis) →
`comparison` (verified) → `stories` (clusters); `batch` goes the same way for a whole archive at once.
"""

from typing import TYPE_CHECKING, Any

from dedup.comparison.pairs import compare
from dedup.comparison.verdict import Reason, Verdict
from dedup.documents import Document
from dedup.errors import (
    DedupError,
    DocumentError,
    ExportError,
    IndexFullError,
    IndexLostError,
    IndexMismatchError,
    StoredFormError,
)
from dedup.index.decision import Decision, Reassignment, StoryUpdate
from dedup.index.recheck import Texts
from dedup.index.stats import IndexStats
from dedup.parameters import Parameters, Thresholds
from dedup.prepared import Prepared, prepare, prepare_many

if TYPE_CHECKING:
    from dedup.batch.cluster import cluster
    from dedup.event.index import EventIndex, events
    from dedup.event.links import Link
    from dedup.index.index import Index

__all__ = [
    "Decision",
    "DedupError",
    "Document",
    "DocumentError",
    "EventIndex",
    "ExportError",
    "Index",
    "IndexFullError",
    "IndexLostError",
    "IndexMismatchError",
    "IndexStats",
    "Link",
    "Parameters",
    "Prepared",
    "Reason",
    "Reassignment",
    "StoredFormError",
    "StoryUpdate",
    "Texts",
    "Thresholds",
    "Verdict",
    "cluster",
    "compare",
    "events",
    "prepare",
    "prepare_many",
]


def __getattr__(name: str) -> Any:
    """Import the index and the archive pass at their first use (PEP 562).

    A process that only prepares texts needs neither them nor the client of Redis.
    """
    if name == "Index":
        from dedup.index.index import Index

        return Index
    if name in ("EventIndex", "events"):
        from dedup.event import index

        return getattr(index, name)
    if name == "Link":
        from dedup.event.links import Link

        return Link
    if name == "cluster":
        from dedup.batch.cluster import cluster

        return cluster
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
