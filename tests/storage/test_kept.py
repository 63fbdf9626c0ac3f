"""Which raw pages are kept, as the search index follows it up."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.storage.search import SearchFile
from crawler.storage.search.captures import KeptPages
from crawler.storage.warc.raw_pages import fetch_sha256, raw_folder, segments
from crawler.storage.warc.writer import CaptureWriter
from tests.support.raw_pages import WHEN, as_capture, raw_page, write_raw_pages


@pytest.fixture
def kept(tmp_path: Path) -> KeptPages:
    return KeptPages(SearchFile(tmp_path), tmp_path)


def test_what_is_kept_is_found_by_article_with_its_hash_time_and_place(
    kept: KeptPages, tmp_path: Path
) -> None:
    folder = raw_folder(tmp_path, "barada")
    later = replace(raw_page(1), html=b"<p>later", sha256="", fetched_at=WHEN + timedelta(days=1))
    parts = (("https://example.org/2", b"second"), ("https://example.org/3", b"third"))
    long = replace(raw_page(2), parts=parts)
    write_raw_pages(folder, raw_page(1), long, later)
    assert not kept.followed("barada")
    assert kept.follow() == 3
    assert kept.followed("barada")
    first, second = kept.of(raw_page(1).article_id)
    assert (first.sha256, first.segment) == (raw_page(1).sha256, segments(folder)[0].name)
    assert first.at == WHEN.replace(microsecond=0)
    assert second.at - first.at == timedelta(days=1)
    (whole,) = kept.of(long.article_id)
    assert whole.sha256 == fetch_sha256(long.html, parts)
    (path,) = segments(folder)
    assert path.read_bytes()[first.offset :].startswith(b"\x1f\x8b")
    assert kept.of("nothing") == []


def test_only_what_is_new_is_read_and_a_segment_may_be_open(kept: KeptPages, tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "barada")
    write_raw_pages(folder, raw_page(1))
    assert kept.follow() == 1
    assert kept.follow() == 0
    writer = CaptureWriter(folder, 10**9)
    writer.write(as_capture(raw_page(2)))
    assert kept.follow() == 1  # while it is being written
    writer.write(as_capture(raw_page(3)))
    writer.close()
    assert kept.follow() == 1
    (path,) = segments(folder)
    assert {kept.of(raw_page(number).article_id)[0].segment for number in (1, 2, 3)} == {path.name}


def test_a_large_folder_is_read_a_bit_at_a_time(kept: KeptPages, tmp_path: Path) -> None:
    write_raw_pages(raw_folder(tmp_path, "barada"), *map(raw_page, range(6)))
    found = [kept.follow(room=1) for _ in range(7)]
    assert found == [1, 1, 1, 1, 1, 1, 0]
    assert kept.followed("barada")


def test_a_torn_or_damaged_end_is_left_out_and_not_read_again(kept: KeptPages, tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "barada")
    write_raw_pages(folder, raw_page(1), raw_page(2))
    (path,) = segments(folder)
    path.write_bytes(path.read_bytes()[:-20])
    assert kept.follow() == 1
    assert kept.followed("barada")
    assert kept.of(raw_page(2).article_id) == []
    write_raw_pages(raw_folder(tmp_path, "ugarit"), raw_page(3))
    (path,) = segments(raw_folder(tmp_path, "ugarit"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert kept.follow() == 0


def test_what_fell_to_the_limit_is_forgotten(kept: KeptPages, tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "barada")
    write_raw_pages(folder, *(raw_page(number, 40_000) for number in range(4)), limit=160_000)
    kept.follow()
    oldest = segments(folder)[0]
    gone = [number for number in range(4) if kept.of(raw_page(number).article_id)[0].segment == oldest.name]
    oldest.unlink()
    kept.follow()
    assert gone
    assert [bool(kept.of(raw_page(number).article_id)) for number in range(4)] == [
        n not in gone for n in range(4)
    ]
