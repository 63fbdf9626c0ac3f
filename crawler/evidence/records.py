"""The records of a capture as a package takes them: WARC records, each a gzip member of its own.

What the crawl wrote is copied byte by byte. An import leaves its captures where they lie, in whatever form: a
WARC record that is not compressed is compressed, its bytes as they are; of an ARC record, a saved page or a
row of an export a WARC record is made, whose block has the bytes as they lie there.
"""

import gzip
import hashlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from crawler.evidence.case import NO_TIME, RecordRange
from crawler.importing.frames import GZIP, is_record_start, unpack_member
from crawler.importing.records import Location, Record, RecordKind, UnreadableError
from crawler.importing.saved_pages import is_mhtml, is_page
from crawler.importing.sources import Reader
from crawler.parsing.content import ContentTooLargeError
from crawler.storage.warc.exchange import new_record_id
from crawler.storage.warc.members import ReadRecord, parse_record, read_records
from crawler.storage.warc.records import LEVEL, packed

ORIGINAL_HEADER: Final = "Khabar-Original"
"""WARC header of a record that was made here: the file, and the byte at which it stands there."""
MOST_BYTES: Final = 1 << 28
"""Bytes that a record may have."""


class RecordsMissingError(Exception):
    """A capture is not there, is not what it was, or cannot be copied; the text says so."""


def copied_records(records: RecordRange) -> Iterator[tuple[ReadRecord, bytes]]:
    """Yield the records of a range, each with its bytes for the package.

    Raises:
        RecordsMissingError: The capture is not there or not as it was written; at the end, so that what is
            there can be copied all the same.
    """
    is_whole = False
    try:
        with records.path.open("rb") as file:
            for record, data in _read(file, records):
                if records.record_id in ("", record.record_id):
                    is_whole = is_whole or _has_content(record, records)
                yield record, data
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecordsMissingError(
            f"{records.file_name}: the capture is not kept any more ({reason})"
        ) from None
    if not is_whole:
        place = f"{records.file_name} at {records.begin}"
        raise RecordsMissingError(f"{place}: the capture is not there, or not as it was written")


def _read(file: BinaryIO, records: RecordRange) -> Iterator[tuple[ReadRecord, bytes]]:
    file.seek(records.begin)
    if file.read(len(GZIP)) == GZIP:
        is_warc = False
        for record in read_records(records.path, records.begin, records.end):
            is_warc = True
            file.seek(record.offset)
            yield record, file.read(record.end - record.offset)
        if is_warc:
            return
        content = unpack_member(file, records.begin, MOST_BYTES).head
    else:
        file.seek(records.begin)
        content = file.read(min(records.end - records.begin, MOST_BYTES) if records.end else MOST_BYTES)
    if content.startswith(b"WARC/"):
        data = _plain_warc(content)
    elif records.at is not NO_TIME:
        data = _as_warc(content, records)
    else:
        return
    parsed = parse_record(gzip.decompress(data), records.begin, records.end)
    if parsed is not None and _has_content(parsed, records):
        yield parsed, data


def _plain_warc(content: bytes) -> bytes:
    """A WARC record that is not compressed as a gzip member: its bytes, and the end of one."""
    record = parse_record(content, 0, 0)
    whole = content[: content.index(b"\r\n\r\n") + 4 + len(record.block)] if record else b""
    return gzip.compress(whole + b"\r\n\r\n", LEVEL, mtime=0)


def _as_warc(content: bytes, records: RecordRange) -> bytes:
    """A WARC record of what is none."""
    headers = {ORIGINAL_HEADER: f"{records.file_name}:{records.begin}"}
    kind, content_type = "resource", "application/octet-stream"
    if is_record_start(content):
        kind, content_type = "response", "application/http; msgtype=response"
        content = content.partition(b"\n")[2]
    elif is_mhtml(content):
        content_type = "multipart/related"
    elif is_page(content):
        content_type = "text/html"
    elif content.startswith(b"{"):
        content_type = "application/json"
    record_id = records.record_id or new_record_id()
    return packed(kind, record_id, records.url, records.at, content, content_type, headers).packed


def _has_content(record: ReadRecord, records: RecordRange) -> bool:
    """Whether a record has the content that is stored of it."""
    if records.sha256 is None or record.kind == "revisit":
        return True
    try:
        if hashlib.sha256(record.content()).hexdigest() == records.sha256:
            return True
        reader = Reader(records.path.parent, MOST_BYTES)
        length = max(0, records.end - records.begin)
        location = Location(str(records.path), offset=records.begin, length=length)
        kinds = (RecordKind.PAGE, RecordKind.ARTICLE)
        return any(_sha256(reader, Record(location, kind)) == records.sha256 for kind in kinds)
    except ContentTooLargeError:
        return False


def _sha256(reader: Reader, record: Record) -> str | None:
    """Of the content that an import reads in a record."""
    try:
        return hashlib.sha256(reader.payload(record).body).hexdigest()
    except UnreadableError:
        return None
