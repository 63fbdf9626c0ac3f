"""Files that have to be unpacked before the records in them can be read, each within bounds."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from crawler.importing.frames import GZIP
from crawler.importing.records import TooLargeError, UnreadableError

HEAD_BYTES = 1 << 16
"""Bytes by which a file is known."""
LONGEST_LINE = 20_000
"""Bytes of a line of an index."""


def beginning(start: bytes) -> bytes:
    """The beginning of a file, unpacked if it is gzip."""
    if not start.startswith(GZIP):
        return start
    try:
        return zlib.decompressobj(wbits=31).decompress(start, HEAD_BYTES)
    except zlib.error:
        return b""


def unpacked_page(file: BinaryIO, max_bytes: int) -> bytes:
    """A saved page, unpacked if it is gzip."""
    body = file.read(max_bytes + 1)
    if body.startswith(GZIP):
        reader = zlib.decompressobj(wbits=31)
        try:
            body = reader.decompress(body, max_bytes + 1)
        except zlib.error as error:
            raise UnreadableError(f"its compression is damaged ({error})") from None
    if len(body) > max_bytes:
        raise TooLargeError(f"it is larger than {max_bytes} bytes")
    return body


def gunzipped(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a file of gzip members.

    Raises:
        UnreadableError: It is damaged; what was yielded is whole.
    """
    reader, window = zlib.decompressobj(wbits=31), b""
    while True:
        window = window or file.read(1 << 18)
        if not window:
            if not reader.eof:
                raise UnreadableError("it stops in the middle of its compression")
            return
        if reader.eof:
            if not window.startswith(b"\x1f"):
                return
            reader = zlib.decompressobj(wbits=31)
        try:
            yield reader.decompress(window, 1 << 20)
        except zlib.error as error:
            raise UnreadableError(f"its compression is damaged ({error})") from None
        window = reader.unconsumed_tail or reader.unused_data


def write_spool(chunks: Iterator[bytes], path: Path, limit: int) -> str:
    """Write what is unpacked to a file; returns what is wrong with it, empty where all is well."""
    size = 0
    with path.open("wb") as file:
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    return f"it unpacks to more than {limit} bytes; the rest is not read"
                file.write(chunk)
        except UnreadableError as error:
            return str(error)
    return ""


def as_lines(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Yield a JSON list as lines, an item a line.

    Raises:
        UnreadableError: It is larger than what can be held, or no list.
    """
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > limit:
            raise UnreadableError(
                f"a JSON list of more than {limit} bytes: write it as JSON lines, an article a line"
            )
    try:
        rows = json.loads(bytes(content))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"it is no JSON: {error}") from None
    for row in rows:
        yield json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def text_lines(chunks: Iterator[bytes]) -> Iterator[str]:
    """Yield the lines of a text; one that is longer than `LONGEST_LINE` in parts."""
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        yield from (line.decode("utf-8", "replace") for line in lines)
        if len(rest) > LONGEST_LINE:
            yield rest.decode("utf-8", "replace")
            rest = b""
    if rest:
        yield rest.decode("utf-8", "replace")
