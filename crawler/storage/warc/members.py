"""Reading segments a gzip member at a time: each holds one record; damage costs what lies behind it."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from crawler.storage.warc.exchange import content_in, dechunked, header_fields, is_chunked
from crawler.storage.warc.raw_pages import CONTENT_HEADER

_CHUNK: Final = 1 << 18
_MOST_MEMBER: Final = 1 << 28
"""Bytes that a record may unpack to; a page has at most some MB, so more is damage."""
_MOST_CONTENT: Final = 1 << 28


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record as it stands in a segment.

    Attributes:
        offset: Where its gzip member begins, in bytes.
        end: Where that ends.
        kind: Its WARC-Type.
        headers: Its WARC headers; the last value of each name.
        block: What follows them.
    """

    offset: int
    end: int
    kind: str
    headers: dict[str, str]
    block: bytes

    @property
    def record_id(self) -> str:
        """Its WARC-Record-ID."""
        return self.headers.get("WARC-Record-ID", "")

    @property
    def url(self) -> str:
        """Its WARC-Target-URI, without the angle brackets of old writers."""
        return self.headers.get("WARC-Target-URI", "").strip("<>")

    @property
    def is_http(self) -> bool:
        """Whether its block is an HTTP message."""
        return self.headers.get("Content-Type", "").startswith("application/http")

    def http_head(self) -> bytes:
        """Status or request line and headers of an HTTP message, with the empty line."""
        end = self.block.find(b"\r\n\r\n")
        bare = self.block.find(b"\n\n")
        if end >= 0 and (bare < 0 or end < bare):
            return self.block[: end + 4]
        return self.block[: bare + 2] if bare >= 0 else self.block

    def payload(self) -> bytes:
        """The block, of HTTP without head and chunks."""
        if not self.is_http:
            return self.block
        head = self.http_head()
        body = self.block[len(head) :]
        return dechunked(body) if is_chunked(header_fields(head)) else body

    def content(self) -> bytes:
        """The payload with all compression undone.

        Raises:
            ContentTooLargeError: It unpacks to more than a page can have.
        """
        payload = self.payload()
        if not self.is_http or CONTENT_HEADER not in self.headers:
            # Earlier versions kept a page's content itself.
            return payload
        return content_in(payload, header_fields(self.http_head()), _MOST_CONTENT)


def read_records(path: Path, start: int = 0, end: int | None = None) -> Iterator[ReadRecord]:
    """Yield a segment's records from an offset on, up to its end or what is damaged.

    Args:
        path: The segment.
        start: Where a record begins, in bytes.
        end: Where the last one ends; None: at the end of the file.

    Raises:
        OSError: The file cannot be read, or is gone.
    """
    with path.open("rb") as file:
        for offset, after, unpacked in members(file, start):
            if end is not None and offset >= end:
                return
            record = parse_record(unpacked, offset, after)
            if record is None:
                return
            yield record


def parse_record(unpacked: bytes, offset: int, end: int) -> ReadRecord | None:
    """A record in the bytes of a gzip member; None where they are none."""
    head, mark, rest = unpacked.partition(b"\r\n\r\n")
    if not mark or not head.startswith(b"WARC/1."):
        return None
    lines = head.decode("utf-8", "replace").split("\r\n")[1:]
    headers = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("Content-Length", "")
    if not (length.isascii() and length.isdecimal()) or len(rest) < int(length):
        return None
    return ReadRecord(offset, end, headers.get("WARC-Type", ""), headers, rest[: int(length)])


def members(file: BinaryIO, start: int) -> Iterator[tuple[int, int, bytes]]:
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
