"""The archive of raw pages: what is written comes back, whatever a crash left behind it."""

import gzip
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.storage.warc.raw_pages import Exchange, RawPage, fetch_sha256, raw_folder, segments
from crawler.storage.warc.reader import DamagedSegmentError, read_captures, read_segment
from crawler.storage.warc.writer import RawPageWriter
from tests.support.raw_pages import WHEN, raw_page, write_raw_pages


def _read(folder: Path) -> list[RawPage]:
    pages: list[RawPage] = []
    for path in segments(folder):
        try:
            pages.extend(read_segment(path))
        except DamagedSegmentError:
            continue
    return pages


def _killed_while_writing(folder: Path, *pages: RawPage) -> Path:
    """Write in a process that ends without closing; return the segment it left."""
    child = os.fork()
    if child == 0:
        writer = RawPageWriter(folder, 10**9)
        for page in pages:
            writer.write(page)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    (path,) = segments(folder)
    assert path.name.endswith(".open")
    return path


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    pages = [raw_page(number) for number in range(5)]
    write_raw_pages(tmp_path, *pages[:3])
    write_raw_pages(tmp_path, *pages[3:])
    assert _read(tmp_path) == pages
    assert [path.name for path in segments(tmp_path)] == ["00000001.warc.gz"]
    assert pages[0].charset == "windows-1256"


def test_the_further_pages_of_an_article_come_back_with_it(tmp_path: Path) -> None:
    parts = tuple((f"https://example.org/1/{n}/", f"<p>{n}".encode()) for n in (2, 3))
    page = replace(raw_page(1), parts=parts, sha256=fetch_sha256(raw_page(1).html, parts))
    write_raw_pages(tmp_path, raw_page(0), page, raw_page(2))
    assert _read(tmp_path) == [raw_page(0), page, raw_page(2)]
    assert page.sha256 != raw_page(1).sha256
    assert fetch_sha256(raw_page(1).html) == raw_page(1).sha256


def test_a_record_of_an_earlier_version_says_nothing_of_further_pages(tmp_path: Path) -> None:
    write_raw_pages(tmp_path, raw_page(1))
    (path,) = segments(tmp_path)
    # Unpacked, for each record must be a gzip member of its own; readers take both.
    path.write_bytes(gzip.decompress(path.read_bytes()).replace(b"Khabar-Parts: 0\r\n", b""))
    assert _read(tmp_path) == [replace(raw_page(1), parts_kept=False)]


def test_a_page_without_a_type_has_no_charset(tmp_path: Path) -> None:
    page = RawPage("a", "https://example.org/1", b"<p>", hashlib.sha256(b"<p>").hexdigest(), WHEN)
    write_raw_pages(tmp_path, page)
    assert _read(tmp_path) == [page]
    assert page.charset is None


@pytest.mark.parametrize("cut", [60, 300, 700])
def test_a_torn_last_record_costs_itself_alone(tmp_path: Path, cut: int) -> None:
    first, torn, later = raw_page(1), raw_page(2), raw_page(3)
    path = _killed_while_writing(tmp_path, first, torn)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - cut)
    with pytest.raises(DamagedSegmentError):
        list(read_segment(path))
    assert _read(tmp_path) == [first]
    write_raw_pages(tmp_path, later)
    write_raw_pages(tmp_path, torn)
    assert _read(tmp_path) == [first, later, torn]


def test_a_crash_between_records_loses_nothing(tmp_path: Path) -> None:
    _killed_while_writing(tmp_path, raw_page(1))
    write_raw_pages(tmp_path, raw_page(2))
    assert _read(tmp_path) == [raw_page(1), raw_page(2)]


def test_a_changed_page_is_not_believed(tmp_path: Path) -> None:
    write_raw_pages(tmp_path, raw_page(1))
    (path,) = segments(tmp_path)
    path.write_bytes(gzip.decompress(path.read_bytes()).replace(b"</body>", b"</BODY>"))
    assert _read(tmp_path) == []


def test_the_oldest_segments_go_when_the_limit_is_reached(tmp_path: Path) -> None:
    limit = 200_000
    write_raw_pages(tmp_path, *(raw_page(number, size=12_000) for number in range(60)), limit=limit)
    kept = _read(tmp_path)
    assert kept[-1] == raw_page(59, size=12_000)
    assert 10 < len(kept) < 60
    assert sum(path.stat().st_size for path in segments(tmp_path)) <= limit * 1.2


def test_the_folder_of_a_site(tmp_path: Path) -> None:
    assert raw_folder(tmp_path, "enab-baladi") == tmp_path / "raw" / "enab-baladi"


def test_a_post_refers_to_the_answer_it_stands_in_which_is_kept_once(tmp_path: Path) -> None:
    body = gzip.compress(b'[{"id": 1}, {"id": 2}]')
    headers = (
        ("Content-Type", "application/json"),
        ("Content-Encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
    )
    address = "https://souq.example/wp-json/wp/v2/posts?per_page=100"
    answer = Exchange(address, WHEN, "HTTP/1.1", 200, headers, body, "192.0.2.7")
    posts = [replace(raw_page(number), answer=answer) for number in (1, 2)]
    write_raw_pages(tmp_path, *posts)

    (path,) = segments(tmp_path)
    with path.open("rb") as file:
        records = [
            (record.rec_type, record.rec_headers, record.raw_stream.read())
            for record in ArchiveIterator(file, no_record_parse=False)
        ]
    assert [kind for kind, _, _ in records] == ["warcinfo", "response", "conversion", "conversion"]
    _, sent, payload = records[1]
    assert payload == body
    assert sent.get_header("WARC-Target-URI") == address
    assert sent.get_header("WARC-IP-Address") == "192.0.2.7"
    for _, made, html in records[2:]:
        assert made.get_header("WARC-Refers-To") == sent.get_header("WARC-Record-ID")
        assert made.get_header("WARC-Refers-To-Target-URI") == address
        assert made.get_header("WARC-Payload-Digest") == f"sha256:{hashlib.sha256(html).hexdigest()}"

    assert [(page.article_id, page.html, page.is_post) for page in _read(tmp_path)] == [
        (page.article_id, page.html, True) for page in posts
    ]
    assert [capture.article_id for capture, _ in read_captures(path)] == [page.article_id for page in posts]
