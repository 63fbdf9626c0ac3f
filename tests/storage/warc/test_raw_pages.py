"""The archive of raw pages: what is written comes back, whatever a crash left behind it."""

import gzip
import hashlib
import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.storage.warc.captures import Conversion, PageCapture
from crawler.storage.warc.cdxj import surt
from crawler.storage.warc.exchange import Exchange
from crawler.storage.warc.index_lines import index_lines
from crawler.storage.warc.members import members, read_records
from crawler.storage.warc.raw_pages import RawPage, fetch_sha256, raw_folder, segment_number, segments
from crawler.storage.warc.reader import DamagedSegmentError, read_captures, read_segment
from crawler.storage.warc.references import CaptureReference
from crawler.storage.warc.writer import CaptureWriter
from tests.support.raw_pages import WHEN, as_capture, exchange, raw_page, write_raw_pages


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
        writer = CaptureWriter(folder, 10**9)
        for page in pages:
            writer.write(as_capture(page))
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
    (path,) = segments(tmp_path)
    assert re.fullmatch(rf"khabar-{tmp_path.name}-00000001-\d{{14}}-\w{{8}}\.warc\.gz", path.name)
    assert pages[0].charset == "windows-1256"


def test_the_further_pages_of_an_article_come_back_with_it(tmp_path: Path) -> None:
    parts = tuple((f"https://example.org/1/{n}/", f"<p>{n}".encode()) for n in (2, 3))
    page = replace(raw_page(1), parts=parts, sha256=fetch_sha256(raw_page(1).html, parts))
    write_raw_pages(tmp_path, raw_page(0), page, raw_page(2))
    assert _read(tmp_path) == [raw_page(0), page, raw_page(2)]
    assert page.sha256 != raw_page(1).sha256
    assert fetch_sha256(raw_page(1).html) == raw_page(1).sha256


def _of_earlier_version(path: Path, page: RawPage) -> None:
    """A segment as Khabar 0.2 wrote them: a made status line, one header, the content as the payload."""
    digest = f"sha256:{hashlib.sha256(page.html).hexdigest()}"
    hints = json.dumps({"title": page.hints.title, "published_at": WHEN.isoformat()})
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        record = writer.create_warc_record(
            page.url,
            "response",
            payload=io.BytesIO(page.html),
            length=len(page.html),
            http_headers=StatusAndHeaders(
                "200 OK", [("Content-Type", page.content_type)], protocol="HTTP/1.1"
            ),
            warc_headers_dict={
                "WARC-Date": WHEN.isoformat().replace("+00:00", "Z"),
                "WARC-Payload-Digest": digest,
                "Khabar-Article": page.article_id,
                "Khabar-Hints": hints,
            },
        )
        writer.write_record(record)


def test_segments_of_an_earlier_version_are_read_and_left_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "00000001.warc.gz"
    old = raw_page(1)
    _of_earlier_version(path, old)
    before = path.read_bytes()
    (page,) = read_segment(path)
    # It said nothing of further pages.
    assert (page.html, page.sha256, page.charset, page.parts_kept) == (
        old.html,
        old.sha256,
        old.charset,
        False,
    )
    assert [capture.sha256 for capture, _ in read_captures(path)] == [old.sha256]
    write_raw_pages(tmp_path, raw_page(2))
    assert path.read_bytes() == before
    assert [segment_number(path.name) for path in segments(tmp_path)] == [1, 2]
    assert [page.html for page in _read(tmp_path)] == [old.html, raw_page(2).html]


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
    with path.open("rb") as file:
        unpacked = [member for _, _, member in members(file, 0)]
    path.write_bytes(b"".join(gzip.compress(each.replace(b"</body>", b"</BODY>")) for each in unpacked))
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
    address = "https://souq.example/wp-json/wp/v2/posts?per_page=100"
    head = b"HTTP/1.1 200\r\ncontent-TYPE: application/json\r\nContent-Encoding: gzip\r\n\r\n"
    answer = Exchange(address, WHEN, b"GET / HTTP/1.1\r\n\r\n", head, body, "192.0.2.7", "ab" * 32)
    pages = [raw_page(number) for number in (1, 2)]
    writer = CaptureWriter(tmp_path, 10**9)
    references = [
        writer.write(
            PageCapture(
                page.article_id, page.url, answer, page.hints, conversion=Conversion(page.html, number)
            )
        )
        for number, page in enumerate(pages, start=1)
    ]
    writer.close()

    (path,) = segments(tmp_path)
    records = list(read_records(path))
    assert [record.kind for record in records] == [
        *("warcinfo", "request", "response", "conversion", "conversion")
    ]
    _, asked, sent, *made = records
    assert sent.block == head + body
    assert (sent.url, sent.headers["WARC-IP-Address"]) == (address, "192.0.2.7")
    assert sent.headers["Khabar-TLS-Certificate"] == "sha256:" + "ab" * 32
    assert sent.headers["Khabar-Content-Digest"].endswith(hashlib.sha256(gzip.decompress(body)).hexdigest())
    assert asked.headers["WARC-Concurrent-To"] == sent.record_id
    for number, record in enumerate(made, start=1):
        assert record.headers["WARC-Refers-To"] == sent.record_id
        assert record.headers["WARC-Refers-To-Target-URI"] == address
        assert record.headers["Khabar-Post"] == str(number)
        assert references[number - 1].record_id == record.record_id
        assert references[number - 1].offset == record.offset
        answered = references[number - 1].answer
        assert answered is not None
        assert answered.offset == sent.offset

    assert [(page.article_id, page.html, page.is_post) for page in _read(tmp_path)] == [
        (page.article_id, page.html, True) for page in pages
    ]
    assert [capture.article_id for capture, _ in read_captures(path)] == [page.article_id for page in pages]


