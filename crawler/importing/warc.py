"""Records of WARC and ARC files: what each is by its headers, and its page.

warcio parses the headers; `crawler.importing.frames` says where a record lies, and the content is unpacked by
the module that unpacks what crawls fetch.
"""

import hashlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from crawler.importing.frames import (
    GZIP,
    HEAD,
    Frame,
    SeamlessError,
    arc_date,
    frame_at,
    frames,
    unpack_member,
)
from crawler.importing.records import (
    Location,
    Payload,
    Record,
    RecordKind,
    TooLargeError,
    UnreadableError,
    digits_time,
    plausible_time,
    replayed,
)
from crawler.model.article import Hints
from crawler.parsing.content import ContentTooLargeError, content_of
from crawler.parsing.page_end import closes_itself

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "application/octet-stream", ""})
"""Media types under which servers send pages; extraction says whether it is one."""
REDIRECTS = range(300, 400)
MOST_HEADERS = HEAD
"""Bytes that a record's headers may take; beyond, it is no record of a page."""
HINTS_HEADER, CONVERSION_HEADER = "Khabar-Hints", "Khabar-Conversion"
"""Headers that Khabar's own WARC files have."""


def read_records(file: BinaryIO, place: Location) -> Iterator[Record]:
    """Yield the records of a WARC or ARC file, damaged ones among them.

    Args:
        file: The file, which can be sought in.
        place: Where it lies; its offset and length are replaced.

    Raises:
        SeamlessError: It has to be unpacked first, from an offset on.
    """
    for frame in frames(file):
        location = Location(place.path, place.member, frame.offset, frame.length, place.spooled)
        if frame.is_lost:
            yield Record(location, RecordKind.UNREADABLE, detail=frame.damage)
            continue
        try:
            yield _record(location, frame)
        except UnreadableError as error:
            yield Record(location, RecordKind.UNREADABLE, detail=frame.damage or str(error))


def read_record_at(file: BinaryIO, place: Location) -> Record | None:
    """The record that begins at a place of an archive; None where none does."""
    try:
        frame = frame_at(file, place.offset)
        return _record(replace(place, length=frame.length), frame) if frame else None
    except (UnreadableError, SeamlessError):
        return None


def load_payload(file: BinaryIO, location: Location, max_bytes: int) -> Payload:
    """Read the page of a record.

    Args:
        file: The file in which it lies.
        location: Where.
        max_bytes: Bytes that a page may have, packed and unpacked.

    Raises:
        TooLargeError: It has more.
        UnreadableError: It is damaged.
    """
    file.seek(location.offset)
    limit = max_bytes + 2 * MOST_HEADERS
    if file.read(3) == GZIP:
        member = unpack_member(file, location.offset, limit)
        if member.is_lost:
            raise UnreadableError(member.damage)
        size, block = member.size, member.head
    else:
        file.seek(location.offset)
        size, block = location.length, file.read(min(location.length, limit))
    if size > limit:
        raise TooLargeError(f"it is larger than {max_bytes} bytes")
    parsed = _parse(block)
    headers, http = parsed.rec_headers, parsed.http_headers
    body = parsed.raw_stream.read()
    is_cut = headers.get_header("WARC-Truncated") is not None or len(body) < parsed.payload_length
    encodings: list[str] = []
    if http is not None:
        if "chunked" in (http.get_header("Transfer-Encoding") or "").lower():
            body, is_whole = _without_chunks(body)
            is_cut = is_cut or not is_whole
        encodings = [value for name, value in http.headers if name.lower() == "content-encoding"]
    packed_sha256 = hashlib.sha256(body).hexdigest()
    try:
        content = content_of(body, encodings, max_bytes=max_bytes)
    except ContentTooLargeError:
        raise TooLargeError(f"its content is larger than {max_bytes} bytes") from None
    return Payload(
        body=content.body,
        content_type=(http or headers).get_header("Content-Type"),
        packed_sha256=packed_sha256,
        hints=_hints(headers.get_header(HINTS_HEADER)),
        is_post=parsed.rec_type == "conversion" and headers.get_header(CONVERSION_HEADER) is None,
        # What comes to its own end is whole, as in a crawl.
        is_cut=(is_cut or not content.is_complete) and not closes_itself(content.body),
    )


def _parse(block: bytes) -> Any:
    """A record with its headers parsed."""
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.recordloader import ArcWarcRecordLoader
    from warcio.statusandheaders import StatusAndHeadersParserException

    try:
        return ArcWarcRecordLoader(verify_http=False).parse_record_stream(io.BytesIO(block))
    except StatusAndHeadersParserException as error:
        raise UnreadableError(f"its answer has no status line: {str(error)[:80]!r}") from None
    except (ArchiveLoadFailed, EOFError, ValueError, AttributeError, UnicodeError) as error:
        raise UnreadableError(
            f"its headers cannot be read: {str(error)[:80] or type(error).__name__}"
        ) from None


