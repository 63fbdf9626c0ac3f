"""The evidence on many pairs of an archive, counted in passes over its arrays, and the verdicts on them.

It counts what `dedup.comparison.pairs.exact_evidence` counts on two texts; a test compares the two.
"""

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.batch.columns import Columns, Numbers, open_columns
from dedup.comparison.pairs import judge_texts
from dedup.comparison.rule import is_near
from dedup.comparison.verdict import Evidence, Reason, Verdict
from dedup.parameters import Thresholds
from dedup.text.word_codes import pairs_of

VerdictRows: TypeAlias = NDArray[np.void]
"""An array of verdicts, 49 bytes each instead of the 500 of objects; see `verdict_of`."""

VERDICT_ROW = np.dtype(
    [
        ("later", np.int32),
        ("earlier", np.int32),
        ("reason", np.uint8),
        ("jaccard", np.float64),
        ("containment", np.float64),
        ("kept", np.int32),
        ("changed", np.int32),
        ("opening", np.float64),
        ("size", np.int32),
        ("other_size", np.int32),
    ]
)
"""Numbers of two documents and the verdict on them; an unknown opening is not a number."""

REASONS = tuple(Reason)
_CODES = {reason: code for code, reason in enumerate(REASONS)}
# Candidates whose estimate is further than this below the lowest containment of a copy are not compared:
# two standard deviations of an estimate from 64 values, where so little is shared. It leaves out the pairs of
# equal size that share the one value by which they met, which are most of all candidates.
_SLACK = 0.10
# Pairs counted in one pass: their shingles take some 5 MB, about what the caches hold.
_PAIRS = 1 << 10
# A row of so many marks (8 KB, as a power of two) tells roughly which shingles a text has: of another text of
# 300 words one in 30 seems to be shared and is not.
_MARKS = 13
_SIDE = np.uint64(2)
_SHINGLE = np.uint64(2)
_OWNER = np.uint64(34)
_HALF = np.uint64(32)
_ONE = np.uint64(1)


def verify(
    columns: Columns, mine: Numbers, other: Numbers, limits: Thresholds
) -> tuple[Numbers, VerdictRows]:
    """Count the evidence on candidates; pick out copies and near misses.

    Args:
        columns: The documents.
        mine: The later row of each pair.
        other: The earlier one.
        limits: When two texts are copies.

    Returns:
        The places of the pairs that are copies or near misses, ascending, and the verdict on each; its
        numbers of documents are left open.
    """
    required = _lowest_containment(limits)
    places: list[int] = []
    rows: list[tuple[Any, ...]] = []
    for first in range(0, len(mine), _PAIRS):
        left, right = mine[first : first + _PAIRS], other[first : first + _PAIRS]
        likely = np.flatnonzero(estimated_containment(columns, left, right) >= prefilter_containment(limits))
        left, right = left[likely], right[likely]
        fewest = required * np.minimum(columns.sizes(left), columns.sizes(right))
        possible = np.flatnonzero(shared_bounds(columns, left, right) >= fewest)
        likely, left, right, fewest = likely[possible], left[possible], right[possible], fewest[possible]
        shared, late = shared_shingles(columns, left, right)
        enough = shared >= fewest
        at, left, right = likely[enough] + first, left[enough], right[enough]
        counted = evidence(columns, left, right, shared[enough], late[enough], enough=limits.containment)
        pairs = zip(at.tolist(), counted, left.tolist(), right.tolist(), strict=True)
        for place, pair, row, other_row in pairs:
            verdict = judge_texts(pair, limits, partial(_words, columns, row, other_row))
            if verdict.duplicate or is_near(pair, limits):
                places.append(place)
                rows.append(_row(verdict))
    return np.array(places, np.intp), np.array(rows, VERDICT_ROW)


def prefilter_containment(limits: Thresholds) -> float:
    """The estimated containment below which a pair is not compared."""
    return _lowest_containment(limits) - _SLACK


def _lowest_containment(limits: Thresholds) -> float:
    return min(
        limits.containment,
        limits.containment_other_source,
        limits.containment_same_source,
        limits.reworded,
        limits.edition,
    )


def verify_files(
    folder: Path, permutations: int, mine: Numbers, other: Numbers, limits: Thresholds
) -> tuple[Numbers, VerdictRows]:
    """`verify` in another process, on columns that lie in a folder."""
    columns = _opened(folder, permutations)
    places, rows = verify(columns, mine, other, limits)
    columns.release()
    return places, rows


@lru_cache(maxsize=1)
def _opened(folder: Path, permutations: int) -> Columns:
    return open_columns(folder, permutations)


