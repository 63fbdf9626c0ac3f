"""Raw pages, and a folder of them."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from crawler.model.article import Hints
from crawler.storage.warc.captures import PageCapture, PartCapture
from crawler.storage.warc.exchange import Exchange
from crawler.storage.warc.raw_pages import RawPage
from crawler.storage.warc.references import CaptureReference
from crawler.storage.warc.writer import CaptureWriter

WHEN = datetime(2024, 12, 4, 10, 25, 30, 123456, tzinfo=UTC)


def exchange(url: str, body: bytes, content_type: str | None = None, at: datetime = WHEN) -> Exchange:
    typed = f"CONTENT-type: {content_type}\r\n" if content_type else ""
    head = f"HTTP/1.1 200 All right\r\n{typed}Content-Length: {len(body)}\r\n\r\n"
    return Exchange(url, at, b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", head.encode(), body, "192.0.2.7")


def as_capture(page: RawPage) -> PageCapture:
    return PageCapture(
        page.article_id,
        page.url,
        exchange(page.url, page.html, page.content_type, page.fetched_at),
        page.hints,
        parts=tuple(PartCapture(url, exchange(url, body, at=page.fetched_at)) for url, body in page.parts),
    )


def raw_page(number: int, size: int = 2_000) -> RawPage:
    filler = hashlib.shake_256(str(number).encode()).hexdigest(size // 2)
    html = f"<html><body><p>صفحة {number}</p>{filler}</body></html>".encode("windows-1256")
    return RawPage(
        article_id=f"{number:032x}",
        url=f"https://example.org/خبر/{number}/?a=1",
        html=html,
        sha256=hashlib.sha256(html).hexdigest(),
        fetched_at=WHEN,
        content_type="text/html; charset=windows-1256",
        hints=Hints(title="عنوان «آخر»\nسطر", published_at=WHEN, authors=("سلمى",), text="نص"),
    )


def write_raw_pages(folder: Path, *pages: RawPage, limit: int = 10**9) -> list[CaptureReference]:
    writer = CaptureWriter(folder, limit)
    references = [writer.write(as_capture(page)) for page in pages]
    writer.close()
    return references
