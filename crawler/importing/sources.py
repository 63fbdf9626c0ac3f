"""Files to records: what each file is, what lies in zips, and how a record's page is read again."""

import hashlib
import io
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from crawler.errors import UsageError
from crawler.importing.cdx import parse_index
from crawler.importing.frames import GZIP, SeamlessError, is_record_start
from crawler.importing.records import (
    Location,
    Payload,
    Record,
    RecordKind,
    UnreadableError,
    plausible_time,
)
from crawler.importing.rows import is_of_rows, load_row, read_rows
from crawler.importing.saved_pages import is_mhtml, is_page, mhtml_page, origin_of
from crawler.importing.spool import (
    HEAD_BYTES,
    as_lines,
    beginning,
    gunzipped,
    text_lines,
    unpacked_page,
    write_spool,
)
from crawler.importing.warc import load_payload, read_record_at, read_records
from crawler.importing.zips import (
    ByteRange,
    member_chunks,
    member_time,
    members,
    open_stored,
    open_zip,
    package_faults,
    read_member,
)

SPOOL_RATIO = 100
"""Times its size to which a file that is compressed as one stream may unpack: WARC files pack to a tenth."""
SPOOL_LEAST = 1 << 26
ZIP = b"PK\x03\x04"
ARCHIVES = (".warc", ".warc.gz", ".arc", ".arc.gz")
INDEXES = (".cdx", ".cdxj", ".cdx.gz")
ROWS = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz")
FOREIGN = (".7z", ".rar", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".xz", ".zst", ".wacz", ".zip")
"""Endings of archives; those that cannot be read are told, other files are no pages."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what is imported.

    Attributes:
        work: A folder for files that have to be unpacked before records in them can be read.
        max_bytes: Bytes that a page may have.
    """

    work: Path
    max_bytes: int

    def records(self, path: Path, name: str, *, is_explicit: bool = False) -> Iterator[Record]:
        """Yield the records of a file.

        Args:
            path: The file, absolute.
            name: Its path within what is imported, with slashes: that of a mirror holds the address.
            is_explicit: Whether it was given by itself, and not with its folder: an index leads to the
            archives
                beside it then.
        """
        place = Location(str(path))
        if path.is_symlink() or not path.is_file():
            yield _other(place, "it is a link or no file, and is not followed")
            return
        try:
            with path.open("rb") as file:
                start = file.read(HEAD_BYTES)
                if start.startswith(ZIP):
                    yield from self._zip(place)
                elif is_explicit and name.lower().endswith(INDEXES):
                    yield from self._index(file, path)
                else:
                    modified = plausible_time(datetime.fromtimestamp(path.stat().st_mtime, UTC))
                    yield from self._content(file, start, place, name, modified)
        except OSError as error:
            yield _unreadable(place, f"it cannot be read: {error.strerror or error}")

    def payload(self, record: Record) -> Payload:
        """Read the page of a record.

        Raises:
            UnreadableError: It is damaged, too large, or gone.
        """
        location = record.location
        try:
            with self._open(location) as file:
                if record.kind is RecordKind.ARTICLE:
                    return load_row(file, location, self.max_bytes)
                if location.length:
                    return load_payload(file, location, self.max_bytes)
                return self._saved_page(file)
        except OSError as error:
            raise UnreadableError(f"its file cannot be read: {error.strerror or error}") from None

    def page_within(self, location: Location) -> Payload:
        """Read a saved page that lies in a larger file, as `position` names its place.

        Raises:
            UnreadableError: It is damaged, too large, or gone.
        """
        try:
            with self._open(location) as file:
                part = ByteRange(file, location.offset, location.length)
                return self._saved_page(io.BufferedReader(part))
        except OSError as error:
            raise UnreadableError(f"its file cannot be read: {error.strerror or error}") from None

    def unpacked_file(self, location: Location) -> Path:
        """A file on the disk that holds a place: the file itself, or what was, or is now, unpacked of it.

        Raises:
            UnreadableError: It is damaged.
        """
        if not location.spooled and not location.member:
            return Path(location.path)
        path = self.unpacked_path(location)
        if not path.exists():
            archive = open_zip(location.path)
            limit = archive.getinfo(location.member).compress_size * SPOOL_RATIO + SPOOL_LEAST
            if damage := write_spool(member_chunks(archive, location.member), path, limit):
                raise UnreadableError(damage)
        return path

    def position(self, location: Location) -> tuple[str, int, int]:
        """The file in which a record lies, where it begins and where it ends in it; at 0: the whole file.

        What is compressed within a zip has no place of its own: its name stands behind an exclamation mark.
        """
        end = location.offset + location.length
        if not location.member or location.spooled:
            return location.file, location.offset, end
        info = open_zip(location.path).getinfo(location.member)
        stored = open_stored(location.path, info)
        if stored is None:
            return location.file, location.offset, end
        with stored:
            begin = stored.raw.start + location.offset
            return location.path, begin, begin + (location.length or info.file_size)

    def _saved_page(self, file: BinaryIO) -> Payload:
        body = unpacked_page(file, self.max_bytes)
        return mhtml_page(body) if is_mhtml(body) else Payload(body)

    def _open(self, location: Location) -> BinaryIO:
        if location.spooled:
            path = self.unpacked_path(location)
            if not path.exists():
                _unpack_again(self, Path(location.path))
            return path.open("rb")
        if not location.member:
            return open(location.path, "rb")  # noqa: PTH123 - who opens it closes it
        archive = open_zip(location.path)
        stored = open_stored(location.path, archive.getinfo(location.member))
        return stored or io.BytesIO(read_member(archive, location.member, self.max_bytes))

    def _content(
        self, file: BinaryIO, start: bytes, place: Location, name: str, modified: datetime | None
    ) -> Iterator[Record]:
        """Yield the records of a file by how it begins."""
        low = name.lower()
        head = beginning(start)
        if low.endswith(ARCHIVES) or is_record_start(head):
            yield from self._archive(file, place)
        elif is_of_rows(head):
            yield from self._rows(file, start, place, modified)
        elif low.endswith(ROWS):
            yield _foreign_rows(place, low)
        elif is_page(head) or is_mhtml(head):
            yield _page(place, head, name, modified)
        elif low.endswith(FOREIGN):
            yield _unreadable(place, "it is no archive of a kind that can be read (WARC, ARC, WACZ, zip)")
        else:
            yield _other(place, f"a file of another kind ({Path(name).suffix[:20] or 'no ending'})")

    def _archive(self, file: BinaryIO, place: Location) -> Iterator[Record]:
        try:
            yield from read_records(file, place)
        except SeamlessError as error:
            yield from self._spooled(file, place, error.offset)

    def _spooled(self, file: BinaryIO, place: Location, start: int) -> Iterator[Record]:
        """Yield the records of a file that is unpacked first from an offset on."""
        spooled = replace(place, offset=0, length=0, spooled=True)
        size = file.seek(0, io.SEEK_END)
        file.seek(start)
        if damage := write_spool(
            gunzipped(file), self.unpacked_path(spooled), size * SPOOL_RATIO + SPOOL_LEAST
        ):
            yield _unreadable(place, damage)
        with self.unpacked_path(spooled).open("rb") as unpacked:
            yield from read_records(unpacked, spooled)

    def unpacked_path(self, location: Location) -> Path:
        """Where a file lies that has to be unpacked before its records can be read, once it is."""
        return (
            self.work
            / f"{hashlib.sha256(location.file.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.spool"
        )

    def _rows(
        self, file: BinaryIO, start: bytes, place: Location, modified: datetime | None
    ) -> Iterator[Record]:
        if not start.startswith(GZIP) and not beginning(start).lstrip().startswith(b"["):
            file.seek(0)
            yield from read_rows(file, place, modified, self.max_bytes)
            return
        spooled = replace(place, spooled=True)
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        chunks = gunzipped(file) if start.startswith(GZIP) else iter(lambda: file.read(1 << 18), b"")
        if beginning(start).lstrip().startswith(b"["):
            chunks = as_lines(chunks, self.max_bytes * 8)
        if damage := write_spool(chunks, self.unpacked_path(spooled), size * SPOOL_RATIO + SPOOL_LEAST):
            yield _unreadable(place, damage)
        with self.unpacked_path(spooled).open("rb") as unpacked:
            yield from read_rows(unpacked, spooled, modified, self.max_bytes)

    def _zip(self, place: Location) -> Iterator[Record]:
        try:
            archive = open_zip(place.path)
        except UnreadableError as error:
            yield _unreadable(place, str(error))
            return
        yield from (_unreadable(replace(place, member=name), why) for name, why in package_faults(archive))
        for info, objection in members(archive):
            member = replace(place, member=info.filename)
            if objection:
                yield _unreadable(member, objection)
                continue
            try:
                yield from self._member(archive, info, member)
            except UnreadableError as error:
                yield _unreadable(member, str(error))

    def _member(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Location) -> Iterator[Record]:
        """Yield the records of a file in a zip."""
        start = read_member(archive, info.filename, HEAD_BYTES, cut=True)
        low = info.filename.lower()
        if start.startswith(ZIP) or low.endswith(FOREIGN):
            yield _unreadable(place, "an archive within an archive is not opened: unpack the outer one first")
            return
        stored = open_stored(place.path, info)
        if stored is not None:
            with stored:
                yield from self._content(stored, start, place, info.filename, member_time(info))
        elif low.endswith(ARCHIVES) or is_record_start(beginning(start)) or is_of_rows(beginning(start)):
            yield from self._unpacked_member(archive, info, place)
        else:
            yield from self._content(io.BytesIO(start), start, place, info.filename, member_time(info))

    def _unpacked_member(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Location
    ) -> Iterator[Record]:
        """Yield the records of a compressed archive, or of compressed rows, in a zip."""
        spooled = replace(place, spooled=True)
        path = self.unpacked_path(spooled)
        limit = info.compress_size * SPOOL_RATIO + SPOOL_LEAST
        if damage := write_spool(member_chunks(archive, info.filename), path, limit):
            yield _unreadable(place, damage)
        with path.open("rb") as unpacked:
            if is_of_rows(beginning(unpacked.read(HEAD_BYTES))):
                unpacked.seek(0)
                yield from read_rows(unpacked, spooled, member_time(info), self.max_bytes)
                return
            try:
                yield from read_records(unpacked, spooled)
            except SeamlessError as error:
                detail = "it is compressed as one stream within a compressed zip: unpack the zip first"
                yield _unreadable(replace(place, offset=error.offset), detail)

    def _index(self, file: BinaryIO, path: Path) -> Iterator[Record]:
        """Yield the records that a CDX file names in the archives beside it, in the order of the index."""
        file.seek(0)
        is_packed = path.name.lower().endswith(".gz")
        lines = text_lines(gunzipped(file) if is_packed else iter(lambda: file.read(1 << 18), b""))
        for number, entry in parse_index(lines):
            place = Location(str(path), offset=number)
            if entry is None:
                yield _unreadable(place, "the line names no capture of a page")
                continue
            archive = _beside(path, entry.file)
            if archive is None:
                yield _unreadable(place, f"it names {entry.file[:200]!r}, which is not here")
                continue
            yield self._indexed(archive, entry.offset, place)

    def _indexed(self, archive: Path, offset: int, place: Location) -> Record:
        """The record at an offset of an archive."""
        with archive.open("rb") as file:
            record = read_record_at(file, Location(str(archive), offset=offset))
        return (
            record
            if record is not None
            else _unreadable(place, f"no record begins at {archive.name}:{offset}")
        )


