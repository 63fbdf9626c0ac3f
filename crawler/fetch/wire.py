"""What goes over the wire: a request as it is written to its connection, and the answer's bytes as they come.

Scrapy's response has lost the reason phrase, the letter case and order of headers, the chunks, and
Content-Length where it is more than one. So the bytes are taken where Twisted's protocol writes and
receives them. What TLS unpacks is beneath that: of the connection itself the peer's address and certificate
are noted.
"""

import hashlib
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.internet.interfaces import IAddress

WIRE = "khabar_wire"
"""Key of a request's `meta`: the `WireRecord` of its last attempt."""

MOST_HEAD_BYTES = 256 * 1024
"""What of an answer may stand before its body; Twisted's lines end at 16 KB, and servers send some
hundred."""


_EMPTY_LINES = (b"\r\n\r\n", b"\n\n", b"\n\r\n")


@dataclass(slots=True)
class WireRecord:
    """One exchange as it went over its connection.

    Attributes:
        max_bytes: Bytes of an answer that are kept; 0: all that Scrapy takes.
        request: What was written.
        answer: What came: status line, headers, body, in this order.
        sent_at: When the request was written, aware.
        ip_address: The server's; None where the transport does not tell.
        certificate_sha256: Hex fingerprint of the certificate that the server showed; None without TLS.
        is_cut: More came than is kept.
    """

    max_bytes: int
    request: bytearray = field(default_factory=bytearray)
    answer: bytearray = field(default_factory=bytearray)
    sent_at: datetime | None = None
    ip_address: str | None = None
    certificate_sha256: str | None = None
    is_cut: bool = False

    def received(self, data: bytes) -> None:
        """Take bytes of the answer."""
        room = self.max_bytes - len(self.answer) if self.max_bytes else len(data)
        if len(data) > room:
            self.is_cut = True
        self.answer += data[:room]


recorded: ContextVar[WireRecord | None] = ContextVar("recorded", default=None)
"""Where the request that is being handed to the connection pool is recorded; None: nowhere."""


class RecordingProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's protocol, which notes what it writes and receives where `record` is set."""

    record: WireRecord | None = None

    def request(self, request: Any) -> Any:
        """Send a request, and note its bytes."""
        record = self.record
        if record is not None:
            write = request.writeTo
            request.writeTo = lambda transport: write(_Tee(transport, record))
            record.sent_at = datetime.now(UTC)
            _note_peer(self.transport, record)
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Note bytes of an answer, and parse them."""
        if self.record is not None:
            self.record.received(data)
        receive: Callable[[bytes], None] = super().dataReceived
        receive(data)


class RecordingFactory(_LenientHTTP11ClientFactory):
    """Builds a `RecordingProtocol` for each connection."""

    noisy = False

    def buildProtocol(self, _address: IAddress | None) -> RecordingProtocol:  # noqa: N802 - Twisted's name
        """The protocol of a new connection."""
        build: Callable[[Any], RecordingProtocol] = RecordingProtocol
        return build(self._quiescentCallback)


class _Tee:
    """A transport that notes what is written to it."""

    def __init__(self, transport: Any, record: WireRecord) -> None:
        self._transport = transport
        self._record = record

    def write(self, data: bytes) -> None:
        self._record.request += data
        self._transport.write(data)

    def writeSequence(self, parts: Iterable[bytes]) -> None:  # noqa: N802 - Twisted's name
        data = b"".join(parts)
        self._record.request += data
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _note_peer(transport: Any, record: WireRecord) -> None:
    record.ip_address = getattr(transport.getPeer(), "host", None)
    get_certificate = getattr(transport, "getPeerCertificate", None)
    certificate = get_certificate() if get_certificate is not None else None
    if certificate is not None:
        from OpenSSL.crypto import FILETYPE_ASN1, dump_certificate

        record.certificate_sha256 = hashlib.sha256(dump_certificate(FILETYPE_ASN1, certificate)).hexdigest()


def split_answer(answer: bytes) -> tuple[bytes, bytes]:
    """Status line with headers, and body, of an answer as it came; interim answers (1xx) are left out.

    The head ends with the empty line, as RFC 9112 and lenient servers write it. An answer that breaks off in
    its head has no body.
    """
    while True:
        end = _head_end(answer)
        head, body = answer[:end], answer[end:]
        if not (head.split(b" ", 2)[1:2] and head.split(b" ", 2)[1][:1] == b"1" and body):
            return head, body
        answer = body


def _head_end(answer: bytes) -> int:
    places = ((answer.find(mark, 0, MOST_HEAD_BYTES), len(mark)) for mark in _EMPTY_LINES)
    return min((place + length for place, length in places if place >= 0), default=len(answer))