def test_an_answer_is_written_again_into_the_segment_of_those_that_refer_to_it(tmp_path: Path) -> None:
    answer = exchange("https://souq.example/wp-json/", b"[]")
    writer = CaptureWriter(tmp_path, 8 * 4_000)
    for number in range(6):
        made = Conversion(raw_page(number, size=6_000).html, number)
        writer.write(PageCapture(f"{number:032x}", f"https://souq.example/{number}", answer, conversion=made))
    writer.close()
    assert len(segments(tmp_path)) > 2
    names: set[str] = set()
    for path in segments(tmp_path):
        records = list(read_records(path))
        kept = {record.record_id for record in records if record.kind == "response"}
        assert len(kept) == 1
        assert {r.headers["WARC-Refers-To"] for r in records if r.kind == "conversion"} == kept
        names |= kept
    assert len(names) == len(segments(tmp_path))


CHUNKED = b"HTTP/1.0 200 As you wish\r\nTransfer-Encoding: chunked\r\nX-Odd: \xff\r\n\r\n"


def test_what_went_over_the_wire_stands_in_the_record_byte_by_byte(tmp_path: Path) -> None:
    body = b"3\r\n<p>\r\n1;x=y\r\na\r\n0\r\n\r\n"
    page = Exchange("https://example.org/a", WHEN, b"GET /a HTTP/1.1\r\nhOST: x\r\n\r\n", CHUNKED, body)
    hop = exchange("https://example.org/b", b"")
    writer = CaptureWriter(tmp_path, 10**9, {"software": "Khabar/1", "operator": "a\r\nb"})
    reference = writer.write(PageCapture("1" * 32, "https://example.org/a", page, redirects=(hop,)))
    writer.close()
    (path,) = segments(tmp_path)
    info, first, led, asked, sent = read_records(path)
    assert b"operator: a%0D%0Ab\r\n" in info.block
    assert sent.block == CHUNKED + body
    assert asked.block == b"GET /a HTTP/1.1\r\nhOST: x\r\n\r\n"
    assert (sent.content(), "WARC-Payload-Digest" in sent.headers) == (b"<p>a", False)
    assert reference.sha256 == reference.payload_sha256 == hashlib.sha256(b"<p>a").hexdigest()
    assert (reference.begin, reference.offset, reference.end) == (first.offset, sent.offset, sent.end)
    assert {record.headers["WARC-Warcinfo-ID"] for record in (led, sent, asked)} == {info.record_id}
    assert CaptureReference.from_document(reference.as_document()) == reference


def test_a_page_that_has_not_changed_is_a_revisit(tmp_path: Path) -> None:
    (first,) = write_raw_pages(tmp_path, raw_page(1))
    writer = CaptureWriter(tmp_path, 10**9)
    not_modified = Exchange(raw_page(1).url, WHEN, b"", b"HTTP/1.1 304 Not Modified\r\n\r\n", b"")
    again = exchange(raw_page(1).url, raw_page(1).html)
    for answer in (not_modified, again):
        writer.write_revisit(answer, first, raw_page(1).article_id)
    writer.close()
    (path,) = segments(tmp_path)
    revisits = [record for record in read_records(path) if record.kind == "revisit"]
    assert [record.headers["WARC-Profile"].rpartition("/")[2] for record in revisits] == [
        "server-not-modified",
        "identical-payload-digest",
    ]
    assert {record.headers["WARC-Refers-To"] for record in revisits} == {first.record_id}
    assert revisits[1].block == again.head
    assert _read(tmp_path) == [raw_page(1)]
    index = path.with_name(path.name.replace(".warc.gz", ".cdxj")).read_text().splitlines()
    assert index == sorted(index) == sorted(index_lines(path))
    assert [json.loads(line.split(" ", 2)[2])["mime"] for line in index].count("warc/revisit") == 2


def test_foreign_tools_find_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_raw_pages(tmp_path, *map(raw_page, range(3)))
    writer = CaptureWriter(tmp_path, 10**9)
    body = b"3\r\n<p>\r\n0\r\n\r\n"
    writer.write(
        PageCapture("1" * 32, "https://a.example/", Exchange("https://a.example/", WHEN, b"", CHUNKED, body))
    )
    writer.close()
    (path,) = segments(tmp_path)
    assert Checker(SimpleNamespace(inputs=[str(path)], verbose=True)).process_all() == 0
    assert "digest pass" in capsys.readouterr().out
    with path.open("rb") as file:
        bodies = [r.content_stream().read() for r in ArchiveIterator(file) if r.rec_type == "response"]
    assert bodies == [*(raw_page(number).html for number in range(3)), b"<p>"]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org/A/b/?z=1&A=2", "org,example)/a/b?a=2&z=1"),
        ("http://127.0.0.1:8080/x?y", "1,0,0,127:8080)/x?y"),
        ("https://www2.a.example:443/%D8%B3/", "example,a)/%d8%b3"),
        ("http://a.example/خبر/1", "example,a)/%d8%ae%d8%a8%d8%b1/1"),
        ("https://a.example/x?PHPSESSID=0123456789abcdef0123456789abcdef&a=1", "example,a)/x?a=1"),
        ("http://a.example//b/", "example,a)/b"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_keys_are_those_of_other_tools(url: str, key: str) -> None:
    assert surt(url) == key
