"""Where the records of a WARC or ARC file begin and end, whatever state the file is in.

Each record of a compressed archive is a gzip member of its own (WARC 1.1, annex D). What is damaged costs the
record in which it lies: reading goes on at the next place where a record begins.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

GZIP = b"\x1f\x8b\x08"
HEAD = 1 << 16
"""Bytes of a record that are kept: its headers, and those of the answer in it."""
CHUNK = 1 << 18
RATIO = 200
"""Content of news packs to a tenth; zeros to a thousandth."""
BOMB = 1 << 26
"""Bytes that may come of a member before its ratio is looked at."""

_ARC_LINE = re.compile(
    rb"\A[a-z][a-z0-9+.-]{0,30}:[^\n]{0,9000} (?P<date>\d{8,14}) [^\n]{1,300} (?P<length>\d{1,15})\r?\n",
    re.IGNORECASE,
)
_WARC_LENGTH = re.compile(rb"\ncontent-length:[ \t]{0,20}(\d{1,15})[ \t]{0,20}\r{0,2}\n", re.IGNORECASE)
_BLANK = re.compile(rb"\r{0,2}\n\r{0,2}\n")
_NEXT = re.compile(
    rb"\n(?=WARC/[01]\.\d{1,3}\r{0,2}\n)|"
    rb"\n(?=[a-z][a-z0-9+.-]{0,30}:[^\n ]{1,2000} [0-9a-f.:]{3,40} \d{14} )",
    re.IGNORECASE,
)
LONGEST_START = 2100
"""Bytes by which the beginning of a record is known."""


class SeamlessError(Exception):
    """From an offset on, records and the members of the compression do not end together.

    Args:
        offset: Where; what lies before was yielded.
    """

    def __init__(self, offset: int) -> None:
        super().__init__(f"no record can be read by itself from {offset} on")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Frame:
    """A record's place.

    Attributes:
        offset: Where it begins.
        length: Its bytes in the file.
        head: The beginning of it, unpacked.
        damage: What is wrong with it; empty for a whole one.
        is_lost: Whether nothing can be read of it.
    """

    offset: int
    length: int
    head: bytes
    damage: str = ""
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class _Extent:
    """How long a record is by its own headers: header block, content."""

    header: int
    content: int

    @property
    def total(self) -> int:
        return self.header + self.content


def frames(file: BinaryIO) -> Iterator[Frame]:
    """Yield the records of a file in order, damaged ones among them.

    Args:
        file: The file, which can be sought in.

    Raises:
        SeamlessError: It has to be unpacked first, from an offset on.
    """
    file.seek(0)
    start = file.read(LONGEST_START * 5)
    size = file.seek(0, 2)
    if not size:
        yield Frame(0, 0, b"", "the file is empty")
    elif not start.startswith(GZIP) and not is_record_start(start.lstrip(b"\r\n")):
        yield from _frames_after_damage(file, size)
    elif start.startswith(GZIP):
        yield from _packed_frames(file, size, 0)
    else:
        yield from _plain_frames(file, size, 0)


def _frames_after_damage(file: BinaryIO, size: int) -> Iterator[Frame]:
    """Yield the records of a file whose beginning is none: what follows it shows how the file is made."""
    packed, plain = _next_member(file, 1), _next_record(file, 1, size)
    following = min(packed, plain)
    yield Frame(0, following, b"", "no record begins here", is_lost=True)
    yield from (_packed_frames if packed < plain else _plain_frames)(file, size, following)


def frame_at(file: BinaryIO, offset: int) -> Frame | None:
    """The record that begins at an offset; None where none does."""
    file.seek(offset)
    head = file.read(HEAD)
    if head.startswith(GZIP):
        member = unpack_member(file, offset)
        frame = _packed_frame(offset, member, _extent(member.head))
        return None if frame.is_lost else frame
    extent = _extent(head)
    return None if extent is None else Frame(offset, extent.total, head[: extent.total])


def is_record_start(head: bytes) -> bool:
    """Whether bytes are the beginning of a record."""
    return head.startswith(b"WARC/") or _ARC_LINE.match(head) is not None


def arc_date(head: bytes) -> str | None:
    """The time of capture as a record of an ARC file states it; None for a record of another kind."""
    line = _ARC_LINE.match(head)
    return line["date"].decode() if line else None


def _extent(head: bytes) -> _Extent | None:
    """How long the record is that begins so; None where its headers cannot be read."""
    if head.startswith(b"WARC/"):
        blank = _BLANK.search(head)
        length = _WARC_LENGTH.search(head, 0, blank.end()) if blank else None
        # Where the headers are torn, those of the next record would be taken for theirs.
        if blank is None or length is None or _NEXT.search(head, 0, blank.end()):
            return None
        return _Extent(blank.end(), int(length[1]))
    line = _ARC_LINE.match(head)
    return _Extent(line.end(), int(line["length"])) if line else None


def _packed_frames(file: BinaryIO, size: int, offset: int) -> Iterator[Frame]:
    short: Frame | None = None
    while offset < size:
        member = unpack_member(file, offset)
        extent = _extent(member.head)
        if short is not None and extent is None and not member.is_lost:
            # The record before goes on here.
            raise SeamlessError(short.offset)
        if short is not None:
            yield short
            short = None
        if member.is_lost:
            following = _next_member(file, offset + 1)
            yield Frame(offset, following - offset, member.head, member.damage, is_lost=True)
        else:
            following = offset + member.packed
            frame = _packed_frame(offset, member, extent)
            if frame.damage and is_record_start(member.head):
                short = frame
            else:
                yield frame
        offset = following
    if short is not None:
        yield short


def _packed_frame(offset: int, member: "Member", extent: _Extent | None) -> Frame:
    if extent is None:
        damage = member.damage or "it is no WARC or ARC record"
        return Frame(offset, member.packed, member.head, damage, is_lost=True)
    if member.size > extent.total + 16 and is_record_start(member.after(extent.total)):
        raise SeamlessError(offset)
    damage = member.damage
    if not damage and member.size < extent.total:
        damage = f"it is shorter than it says: {member.size} of {extent.total} bytes"
    return Frame(offset, member.packed, member.head, damage)


@dataclass(slots=True)
class Member:
    """A gzip member: its beginning unpacked, its bytes packed and unpacked, what is wrong with it.

    `is_lost` says that what was unpacked is not to be relied on. `tail` is what was unpacked last.
    """

    head: bytes
    packed: int
    size: int
    damage: str = ""
    is_lost: bool = False
    tail: bytes = b""

    def after(self, length: int) -> bytes:
        """What follows so many bytes, as far as it was kept."""
        if length < len(self.head):
            return self.head[length:].lstrip(b"\r\n")
        kept_from = self.size - len(self.tail)
        return self.tail[length - kept_from :].lstrip(b"\r\n") if length >= kept_from else b""


def unpack_member(file: BinaryIO, offset: int, keep: int = HEAD) -> Member:
    """Unpack a gzip member to its end, keeping the beginning alone.

    Args:
        file: The file.
        offset: Where the member begins.
        keep: Bytes of it that are kept.
    """
    file.seek(offset)
    reader = zlib.decompressobj(wbits=31)
    head, size, read = bytearray(), 0, 0
    tail = b""
    while not reader.eof:
        window = reader.unconsumed_tail
        if not window:
            window = file.read(CHUNK)
            read += len(window)
        if not window:
            return Member(bytes(head), read, size, "the file ends in the middle of it")
        try:
            chunk = reader.decompress(window, CHUNK)
        except zlib.error as error:
            return Member(bytes(head), read, size, f"its compression is damaged ({error})", is_lost=True)
        size += len(chunk)
        if len(head) < keep:
            head += chunk[: keep - len(head)]
        tail = chunk if len(chunk) > 64 else tail[-64:] + chunk
        if size > BOMB and size > RATIO * read:
            return Member(
                bytes(head), read, size, f"it unpacks to more than {RATIO} times its size", is_lost=True
            )
    return Member(bytes(head), read - len(reader.unused_data), size, tail=tail)


def _next_member(file: BinaryIO, start: int) -> int:
    """Where the next record begins; the file's end where none does."""
    for place in _places(file, GZIP, start):
        file.seek(place)
        try:
            head = zlib.decompressobj(wbits=31).decompress(file.read(HEAD), HEAD)
        except zlib.error:
            continue
        if is_record_start(head):
            return place
    return file.seek(0, 2)


