"""Files to records: the forms in which tools keep pages, broken ones, and those that are made to harm."""

import gzip
import io
import json
import stat
import struct
import zipfile
import zlib
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.importing.records import Record, RecordKind, TooLargeError, UnreadableError
from crawler.importing.sources import Reader
from tests.support.captures import WHEN, Captured, arc, cdxj, mirror, wacz, warc, warc_record

PAGES = [
    Captured("http://outlet.example/2021/05/03/a", b"<html><body><p>one</p></body></html>"),
    Captured("http://outlet.example/b", b"<html><body><p>two</p></body></html>"),
]
KEPT = {(page.url, page.at, page.body) for page in PAGES}
LIMIT = 100_000
# Made once: names of records are random.
WHOLE = [warc(PAGES), warc(PAGES, packed=False), arc(PAGES), gzip.compress(arc(PAGES), mtime=0)]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    (tmp_path / "work").mkdir()
    return Reader(tmp_path / "work", LIMIT)


def _records(reader: Reader, path: Path, *, is_explicit: bool = True) -> list[Record]:
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    return [
        record
        for file in files
        for record in reader.records(file, file.relative_to(path.parent).as_posix(), is_explicit=is_explicit)
    ]


def _pages(reader: Reader, path: Path) -> set[tuple[str, datetime | None, bytes]]:
    return {
        (record.url, record.captured_at, reader.payload(record).body)
        for record in _records(reader, path)
        if record.kind is RecordKind.PAGE
    }