def are_roots_alike(columns: Columns, root: int, other: int, limits: Thresholds) -> bool:
    """Whether two rows are alike enough for the stories that they are the roots of to be merged."""
    left, right = np.array([root], np.intp), np.array([other], np.intp)
    shared, late = shared_shingles(columns, left, right)
    (pair,) = evidence(columns, left, right, shared, late)
    words = partial(_words, columns, root, other)
    return judge_texts(pair, limits, words, required=limits.merge).duplicate


def _words(columns: Columns, row: int, other: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    return columns.words(row), columns.words(other)


def count_shared(columns: Columns, row: int, other: int) -> int:
    """How many shingles two rows share: what `shared_shingles` counts, cheaper for a single pair."""
    starts, shingles = columns.starts["shingles"], columns.arrays["shingles"]
    return count_common(*(shingles[starts[at] : starts[at + 1]] for at in (row, other)))


def count_common(mine: NDArray[np.uint32], other: NDArray[np.uint32]) -> int:
    """How many numbers two arrays have in common, which ascend and hold none twice."""
    if not len(mine) or not len(other):
        return 0
    at = np.minimum(other.searchsorted(mine), len(other) - 1)
    return int(np.count_nonzero(other[at] == mine))


def verdict_of(row: Any) -> Verdict:
    """The verdict that an entry of `VerdictRows` holds."""
    _, _, code, jaccard, containment, kept, changed, opening, *sizes = row.item()
    reason = REASONS[code]
    return Verdict(
        duplicate=reason.is_copy,
        reason=reason,
        similarity=1.0 if reason is Reason.EXACT else containment,
        jaccard=jaccard,
        containment=containment,
        figures_kept=kept,
        figures_changed=changed,
        opening=None if opening != opening else opening,  # not a number
        sizes=(sizes[0], sizes[1]),
    )


def _row(verdict: Verdict) -> tuple[Any, ...]:
    return (
        0,
        0,
        _CODES[verdict.reason],
        verdict.jaccard,
        verdict.containment,
        verdict.figures_kept,
        verdict.figures_changed,
        np.nan if verdict.opening is None else verdict.opening,
        *verdict.sizes,
    )


def estimated_containment(columns: Columns, mine: Numbers, other: Numbers) -> NDArray[np.float64]:
    """The containment of many pairs, estimated from their signatures."""
    values = columns.arrays["values"]
    jaccard = (values[mine] == values[other]).mean(axis=1)
    left, right = columns.sizes(mine), columns.sizes(other)
    return np.asarray(jaccard / (1 + jaccard) * (left + right) / np.maximum(1, np.minimum(left, right)))


def shared_bounds(columns: Columns, mine: Numbers, other: Numbers) -> Numbers:
    """How many shingles many pairs share at most: a quick look that rules most of them out.

    Every shingle sets one of the marks of its text, by its highest bits; what two texts share meets there.
    """
    documents, rows = np.unique(mine, return_inverse=True)
    unused = np.uint32(32 - _MARKS)
    shingles, counts = columns.joined("shingles", documents)
    marks = np.zeros(len(documents) << _MARKS, np.bool_)
    marks[np.repeat(np.arange(len(documents)) << _MARKS, counts) | (shingles >> unused)] = True
    shingles, counts = columns.joined("shingles", other)
    sums = np.zeros(len(shingles) + 1, np.intp)
    np.cumsum(marks.take(np.repeat(rows << _MARKS, counts) | (shingles >> unused)), out=sums[1:])
    ends = np.cumsum(counts)
    return np.asarray(sums[ends] - sums[ends - counts])


def shared_shingles(columns: Columns, mine: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    """How many shingles many pairs share, and how many of these stand in a text's second half."""
    keys = []
    for side, rows in enumerate((mine, other)):
        places, owners = columns.gather("shingles", rows)
        marks = columns.arrays["late"][places].astype(np.uint64) | (np.uint64(side) * _SIDE)
        shingles = columns.arrays["shingles"][places].astype(np.uint64)
        keys.append((owners << _OWNER) | (shingles << _SHINGLE) | marks)
    # Both sides ascend, so that sorting them is one merge; what two texts share then stands side by side.
    both = np.sort(np.concatenate(keys), kind="stable")
    bare = both >> _SHINGLE
    met = np.flatnonzero(bare[1:] == bare[:-1])
    owners = (both[met] >> _OWNER).astype(np.intp)
    late_mine = np.bincount(owners[both[met] & _ONE != 0], minlength=len(mine))
    late_other = np.bincount(owners[both[met + 1] & _ONE != 0], minlength=len(mine))
    return np.bincount(owners, minlength=len(mine)), np.maximum(late_mine, late_other)


def evidence(
    columns: Columns,
    mine: Numbers,
    other: Numbers,
    shared: Numbers,
    late: Numbers,
    *,
    enough: float | None = None,
) -> Iterator[Evidence]:
    """The evidence on pairs whose shared shingles were counted.

    Args:
        columns: The documents.
        mine: The first row of each pair.
        other: The second.
        shared: Shingles that both have.
        late: Of these, how many stand in a second half.
        enough: The containment from which on the pairs of words, which take the longest to count, are not
            needed.
    """
    first, second = columns.sizes(mine), columns.sizes(other)
    together = first + second - shared
    kept, changed = _figures(columns, mine, other)
    undecided = np.full(len(mine), True) if enough is None else shared < enough * np.minimum(first, second)
    pairs_shared = np.zeros(len(mine))
    pairs_shared[undecided] = _pairs_shared(columns, mine[undecided], other[undecided])
    digests = columns.arrays["digests"]
    same_words = (digests[mine] == digests[other]).all(axis=1) & digests[mine].any(axis=1)
    sources = columns.sources[mine], columns.sources[other]
    sourced = (sources[0] >= 0) & (sources[1] >= 0)
    dated = np.isfinite(columns.published[mine]) & np.isfinite(columns.published[other])
    hours = np.zeros(len(mine))
    hours[dated] = np.abs(columns.published[mine[dated]] - columns.published[other[dated]]) / 3600
    for row in zip(
        (shared / np.maximum(1, together)).tolist(),
        zip(first.tolist(), second.tolist(), strict=True),
        kept.tolist(),
        changed.tolist(),
        _where(shared > 0, 1 - late / np.maximum(1, shared)),
        _where(undecided, pairs_shared),
        same_words.tolist(),
        _where(sourced, sources[0] == sources[1]),
        _where(dated, hours),
        strict=True,
    ):
        yield Evidence(*row)


def _where(valid: NDArray[np.bool_], values: NDArray[Any]) -> list[Any]:
    """Plain values, and None where they are not valid."""
    return [
        value if is_valid else None for value, is_valid in zip(values.tolist(), valid.tolist(), strict=True)
    ]


def _figures(columns: Columns, mine: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    """Places kept and changed, as `dedup.text.numbers.compare_figures` counts them, for many pairs."""
    left_at, left_owners = columns.gather("figures", mine)
    right_at, right_owners = columns.gather("figures", other)
    left, right = columns.arrays["figures"][left_at], columns.arrays["figures"][right_at]
    # Owner, place and number are too wide for one key: the distinct figures of the block are numbered.
    _, codes = np.unique(np.concatenate([left, right]), return_inverse=True)
    mine_keys = (left_owners << _HALF) | codes[: len(left)].astype(np.uint64)
    other_keys = (right_owners << _HALF) | codes[len(left) :].astype(np.uint64)
    mine_places = (left_owners << _HALF) | (left >> _HALF)
    other_places = (right_owners << _HALF) | (right >> _HALF)
    met = _distinct(other_places[_among(other_places, mine_places)])
    kept = _distinct(other_places[_among(other_keys, mine_keys)])
    count = len(mine)
    met_counts = np.bincount((met >> _HALF).astype(np.intp), minlength=count)
    kept_counts = np.bincount((kept >> _HALF).astype(np.intp), minlength=count)
    return kept_counts, met_counts - kept_counts


def _pairs_shared(columns: Columns, mine: Numbers, other: Numbers) -> NDArray[np.float64]:
    """Share of the distinct pairs of words of the text with fewer that the other has."""
    sides = []
    for rows in (mine, other):
        places, owners = columns.gather("words", rows)
        starts = np.searchsorted(owners, np.arange(len(rows) + 1, dtype=np.uint64))
        pairs, lengths = pairs_of(columns.arrays["words"][places], starts)
        owners = np.repeat(np.arange(len(rows), dtype=np.uint64), lengths)
        sides.append(_distinct(np.sort((owners << _HALF) | pairs)))
    counts = [np.bincount((keys >> _HALF).astype(np.intp), minlength=len(mine)) for keys in sides]
    both = np.sort(np.concatenate(sides), kind="stable")
    met = both[1:][both[1:] == both[:-1]]
    shared = np.bincount((met >> _HALF).astype(np.intp), minlength=len(mine))
    return np.asarray(shared / np.maximum(1, np.minimum(*counts)))


def _among(keys: NDArray[np.uint64], ascending: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which keys are among others, which ascend."""
    if not len(ascending):
        return np.zeros(len(keys), np.bool_)
    at = np.minimum(np.searchsorted(ascending, keys), len(ascending) - 1)
    return np.asarray(ascending[at] == keys)


def _distinct(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The distinct ones of keys that ascend."""
    opens = np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)]
    return np.asarray(keys[opens])
