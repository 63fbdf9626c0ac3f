"""An HTTP exchange as it went over the wire: what a WARC `request` and `response` are made of."""

import hashlib
import io
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import uuid4

from crawler.parsing.content import content_of

_STATUS_LINE = re.compile(rb"(HTTP/\d\.\d) +(\d{3})(?: +([^\r\n]*))?")

MOST_CONTENT = 1 << 28
"""Bytes that a kept body may unpack to; a page has at most some MB, an interface's answer some more."""


@dataclass(frozen=True)
class Exchange:
    """One request, and what a server answered to it.

    Attributes:
        url: The address that was asked.
        fetched_at: When the request was sent, aware.
        request: The request's bytes; empty where they are not known.
        head: The answer's status line and headers as they came, with the empty line.
        body: The answer's body as it came: in chunks and compressed where it says so.
        ip_address: The server's address; None where it is not known.
        certificate_sha256: Hex fingerprint of the server's certificate; None without TLS.
        truncated: Why the body is not all that there was (WARC-Truncated); None: it is.
        record_id: The name of its `response` in a WARC file.
    """

    url: str
    fetched_at: datetime
    request: bytes
    head: bytes
    body: bytes
    ip_address: str | None = None
    certificate_sha256: str | None = None
    truncated: str | None = None
    record_id: str = field(default_factory=lambda: new_record_id())

    @cached_property
    def status(self) -> int:
        """The status code; 0 where the status line has none."""
        match = _STATUS_LINE.match(self.head)
        return int(match[2]) if match else 0

    @cached_property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The answer's headers, in order."""
        return header_fields(self.head)

    @property
    def is_chunked(self) -> bool:
        """Whether the body is in chunks."""
        return is_chunked(self.headers)

    @cached_property
    def payload(self) -> bytes:
        """The body without its chunks (RFC 9112, section 7.1)."""
        return dechunked(self.body) if self.is_chunked else self.body

    @cached_property
    def payload_sha256(self) -> str:
        """Hex SHA-256 of the payload."""
        return hashlib.sha256(self.payload).hexdigest()

    @cached_property
    def content(self) -> bytes:
        """The payload with all compression undone, as the crawl read it.

        Raises:
            ContentTooLargeError: It unpacks to more than `MOST_CONTENT`.
        """
        return content_in(self.payload, self.headers)

    @cached_property
    def content_sha256(self) -> str:
        """Hex SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def new_record_id() -> str:
    """A name for a WARC record."""
    return f"<urn:uuid:{uuid4()}>"


def header_fields(head: bytes) -> tuple[tuple[str, str], ...]:
    """Names and values of the header lines below a start line; lines without a colon are left out."""
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).split(b"\n")[1:]
    pairs = (line.decode("latin-1").partition(":") for line in lines)
    return tuple((name.strip(), value.strip()) for name, colon, value in pairs if colon)


def is_chunked(headers: tuple[tuple[str, str], ...]) -> bool:
    """Whether a body with these headers is in chunks."""
    return any(name.lower() == "transfer-encoding" and value.lower() == "chunked" for name, value in headers)


def dechunked(body: bytes) -> bytes:
    """A body without its chunks; one that breaks off, or is in none, gives what there is."""
    from warcio.bufferedreaders import ChunkedDataReader

    reader = ChunkedDataReader(io.BytesIO(body))
    parts = []
    while part := reader.read(1 << 18):
        parts.append(part)
    return b"".join(parts)


def content_in(payload: bytes, headers: tuple[tuple[str, str], ...], max_bytes: int = MOST_CONTENT) -> bytes:
    """A payload with all compression undone.

    Args:
        payload: The body without chunks.
        headers: The answer's.
        max_bytes: Bytes that it may unpack to.

    Raises:
        ContentTooLargeError: It unpacks to more.
    """
    encodings = [value for name, value in headers if name.lower() == "content-encoding"]
    return content_of(payload, encodings, max_bytes=max_bytes).body