def test_every_form_gives_the_same_pages(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc(PAGES))
    (tmp_path / "a.warc").write_bytes(warc(PAGES, packed=False))
    # Compressed as one stream, and with members that begin anywhere.
    whole = warc(PAGES, packed=False)
    (tmp_path / "whole.warc.gz").write_bytes(gzip.compress(whole))
    cut = len(whole) // 3
    (tmp_path / "odd.warc.gz").write_bytes(gzip.compress(whole[:cut]) + gzip.compress(whole[cut:]))
    (tmp_path / "a.arc").write_bytes(arc(PAGES))
    (tmp_path / "a.arc.gz").write_bytes(gzip.compress(arc(PAGES)))
    wacz(tmp_path / "a.wacz", PAGES)
    with zipfile.ZipFile(tmp_path / "deflated.wacz", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("archive/a.warc.gz", warc(PAGES))
    mirror(tmp_path / "mirror", PAGES)
    with zipfile.ZipFile(tmp_path / "mirror.zip", "w", zipfile.ZIP_DEFLATED) as package:
        for page in PAGES:
            moment = page.at
            info = zipfile.ZipInfo(page.url.partition("//")[2], moment.timetuple()[:6])
            package.writestr(info, page.body)
    cdxj(tmp_path / "index.cdxj", tmp_path / "indexed.warc.gz", PAGES)
    archives = ("a.warc.gz", "a.warc", "whole.warc.gz", "odd.warc.gz", "a.arc", "a.arc.gz", "index.cdxj")
    for name in (*archives, "a.wacz", "deflated.wacz", "mirror", "mirror.zip"):
        assert _pages(reader, tmp_path / name) == KEPT, name


def test_how_a_body_was_sent_makes_no_difference(reader: Reader, tmp_path: Path) -> None:
    body = PAGES[0].body
    chunked = b"8\r\n" + body[:8] + b"\r\n" + b"%x;x=1\r\n" % len(body[8:]) + body[8:] + b"\r\n0\r\n\r\n"
    sent = {
        "chunked": (chunked, {"Transfer-Encoding": "chunked"}),
        "not-chunked": (body, {"Transfer-Encoding": "chunked"}),
        "gzip": (gzip.compress(body), {"Content-Encoding": "gzip"}),
        "deflate": (zlib.compress(body), {"Content-Encoding": "deflate"}),
        "not-gzip": (body, {"Content-Encoding": "gzip"}),
    }
    captures = [Captured(f"http://outlet.example/{name}", raw, headers=h) for name, (raw, h) in sent.items()]
    (tmp_path / "a.warc.gz").write_bytes(warc(captures))
    pages = _pages(reader, tmp_path / "a.warc.gz")
    assert {url.rpartition("/")[2] for url, _, read in pages if read == body} == set(sent)


def test_saved_pages_say_where_they_are_from(reader: Reader, tmp_path: Path) -> None:
    page = b"<html><head></head><body><p>text</p></body></html>"
    url = "https://outlet.example/a?b=1"
    single = b"url: %s \n saved date: Mon May 03 2021 13:00:00 GMT+0300 (Eastern)" % url.encode()
    httrack = (
        b"outlet.example/a?b=1 by HTTrack Website Copier/3.x [XR&CO'2014], Mon, 03 May 2021 10:00:00 GMT"
    )
    mhtml = (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\n"
        "Date: Mon, 3 May 2021 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"{page.decode()}\r\n--x--\r\n"
    )
    files = {
        "chrome.html": b"<!DOCTYPE html>\n<!-- saved from url=(0028)%s -->\n" % url.encode() + page,
        "single.html": b"<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n %s \n-->" % single + page,
        "httrack.html": b"<html>\n<!-- Mirrored from %s -->" % httrack + page,
        "canonical.html": b'<html><head><link href="%s" rel="canonical"></head></html>' % url.encode(),
        "page.mhtml": mhtml.encode(),
        "nowhere.html": page,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    read = {name: _records(reader, tmp_path / name)[0] for name in files}
    for name in ("chrome.html", "single.html", "canonical.html", "page.mhtml"):
        assert read[name].url == url, name
    assert read["httrack.html"].url == url.replace("https", "http")
    for name in ("single.html", "httrack.html", "page.mhtml"):
        assert read[name].captured_at == WHEN, name
    assert reader.payload(read["page.mhtml"]).body.strip() == page
    assert read["nowhere.html"].kind is RecordKind.UNREADABLE
    assert "which address" in read["nowhere.html"].detail


def test_rows_of_other_programs(reader: Reader, tmp_path: Path) -> None:
    news_please = {
        "url": "https://a.example/1",
        "maintext": "أول\nثان",
        "title": "عنوان",
        "date_download": "2021-05-03 10:00:00",
        "date_publish": "2021-05-03 08:00:00",
        "authors": ["سلمى"],
        "language": "ar",
    }
    media_cloud = {
        "url": "https://a.example/2",
        "indexed_date": "2021-05-03T10:00:00",
        "media_name": "A",
        "title": "عنوان",
        "publish_date": "2021-05-02",
        "text": "نص",
    }
    fundus = {
        "title": "عنوان",
        "publishing_date": "2021-05-03 08:00:00+00:00",
        "authors": [],
        "body": {"summary": ["أول"], "sections": [{"headline": [], "paragraphs": ["ثان"]}]},
        "html": {"requested_url": "https://a.example/3", "crawl_date": "2021-05-03T10:00:00+00:00"},
    }
    khabar = {
        "url": "https://a.example/4",
        "story_id": "x",
        "first_seen_at": "2021-05-03T13:00:00+03:00",
        "text": "أول\n\nثان",
        "title": "عنوان",
        "published": "2021-05-02T00:00:00+03:00",
        "published_precision": "day",
    }
    rows = [news_please, media_cloud, fundus, khabar]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "a.jsonl").write_text(lines + "\n{broken\n[1]\n", encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    for name in ("a.jsonl", "a.json", "a.jsonl.gz"):
        records = _records(reader, tmp_path / name)
        articles = [record for record in records if record.kind is RecordKind.ARTICLE]
        assert [record.url[-1] for record in articles] == ["1", "2", "3", "4"], name
        assert {record.captured_at for record in articles} == {WHEN}
        texts = [article.text for record in articles if (article := reader.payload(record).article)]
        assert texts == ["أول\n\nثان", "نص", "أول\n\nثان", "أول\n\nثان"]
    assert [record.kind for record in _records(reader, tmp_path / "a.jsonl")][4:] == [
        RecordKind.UNREADABLE
    ] * 2
    (tmp_path / "b.jsonl").write_text('{"what": 1}\n')
    assert _records(reader, tmp_path / "b.jsonl")[0].kind is RecordKind.UNREADABLE


def test_what_is_made_to_harm_is_refused_with_a_sentence(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.importing.frames.BOMB", 1 << 20)
    monkeypatch.setattr("crawler.importing.sources.SPOOL_LEAST", 1 << 20)
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name in ("../../etc/passwd.html", "/etc/a.html", "C:\\a.html"):
            package.writestr(name, b"<html></html>")
        link = zipfile.ZipInfo("link.html")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        package.writestr(link, "/etc/passwd")
        package.writestr("outlet.example/bomb.html", b"<html>" + b"a" * 1_000_000)
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as nested:
            nested.writestr("a.html", b"<html>")
        package.writestr("nested.zip", inner.getvalue())
        package.writestr("bomb.warc", b"WARC/1.0\r\n" + bytes(5_000_000))
    records = {record.location.member: record for record in _records(reader, path)}
    details = {name: record.detail for name, record in records.items()}
    assert [details[name] for name in list(details)[:3]] == ["its name leads out of the archive"] * 3
    assert details["link.html"] == "it is a link to another file"
    assert "archive within an archive" in details["nested.zip"]
    with pytest.raises(TooLargeError):
        reader.payload(records["outlet.example/bomb.html"])
    assert sum(path.stat().st_size for path in (tmp_path / "work").iterdir()) < 3_000_000
    big = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 3000000\r\n\r\n" + bytes(3_000_000)
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(big, 9) + warc(PAGES))
    first, *rest = _records(reader, tmp_path / "a.warc.gz")
    assert (first.kind, "more than 200 times" in first.detail) == (RecordKind.UNREADABLE, True)
    assert [record.url for record in rest] == [page.url for page in PAGES]
    (tmp_path / "large.warc.gz").write_bytes(
        warc([Captured(PAGES[0].url, gzip.compress(bytes(LIMIT + 1)), headers={"Content-Encoding": "gzip"})])
    )
    with pytest.raises(TooLargeError):
        reader.payload(_records(reader, tmp_path / "large.warc.gz")[0])


def test_damage_costs_the_record_in_which_it_lies(reader: Reader, tmp_path: Path) -> None:
    records = [gzip.compress(warc_record(page), 1, mtime=0) for page in (*PAGES, PAGES[0])]
    broken = bytearray(records[1])
    broken[len(broken) // 2] ^= 0xFF
    (tmp_path / "a.warc.gz").write_bytes(records[0] + bytes(broken) + records[2])
    kinds = [record.kind for record in _records(reader, tmp_path / "a.warc.gz")]
    assert kinds == [RecordKind.PAGE, RecordKind.UNREADABLE, RecordKind.PAGE]
    plain = [warc_record(page) for page in (*PAGES, PAGES[0])]
    torn = plain[0] + plain[1][: len(plain[1]) // 2] + b"\r\n" + plain[2]
    (tmp_path / "a.warc").write_bytes(torn)
    first, second, third = _records(reader, tmp_path / "a.warc")
    assert (first.note, third.note) == ("", "")
    assert second.note.startswith("the next record begins in the middle of it") or second.detail
    assert third.location.offset == torn.rindex(b"WARC/1.1")


def test_what_follows_a_damaged_beginning_or_was_appended_is_read(reader: Reader, tmp_path: Path) -> None:
    packed, plain = warc(PAGES), warc(PAGES, packed=False)
    for content, lost in (
        (b"\x00" * 5000 + packed, 1),
        (b"\x00" * 5000 + b"\n" + plain, 1),
        (plain + packed, 0),
        (b"\r\n" * 9000, 1),
    ):
        (tmp_path / "a.warc.gz").write_bytes(content)
        kinds = Counter(record.kind for record in _records(reader, tmp_path / "a.warc.gz"))
        whole = content.count(packed) + content.count(plain)
        assert (kinds[RecordKind.PAGE], kinds[RecordKind.UNREADABLE]) == (whole * len(PAGES), lost)
        for record in _records(reader, tmp_path / "a.warc.gz"):
            assert record.kind is RecordKind.UNREADABLE or reader.payload(record).body


def test_no_time_is_made_of_an_impossible_one(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "a.arc").write_bytes(arc(PAGES).replace(PAGES[0].digits.encode(), b"20219999999999"))
    details = [record.detail for record in _records(reader, tmp_path / "a.arc")[1:]]
    assert details == ["its time of capture cannot be: '20219999999999'"] * len(PAGES)


def test_a_package_whose_hashes_cannot_be_read_says_so(reader: Reader, tmp_path: Path) -> None:
    wacz(tmp_path / "a.wacz", PAGES)
    for description in (b"[", b"{}", b'{"resources": 7}'):
        with zipfile.ZipFile(tmp_path / "b.wacz", "w") as package:
            package.writestr("archive/a.warc.gz", warc(PAGES))
            package.writestr("datapackage.json", description)
        first = _records(reader, tmp_path / "b.wacz")[0]
        assert first.detail == "it is no description of a package; no file was compared with its hash"
    assert all(record.kind is not RecordKind.UNREADABLE for record in _records(reader, tmp_path / "a.wacz"))


def test_an_index_leads_to_the_files_beside_it_alone(reader: Reader, tmp_path: Path) -> None:
    line = json.dumps({"url": "http://outlet.example/", "filename": "../../../etc/passwd", "offset": 0})
    (tmp_path / "a.cdxj").write_text(f"example,outlet)/ 20210503100000 {line}\nno line of an index\n")
    details = [record.detail for record in _records(reader, tmp_path / "a.cdxj")]
    assert details == [
        "it names '../../../etc/passwd', which is not here",
        "the line names no capture of a page",
    ]


def test_a_replayed_capture_is_of_the_original_address_and_time(reader: Reader, tmp_path: Path) -> None:
    address = "https://web.archive.org/web/20210503100000id_/http://outlet.example/b"
    capture = Captured(address, PAGES[1].body, datetime(2026, 1, 1, tzinfo=UTC))
    (tmp_path / "a.warc.gz").write_bytes(warc([capture]))
    assert _pages(reader, tmp_path / "a.warc.gz") == {(PAGES[1].url, WHEN, PAGES[1].body)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_bytes_come_every_record_is_read_or_told(
    reader: Reader, tmp_path: Path, data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from(WHOLE))
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        change = data.draw(st.sampled_from(["flip", "cut", "insert"]))
        if change == "flip":
            content[at] ^= data.draw(st.integers(1, 255))
        elif change == "cut":
            del content[at : at + data.draw(st.integers(1, 50))]
        else:
            content[at:at] = data.draw(st.binary(max_size=20))
        if not content:
            break
    path = tmp_path / data.draw(st.sampled_from(["a.warc.gz", "a.arc", "a.bin"]))
    path.write_bytes(bytes(content))
    records = _records(reader, path)
    assert records
    for record in records:
        if record.kind in (RecordKind.UNREADABLE, RecordKind.OTHER):
            assert record.detail
        elif record.kind is RecordKind.PAGE:
            with suppress(UnreadableError):
                reader.payload(record)


def test_a_damaged_zip_is_told(reader: Reader, tmp_path: Path) -> None:
    wacz(tmp_path / "a.wacz", PAGES)
    content = (tmp_path / "a.wacz").read_bytes()
    (tmp_path / "b.wacz").write_bytes(content[: len(content) // 2])
    (record,) = _records(reader, tmp_path / "b.wacz")
    assert record.detail.startswith("the zip cannot be read")
    # The table of contents leads to a place where no file begins.
    end = content.rindex(b"PK\x01\x02")
    start = content.index(b"PK\x01\x02")
    assert end > start
    lies = bytearray(content)
    lies[start + 42 : start + 46] = struct.pack("<I", 7)
    (tmp_path / "c.wacz").write_bytes(bytes(lies))
    first = _records(reader, tmp_path / "c.wacz")[0]
    assert first.kind is RecordKind.UNREADABLE
