"""All matches of a search at once: their rows, and how many each site has, and each day.

A row's number is its moment (`ROW_BITS`), so the days come from the numbers that FTS5 gives. Sites come from
a list in memory of all rows in order, with the site of each, which is read again where the index was changed:
looking up each match in `docs` would take five times as long.
"""

import sqlite3
import threading
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crawler.storage.search.file import SearchFile
from crawler.storage.search.matching import expression_of, row_bounds, rows_between
from crawler.storage.search.query import Query
from crawler.storage.search.rows import DAMASCUS, ROW_BITS, Filters

_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """Matches by site, most first, and by day of Damascus, in order; `rows` are all of them, oldest first."""

    rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    sites: dict[str, int] = field(default_factory=dict)
    days: dict[date, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many match."""
        return len(self.rows)


class FacetCounter:
    """Counts matches; threads may share it.

    Args:
        file: The index.
    """

    def __init__(self, file: SearchFile) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._version = -1
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._sites: NDArray[np.int32] = np.empty(0, np.int32)
        self._names: list[str] = []

    def count(self, query: Query, filters: Filters) -> FacetCounts:
        """Count the matches of a search by site and day.

        Raises:
            SearchIndexError: The index cannot be used, or the query takes too long.
        """
        with self._file.reading() as db:
            with self._lock:
                self._follow(db)
                all_rows, all_sites, names = self._rows, self._sites, self._names
            expression = expression_of(query, filters)
            low, high = row_bounds(query, filters)
            if expression:
                places = _places(all_rows, _matches(db, expression, low, high))
            else:
                start = 0 if low is None else int(np.searchsorted(all_rows, low))
                end = len(all_rows) if high is None else int(np.searchsorted(all_rows, high))
                places = np.arange(start, max(start, end))
        return _counted(all_rows[places], all_sites[places], names)

    def follow(self) -> None:
        """Read the rows again if the index was changed, so that no search has to do it."""
        with self._file.reading() as db, self._lock:
            self._follow(db)

    def _follow(self, db: sqlite3.Connection) -> None:
        """Read the rows again if the index was changed since."""
        row = db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        version = int(row[0]) if row else 0
        if version == self._version:
            return
        numbers: dict[str, int] = {}
        pairs = db.execute("SELECT row, site FROM docs ORDER BY row").fetchall()
        self._rows = np.fromiter((pair[0] for pair in pairs), np.int64, len(pairs))
        self._sites = np.fromiter(
            (numbers.setdefault(pair[1], len(numbers)) for pair in pairs), np.int32, len(pairs)
        )
        self._names = list(numbers)
        self._version = version


def _matches(db: sqlite3.Connection, expression: str, low: int | None, high: int | None) -> NDArray[np.int64]:
    """The numbers of all rows that match, in order, those that were replaced included."""
    where, values = rows_between("rowid", low, high)
    # The whole list in one value: a row of SQLite costs Python more than finding it costs FTS5.
    text = db.execute(
        f"SELECT group_concat(rowid) FROM words WHERE words MATCH ?{where}",  # noqa: S608  # columns of ours
        (expression, *values),
    ).fetchone()[0]
    return np.fromstring(text, np.int64, sep=",") if text else np.empty(0, np.int64)


def _places(all_rows: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where rows stand in the list of all; those that were replaced stand there no more."""
    places: NDArray[np.intp] = np.searchsorted(all_rows, rows)
    places = places[: int(np.searchsorted(places, len(all_rows)))]
    still: NDArray[np.intp] = places[all_rows[places] == rows[: len(places)]]
    return still


def _counted(rows: NDArray[np.int64], sites: NDArray[np.int32], names: list[str]) -> FacetCounts:
    by_site = np.bincount(sites, minlength=len(names)).tolist()
    day_of_row = ((rows >> ROW_BITS) + DAMASCUS) // 86400
    starts = np.flatnonzero(
        np.diff(day_of_row, prepend=day_of_row[:1] - 1)
    )  # the rows are in order, and so are their days
    days, by_day = day_of_row[starts], np.diff(starts, append=len(rows))
    ordered = sorted(zip(names, by_site, strict=True), key=lambda pair: (-pair[1], pair[0]))
    return FacetCounts(
        rows,
        {name: count for name, count in ordered if count},
        {
            _EPOCH + timedelta(days=day): count
            for day, count in zip(days.tolist(), by_day.tolist(), strict=True)
        },
    )
