"""Captures of pages, and the files in which tools keep them: WARC, ARC, WACZ, a mirror, an index."""

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

WHEN = datetime(2021, 5, 3, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Captured:
    """An answer, as somebody captured it."""

    url: str
    body: bytes
    at: datetime = WHEN
    status: str = "200 OK"
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def date(self) -> str:
        return self.at.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def digits(self) -> str:
        return self.at.strftime("%Y%m%d%H%M%S")

    @property
    def answer(self) -> bytes:
        """Status line, headers and body."""
        headers = {"Content-Type": self.content_type, **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status}\r\n{lines}\r\n".encode() + self.body


def warc_record(capture: Captured, kind: str = "response", **headers: str) -> bytes:
    """A record, not compressed. `headers` are WARC headers, ``_`` for ``-``."""
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=False, warc_version="1.1")
    http = StatusAndHeaders(
        capture.status, [("Content-Type", capture.content_type), *capture.headers.items()], "HTTP/1.1"
    )
    record = writer.create_warc_record(
        capture.url,
        kind,
        payload=io.BytesIO(capture.body),
        length=len(capture.body),
        http_headers=http,
        warc_headers_dict={
            "WARC-Date": capture.date,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )
    writer.write_record(record)
    return stream.getvalue()


def warc(captures: Iterable[Captured], *, packed: bool = True) -> bytes:
    """A WARC file, a gzip member a record."""
    records = map(warc_record, captures)
    return b"".join(gzip.compress(record, 1, mtime=0) if packed else record for record in records)


def arc(captures: Iterable[Captured]) -> bytes:
    """An ARC file."""
    about = b"1 0 Tests\nURL IP-address Archive-date Content-type Archive-length\n\n"
    parts = [b"filedesc://tests.arc 0.0.0.0 20210101000000 text/plain %d\n%s" % (len(about), about)]
    for capture in captures:
        media_type = capture.content_type.partition(";")[0]
        line = f"{capture.url} 192.0.2.1 {capture.digits} {media_type} {len(capture.answer)}\n"
        parts += [line.encode(), capture.answer, b"\n"]
    return b"".join(parts)


def wacz(path: Path, captures: Iterable[Captured]) -> None:
    """A WACZ package, without what only players need."""
    content = warc(captures)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("archive/data.warc.gz", content)
        package.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0", "id": "pages"}\n')
        resource = {"path": "archive/data.warc.gz", "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        package.writestr("datapackage.json", json.dumps({"profile": "data-package", "resources": [resource]}))


def mirror(folder: Path, captures: Iterable[Captured]) -> None:
    """A folder as wget leaves it: a host, and the path on it; each file with the time of its capture."""
    import os

    for capture in captures:
        parts = urlsplit(capture.url)
        path = folder / parts.netloc.replace(":", "+") / (parts.path.strip("/") or "index.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(capture.body)
        os.utime(path, (capture.at.timestamp(), capture.at.timestamp()))


def cdxj(path: Path, archive: Path, captures: Iterable[Captured]) -> None:
    """A WARC file and its index in CDXJ, which names the captures in the order given."""
    lines, content = [], b""
    for capture in captures:
        record = gzip.compress(warc_record(capture), 1, mtime=0)
        fields = {"url": capture.url, "filename": archive.name, "offset": len(content), "length": len(record)}
        lines.append(f"com,example)/ {capture.digits} {json.dumps(fields)}\n")
        content += record
    archive.write_bytes(content)
    path.write_text("".join(lines), encoding="utf-8")
