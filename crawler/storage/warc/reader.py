"""Reading raw pages back: the pages of a segment, and which captures its records are.

Captures are read from where an earlier look ended, a gzip member at a time, so that a folder that grows by a
few pages costs those. A record counts when it is whole and its body has the hash that it states.
"""

import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from crawler.model.article import Hints
from crawler.storage.warc.raw_pages import (
    ARTICLE_HEADER,
    CONVERSION_HEADER,
    HINTS_HEADER,
    PART_HEADER,
    PARTS_HEADER,
    RENDERED,
    RawPage,
    fetch_sha256,
    is_article_record,
    joined_sha256,
    segment_name,
)

_CHUNK: Final = 1 << 18
_MOST_MEMBER: Final = 1 << 28
"""Bytes that a record may unpack to; a page has at most some MB, so more is damage."""


class DamagedSegmentError(Exception):
    """A segment has an end that cannot be read: a crash tore its last record, or the file was damaged."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: its end cannot be read; the pages before it can")


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as it was fetched, kept in a WARC file.

    Attributes:
        article_id: The article that was read in it.
        sha256: Of its bytes, further pages of the article included, as the article's `html_sha256`.
        at: When it was fetched.
        segment: Name of the file, as it is called once it is finished.
        offset: Where the page's own record begins in it.
    """

    article_id: str
    sha256: str
    at: datetime
    segment: str
    offset: int


def read_segment(path: Path) -> Iterator[RawPage]:
    """Yield the pages of a segment in the order they were written, up to its end or the first damaged record.

    Raises:
        DamagedSegmentError: After the last whole page, where bytes follow that are no whole record.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    with path.open("rb") as file:
        try:
            parts: list[tuple[str, bytes]] = []
            for record in ArchiveIterator(file):
                if not is_article_record(record):
                    continue
                html = record.content_stream().read()
                digest = record.rec_headers.get_header("WARC-Payload-Digest").removeprefix("sha256:")
                if hashlib.sha256(html).hexdigest() != digest:
                    raise DamagedSegmentError(path)
                if record.rec_headers.get_header(PART_HEADER):
                    parts.append((record.rec_headers.get_header("WARC-Target-URI"), html))
                    continue
                yield _page(record, html, tuple(parts))
                parts = []
        except (ArchiveLoadFailed, EOFError, OSError, ValueError, KeyError, zlib.error) as error:
            raise DamagedSegmentError(path) from error


def _page(record: Any, html: bytes, parts: tuple[tuple[str, bytes], ...]) -> RawPage:
    headers = record.rec_headers
    hints = json.loads(headers.get_header(HINTS_HEADER) or "{}")
    for name in ("published_at", "modified_at"):
        if name in hints:
            hints[name] = datetime.fromisoformat(hints[name])
    if "authors" in hints:
        hints["authors"] = tuple(hints["authors"])
    is_rendered = headers.get_header(CONVERSION_HEADER) == RENDERED
    return RawPage(
        article_id=headers.get_header(ARTICLE_HEADER),
        url=headers.get_header("WARC-Target-URI"),
        html=html,
        sha256=fetch_sha256(html, parts),
        fetched_at=datetime.fromisoformat(headers.get_header("WARC-Date")),
        content_type=(record.http_headers or headers).get_header("Content-Type"),
        hints=Hints(**hints),
        parts=parts,
        parts_kept=headers.get_header(PARTS_HEADER) is not None,
        is_post=record.rec_type == "conversion" and not is_rendered,
        is_rendered=is_rendered,
    )


def read_captures(path: Path, start: int = 0) -> Iterator[tuple[Capture, int]]:
    """Yield the captures of a segment from an offset on, each with the offset to go on at.

    Ends without error at the end of what is whole: the rest is damaged, or not written yet.

    Raises:
        OSError: The file cannot be read, or is gone.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    parts: list[str] = []
    with path.open("rb") as file:
        for offset, end, unpacked in _members(file, start):
            try:
                record = next(iter(ArchiveIterator(io.BytesIO(unpacked))), None)
                if record is None or not is_article_record(record):
                    continue
                headers = record.rec_headers
                digest = headers.get_header("WARC-Payload-Digest").removeprefix("sha256:")
                if hashlib.sha256(record.content_stream().read()).hexdigest() != digest:
                    return
                if headers.get_header(PART_HEADER):
                    parts.append(digest)
                    continue
                at = datetime.fromisoformat(headers.get_header("WARC-Date"))
                article = headers.get_header(ARTICLE_HEADER)
                capture = Capture(article, joined_sha256([digest, *parts]), at, segment_name(path), offset)
            except (ArchiveLoadFailed, EOFError, ValueError, AttributeError, StopIteration):
                return  # damaged; the pages before it can be read
            parts = []
            yield capture, end


def _members(file: BinaryIO, start: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield the gzip members from an offset on: where each begins and ends, and what it holds."""
    file.seek(start)
    rest = b""
    while True:
        unpacker, unpacked, taken = zlib.decompressobj(wbits=31), bytearray(), 0
        while not unpacker.eof:
            packed, rest = rest or file.read(_CHUNK), b""
            if not packed or len(unpacked) > _MOST_MEMBER:
                return
            try:
                unpacked += unpacker.decompress(packed)
            except zlib.error:
                return
            rest = unpacker.unused_data
            taken += len(packed) - len(rest)
        yield start, start + taken, bytes(unpacked)
        start += taken
