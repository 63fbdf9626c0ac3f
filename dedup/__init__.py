"""Near-duplicate recognition for news: a library of texts, ids and times that knows nothing of crawling.

The way of a text: `text` (letters to shingles) → `signature` (MinHash) → `index` (candidates, in Redis) →
`similarity` (verified) → `story` (clusters); `archive` takes the same way for a whole archive at once.
"""

from typing import TYPE_CHECKING, Any

from dedup.decision import Change, Decision, Move
from dedup.errors import (
    DedupError,
    ExportError,
    IndexFullError,
    IndexLostError,
    IndexMismatchError,
    StoredFormError,
)
from dedup.exact import Texts
from dedup.parameters import Parameters, Thresholds
from dedup.prepared import Prepared, prepare, prepare_many
from dedup.reasons import Reason
from dedup.similarity import Verdict, compare
from dedup.stats import IndexStats

if TYPE_CHECKING:
    from dedup.archive import cluster
    from dedup.index import Index

__all__ = [
    "Change",
    "Decision",
    "DedupError",
    "ExportError",
    "Index",
    "IndexFullError",
    "IndexLostError",
    "IndexMismatchError",
    "IndexStats",
    "Move",
    "Parameters",
    "Prepared",
    "Reason",
    "StoredFormError",
    "Texts",
    "Thresholds",
    "Verdict",
    "cluster",
    "compare",
    "prepare",
    "prepare_many",
]


def __getattr__(name: str) -> Any:
    """Import the index and the archive's pass when they are asked for (PEP 562).

    Whoever prepares texts, as each extraction worker does, needs neither them nor the client of Redis.
    """
    if name == "Index":
        from dedup.index import Index

        return Index
    if name == "cluster":
        from dedup.archive import cluster

        return cluster
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