def _places(file: BinaryIO, pattern: bytes, start: int) -> Iterator[int]:
    """Where a pattern stands in a file, from an offset on."""
    overlap = len(pattern) - 1
    at = start
    while True:
        file.seek(at)
        window = file.read(CHUNK)
        place = window.find(pattern)
        while place >= 0:
            yield at + place
            place = window.find(pattern, place + 1)
        if len(window) < CHUNK:
            return
        at += len(window) - overlap


def _plain_frames(file: BinaryIO, size: int, offset: int) -> Iterator[Frame]:
    while (offset := _skip_blank(file, offset)) < size:
        file.seek(offset)
        head = file.read(HEAD)
        if head.startswith(GZIP):
            # Another file was appended to it.
            yield from _packed_frames(file, size, offset)
            return
        extent = _extent(head)
        if extent is None:
            following = _next_record(file, offset + 1, size)
            yield Frame(offset, following - offset, head, "no record begins here", is_lost=True)
        elif _is_end(file, offset + extent.total, size):
            following = offset + extent.total
            yield Frame(offset, extent.total, head[: extent.total])
        else:
            following = _next_record(file, offset + extent.header, size)
            length = min(extent.total, following - offset)
            damage = "the next record begins" if following < size else "the file ends"
            where = "in the middle of it" if length < extent.total else "not where it should end"
            yield Frame(
                offset, length, head[:length], f"{damage} {where}: {extent.content} bytes are what it says"
            )
        offset = following


def _skip_blank(file: BinaryIO, offset: int) -> int:
    file.seek(offset)
    while window := file.read(64):
        rest = window.lstrip(b"\r\n")
        offset += len(window) - len(rest)
        if rest:
            break
    return offset


def _is_end(file: BinaryIO, offset: int, size: int) -> bool:
    """Whether a record can end here: nothing follows, or another one."""
    if offset > size:
        return False
    offset = _skip_blank(file, offset)
    if offset >= size:
        return True
    file.seek(offset)
    following = file.read(LONGEST_START * 5)
    return following.startswith(GZIP) or is_record_start(following)


def _next_record(file: BinaryIO, start: int, size: int) -> int:
    """Where the next record begins, in a file that is not compressed; the file's end where none does."""
    at, length = start, 2 * LONGEST_START
    while at < size:
        file.seek(at - 1)
        window = file.read(length)
        # It most often begins soon.
        length = min(2 * length, CHUNK)
        match = _NEXT.search(window)
        if match is not None:
            return at - 1 + match.end()
        at += max(len(window) - LONGEST_START, LONGEST_START)
    return size
