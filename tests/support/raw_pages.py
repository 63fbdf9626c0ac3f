"""Raw pages, and a folder of them."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from crawler.model.article import Hints
from crawler.storage.warc.raw_pages import RawPage
from crawler.storage.warc.writer import RawPageWriter

WHEN = datetime(2024, 12, 4, 10, 25, 30, 123456, tzinfo=UTC)


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


def write_raw_pages(folder: Path, *pages: RawPage, limit: int = 10**9) -> None:
    writer = RawPageWriter(folder, limit)
    for page in pages:
        writer.write(page)
    writer.close()