def _record(location: Location, frame: Frame) -> Record:
    parsed = _parse(frame.head)
    headers, kind = parsed.rec_headers, parsed.rec_type or ""
    url = (headers.get_header("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")
    # Of an impossible time in an ARC file warcio makes one that is possible.
    stated = arc_date(frame.head) or headers.get_header("WARC-Date") or ""
    address, captured_at = replayed(url) or (url.replace(" ", "%20"), _time(stated))
    record_id = headers.get_header("WARC-Record-ID") or ""

    def record(record_kind: RecordKind, detail: str = "", status: int = 0) -> Record:
        return Record(
            location,
            record_kind,
            address,
            captured_at,
            status,
            digest=headers.get_header("WARC-Payload-Digest") or "",
            record_id=record_id,
            refers_to=headers.get_header("WARC-Refers-To-Target-URI") or "",
            refers_at=_time(headers.get_header("WARC-Refers-To-Date") or ""),
            detail=detail,
            note=frame.damage,
        )

    if kind == "request":
        return record(RecordKind.OTHER, _request(parsed))
    if kind not in ("response", "resource", "conversion", "revisit"):
        return record(RecordKind.OTHER, kind or "a record without a type")
    if not address.lower().startswith(("http://", "https://")):
        return record(RecordKind.OTHER, f"{kind} of {address.partition(':')[0] or 'nothing'}:")
    if captured_at is None:
        return record(RecordKind.UNREADABLE, f"its time of capture cannot be: {stated[:40]!r}")
    return _revisit(parsed, record) if kind == "revisit" else _answer(parsed, kind, record)


def _request(parsed: Any) -> str:
    """What a request is; one by POST names its answer."""
    if parsed.http_headers is None or parsed.http_headers.protocol != "POST":
        return "request"
    return f"{POSTED}{parsed.rec_headers.get_header('WARC-Concurrent-To') or ''}"


def _revisit(parsed: Any, record: Callable[..., Record]) -> Record:
    repeated = _media_type(parsed.http_headers)
    if repeated not in PAGE_TYPES:
        return record(RecordKind.OTHER, f"revisit of {repeated[:80]}")
    return record(RecordKind.REVISIT, status=_status(parsed.http_headers) or 200)


# It tells of each address that it puts right.
logging.getLogger("warcio").setLevel(logging.ERROR)

POSTED = "request by POST "
"""Begins the detail of a request whose answer is no page that others see; the answer's name follows."""


def _answer(parsed: Any, kind: str, record: Callable[..., Record]) -> Record:
    """The record of what a server, or a program in its place, gave under an address."""
    http = parsed.http_headers
    if kind == "response" and http is None:
        return record(RecordKind.UNREADABLE, "a response without an answer in it")
    status = _status(http) if http is not None else 200
    if not status:
        return record(RecordKind.UNREADABLE, f"its status is none: {http.statusline[:40]!r}")
    media_type = _media_type(http or parsed.rec_headers)
    if 200 <= status < 300:
        is_page = media_type in PAGE_TYPES
        return record(
            RecordKind.PAGE if is_page else RecordKind.OTHER, "" if is_page else media_type[:80], status
        )
    if status in REDIRECTS and status != 304:
        target = (http.get_header("Location") or "nowhere") if http is not None else ""
        return record(RecordKind.ANSWER, f"a redirect to {target[:200]}", status)
    if media_type not in PAGE_TYPES:
        return record(RecordKind.OTHER, f"{media_type[:80]} ({status})", status)
    return record(RecordKind.ANSWER, "", status)


def _media_type(headers: Any) -> str:
    stated = headers.get_header("Content-Type") if headers is not None else None
    return (stated or "").partition(";")[0].strip().lower()


def _status(http: Any) -> int:
    code = http.get_statuscode() if http is not None else ""
    return int(code) if len(code) == 3 and code.isascii() and code.isdecimal() else 0


def _time(text: str) -> datetime | None:
    if text[:14].isascii() and text[:14].isdecimal():
        return digits_time(text)
    try:
        return plausible_time(datetime.fromisoformat(text.strip()))
    except ValueError:
        return None


def _hints(text: str | None) -> Hints:
    """What Khabar's own files keep beside a page; nothing where it cannot be read."""
    try:
        stated = json.loads(text or "{}")
        values: dict[str, Any] = {
            name: stated[name] for name in ("title", "summary", "text") if isinstance(stated.get(name), str)
        }
        for name in ("published_at", "modified_at"):
            if name in stated:
                values[name] = plausible_time(datetime.fromisoformat(stated[name]))
        values["authors"] = tuple(map(str, stated.get("authors") or ()))
        return Hints(**values)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Hints()


def _without_chunks(body: bytes) -> tuple[bytes, bool]:
    """A body without the chunks of its transfer, and whether it came to its end (RFC 9112, section 7.1).

    What is not chunked, though its header says so, is taken as it is: many tools undo chunks and keep
    headers.
    """
    parts: list[bytes] = []
    at = 0
    while at < len(body):
        end = body.find(b"\n", at, at + 1000)
        size = body[at:end].split(b";")[0].strip() if end >= 0 else b""
        try:
            length = int(size, 16)
            if not size.isalnum() or length < 0:
                raise ValueError
        except ValueError:
            # Chunks that stop making sense: what follows is content, or there were no chunks at all.
            return b"".join([*parts, body[at:]]), not parts
        if length == 0:
            return b"".join(parts), True
        parts.append(body[end + 1 : end + 1 + length])
        if end + 1 + length > len(body):
            return b"".join(parts), False
        at = end + 1 + length
        at += 2 if body.startswith(b"\r\n", at) else int(body.startswith(b"\n", at))
    return b"".join(parts), False
