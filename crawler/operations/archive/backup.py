"""Backup and restore: everything in MongoDB as one compressed file, from and to any server.

The file is gzip over lines of JSON in UTF-8. The first line is a header (format, and the collections
with their options and indexes), the last a footer (how many documents of each were written, and a
SHA-256 of all lines before it). Each line between holds a collection's name and one document as
canonical MongoDB Extended JSON v2, which keeps every type (or, where a key begins with ``$``, as BSON):
https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md

Redis is not in it: what it holds can be made again from MongoDB.
"""

import gzip
import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from bson import decode, encode, json_util
from bson.codec_options import DatetimeConversion
from bson.errors import BSONError
from pymongo.database import Database
from pymongo.errors import PyMongoError

from crawler import __version__
from crawler.errors import KhabarError, StoreUnavailableError
from crawler.files import draft_of
from crawler.storage import dump
from crawler.storage.connect import Stores
from crawler.storage.seals import merge_seals, seal_documents

Document = dict[str, Any]
Progress = Callable[[int, int], None]
"""Called now and then with the documents done and (about) those to do."""

FORMAT = "khabar-backup"
FORMAT_VERSION = 1
LONGEST_LINE = 256 * 1024 * 1024
"""Bytes. MongoDB's largest document, 16 MB, has about 100 MB when each of its characters is escaped."""

_UNFINISHED = "restore"
_JSON = json_util.JSONOptions(
    json_mode=json_util.JSONMode.CANONICAL,
    tz_aware=True,
    tzinfo=UTC,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)


class BackupError(KhabarError):
    """A backup cannot be written, or is not one that can be restored."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds: documents by collection, when it was made, and its size in bytes.

    `kept_seals` counts seals that a restore kept from the database that it replaced, being later than the
    backup: what was sealed since stays sealed.
    """

    documents: dict[str, int]
    created_at: datetime
    size: int
    kept_seals: int = 0

    @property
    def total(self) -> int:
        """All documents."""
        return sum(self.documents.values())


def backup(stores: Stores, path: Path, progress: Progress | None = None) -> Summary:
    """Write everything in the database to a file, which appears when it is complete and not before.

    It may run during a crawl. Only this user can read the file.

    Args:
        stores: The open stores.
        path: The file; an older one of that name is replaced at the very end.
        progress: Called with the documents written.

    Raises:
        BackupError: The file cannot be written, or a restore into the database was interrupted.
        StoreUnavailableError: MongoDB went away.
    """
    if path.is_dir():
        raise BackupError(f"{path} is a folder: name a file for the backup")
    created = datetime.now(UTC).replace(microsecond=0)
    try:
        with _store_errors("backup"):
            if restore_was_interrupted(stores.db):
                raise BackupError(
                    f"the database {stores.db.name!r} is half restored: finish that first, with "
                    "`khabar restore FILE --replace`"
                )
            with draft_of(path) as draft, draft.open("wb") as file:
                counts = _dump(stores.db, file, created, progress or _silent)
    except OSError as error:
        raise BackupError(f"the backup {path} cannot be written: {error.strerror or error}") from None
    return Summary(counts, created, path.stat().st_size)


def verify(path: Path) -> Summary:
    """Read a backup to its end and check that it is whole.

    Raises:
        BackupError: It is cut off, damaged, of a newer format, or no backup at all.
    """
    lines = _lines(path)
    first = next(lines, b"")
    header = _header(path, first)
    digest, documents, last = hashlib.sha256(), 0, first
    for line in lines:
        digest.update(last)
        documents += 1
        last = line
    documents -= 1  # the footer
    footer = _parsed(last)
    if not isinstance(footer, dict) or "sha256" not in footer:
        raise BackupError(
            f"the backup {path} is cut off after {max(0, documents)} documents; use another one"
        )
    if footer["sha256"] != digest.hexdigest() or sum(footer["documents"].values()) != documents:
        raise BackupError(f"the backup {path} is damaged: its checksum does not match; use another one")
    return Summary(footer["documents"], header["created_at"], path.stat().st_size)


