"""Near-duplicate recognition for news: a library of texts, ids and times that knows nothing of crawling.

The way of a text: `text` (letters to shingles) → `signature` (MinHash) → `index` (candidates, in Redis) →
`similarity` (verified) → `story` (clusters); `archive` takes the same way for a whole archive at once.
"""

from dedup.archive import cluster
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
from dedup.index import Index
from dedup.parameters import Parameters, Thresholds
from dedup.prepared import Prepared, prepare, prepare_many
from dedup.similarity import Reason, Verdict, compare
from dedup.stats import IndexStats

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
