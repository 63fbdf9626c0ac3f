"""An answer of a server as it came over the wire, kept beside the articles that were made of it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a server answered to one request.

    Attributes:
        url: The address that was asked.
        fetched_at: When, aware.
        protocol: Such as ``HTTP/1.1``.
        status: The status code.
        headers: Names and values as they came, in order.
        body: The bytes as they came: compressed where Content-Encoding says so, without chunks.
        ip_address: The server's address; None where it is not known.
        record_id: Its name in a WARC file.
    """

    url: str
    fetched_at: datetime
    protocol: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    ip_address: str | None = None
    record_id: str = field(default_factory=lambda: f"<urn:uuid:{uuid4()}>")
