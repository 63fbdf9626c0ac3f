"""Writing raw pages: a site's segments, their limit, and a page as WARC records."""

import gzip
import hashlib
import io
import json
import logging
import threading
from dataclasses import fields
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from crawler.files import append_private, make_private_folder
from crawler.storage.warc.raw_pages import (
    ARTICLE_HEADER,
    CONVERSION_HEADER,
    ENDING,
    HINTS_HEADER,
    OPEN,
    PART_HEADER,
    PARTS_HEADER,
    RENDERED,
    Exchange,
    RawPage,
    segments,
)

SEGMENT_BYTES = 64 * 1024 * 1024
"""A segment is closed at this size: some thousand pages, a minute's reading, and what falls away at once when
the limit of a site is reached."""
MOST_SEGMENTS = 8
"""At least so many segments make up a site's limit: reaching it costs an eighth of what is kept, not all."""
LEVEL = 6
"""Of compression. warcio's 9 takes nearly twice the time, for one hundredth of the size of real pages."""
POST_CONTENT_TYPE = "text/html; charset=utf-8"
"""Of a page that was made of a post."""
MOST_HINT_BYTES = 16_000
"""A feed's full text beyond this is not kept beside the page; the page itself has the text."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
"""Reason phrases, which say nothing and which the HTTP client drops (RFC 9112, section 4)."""

logger = logging.getLogger(__name__)


class RawPageWriter:
    """Appends pages to a site's segments; used by one process at a time, the one that holds the site's lease.

    Args:
        folder: The site's folder; made when the first page is written.
        limit: Bytes that the site's segments may take together; the oldest segments go first.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._segment_bytes = min(SEGMENT_BYTES, max(1, limit // MOST_SEGMENTS))
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._answers: set[str] = set()
        """Records of answers that are written already."""

    def write(self, page: RawPage) -> None:
        """Append a page.

        Raises:
            OSError: The disk is full, or the folder cannot be written; what was written before is whole.
        """
        record = _record(page)
        with self._lock:
            answer = page.answer
            if answer is not None and answer.record_id not in self._answers:
                record = _answer_record(answer) + record
            file = self._open()
            start = file.tell()
            try:
                file.write(record)
                file.flush()
            except OSError:
                file.truncate(start)
                file.seek(start)
                raise
            if answer is not None:
                self._answers.add(answer.record_id)
            if file.tell() >= self._segment_bytes:
                self._finish()

    def close(self) -> None:
        """Finish the segment that is being written."""
        with self._lock:
            self._finish()

    def _open(self) -> BinaryIO:
        if self._file is not None:
            return self._file
        make_private_folder(self._folder)
        for torn in self._folder.glob(f"*{ENDING}{OPEN}"):
            torn.rename(torn.with_name(torn.name.removesuffix(OPEN)))
            # Readers skip its torn end; a record appended behind it would be lost to them.
            (torn.with_name(torn.name.removesuffix(OPEN) + ".torn")).touch()
        self._forget()
        last = max(segments(self._folder), default=None)
        if last is not None and last.stat().st_size < self._segment_bytes and not _was_torn(last):
            self._path = last.with_name(last.name + OPEN)
            last.rename(self._path)
        else:
            number = int(last.name.split(".")[0]) + 1 if last is not None else 1
            self._path = self._folder / f"{number:08}{ENDING}{OPEN}"
        self._file = append_private(self._path)
        if self._file.tell() == 0:
            self._file.write(_warcinfo(self._path.name.removesuffix(OPEN)))
        return self._file

    def _finish(self) -> None:
        if self._file is None or self._path is None:
            return
        self._file.close()
        self._path.rename(self._path.with_name(self._path.name.removesuffix(OPEN)))
        self._file = self._path = None
        self._forget()

    def _forget(self) -> None:
        """Delete the oldest segments while all together are over the limit."""
        kept = sorted(segments(self._folder))
        total = sum(path.stat().st_size for path in kept)
        for path in kept[:-1]:
            if total <= self._limit:
                break
            total -= path.stat().st_size
            logger.info("Raw pages: %s is deleted, the site's limit is %d bytes", path, self._limit)
            path.unlink()
            path.with_name(path.name + ".torn").unlink(missing_ok=True)


