"""Candidates of a whole archive as a relational join of its band keys, in DuckDB.

What is too much for memory goes to the disk.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.batch.candidates import NEIGHBOURS
from dedup.batch.columns import Numbers
from dedup.errors import JoinError

BLOCK = 1 << 15
"""Documents whose band keys are inserted, and whose pairs are fetched, at once."""


def _candidates_statement() -> str:
    """The SQL of the candidates: neighbours within a bucket, each with some before it, and with the first."""
    # The key goes before the band: rows differ in it first. One order serves both windows.
    bucket = "PARTITION BY key, band ORDER BY number"
    windows = [f"lag(number, {distance}) OVER ({bucket})" for distance in range(1, NEIGHBOURS + 1)]
    windows.append(f"first_value(number) OVER ({bucket} ROWS UNBOUNDED PRECEDING)")
    names = [f"n{distance}" for distance in range(len(windows))]
    columns = [f"{window} AS {name}" for window, name in zip(windows, names, strict=True)]
    return (  # no names but ours
        "SELECT DISTINCT later, earlier FROM ("
        f"SELECT number AS later, unnest([{', '.join(names)}]) AS earlier FROM ("
        f"SELECT number, {', '.join(columns)} FROM bands) AS neighbours) AS pairs WHERE earlier < later"
    )


class DuckDB:
    """An engine for `dedup.batch.cluster.cluster_documents` that keeps its tables in a file.

    Args:
        folder: Where its file and what spills out of memory are kept; they are removed again.
        memory: How much memory it may take, in bytes.
        threads: How many threads it may use.
    """

    def __init__(self, folder: Path, *, memory: int, threads: int) -> None:
        self._folder = folder
        self._memory = memory
        self._threads = threads

    def __call__(self, keys: NDArray[np.uint32]) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield blocks of candidates, ascending; see `dedup.batch.cluster.Engine`."""
        import duckdb  # 0.1 s, and only needed here

        options: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{max(64, self._memory >> 20)}MiB",
            "threads": self._threads,
            "temp_directory": str(self._folder / "spilled"),
            "preserve_insertion_order": False,
        }
        try:
            with duckdb.connect(str(self._folder / "bands.duckdb"), config=options) as connection:
                yield from _joined(connection, keys)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise JoinError(
                f"the join of band keys in {self._folder.parent} failed: {reason}; if it wants memory, raise "
                "--memory; if it wants disk, make room there or use another --data-dir"
            ) from None


def _joined(connection: Any, keys: NDArray[np.uint32]) -> Iterator[tuple[Numbers, Numbers]]:
    connection.execute("SET enable_progress_bar = false")  # it would be drawn on stdout
    connection.execute("CREATE TABLE bands (number INTEGER, band UTINYINT, key UINTEGER)")
    for first in range(0, len(keys), BLOCK):
        block = keys[first : first + BLOCK]
        columns = {  # noqa: F841  # DuckDB finds it by its name
            "number": np.repeat(np.arange(first, first + len(block), dtype=np.int32), keys.shape[1]),
            "band": np.tile(np.arange(keys.shape[1], dtype=np.uint8), len(block)),
            "key": block.ravel(),
        }
        connection.execute("INSERT INTO bands SELECT number, band, key FROM columns")
    connection.execute(f"CREATE TABLE pairs AS {_candidates_statement()}")
    connection.execute("DROP TABLE bands")
    for first in range(0, len(keys), BLOCK):
        pairs = connection.execute(
            "SELECT later, earlier FROM pairs WHERE later >= ? AND later < ? ORDER BY later, earlier",
            [first, first + BLOCK],
        ).fetchnumpy()
        if len(pairs["later"]):
            yield pairs["later"].astype(np.intp), pairs["earlier"].astype(np.intp)