def restore(
    stores: Stores,
    path: Path,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Bring a backup's documents, indexes, validators and views into the database.

    The file is checked as a whole before anything is changed.

    Args:
        stores: The open stores.
        path: The backup.
        replace: Delete what is in the database now; without it, a database with documents is refused.
        progress: Called with the documents restored.

    Raises:
        BackupError: The backup is not whole, or the database is not empty.
        StoreUnavailableError: MongoDB went away, or refuses something that the backup holds. The
            database is then half restored: restore again, with `replace`.
    """
    summary = verify(path)
    db = stores.db
    with _store_errors("restore"):
        if not replace and (occupied := _occupied(db)):
            raise BackupError(
                f"the database {db.name!r} is not empty ({', '.join(occupied)}): restore into another one "
                "(KHABAR_MONGODB_DATABASE), or delete what is there with --replace"
            )
        # What was sealed since the backup stays sealed, whenever this is cut off and done again.
        for seal in seal_documents(db):
            db[_MARK].replace_one({"_id": f"seal:{seal['_id']}"}, {"seal": seal}, upsert=True)
        unfinished = {"$set": {"began_at": datetime.now(UTC)}}
        db[_MARK].update_one({"_id": _UNFINISHED}, unfinished, upsert=True)
        dump.clear(db, keep={_MARK})
        _load(db, path, summary, progress or _silent)
        kept = merge_seals(db, [mark["seal"] for mark in db[_MARK].find({}) if "seal" in mark])
        db.drop_collection(_MARK)
    return replace_fields(summary, kept_seals=kept)


_MARK = "khabar.unfinished"


def restore_was_interrupted(db: Database[Document]) -> bool:
    """Whether a restore into this database began and did not end."""
    return db[_MARK].find_one({"_id": _UNFINISHED}) is not None


def _dump(db: Database[Document], file: IO[bytes], created: datetime, progress: Progress) -> dict[str, int]:
    """Write header, documents and footer; give the documents by collection."""
    described = dump.describe(db)
    expected = dump.count(db, described)
    header = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "khabar": __version__,
        "created_at": created,
        "database": db.name,
        "expected": expected,
        "collections": described,
    }
    digest = hashlib.sha256()
    counts: Counter[str] = Counter()
    done = 0
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as packed:

        def write(value: object) -> None:
            line = json_util.dumps(value, json_options=_JSON, ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            packed.write(line)

        write(header)
        progress(0, expected)
        for collection in described:
            if collection["type"] == "view":
                continue
            for batch in dump.batches(db, collection["name"]):
                for document in batch:
                    write([collection["name"], _bson(document) if _ambiguous(document) else document])
                counts[collection["name"]] += len(batch)
                done += len(batch)
                progress(done, max(done, expected))
        write({"documents": dict(counts), "sha256": digest.hexdigest()})
    return dict(counts)


def _load(db: Database[Document], path: Path, summary: Summary, progress: Progress) -> None:
    """Bring a verified backup into an empty database."""
    lines = _lines(path)
    header = _header(path, next(lines, b""))
    dump.create(db, header["collections"])
    name, batch, size, done = "", list[Document](), 0, 0
    progress(0, summary.total)
    for number, line in enumerate(lines, 2):
        parsed = _parsed(line)
        if parsed is None:
            raise BackupError(f"line {number} of the backup {path} cannot be read; use another one")
        ended = isinstance(parsed, dict)  # the footer
        into = "" if ended else parsed[0]
        if batch and (into != name or len(batch) >= dump.BATCH_DOCUMENTS or size >= dump.BATCH_BYTES):
            dump.insert(db[name], batch)
            done += len(batch)
            progress(done, summary.total)
            batch, size = [], 0
        if not ended:
            name = into
            document = parsed[1]
            batch.append(decode(document, dump.CODEC) if isinstance(document, bytes) else document)
            size += len(line)
    dump.finish(db, header["collections"])


def _ambiguous(value: object) -> bool:
    """Whether Extended JSON would take a part of a document for one of its own forms, such as ``$oid``."""
    if isinstance(value, dict):
        return any(key.startswith("$") or _ambiguous(part) for key, part in value.items())
    return isinstance(value, list) and any(map(_ambiguous, value))


def _bson(document: Document) -> bytes:
    """A document in its binary form, for the few that JSON cannot hold."""
    return encode(document, codec_options=dump.CODEC)


def _header(path: Path, line: bytes) -> Document:
    header = _parsed(line)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise BackupError(f"{path} is not a backup of Khabar's")
    if header["version"] > FORMAT_VERSION:
        raise BackupError(
            f"{path} was made by a newer Khabar ({header.get('khabar')}, format {header['version']}): "
            f"this one reads format {FORMAT_VERSION}; update it"
        )
    return header


def _parsed(line: bytes) -> Any:
    """A line's value, None when it has none."""
    try:
        return json_util.loads(line.decode(), json_options=_JSON)
    except (ValueError, TypeError, KeyError, BSONError, RecursionError):
        return None


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a backup. One that is cut off in the compressed form ends early, without an error."""
    try:
        with gzip.open(path, "rb") as file:
            while line := file.readline(LONGEST_LINE):
                yield line
    except EOFError:
        return
    except (gzip.BadGzipFile, zlib.error) as error:
        raise BackupError(f"{path} is not a backup of Khabar's, or is damaged: {error}") from None
    except OSError as error:
        raise BackupError(f"the backup {path} cannot be read: {error.strerror or error}") from None


def _occupied(db: Database[Document]) -> list[str]:
    """The collections with documents in them, but for `meta`, which every opened database has."""
    described = [collection for collection in dump.describe(db) if collection["name"] != "meta"]
    return [collection["name"] for collection in described if dump.count(db, [collection])]


def _silent(done: int, expected: int) -> None:
    """Progress that nobody watches."""


@contextmanager
def _store_errors(what: str) -> Iterator[None]:
    """Say in one line what MongoDB has against it."""
    try:
        yield
    except PyMongoError as error:
        message = str(error).partition(", full error")[0]
        raise StoreUnavailableError(f"the {what} stopped, as MongoDB failed: {message}") from error
