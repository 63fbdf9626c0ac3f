"""What the documents of an archive are compared by, in flat arrays instead of an object each.

A hundred thousand articles are then some arrays, in memory or in files that the system pages in and out, and
many pairs are compared in one pass. The arrays are those of `dedup.text.shingles.Content`, one document after
the other (compressed sparse rows).
"""

import mmap
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.parameters import Parameters
from dedup.signature import signatures
from dedup.text.shingles import shingle_and_code

Numbers: TypeAlias = NDArray[np.intp]

DTYPES: dict[str, Any] = {
    "shingles": np.uint32,
    "late": np.bool_,
    "words": np.uint32,
    "figures": np.uint64,
    "values": np.uint32,
    "digests": np.uint64,
}
RAGGED = ("shingles", "words", "figures")


@dataclass(frozen=True, slots=True)
class Block:
    """The arrays of a few documents, by name; of the ragged ones also how long each document's part is."""

    arrays: dict[str, NDArray[Any]]
    lengths: dict[str, Numbers]


def read_block(texts: Sequence[str], parameters: Parameters) -> Block:
    """Everything that texts are compared by, as flat arrays.

    Words stand in the order of the text: few documents are ever asked for their pairs of words, or laid
    beside another.
    """
    cut, codes, code_starts = shingle_and_code(texts, parameters.shingle_words)
    lengths = [len(figures) for figures in cut.figures]
    figures = np.fromiter(chain.from_iterable(cut.figures), np.uint64, sum(lengths))
    digests = b"".join(digest or bytes(16) for digest in cut.digests)
    return Block(
        arrays={
            "shingles": cut.hashes,
            "late": cut.late,
            "words": codes,
            "figures": figures,
            "values": signatures(cut.hashes, cut.starts, parameters),
            "digests": np.frombuffer(digests, "<u8").reshape(len(texts), 2),
        },
        lengths={
            "shingles": np.diff(cut.starts),
            "words": np.diff(code_starts),
            "figures": np.array(lengths, np.intp),
        },
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """The arrays of all documents, by row: the order in which they were read.

    Attributes:
        arrays: `shingles` with `late`, `words` (`dedup.text.word_codes`) and `figures` of all rows, one after
            the other; `values` (the MinHash, a row each) and `digests` (the text hash, two numbers each).
        starts: Where each row begins in each of the ragged arrays, with the end of the last as one more.
        published: Seconds since 1970, infinity where that isn't known.
        sources: A number for each source, -1 where it isn't known.
        maps: The files that lie behind the arrays.
    """

    arrays: dict[str, NDArray[Any]]
    starts: dict[str, Numbers]
    published: NDArray[np.float64]
    sources: NDArray[np.int64]
    maps: tuple[mmap.mmap, ...] = field(default=(), repr=False)

    def sizes(self, rows: Numbers) -> Numbers:
        """Distinct shingles of each row."""
        return self.starts["shingles"][rows + 1] - self.starts["shingles"][rows]

    def gather(self, name: str, rows: Numbers) -> tuple[Numbers, NDArray[np.uint64]]:
        """Where the entries of rows stand in a ragged array, and for each its place in `rows`."""
        starts = self.starts[name]
        begins = starts[rows]
        lengths = starts[rows + 1] - begins
        owners = np.repeat(np.arange(len(rows), dtype=np.uint64), lengths)
        shifts = begins - np.cumsum(lengths) + lengths
        return np.arange(len(owners)) + np.repeat(shifts, lengths), owners

    def joined(self, name: str, rows: Numbers) -> tuple[NDArray[Any], Numbers]:
        """The entries of rows in a ragged array, one row after the other, and how many each row has."""
        begins, ends = self.starts[name][rows], self.starts[name][rows + 1]
        return _pieces(self.arrays[name], begins, ends), ends - begins

    def row_bytes(self, rows: Numbers) -> Numbers:
        """Bytes of what rows are compared by, about."""
        total = np.full(len(rows), self.arrays["values"].itemsize * self.arrays["values"].shape[1])
        for name in RAGGED:
            total += self.arrays[name].itemsize * (self.starts[name][rows + 1] - self.starts[name][rows])
        return total

    def take(self, rows: Numbers) -> "Columns":
        """The columns of some rows, in this order."""
        arrays = {name: self.arrays[name][rows] for name in ("values", "digests")}
        starts: dict[str, Numbers] = {}
        for name in RAGGED:
            arrays[name], lengths = self.joined(name, rows)
            starts[name] = np.concatenate([np.zeros(1, np.intp), np.cumsum(lengths)])
        shingles = self.starts["shingles"]
        arrays["late"] = _pieces(self.arrays["late"], shingles[rows], shingles[rows + 1])
        return Columns(arrays, starts, self.published[rows], self.sources[rows])

    def words(self, row: int) -> NDArray[np.uint32]:
        """The word codes of one row, in order."""
        starts = self.starts["words"]
        return np.asarray(self.arrays["words"][starts[row] : starts[row + 1]])

    def release(self) -> None:
        """Free the memory that pages of the files take in this process; they are read again when needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            for pages in self.maps:
                pages.madvise(mmap.MADV_DONTNEED)


def _pieces(entries: NDArray[Any], begins: Numbers, ends: Numbers) -> NDArray[Any]:
    """Pieces of an array, one after the other."""
    pieces = [entries[first:last] for first, last in zip(begins.tolist(), ends.tolist(), strict=True)]
    return np.concatenate([entries[:0], *pieces])


def join_columns(parts: Sequence[Columns]) -> Columns:
    """The rows of several columns, one after the other; of at least one."""
    starts: dict[str, Numbers] = {}
    for name in RAGGED:
        lengths = [np.diff(part.starts[name]) for part in parts]
        starts[name] = np.cumsum(np.concatenate([np.zeros(1, np.intp), *lengths]), dtype=np.intp)
    return Columns(
        {name: np.concatenate([part.arrays[name] for part in parts]) for name in DTYPES},
        starts,
        np.concatenate([part.published for part in parts]),
        np.concatenate([part.sources for part in parts]),
    )


def open_columns(folder: Path, permutations: int) -> Columns:
    """The columns that `ColumnWriter` kept in a folder, without reading them.

    Args:
        folder: The folder.
        permutations: Values in a signature.
    """
    maps: list[mmap.mmap] = []

    def mapped(name: str, dtype: Any) -> NDArray[Any]:
        path = folder / name
        if not path.stat().st_size:  # an empty file cannot be mapped
            return np.empty(0, dtype)
        with path.open("rb") as file:
            maps.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return np.frombuffer(maps[-1], dtype)

    arrays = {name: mapped(name, dtype) for name, dtype in DTYPES.items()}
    starts = {name: mapped(f"{name}.starts", np.intp) for name in RAGGED}
    published, sources = mapped("published", np.float64), mapped("sources", np.int64)
    return Columns(_reshaped(arrays, permutations), starts, published, sources, tuple(maps))


def _reshaped(arrays: dict[str, NDArray[Any]], permutations: int) -> dict[str, NDArray[Any]]:
    return arrays | {
        "values": arrays["values"].reshape(-1, permutations),
        "digests": arrays["digests"].reshape(-1, 2),
    }


class ColumnWriter:
    """Gathers the blocks of an archive.

    Args:
        folder: Where to keep the arrays in files, so that they need not fit into memory: about 2.7 KB for an
            article of 300 words. None keeps them in memory. The files are closed with the `with` statement.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._kept: dict[str, list[NDArray[Any]]] = {name: [] for name in DTYPES}
        self._close = ExitStack()
        self._files = (
            {name: self._close.enter_context((folder / name).open("wb")) for name in DTYPES} if folder else {}
        )
        self._lengths: dict[str, list[Numbers]] = {name: [] for name in RAGGED}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close.close()

    def add(self, block: Block) -> None:
        """Add the next documents."""
        for name, array in block.arrays.items():
            if self._files:
                # Not `tofile`: that doesn't raise when the disk is full.
                self._files[name].write(np.ascontiguousarray(array, DTYPES[name]).tobytes())
            else:
                self._kept[name].append(array.ravel())
        for name, lengths in block.lengths.items():
            self._lengths[name].append(lengths.astype(np.int32))

    def finish(self, published: Sequence[float], sources: Sequence[int], permutations: int) -> Columns:
        """The arrays of all blocks.

        Args:
            published: Of each row, seconds since 1970 or infinity.
            sources: Of each row, a number for its source or -1.
            permutations: Values in a signature.
        """
        starts = {name: self._starts(name) for name in RAGGED}
        moments, numbers = np.array(published, np.float64), np.array(sources, np.int64)
        if self._folder is None:
            arrays = {
                name: np.concatenate([np.empty(0, DTYPES[name]), *self._kept.pop(name)]) for name in DTYPES
            }
            return Columns(_reshaped(arrays, permutations), starts, moments, numbers)
        self._close.close()
        files = {"published": moments, "sources": numbers}
        files |= {f"{name}.starts": array for name, array in starts.items()}
        for name, array in files.items():
            (self._folder / name).write_bytes(array.tobytes())
        return open_columns(self._folder, permutations)

    def _starts(self, name: str) -> Numbers:
        lengths = np.concatenate([np.zeros(1, np.int32), *self._lengths.pop(name)])
        return np.cumsum(lengths, dtype=np.intp)
