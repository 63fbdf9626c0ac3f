"""Reading raw pages back: the pages of a segment, and which captures its records are.

Captures are read from where an earlier look ended, a gzip member at a time, so that a folder that grows by a
few pages costs those. A record counts when it is whole and its body has the hash that it states.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.model.article import Hints
from crawler.parsing.content import ContentTooLargeError
from crawler.storage.warc.exchange import header_fields
from crawler.storage.warc.members import ReadRecord, read_records
from crawler.storage.warc.raw_pages import (
    ARTICLE_HEADER,
    CONTENT_HEADER,
    CONVERSION_HEADER,
    HINTS_HEADER,
    PART_HEADER,
    PARTS_HEADER,
    RENDERED,
    RawPage,
    fetch_sha256,
    joined_sha256,
    segment_name,
)


class DamagedSegmentError(Exception):
    """A segment has an end that cannot be read: a crash tore its last record, or the file was damaged."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: its end cannot be read; the pages before it can")


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


def read_segment(path: Path) -> Iterator[RawPage]:
    """Yield the pages of a segment in the order they were written, up to its end or the first damaged record.

    Raises:
        DamagedSegmentError: After the last whole page, where bytes follow that are no whole record.
    """
    parts: list[tuple[str, bytes]] = []
    end = 0
    try:
        for record in read_records(path):
            end = record.end
            if not _is_article_record(record):
                continue
            html = record.content()
            if hashlib.sha256(html).hexdigest() != _stated_digest(record):
                raise DamagedSegmentError(path)
            if PART_HEADER in record.headers:
                parts.append((record.url, html))
                continue
            yield _page(record, html, tuple(parts))
            parts = []
    except (ContentTooLargeError, ValueError, KeyError, TypeError) as error:
        raise DamagedSegmentError(path) from error
    if end < path.stat().st_size:
        raise DamagedSegmentError(path)


def _page(record: ReadRecord, html: bytes, parts: tuple[tuple[str, bytes], ...]) -> RawPage:
    headers = record.headers
    hints = json.loads(headers.get(HINTS_HEADER) or "{}")
    for name in ("published_at", "modified_at"):
        if name in hints:
            hints[name] = datetime.fromisoformat(hints[name])
    if "authors" in hints:
        hints["authors"] = tuple(hints["authors"])
    is_rendered = headers.get(CONVERSION_HEADER) == RENDERED
    return RawPage(
        article_id=headers[ARTICLE_HEADER],
        url=record.url,
        html=html,
        sha256=fetch_sha256(html, parts),
        fetched_at=datetime.fromisoformat(headers["WARC-Date"]),
        content_type=_content_type(record),
        hints=Hints(**hints),
        parts=parts,
        parts_kept=PARTS_HEADER in headers,
        is_post=record.kind == "conversion" and not is_rendered,
        is_rendered=is_rendered,
    )


def _content_type(record: ReadRecord) -> str | None:
    if not record.is_http:
        return record.headers.get("Content-Type")
    fields = header_fields(record.http_head())
    return next((value for name, value in fields if name.lower() == "content-type"), None)


def _is_article_record(record: ReadRecord) -> bool:
    """Whether a record holds an article's page: as a server sent it, or as it was made of a post."""
    return record.kind in ("response", "conversion") and ARTICLE_HEADER in record.headers


def _stated_digest(record: ReadRecord) -> str:
    """The digest of its content that a record states; earlier versions kept the content as the payload."""
    stated = record.headers.get(CONTENT_HEADER) or record.headers["WARC-Payload-Digest"]
    return stated.removeprefix("sha256:")


def read_captures(path: Path, start: int = 0) -> Iterator[tuple[Capture, int]]:
    """Yield the captures of a segment from an offset on, each with the offset to go on at.

    Ends without error at the end of what is whole: the rest is damaged, or not written yet.

    Raises:
        OSError: The file cannot be read, or is gone.
    """
    parts: list[str] = []
    for record in read_records(path, start):
        if not _is_article_record(record):
            continue
        try:
            digest = _stated_digest(record)
            if hashlib.sha256(record.content()).hexdigest() != digest:
                return
            if PART_HEADER in record.headers:
                parts.append(digest)
                continue
            at = datetime.fromisoformat(record.headers["WARC-Date"])
            article = record.headers[ARTICLE_HEADER]
            sha256 = joined_sha256([digest, *parts])
            capture = Capture(article, sha256, at, segment_name(path), record.offset)
        except (ContentTooLargeError, ValueError, KeyError):
            return  # damaged; the pages before it can be read
        parts = []
        yield capture, record.end