def _was_torn(path: Path) -> bool:
    return path.with_name(path.name + ".torn").exists()


def _record(page: RawPage) -> bytes:
    """A page's record, behind those of its article's further pages: who reads it has them already."""
    hints = {hint.name: value for hint in fields(page.hints) if (value := getattr(page.hints, hint.name))}
    if len((hints.get("text") or "").encode()) > MOST_HINT_BYTES:
        del hints["text"]
    headers = {HINTS_HEADER: json.dumps(hints, default=_iso), PARTS_HEADER: str(len(page.parts))}
    parts = (
        _response(page, url, html, {PART_HEADER: str(number)})
        for number, (url, html) in enumerate(page.parts, start=2)
    )
    if page.answer is not None:
        return _conversion(page, page.answer, headers)
    return b"".join((*parts, _response(page, page.url, page.html, headers)))


def _response(page: RawPage, url: str, html: bytes, headers: dict[str, str]) -> bytes:
    """An article's page, with the one header of its answer that is kept."""
    http_headers = [("Content-Type", page.content_type)] if page.content_type else []
    return _packed(
        "response",
        url,
        html,
        page.fetched_at,
        {ARTICLE_HEADER: page.article_id, **headers},
        http=("HTTP/1.1", "200 OK", http_headers),
    )


def _answer_record(answer: Exchange) -> bytes:
    """The answer of an interface, as the server sent it."""
    phrase = _PHRASES.get(answer.status, "")
    # The chunks are gone from the body, which is as long as it is.
    http_headers = [(name, value) for name, value in answer.headers if name.lower() != "transfer-encoding"]
    headers = {"WARC-Record-ID": answer.record_id}
    if answer.ip_address is not None:
        headers["WARC-IP-Address"] = answer.ip_address
    return _packed(
        "response",
        answer.url,
        answer.body,
        answer.fetched_at,
        headers,
        http=(answer.protocol, f"{answer.status} {phrase}", http_headers),
    )


def _conversion(page: RawPage, answer: Exchange, headers: dict[str, str]) -> bytes:
    """A page that was made of an answer: a WARC conversion record that refers to it."""
    references = {
        "WARC-Refers-To": answer.record_id,
        "WARC-Refers-To-Target-URI": answer.url,
        "WARC-Refers-To-Date": _utc(answer.fetched_at),
        ARTICLE_HEADER: page.article_id,
    }
    if page.is_rendered:
        references[CONVERSION_HEADER] = RENDERED
    return _packed("conversion", page.url, page.html, page.fetched_at, {**references, **headers})


def _packed(
    kind: str,
    url: str,
    payload: bytes,
    at: datetime,
    headers: dict[str, str],
    http: tuple[str, str, list[tuple[str, str]]] | None = None,
) -> bytes:
    """A WARC record as a gzip member.

    Args:
        kind: Its type.
        url: The address that it is of.
        payload: Its bytes.
        at: When they were fetched, aware.
        headers: Further WARC headers.
        http: Protocol, status line and headers of the answer; None for a page that no server sent.
    """
    # Imported here: most commands write no page, and it takes a moment.
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    record = io.BytesIO()
    writer = WARCWriter(record, gzip=False, warc_version="1.1")
    writer.write_record(
        writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(payload),
            length=len(payload),
            warc_content_type="" if http else POST_CONTENT_TYPE,
            http_headers=StatusAndHeaders(http[1], http[2], protocol=http[0]) if http else None,
            warc_headers_dict={
                "WARC-Date": _utc(at),
                "WARC-Payload-Digest": f"sha256:{hashlib.sha256(payload).hexdigest()}",
                **headers,
            },
        )
    )
    return gzip.compress(record.getvalue(), LEVEL, mtime=0)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _warcinfo(name: str) -> bytes:
    from warcio.warcwriter import WARCWriter

    record = io.BytesIO()
    writer = WARCWriter(record, gzip=False, warc_version="1.1")
    info = {"software": "Khabar", "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record(name, info))
    return gzip.compress(record.getvalue(), LEVEL, mtime=0)


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
