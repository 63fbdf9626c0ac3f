"""A site's segments: files of WARC records, appended to, indexed, and deleted when there are too many.

A segment carries the ending ``.open`` while a crawl writes it; one that still has it when the next crawl
begins was torn, and is never appended to. Beside each finished one stands its index
(`crawler.storage.warc.cdxj`).
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, TypeAlias

from crawler.files import append_private, draft_of, make_private_folder
from crawler.storage.warc import cdxj, records
from crawler.storage.warc.index_lines import index_lines
from crawler.storage.warc.raw_pages import ENDING, OPEN, segment_number, segments

SEGMENT_BYTES = 64 * 1024 * 1024
"""A segment is closed at this size: some thousand pages, a minute's reading, and what falls away at once when
the limit of a site is reached."""
MOST_SEGMENTS = 8
"""At least so many segments make up a site's limit: reaching it costs an eighth of what is kept, not all."""
TORN = ".torn"
"""Ending of an empty file beside a segment that a crash left: its end may be half a record."""

logger = logging.getLogger(__name__)

IndexLine: TypeAlias = Callable[[int, int, str], str]
"""Makes a record's line, given its offset and length in bytes and the file's name."""


@dataclass(frozen=True, slots=True)
class Member:
    """A record's bytes, and what makes its line in the index; None: it has none."""

    packed: bytes
    index_line: IndexLine | None


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """Bytes that were appended to a segment, or a segment that was deleted.

    Attributes:
        segment: Its name.
        at: When, aware.
        begin: Where the bytes begin in the file.
        end: Where they end; of a deleted one its size.
        sha256: Hex SHA-256 of the bytes; None: the segment was deleted.
    """

    segment: str
    at: datetime
    begin: int
    end: int
    sha256: str | None


class Segments:
    """The segments of one site; one process at a time appends.

    Args:
        folder: The site's folder; made when it is first opened.
        limit: Bytes that all may take together; the oldest go first.
        info: What stands in `warcinfo`.
    """

    def __init__(self, folder: Path, limit: int, info: Mapping[str, str]) -> None:
        self._folder = folder
        self._limit = limit
        self._info = info
        self._max_bytes = min(SEGMENT_BYTES, max(1, limit // MOST_SEGMENTS))
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._lines: list[str] = []
        self._changes: list[SegmentChange] = []
        self.name = ""
        """Of the segment that is being written."""
        self.headers: dict[str, str] = {}
        """WARC headers of every record in it."""
        self.shared_ids: set[str] = set()
        """Ids of records that were written by this process and may be wanted in a later segment."""

    def begin(self) -> None:
        """Make sure that a segment is open which has room: all records of a capture go to the same one.

        Raises:
            OSError: The folder cannot be written.
        """
        if self._file is not None and self._file.tell() >= self._max_bytes:
            self.finish()
        if self._file is None:
            self._open()

    def _open(self) -> None:
        make_private_folder(self._folder)
        for torn in self._folder.glob(f"*{ENDING}{OPEN}"):
            whole = torn.with_name(torn.name.removesuffix(OPEN))
            torn.rename(whole)
            # Readers skip its torn end; a record appended behind it would be lost to them.
            whole.with_name(whole.name + TORN).touch()
            _write_index(whole, sorted(index_lines(whole)))
        self._delete_oldest()
        last = next(reversed(segments(self._folder)), None)
        if last is not None and last.stat().st_size < self._max_bytes and not _is_closed(last):
            self.name = last.name
            self._lines = read_index(last)
            self._path = last.with_name(last.name + OPEN)
            last.rename(self._path)
        else:
            number = segment_number(last.name) + 1 if last is not None else 1
            self.name, self._lines = self._new_name(number), []
            self._path = self._folder / (self.name + OPEN)
        self._file = append_private(self._path)
        record = records.warcinfo(self.name, {**self._info, "isPartOf": self._folder.name})
        self.headers = {"WARC-Warcinfo-ID": record.id}
        self.append([Member(record.packed, None)])

    def append(self, members: list[Member]) -> tuple[int, list[int]]:
        """Append records in one call.

        Returns:
            Where the first begins, and where each begins and the last ends.

        Raises:
            OSError: The disk is full; what was there before is whole.
        """
        file = self._file
        assert file is not None  # noqa: S101
        begin, data = file.tell(), b"".join(member.packed for member in members)
        try:
            if file.write(data) != len(data):
                raise OSError(ENOSPC, "the disk is full")
        except OSError:
            file.truncate(begin)
            file.seek(begin)
            raise
        offsets = [begin]
        for member in members:
            offset = offsets[-1]
            offsets.append(offset + len(member.packed))
            if member.index_line is not None:
                self._lines.append(member.index_line(offset, len(member.packed), self.name))
        digest = hashlib.sha256(data).hexdigest()
        self._changes.append(SegmentChange(self.name, datetime.now(UTC), begin, begin + len(data), digest))
        return begin, offsets

    def changes(self) -> list[SegmentChange]:
        """What changed since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def finish(self) -> None:
        """Close the segment that is being written, and write its index."""
        if self._file is None or self._path is None:
            return
        self._file.close()
        whole = self._path.with_name(self.name)
        self._path.rename(whole)
        _write_index(whole, self._lines)
        self._file = self._path = None
        self._delete_oldest()

    def _new_name(self, number: int) -> str:
        """A name that no other site or machine gives."""
        return (
            f"khabar-{self._folder.name}-{number:08}-{datetime.now(UTC):%Y%m%d%H%M%S}-{token_hex(4)}{ENDING}"
        )

    def _delete_oldest(self) -> None:
        """Delete the oldest segments while all together are over the limit."""
        kept = segments(self._folder)
        total = sum(path.stat().st_size for path in kept)
        for path in kept[:-1]:
            if total <= self._limit:
                break
            size = path.stat().st_size
            total -= size
            logger.info("Captures: %s is deleted, the site's limit is %d bytes", path, self._limit)
            path.unlink()
            path.with_name(path.name + TORN).unlink(missing_ok=True)
            index_path(path).unlink(missing_ok=True)
            self._changes.append(SegmentChange(path.name, datetime.now(UTC), 0, size, None))


def index_path(segment: Path) -> Path:
    """Where a segment's index stands."""
    return segment.with_name(segment.name.removesuffix(ENDING) + cdxj.ENDING)


def read_index(segment: Path) -> list[str]:
    """The lines of a segment's index; one that is missing is made of the segment itself."""
    try:
        return index_path(segment).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return sorted(index_lines(segment))


def _write_index(segment: Path, lines: list[str]) -> None:
    try:
        with draft_of(index_path(segment)) as draft:
            draft.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
    except OSError as error:
        # It can be made again from the segment, which is whole.
        logger.warning("The index of %s could not be written: %s", segment, error)


def _is_closed(path: Path) -> bool:
    """Whether nothing is appended to a segment any more: a crash left it, or an earlier version wrote it."""
    return path.with_name(path.name + TORN).exists() or not path.name.startswith("khabar-")
