"""The file: its tables, its connections, and what is said when it cannot be used."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from crawler.errors import KhabarError
from crawler.files import append_private, make_private_folder

SCHEMA_VERSION: Final = "9"
"""Raised when the tables or the way words are folded change: the file is then made anew."""

PATIENCE: Final = 10.0
"""Seconds to wait for another process that writes."""

LONGEST_QUERY: Final = 5.0
"""Seconds after which a query is given up, so that one with many prefixes cannot hold a thread for ever."""

_STEPS: Final = 20_000  # SQLite's virtual machine instructions between two looks at the clock: about 1 ms

# A row's number is its moment: FTS5 streams matches in the order of row numbers, in both directions and
# between two bounds, so that "the newest twenty in December" reads twenty entries and not all of them. The
# facets (site, language, duplicate) are words of the index for the same reason. FTS5 keeps no copy of the
# texts (`content = ''`); MongoDB has them. What is replaced stays in `words` under its old number, which no
# document has any more and which is kept in `dead`.
_TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE docs (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, site TEXT NOT NULL, title TEXT NOT NULL,
    url TEXT NOT NULL, at INTEGER NOT NULL, stated INTEGER, precision TEXT, language TEXT,
    story TEXT NOT NULL, duplicate_of TEXT, similarity REAL, reason TEXT, repeats INTEGER NOT NULL,
    removed INTEGER,
    revision INTEGER NOT NULL, edited INTEGER, stamp BLOB NOT NULL
);
CREATE INDEX docs_site ON docs (site, row, duplicate_of);
CREATE INDEX docs_story ON docs (story, site);
CREATE INDEX docs_edited ON docs (edited) WHERE edited IS NOT NULL;
CREATE INDEX docs_removed ON docs (removed) WHERE removed IS NOT NULL;
CREATE VIRTUAL TABLE words USING fts5 (
    title, text, facets, content = '', prefix = '3',
    tokenize = "unicode61 remove_diacritics 0 tokenchars ':-_'"
);
CREATE TABLE dead (row INTEGER PRIMARY KEY);
CREATE TABLE counts (
    site TEXT PRIMARY KEY, articles INTEGER NOT NULL, duplicates INTEGER NOT NULL,
    removed INTEGER NOT NULL, newest INTEGER
) WITHOUT ROWID;
CREATE TABLE crawls (
    id TEXT PRIMARY KEY, site TEXT NOT NULL, started INTEGER NOT NULL, finished INTEGER, kind TEXT,
    outcome TEXT, verdict TEXT, reason TEXT, message TEXT, taken INTEGER NOT NULL, remaining INTEGER NOT NULL,
    dispositions TEXT NOT NULL, problems TEXT NOT NULL
);
CREATE INDEX crawls_site ON crawls (site, started);
CREATE TABLE quarantine (
    id TEXT PRIMARY KEY, site TEXT NOT NULL, url TEXT NOT NULL, reason TEXT NOT NULL,
    message TEXT, at INTEGER NOT NULL, bytes INTEGER NOT NULL
);
CREATE INDEX quarantine_site ON quarantine (site, at);
CREATE TABLE segments (
    site TEXT, name TEXT, read INTEGER NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (site, name)
) WITHOUT ROWID;
CREATE TABLE captures (
    site TEXT NOT NULL, segment TEXT NOT NULL, offset INTEGER NOT NULL, article TEXT NOT NULL,
    sha256 TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (site, segment, offset)
) WITHOUT ROWID;
CREATE INDEX captures_article ON captures (article, at);
"""


class SearchIndexError(KhabarError):
    """The index cannot be read or written; the message says where and what to do."""


class DamagedIndexError(SearchIndexError):
    """The file is no index, or a broken one: it has to be made anew."""


class BusyIndexError(SearchIndexError):
    """Another process writes it, and goes on doing so; what it held before can be read meanwhile."""


class SearchFile:
    """The index file of a data folder; every thread has a connection of its own.

    Readers see the state before or after a refresh, never one between (write-ahead log).
    """

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "search" / "index.sqlite"
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection within one snapshot.

        Raises:
            SearchIndexError: The file cannot be used, or the query takes too long.
        """
        with self._telling():
            connection = self._connection()
            deadline = time.monotonic() + LONGEST_QUERY
            connection.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.set_progress_handler(None, 0)
                connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection within one transaction: all of it is done, or nothing; one writer at a time.

        Raises:
            SearchIndexError: The file cannot be used, or another process writes for longer than `PATIENCE`.
        """
        with self._telling():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def settle(self) -> None:
        """Move what was written from the log into the file, as far as nobody reads it."""
        with self._telling():
            self._connection().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def remove(self) -> None:
        """Delete the file, to be made anew; nobody else may use it meanwhile."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open()
            self._local.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection

    def _open(self) -> sqlite3.Connection:
        make_private_folder(self.path.parent)
        # SQLite gives its other files the rights of this one. One that is there is not opened beside SQLite:
        # closing it would take the locks of this process' other connections away, and another process that
        # ends would then delete the log under them.
        if not self.path.exists():
            append_private(self.path).close()
        connection = sqlite3.connect(
            self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            # A crash of the machine may lose the last refresh, never the file: it is derived data.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA mmap_size = 1073741824")  # reads without copying, up to 1 GB
            # The log of a rebuild is as large as the index; it is cut back to this many bytes afterwards.
            connection.execute("PRAGMA journal_size_limit = 67108864")
            _ensure_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            text = str(error)
            if text == "interrupted":
                raise SearchIndexError(
                    f"the query took longer than {LONGEST_QUERY:.0f} s and was given up; "
                    "use longer words or fewer *"
                ) from None
            if "fts5" in text and "no such module" in text:
                raise SearchIndexError(
                    f"this Python's SQLite ({sqlite3.sqlite_version}) was built without FTS5, which the "
                    "search index needs; use the Python of python.org, Debian, Homebrew, uv or conda"
                ) from None
            if "locked" in text:
                raise BusyIndexError(
                    f"{self.path}: another process has been writing the search index for longer than "
                    f"{PATIENCE:.0f} s; making a large one takes minutes: try again then"
                ) from None
            raise SearchIndexError(f"{self.path}: the search index cannot be used: {text}") from error
        except sqlite3.DatabaseError as error:
            raise DamagedIndexError(
                f"{self.path}: the search index is damaged ({error}); make it anew: khabar search --rebuild"
            ) from error
        except OSError as error:
            raise SearchIndexError(f"{self.path}: {error.strerror}") from error


def _ensure_tables(connection: sqlite3.Connection) -> None:
    if _version(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) != SCHEMA_VERSION:
            # Of another version, or new: what an earlier one holds is derived, and made again.
            names = [
                row[0]
                for row in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'words_*'"
                    " AND name NOT GLOB 'sqlite_*'"
                )
            ]
            for name in names:
                connection.execute(f'DROP TABLE "{name}"')
            for statement in _TABLES.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('schema', ?)", (SCHEMA_VERSION,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> str | None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return None
    row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    return str(row[0]) if row else None
