"""The ledger of an import: each record, in a file of SQLite, and how it ended.

It makes an import one that can be stopped and gone on with, and keeps memory flat: records are read from it
in the order of their capture, whatever the order of the files.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.importing.records import Location, Record, RecordKind
from crawler.parsing.urls import InvalidURLError, host_of, page_id

BATCH = 500
"""Records that are held at once."""

_TABLES = """
CREATE TABLE IF NOT EXISTS files (path BLOB PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY, root BLOB NOT NULL, path BLOB NOT NULL, member BLOB NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL, spooled INTEGER NOT NULL, kind TEXT NOT NULL,
    url TEXT NOT NULL, page TEXT, host TEXT, site TEXT, captured_at REAL, status INTEGER NOT NULL, digest TEXT
    NOT NULL, record_id TEXT NOT NULL, refers_to TEXT NOT NULL, refers_at REAL, note TEXT NOT NULL,
    disposition TEXT, reason TEXT
);
CREATE INDEX IF NOT EXISTS open_records ON records (site, captured_at, id) WHERE disposition IS NULL;
CREATE INDEX IF NOT EXISTS pages ON records (page, captured_at);
CREATE INDEX IF NOT EXISTS digests ON records (digest) WHERE kind != 'revisit';
CREATE INDEX IF NOT EXISTS record_ids ON records (record_id);
CREATE INDEX IF NOT EXISTS hosts ON records (host, disposition);
"""
_SELECT = (
    "SELECT id, path, member, offset, length, spooled, kind, url, captured_at, status, digest, record_id, "
    "refers_to, refers_at, note, disposition, reason FROM records "
)


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """A record with its number in the ledger."""

    number: int
    record: Record


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell of a record: where it lies, its address, and what is wrong with it."""

    place: str
    url: str
    disposition: str
    reason: str


