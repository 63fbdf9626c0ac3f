"""Near-duplicate recognition for news: a library of texts, ids and times that knows nothing of crawling.

The way of a text: `text` (letters to shingles) → `signature` (MinHash) → `index` (candidates, in Redis) →
`comparison` (verified) → `stories` (clusters); `batch` goes the same way for a whole archive at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dedup.comparison.pairs import compare
from dedup.comparison.side_by_side import AlignedPart, PartKind, aligned
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
from dedup.index.decision import Decision, Memberships, Reassignment, StoryUpdate
from dedup.index.recheck import Texts
from dedup.index.stats import IndexStats
from dedup.parameters import Parameters, Thresholds
from dedup.prepared import Prepared, prepare, prepare_many

if TYPE_CHECKING:
    from dedup.batch.cluster import cluster
    from dedup.event.index import EventIndex, event_link, events
    from dedup.event.links import Link
    from dedup.index.asynchronous import AsyncIndex
    from dedup.index.index import Index
    from dedup.index.memory import MemoryClient
    from dedup.passages.find import find_passages
    from dedup.passages.passage import Occurrence, Passage, PassageKind

__all__ = [
    "AlignedPart",
    "AsyncIndex",
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
    "Memberships",
    "MemoryClient",
    "Occurrence",
    "Parameters",
    "PartKind",
    "Passage",
    "PassageKind",
    "Prepared",
    "Reason",
    "Reassignment",
    "StoredFormError",
    "StoryUpdate",
    "Texts",
    "Thresholds",
    "Verdict",
    "aligned",
    "cluster",
    "compare",
    "event_link",
    "events",
    "find_passages",
    "prepare",
    "prepare_many",
]

_LATER = {
    "MemoryClient": "dedup.index.memory",
    "AsyncIndex": "dedup.index.asynchronous",
    "EventIndex": "dedup.event.index",
    "Index": "dedup.index.index",
    "Link": "dedup.event.links",
    "Occurrence": "dedup.passages.passage",
    "Passage": "dedup.passages.passage",
    "PassageKind": "dedup.passages.passage",
    "cluster": "dedup.batch.cluster",
    "event_link": "dedup.event.index",
    "events": "dedup.event.index",
    "find_passages": "dedup.passages.find",
}


def __getattr__(name: str) -> Any:
    """Import the index and the archive pass at their first use (PEP 562).

    A process that only prepares texts needs neither them nor the client of Redis.
    """
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
