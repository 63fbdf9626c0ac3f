"""Which raw pages are kept: what the records of a site's segments say of themselves.

A segment is read from where an earlier look ended, a gzip member at a time, so that a folder that grows by a
few pages costs those. A record counts when it is whole and its body has the hash that it states.
"""

import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from crawler.storage.warc.raw_pages import OPEN, PART_HEADER, is_article_record, joined_sha256

_CHUNK: Final = 1 << 18
_MOST_MEMBER: Final = 1 << 28
"""Bytes that a record may unpack to; a page has at most some MB, so more is damage."""


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


def segment_name(path: Path) -> str:
    """What a segment is called, while it is written and after."""
    return path.name.removesuffix(OPEN)


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
                article = headers.get_header("Khabar-Article")
                capture = Capture(article, joined_sha256([digest, *parts]), at, segment_name(path), offset)
            except (ArchiveLoadFailed, EOFError, ValueError, AttributeError, StopIteration):
                return  # damaged; the pages before it can be read
            parts = []
            yield capture, end


def _members(file: BinaryIO, start: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield the gzip members from an offset on: where each begins and ends, and what it holds."""
    file.seek(start)
    held = b""
    while True:
        unpacker, unpacked, taken = zlib.decompressobj(wbits=31), bytearray(), 0
        while not unpacker.eof:
            packed, held = held or file.read(_CHUNK), b""
            if not packed or len(unpacked) > _MOST_MEMBER:
                return
            try:
                unpacked += unpacker.decompress(packed)
            except zlib.error:
                return
            held = unpacker.unused_data
            taken += len(packed) - len(held)
        yield start, start + taken, bytes(unpacked)
        start += taken