class ImportLedger:
    """The ledger of one import; used by one process at a time.

    Args:
        path: The file; made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_TABLES}")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write what is written meanwhile at once, or nothing of it."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def has_read(self, root: str, state: str) -> bool:
        """Whether a path was read to its end when it was in this state."""
        row = self._db.execute("SELECT state FROM files WHERE path = ?", (_raw(root),)).fetchone()
        return row is not None and row[0] == state

    def enter(self, root: str, state: str, entries: Iterable[tuple[Record, str | None, str | None]]) -> int:
        """Enter the records of a path in place of what was entered of it before.

        Args:
            root: The path.
            state: What it was like: another state means that it is read again.
            entries: Its records, each with how it ends if that is known already, and why.

        Returns:
            How many there are.
        """
        count = 0
        with self.transaction():
            self._db.execute("DELETE FROM records WHERE root = ?", (_raw(root),))
            for record, disposition, reason in entries:
                self._insert(root, record, disposition, reason)
                count += 1
            self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (_raw(root), state))
        return count

    def _insert(self, root: str, record: Record, disposition: str | None, reason: str | None) -> None:
        place = record.location
        page, host = _names(record.url)
        values = {
            "root": _raw(root),
            "path": _raw(place.path),
            "member": _raw(place.member),
            "offset": place.offset,
            "length": place.length,
            "spooled": place.spooled,
            "kind": str(record.kind),
            "url": _text(record.url),
            "page": page,
            "host": host,
            "captured_at": _stamp(record.captured_at),
            "status": record.status,
            "digest": _text(record.digest),
            "record_id": _text(record.record_id),
            "refers_to": _text(record.refers_to),
            "refers_at": _stamp(record.refers_at),
            "note": _text(record.note),
            "disposition": disposition,
            "reason": _text(reason or ""),
        }
        self._db.execute(
            "INSERT INTO records (root, path, member, offset, length, spooled, kind, url, page, host, "
            "captured_at, status, digest, record_id, refers_to, refers_at, note, disposition, reason) VALUES "
            "(:root, :path, :member, :offset, :length, :spooled, :kind, :url, :page, :host, :captured_at, "
            ":status, :digest, :record_id, :refers_to, :refers_at, :note, :disposition, :reason)",
            values,
        )

    def open_files(self, site: str) -> list[str]:
        """The files that hold open records of a site, by name."""
        rows = self._db.execute(
            "SELECT DISTINCT path FROM records WHERE site = ? AND disposition IS NULL ORDER BY path", (site,)
        )
        return [_name(row[0]) for row in rows]

    def hosts(self, kinds: Iterable[RecordKind] = RecordKind) -> Counter[str]:
        """How many open records of these kinds each host has."""
        rows = self._db.execute(
            "SELECT host, COUNT(*) FROM records WHERE disposition IS NULL "
            "AND kind IN (SELECT value FROM json_each(?)) GROUP BY host",
            (json.dumps(list(map(str, kinds))),),
        )
        return Counter({host or "": count for host, count in rows})

    def reopen(self, disposition: str) -> None:
        """Take back that records ended so: another look may come to another end."""
        self._db.execute(
            "UPDATE records SET disposition = NULL, reason = '' WHERE disposition = ?", (disposition,)
        )

    def assign(self, host: str, site: str | None, disposition: str | None = None, reason: str = "") -> None:
        """Say which site the open records of a host belong to, or how they end without one."""
        self._db.execute(
            "UPDATE records SET site = ?, disposition = ?, reason = ? "
            "WHERE host IS ? AND disposition IS NULL",
            (site, disposition, reason, host or None),
        )

    def end_by_record_id(self, record_id: str, disposition: str, reason: str) -> None:
        """End the open record of a name."""
        self._db.execute(
            "UPDATE records SET disposition = ?, reason = ? WHERE record_id = ? AND disposition IS NULL",
            (disposition, reason, record_id),
        )

    def sites(self) -> list[str]:
        """The sites that have open records."""
        rows = self._db.execute(
            "SELECT DISTINCT site FROM records WHERE disposition IS NULL AND site IS NOT NULL"
        )
        return sorted(row[0] for row in rows)

    def open_records(self, site: str) -> Iterator[LedgerRecord]:
        """Yield the open records of a site in the order of their capture; they may be ended meanwhile."""
        return self._open_records("site = ?", site)

    def unassigned_pages(self, host: str) -> Iterator[LedgerRecord]:
        """Yield the open pages of a host that are of no site yet, in the order of their capture."""
        return self._open_records("site IS NULL AND kind IN ('page', 'article') AND host = ?", host)

    def _open_records(self, condition: str, value: str) -> Iterator[LedgerRecord]:
        last: tuple[float, int] = (-1e18, 0)
        while True:
            with closing(
                self._db.execute(
                    f"{_SELECT} WHERE {condition} AND disposition IS NULL "
                    "AND (captured_at, id) > (?, ?) ORDER BY captured_at, id LIMIT ?",
                    (value, *last, BATCH),
                )
            ) as cursor:
                rows = cursor.fetchall()
            yield from map(_record, rows)
            if len(rows) < BATCH:
                return
            last = rows[-1][8], rows[-1][0]

    def capture_of(self, url: str, at: datetime) -> Record | None:
        """The page of an address that was captured nearest to a time; None where none is in the import."""
        page, _ = _names(url)
        row = self._db.execute(
            _SELECT + "WHERE page = ? AND kind = 'page' ORDER BY ABS(captured_at - ?) LIMIT 1",
            (page, at.timestamp()),
        ).fetchone()
        return None if row is None else _record(row).record

    def content_of(self, revisit: Record) -> Record | None:
        """The record whose content a revisit repeats; None where it is not in the import."""
        if revisit.digest:
            row = self._db.execute(
                _SELECT + "WHERE digest = ? AND kind != 'revisit' LIMIT 1", (revisit.digest,)
            ).fetchone()
            if row is not None:
                return _record(row).record
        if not revisit.refers_to or revisit.refers_at is None:
            return None
        earlier = self.capture_of(revisit.refers_to, revisit.refers_at)
        return earlier if earlier and earlier.captured_at == revisit.refers_at else None

    def end(self, endings: Iterable[tuple[int, str, str]]) -> None:
        """Say how records ended: number, disposition, reason."""
        with self.transaction():
            self._db.executemany(
                "UPDATE records SET disposition = ?, reason = ? WHERE id = ?",
                [(disposition, _text(reason), number) for number, disposition, reason in endings],
            )

    def unpacked_files_without(self, endings: Iterable[str]) -> list[tuple[str, str]]:
        """The files that had to be unpacked and whose records have all ended so: path, and file in a zip."""
        rows = self._db.execute(
            "SELECT path, member FROM records WHERE spooled GROUP BY path, member "
            "HAVING MIN(COALESCE(disposition, '') IN (SELECT value FROM json_each(?)))",
            (json.dumps(list(map(str, endings))),),
        )
        return [(_name(path), _name(member)) for path, member in rows]

    def counts(self) -> dict[str, Counter[str]]:
        """How the records of each file ended; open ones under an empty name."""
        counts: dict[str, Counter[str]] = {}
        rows = self._db.execute(
            "SELECT path, COALESCE(disposition, ''), COUNT(*) FROM records GROUP BY path, disposition "
            "ORDER BY path"
        )
        for path, disposition, count in rows:
            counts.setdefault(_name(path), Counter())[disposition] = count
        return counts

    def total(self) -> int:
        """How many records there are."""
        return int(self._db.execute("SELECT COUNT(*) FROM records").fetchone()[0])

    def notices(self, dispositions: Iterable[str], limit: int) -> list[Notice]:
        """What is to be told of single records: those that ended so, and those that are damaged.

        Args:
            dispositions: Endings that are told record by record.
            limit: At most so many.
        """
        rows = self._db.execute(
            f"{_SELECT} WHERE disposition IN (SELECT value FROM json_each(?)) OR note != '' "  # noqa: S608
            "ORDER BY id LIMIT ?",
            (json.dumps(list(map(str, dispositions))), limit),
        )
        notices = []
        for row in rows:
            record = _record(row).record
            reason = "; ".join(filter(None, (record.note, row[16])))
            notices.append(Notice(str(record.location), record.url, row[15] or "", reason))
        return notices

    def left_out_hosts(self, disposition: str, limit: int) -> list[tuple[str, int]]:
        """The hosts whose records ended so, the most frequent first."""
        rows = self._db.execute(
            "SELECT host, COUNT(*) AS n FROM records WHERE disposition = ? GROUP BY host "
            "ORDER BY n DESC, host LIMIT ?",
            (disposition, limit),
        )
        return [(host or "no host", count) for host, count in rows]


def ledger_path(folder: Path, names: Iterable[str]) -> Path:
    """The file of the ledger of an import of these paths and options."""
    key = hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return folder / f"{key}.sqlite"


def _record(row: tuple[Any, ...]) -> LedgerRecord:
    number, path, member, offset, length, spooled, kind, url, captured_at, status = row[:10]
    digest, record_id, refers_to, refers_at, note = row[10:15]
    location = Location(_name(path), _name(member), offset, length, bool(spooled))
    record = Record(
        location,
        RecordKind(kind),
        url,
        _moment(captured_at),
        status,
        digest,
        record_id,
        refers_to,
        _moment(refers_at),
        note=note,
    )
    return LedgerRecord(number, record)


def _names(url: str) -> tuple[str | None, str | None]:
    """The identity of an address's page, and its host."""
    try:
        return (page_id(url), host_of(url).removeprefix("www.")) if url else (None, None)
    except (InvalidURLError, ValueError):
        return None, None


def _stamp(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _moment(stamp: float | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)


def _raw(name: str) -> bytes:
    """The name of a file, which may be no text."""
    return name.encode("utf-8", "surrogateescape")


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _text(value: str) -> str:
    """A text that SQLite takes."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
