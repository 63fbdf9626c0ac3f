"""What is fetched is kept before the article is stored, and once."""

from datetime import UTC, datetime
from pathlib import Path

from crawler.model.article import Article
from crawler.pipelines.extraction import Extracted
from crawler.pipelines.item import PageExchanges, PageItem
from crawler.pipelines.page_captures import Captures
from crawler.storage.connect import Stores
from crawler.storage.frontier import Page
from crawler.storage.warc.raw_pages import fetch_sha256, segments
from crawler.storage.warc.reader import read_segment
from crawler.storage.warc.writer import CaptureWriter
from tests.support.raw_pages import exchange

URL = "https://souq.example/akhbar/1"
HTML = "<p>نص الخبر</p>".encode()


def _item() -> PageItem:
    return PageItem(
        page=Page(id="souq/1", url=URL, discovered_by="feed"),
        url=URL,
        fetched_at=datetime(2024, 12, 4, tzinfo=UTC),
        html=HTML,
        html_sha256=fetch_sha256(HTML),
        exchanges=PageExchanges(exchange(URL, HTML)),
        extracted=Extracted(
            article=Article(url=URL, title="خبر", text="نص الخبر", canonical_url=URL), article_id="1" * 32
        ),
    )


def test_a_page_whose_writes_are_repeated_is_kept_once(tmp_path: Path, stores: Stores) -> None:
    writer = CaptureWriter(tmp_path, 10**9)
    captures, item = Captures("souq", writer), _item()
    assert captures.keep(stores, item) is None
    assert captures.keep(stores, item) is None
    writer.close()
    assert item.capture is not None
    assert item.capture.content_sha256 == item.html_sha256
    (path,) = segments(tmp_path)
    (page,) = read_segment(path)
    assert (page.article_id, page.html) == ("1" * 32, HTML)
