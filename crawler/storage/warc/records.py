"""WARC records as bytes: each is a gzip member of its own.

Heads and bodies of HTTP stand in them as they came. WARC-Payload-Digest is left out where the body is in
chunks: the standard means the payload without them (WARC 1.1, 6.3.4), while warcio and others hash what
stands in the record; Khabar-Content-Digest and WARC-Block-Digest say it without doubt.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.storage.warc.exchange import Exchange, new_record_id
from crawler.storage.warc.raw_pages import CERTIFICATE_HEADER, CONTENT_HEADER

LEVEL = 6
"""Of compression. 9 takes nearly twice the time, for one hundredth of the size of real pages."""

IDENTICAL_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
"""Profiles of revisit records (WARC 1.1, 6.7.2 and 6.7.3)."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its WARC-Record-ID, and its bytes as a gzip member."""

    id: str
    packed: bytes


@dataclass(frozen=True, slots=True)
class RecordTarget:
    """The record that another one refers to: its id, address and date."""

    id: str
    url: str
    at: datetime


def response(exchange: Exchange, headers: Mapping[str, str], *, with_content: bool = True) -> Record:
    """The answer of an exchange.

    Args:
        exchange: What went over the wire.
        headers: Further WARC headers.
        with_content: Whether its content's digest is stated: not of what nobody read.
    """
    digests = {} if exchange.is_chunked else {"WARC-Payload-Digest": _digest(exchange.body)}
    if with_content and exchange.body:
        digests[CONTENT_HEADER] = f"sha256:{exchange.content_sha256}"
    if exchange.truncated:
        digests["WARC-Truncated"] = exchange.truncated
    return packed(
        "response",
        exchange.record_id,
        exchange.url,
        exchange.fetched_at,
        exchange.head + exchange.body,
        "application/http; msgtype=response",
        {**_connection(exchange), **digests, **headers},
    )


def request(exchange: Exchange, headers: Mapping[str, str]) -> Record | None:
    """The request of an exchange; None where its bytes are not known."""
    if not exchange.request:
        return None
    return packed(
        "request",
        new_record_id(),
        exchange.url,
        exchange.fetched_at,
        exchange.request,
        "application/http; msgtype=request",
        {"WARC-Concurrent-To": exchange.record_id, **_connection(exchange), **headers},
    )


def revisit(exchange: Exchange, earlier: RecordTarget, headers: Mapping[str, str]) -> Record:
    """An answer that says the same as an earlier one: its head alone.

    Args:
        exchange: The answer: 304, or one with the same payload.
        earlier: The record that it repeats.
        headers: Further WARC headers.
    """
    is_not_modified = exchange.status == 304
    more = {"WARC-Profile": NOT_MODIFIED if is_not_modified else IDENTICAL_PAYLOAD, **refers_to(earlier)}
    if not is_not_modified:
        more["WARC-Payload-Digest"] = f"sha256:{exchange.payload_sha256}"
    return packed(
        "revisit",
        exchange.record_id,
        exchange.url,
        exchange.fetched_at,
        exchange.head,
        "application/http; msgtype=response",
        {**_connection(exchange), **more, **headers},
    )


def conversion(
    url: str,
    at: datetime,
    content: bytes,
    content_type: str,
    source: RecordTarget,
    headers: Mapping[str, str],
) -> Record:
    """What was made of an answer, such as the page of a post (WARC 1.1, 6.7.8).

    Args:
        url: The page's address.
        at: When the answer was fetched, aware.
        content: The page.
        content_type: Its type.
        source: The answer.
        headers: Further WARC headers.
    """
    digest = _digest(content)
    return packed(
        "conversion",
        new_record_id(),
        url,
        at,
        content,
        content_type,
        {**refers_to(source), "WARC-Payload-Digest": digest, CONTENT_HEADER: digest, **headers},
    )


def warcinfo(filename: str, info: Mapping[str, str]) -> Record:
    """What a segment, or a part of it, was written by.

    Args:
        filename: The segment's.
        info: Fields of application/warc-fields.
    """
    fields = "".join(f"{name}: {_header_value(value)}\r\n" for name, value in info.items())
    return packed(
        "warcinfo",
        new_record_id(),
        None,
        datetime.now(UTC),
        fields.encode(),
        "application/warc-fields",
        {"WARC-Filename": filename},
    )


def refers_to(target: RecordTarget) -> dict[str, str]:
    """The WARC headers that name another record."""
    return {
        "WARC-Refers-To": target.id,
        "WARC-Refers-To-Target-URI": target.url,
        "WARC-Refers-To-Date": utc_text(target.at),
    }


def packed(
    kind: str,
    record_id: str,
    url: str | None,
    at: datetime,
    block: bytes,
    content_type: str,
    headers: Mapping[str, str],
) -> Record:
    """A WARC record as a gzip member.

    Args:
        kind: Its type.
        record_id: Its name.
        url: The address that it is of.
        at: When its block came about, aware.
        block: Its bytes.
        content_type: Of the block.
        headers: Further WARC headers.
    """
    lines = {
        "WARC-Type": kind,
        "WARC-Record-ID": record_id,
        **({"WARC-Target-URI": url} if url else {}),
        "WARC-Date": utc_text(at),
        **headers,
        "WARC-Block-Digest": _digest(block),
        "Content-Type": content_type,
        "Content-Length": str(len(block)),
    }
    head = "WARC/1.1\r\n" + "".join(f"{name}: {_header_value(value)}\r\n" for name, value in lines.items())
    record = head.encode("utf-8", "replace") + b"\r\n" + block + b"\r\n\r\n"
    return Record(record_id, gzip.compress(record, LEVEL, mtime=0))


def utc_text(moment: datetime) -> str:
    """A moment as WARC-Date has it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _connection(exchange: Exchange) -> dict[str, str]:
    headers = {}
    if exchange.ip_address is not None:
        headers["WARC-IP-Address"] = exchange.ip_address
    if exchange.certificate_sha256 is not None:
        headers[CERTIFICATE_HEADER] = f"sha256:{exchange.certificate_sha256}"
    return headers


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _header_value(value: str) -> str:
    """A header's value: a line break in it would begin another header."""
    return _CONTROLS.sub(lambda match: f"%{ord(match[0]):02X}", value)