@lru_cache(maxsize=256)
def _unpack_again(reader: Reader, path: Path) -> None:
    """Unpack what has to be, once: it was deleted since, and comes of reading the file again."""
    deque(reader.records(path, path.name), maxlen=0)


def existing_paths(paths: Sequence[str]) -> list[Path]:
    """The paths as absolute ones.

    Raises:
        UsageError: One is not there.
    """
    for path in paths:
        if not Path(path).exists():
            raise UsageError(f"{path}: no such file or folder")
    return [Path(path).resolve() for path in paths]


def _page(place: Location, head: bytes, name: str, modified: datetime | None) -> Record:
    origin = origin_of(head, name)
    if origin is None or not origin.url.lower().startswith(("http://", "https://")):
        return Record(place, RecordKind.UNREADABLE, detail="a page that does not say which address it is of")
    captured_at = origin.saved_at or modified
    if captured_at is None:
        return Record(
            place, RecordKind.UNREADABLE, origin.url, detail="a page without a time at which it was saved"
        )
    return Record(place, RecordKind.PAGE, origin.url, captured_at, 200)


def _beside(index: Path, name: str) -> Path | None:
    """The archive that an index names, if it lies where the index may lead: its folder, or one beside it."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    if not plain or plain in (".", ".."):
        return None
    places = (index.parent, index.parent.parent / "archive", index.parent.parent / "warcs")
    return next((place / plain for place in places if (place / plain).is_file()), None)


def _foreign_rows(place: Location, name: str) -> Record:
    """The record of a file of JSON that holds no articles of a program that is known here."""
    detail = "JSON without articles of news-please, fundus, Media Cloud or Khabar"
    # Packages of archives, and mirrors, have JSON of their own.
    is_data = place.member or name.endswith(".json")
    return _other(place, detail) if is_data else _unreadable(place, detail)


def _other(place: Location, detail: str) -> Record:
    return Record(place, RecordKind.OTHER, detail=detail)


def _unreadable(place: Location, detail: str) -> Record:
    return Record(place, RecordKind.UNREADABLE, detail=detail)
