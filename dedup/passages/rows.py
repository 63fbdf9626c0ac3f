"""Rows of numbers that are appended and then read, in files or in memory."""

import mmap
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

PARTS = 64
"""Of what is kept. Of a million articles a part of the fingerprints takes 12 MB."""


class Rows:
    """Rows of one kind, appended part by part and read back a part at a time.

    Args:
        dtype: The kind of a row.
        folder: A folder to be made for them; None keeps them in memory.
    """

    def __init__(self, dtype: Any, folder: Path | None) -> None:
        if folder:
            folder.mkdir()
        self._parts = [Numbers(dtype, folder and folder / str(part)) for part in range(PARTS)]

    def append(self, rows: NDArray[Any], parts: NDArray[np.intp]) -> None:
        """Append rows, each to a part.

        Args:
            rows: The rows.
            parts: The part of each, from 0 to `PARTS` - 1.
        """
        order = np.argsort(parts, kind="stable")
        bounds = np.searchsorted(parts[order], np.arange(PARTS + 1))
        for part in np.unique(parts).tolist():
            self._parts[part].append(rows[order[bounds[part] : bounds[part + 1]]])

    def parts(self) -> Iterator[NDArray[Any]]:
        """The rows of one part after the other; nothing can be appended any more."""
        return (part.read() for part in self._parts)

    def close(self) -> None:
        """Close the files."""
        for part in self._parts:
            part.close()


class Numbers:
    """Numbers or rows in a row, appended and then read anywhere.

    Args:
        dtype: Their kind.
        path: A file for them; None keeps them in memory.
    """

    def __init__(self, dtype: Any, path: Path | None) -> None:
        self._dtype = np.dtype(dtype)
        self._path = path
        self._file: BinaryIO = path.open("wb") if path else BytesIO()
        self._map: mmap.mmap | None = None

    def append(self, numbers: NDArray[Any]) -> None:
        """Append numbers."""
        self._file.write(numbers.astype(self._dtype, copy=False).tobytes())

    def close(self) -> None:
        """Close the file; nothing can be appended any more."""
        self._file.close()

    def read(self) -> NDArray[Any]:
        """All of them, those of a file paged in as they are looked at; nothing can be appended any more."""
        if isinstance(self._file, BytesIO):
            return np.frombuffer(self._file.getvalue(), self._dtype)
        self.close()
        if self._path is None or not self._path.stat().st_size:  # an empty file cannot be mapped
            return np.empty(0, self._dtype)
        with self._path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(self._map, self._dtype)

    def release(self) -> None:
        """Free the memory that pages of the file take in this process; they are read again when needed."""
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
