"""What the documents of an archive are compared by, in flat arrays instead of an object each.

A hundred thousand articles are then some arrays, in memory or in files that the system pages in and out, and
many pairs are compared in one pass. The arrays are those of `dedup.text.Content`, one document after the
other (compressed sparse rows).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.figures import compare_figures
from dedup.parameters import Parameters
from dedup.signature import signatures
from dedup.similarity import Evidence
from dedup.text import shingle

Numbers: TypeAlias = NDArray[np.intp]

_DTYPES = {
    "shingles": np.uint32,
    "late": np.bool_,
    "pairs": np.uint32,
    "figures": np.uint64,
    "values": np.uint32,
    "digests": np.uint64,
}
_RAGGED = ("shingles", "pairs", "figures")


@dataclass(frozen=True, slots=True)
class Part:
    """The arrays of a few documents, by name; of the ragged ones also how long each document's part is."""

    arrays: dict[str, NDArray[Any]]
    lengths: dict[str, Numbers]


def read_part(texts: Sequence[str], parameters: Parameters) -> Part:
    """Everything that texts are compared by, as flat arrays."""
    cut, pairs = shingle(texts, parameters.shingle_words), shingle(texts, 2)
    lengths = [len(figures) for figures in cut.figures]
    figures = np.fromiter(chain.from_iterable(cut.figures), np.uint64, sum(lengths))
    digests = b"".join(digest or bytes(16) for digest in cut.digests)
    return Part(
        arrays={
            "shingles": cut.hashes,
            "late": cut.late,
            "pairs": pairs.hashes,
            "figures": figures,
            "values": signatures(cut.hashes, cut.starts, parameters),
            "digests": np.frombuffer(digests, "<u8").reshape(len(texts), 2),
        },
        lengths={
            "shingles": np.diff(cut.starts),
            "pairs": np.diff(pairs.starts),
            "figures": np.array(lengths, np.intp),
        },
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """The arrays of all documents, by row: the order in which they were read.

    Attributes:
        arrays: `shingles` with `late`, `pairs` and `figures` of all rows, one after the other; `values` (the
            MinHash, a row each) and `digests` (the text hash, two numbers each).
        starts: Where each row begins in each of the ragged arrays, with the end of the last as one more.
        published: Seconds since 1970, infinity where that isn't known.
        sources: A number for each source, -1 where it isn't known.
    """

    arrays: dict[str, NDArray[Any]]
    starts: dict[str, Numbers]
    published: NDArray[np.float64]
    sources: NDArray[np.int64]

    def of(self, name: str, row: int) -> NDArray[Any]:
        """One row of a ragged array."""
        starts = self.starts["shingles" if name == "late" else name]
        return self.arrays[name][starts[row] : starts[row + 1]]

    def sizes(self, rows: Numbers) -> Numbers:
        """Distinct shingles of each row."""
        return self.starts["shingles"][rows + 1] - self.starts["shingles"][rows]

    def estimated_containment(self, mine: Numbers, other: Numbers) -> NDArray[np.float64]:
        """The containment of many pairs, estimated from their signatures."""
        values = self.arrays["values"]
        jaccard = (values[mine] == values[other]).mean(axis=1)
        left, right = self.sizes(mine), self.sizes(other)
        return np.asarray(jaccard / (1 + jaccard) * (left + right) / np.maximum(1, np.minimum(left, right)))

    def shared(self, mine: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
        """How many shingles many pairs share, and how many of these stand in a text's second half."""
        left, left_at, left_owner = self._keys(mine)
        right, right_at, _ = self._keys(other)
        if not len(left) or not len(right):
            return np.zeros(len(mine), np.intp), np.zeros(len(mine), np.intp)
        at = np.minimum(np.searchsorted(right, left), len(right) - 1)
        met = right[at] == left
        owners, late = left_owner[met], self.arrays["late"]
        count = len(mine)
        late_mine = np.bincount(owners[late[left_at[met]]], minlength=count)
        late_other = np.bincount(owners[late[right_at[at[met]]]], minlength=count)
        return np.bincount(owners, minlength=count), np.maximum(late_mine, late_other)

    def _keys(self, rows: Numbers) -> tuple[NDArray[np.uint64], Numbers, Numbers]:
        """The shingles of rows, each above the number of its place in `rows`, so that all ascend."""
        starts = self.starts["shingles"]
        lengths = starts[rows + 1] - starts[rows]
        owners = np.repeat(np.arange(len(rows)), lengths)
        places = np.arange(len(owners)) + np.repeat(starts[rows] - (np.cumsum(lengths) - lengths), lengths)
        keys = (owners.astype(np.uint64) << np.uint64(32)) | self.arrays["shingles"][places]
        return keys, places, owners

    def same_words(self, mine: int, other: int) -> bool:
        """Whether two rows have the same words in the same order; two without words have not."""
        digests = self.arrays["digests"]
        return bool((digests[mine] == digests[other]).all() and digests[mine].any())

    def evidence(
        self, mine: int, other: int, shared: int, late: int, *, enough: float | None = None
    ) -> Evidence:
        """The evidence on one pair of which `shared` was counted.

        Args:
            mine: The first row.
            other: The second.
            shared: Shingles that both have.
            late: Of these, how many stand in a second half.
            enough: The containment from which on nobody asks for the pairs of words, which take the longest
                to count.
        """
        sizes = self.starts["shingles"]
        first, second = int(sizes[mine + 1] - sizes[mine]), int(sizes[other + 1] - sizes[other])
        together = first + second - shared
        kept, changed = compare_figures(self.of("figures", mine).tolist(), self.of("figures", other).tolist())
        pairs_shared = None
        if enough is None or shared < enough * min(first, second):
            pairs = self.of("pairs", mine), self.of("pairs", other)
            pairs_shared = len(np.intersect1d(*pairs, assume_unique=True)) / max(1, min(map(len, pairs)))
        apart = abs(float(self.published[mine]) - float(self.published[other]))
        known = self.sources[mine] >= 0 and self.sources[other] >= 0
        return Evidence(
            jaccard=shared / together if together else 0.0,
            sizes=(first, second),
            figures_kept=kept,
            figures_changed=changed,
            opening=1 - late / shared if shared else None,
            pairs_shared=pairs_shared,
            same_words=self.same_words(mine, other),
            same_source=bool(self.sources[mine] == self.sources[other]) if known else None,
            hours_apart=apart / 3600 if np.isfinite(apart) else None,
        )


class ColumnWriter:
    """Gathers the parts of an archive.

    Args:
        folder: Where to keep the arrays in files, so that they need not fit into memory: about 2.7 KB for an
            article of 300 words. None keeps them in memory. The files are closed with the `with` statement.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._kept: dict[str, list[NDArray[Any]]] = {name: [] for name in _DTYPES}
        self._files = {name: (folder / name).open("w+b") for name in _DTYPES} if folder else {}
        self._lengths: dict[str, list[Numbers]] = {name: [] for name in _RAGGED}
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def add(self, part: Part) -> None:
        """Take the next documents."""
        for name, array in part.arrays.items():
            if self._files:
                self._files[name].write(np.ascontiguousarray(array, _DTYPES[name]).tobytes())
            else:
                self._kept[name].append(array)
        for name, lengths in part.lengths.items():
            self._lengths[name].append(lengths)
        self._rows += len(part.arrays["values"])

    def finish(self, published: Sequence[float], sources: Sequence[int], permutations: int) -> Columns:
        """The arrays of all that was taken.

        Args:
            published: Of each row, seconds since 1970 or infinity.
            sources: Of each row, a number for its source or -1.
            permutations: Values in a signature.
        """
        arrays = {name: self._whole(name) for name in _DTYPES}
        arrays["values"] = arrays["values"].reshape(self._rows, permutations)
        arrays["digests"] = arrays["digests"].reshape(self._rows, 2)
        starts = {
            name: np.concatenate([[0], *lengths]).cumsum().astype(np.intp)
            for name, lengths in self._lengths.items()
        }
        return Columns(arrays, starts, np.array(published, np.float64), np.array(sources, np.int64))

    def _whole(self, name: str) -> NDArray[Any]:
        if not self._files:
            parts = self._kept.pop(name)
            return np.concatenate([part.ravel() for part in parts]) if parts else np.empty(0, _DTYPES[name])
        file = self._files[name]
        file.flush()
        return np.memmap(file, _DTYPES[name], "r") if file.tell() else np.empty(0, _DTYPES[name])
