"""The lines of a segment's index, made of the segment itself."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from crawler.storage.warc.cdxj import cdxj_line, mime_of
from crawler.storage.warc.exchange import header_fields
from crawler.storage.warc.members import ReadRecord, read_records
from crawler.storage.warc.raw_pages import segment_name


def index_lines(segment: Path) -> Iterator[str]:
    """Yield the lines of a segment's answers, in the order of the records, up to what is damaged."""
    for record in read_records(segment):
        if record.kind in ("response", "revisit"):
            yield index_line(record, segment_name(segment))


def index_line(record: ReadRecord, filename: str) -> str:
    """The line of a record, by the name of the file that it stands in."""
    head = record.http_head() if record.is_http else b""
    headers = {name.lower(): value for name, value in header_fields(head)}
    content_type = headers.get("content-type") if head else record.headers.get("Content-Type")
    status = re.match(rb"HTTP/\S+ +(\d{3})", head)
    digest = record.headers.get("WARC-Payload-Digest") or hashlib.sha256(record.payload()).hexdigest()
    return cdxj_line(
        record.url,
        datetime.fromisoformat(record.headers["WARC-Date"]),
        # What no server sent is shown as a page that one did.
        status=int(status[1]) if status else 0 if head else 200,
        mime="warc/revisit" if record.kind == "revisit" else mime_of(content_type),
        digest=digest if ":" in digest else f"sha256:{digest}",
        offset=record.offset,
        length=record.end - record.offset,
        filename=filename,
    )
