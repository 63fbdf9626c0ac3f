"""Raw pages of stored articles, kept as WARC files so that they can be cleaned again by better rules.

WARC 1.1 (ISO 28500:2017, https://iipc.github.io/warc-specifications/) is what web archives and their tools
read. Each site has a folder of segments; each record is a gzip member of its own, so a record torn by a crash
costs neither those before it nor the files after it. A segment carries the ending ``.open`` while a crawl
writes it; one that still has it when the next crawl begins was torn, and is never appended to.
"""

import gzip
import hashlib
import io
import json
import logging
import re
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from crawler.files import append_private, make_private_folder
from crawler.model.article import Hints
from crawler.storage.warc.exchange import Exchange

SEGMENT_BYTES = 64 * 1024 * 1024
"""A segment is closed at this size: some thousand pages, a minute's reading, and what falls away at once when
the limit of a site is reached."""
MOST_SEGMENTS = 8
"""At least so many segments make up a site's limit: reaching it costs an eighth of what is kept, not all."""
LEVEL = 6
"""Of compression. warcio's 9 takes nearly twice the time, for one hundredth of the size of real pages."""
OPEN = ".open"
ENDING = ".warc.gz"
PART_HEADER, _PARTS = "Khabar-Part", "Khabar-Parts"
"""WARC headers: the number of a further page of an article, and on the first how many stand before it."""
POST_CONTENT_TYPE = "text/html; charset=utf-8"
"""Of a page that was made of a post."""
MOST_HINT_BYTES = 16_000
"""A feed's full text beyond this is not kept beside the page; the page itself has the text."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
"""Reason phrases, which say nothing and which the HTTP client drops (RFC 9112, section 4)."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as it was fetched, and what extraction was told beside it.

    `html` is the body without transfer and content encodings. `parts` are the further pages of its article,
    address and body, that were fetched with it, and `sha256` is `fetch_sha256` of all. `parts_kept` is False
    for a page that was kept by a version which kept no parts. `answer` is given where no server sent `html`:
    it was made of one of many posts in that answer, which is kept once. `is_post` says so of a page that was
    read back.
    """

    article_id: str
    url: str
    html: bytes
    sha256: str
    fetched_at: datetime
    content_type: str | None = None
    hints: Hints = field(default_factory=Hints)
    parts: tuple[tuple[str, bytes], ...] = ()
    parts_kept: bool = True
    answer: Exchange | None = None
    is_post: bool = False

    @property
    def charset(self) -> str | None:
        """The charset that the Content-Type header named."""
        match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", self.content_type or "", re.IGNORECASE)
        return match.group(1) if match else None


def fetch_sha256(html: bytes, parts: tuple[tuple[str, bytes], ...] = ()) -> str:
    """The hex SHA-256 of a page; with further pages of its article, that of their digests in order."""
    return joined_sha256([hashlib.sha256(body).hexdigest() for body in (html, *(body for _, body in parts))])


def joined_sha256(digests: list[str]) -> str:
    """`fetch_sha256` by the hex digests of a page and of its further pages in order."""
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode("ascii")).hexdigest()


def raw_folder(data_dir: Path, site: str) -> Path:
    """The folder of a site's raw pages."""
    return data_dir / "raw" / site


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


def segments(folder: Path) -> list[Path]:
    """A site's segments, finished ones and the one that is being written or was left by a crash."""
    return sorted([*folder.glob(f"*{ENDING}"), *folder.glob(f"*{ENDING}{OPEN}")])


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


def is_article_record(record: Any) -> bool:
    """Whether a WARC record holds an article's page: as a server sent it, or as it was made of a post."""
    kinds = ("response", "conversion")
    return record.rec_type in kinds and record.rec_headers.get_header("Khabar-Article") is not None


class DamagedSegmentError(Exception):
    """A segment has an end that cannot be read: a crash tore its last record, or the file was damaged."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: its end cannot be read; the pages before it can")


def _was_torn(path: Path) -> bool:
    return path.with_name(path.name + ".torn").exists()


def _record(page: RawPage) -> bytes:
    """A page's record, behind those of its article's further pages: who reads it has them already."""
    hints = {one.name: value for one in fields(page.hints) if (value := getattr(page.hints, one.name))}
    if len((hints.get("text") or "").encode()) > MOST_HINT_BYTES:
        del hints["text"]
    told = {"Khabar-Hints": json.dumps(hints, default=_iso), _PARTS: str(len(page.parts))}
    parts = (
        _response(page, url, html, {PART_HEADER: str(number)})
        for number, (url, html) in enumerate(page.parts, start=2)
    )
    if page.answer is not None:
        return _conversion(page, page.answer, told)
    return b"".join((*parts, _response(page, page.url, page.html, told)))


def _response(page: RawPage, url: str, html: bytes, headers: dict[str, str]) -> bytes:
    """An article's page, with the one header of its answer that is kept."""
    http_headers = [("Content-Type", page.content_type)] if page.content_type else []
    return _packed(
        "response",
        url,
        html,
        page.fetched_at,
        {"Khabar-Article": page.article_id, **headers},
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
    """A page that was made of one post of an answer: a WARC conversion record that refers to it."""
    references = {
        "WARC-Refers-To": answer.record_id,
        "WARC-Refers-To-Target-URI": answer.url,
        "WARC-Refers-To-Date": _utc(answer.fetched_at),
        "Khabar-Article": page.article_id,
    }
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


def _page(record: Any, html: bytes, parts: tuple[tuple[str, bytes], ...]) -> RawPage:
    headers = record.rec_headers
    hints = json.loads(headers.get_header("Khabar-Hints") or "{}")
    for name in ("published_at", "modified_at"):
        if name in hints:
            hints[name] = datetime.fromisoformat(hints[name])
    if "authors" in hints:
        hints["authors"] = tuple(hints["authors"])
    return RawPage(
        article_id=headers.get_header("Khabar-Article"),
        url=headers.get_header("WARC-Target-URI"),
        html=html,
        sha256=fetch_sha256(html, parts),
        fetched_at=datetime.fromisoformat(headers.get_header("WARC-Date")),
        content_type=(record.http_headers or headers).get_header("Content-Type"),
        hints=Hints(**hints),
        parts=parts,
        parts_kept=headers.get_header(_PARTS) is not None,
        is_post=record.rec_type == "conversion",
    )


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
