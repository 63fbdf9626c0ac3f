"""Which raw pages are kept, as the search index follows it up."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.storage.search import SearchFile
from crawler.storage.search.captures import KeptPages
from crawler.storage.warc.raw_pages import RawPageWriter, fetch_sha256, raw_folder, segments
from tests.storage.warc.test_raw_pages import WHEN, _raw, _write


@pytest.fixture
def kept(tmp_path: Path) -> KeptPages:
    return KeptPages(SearchFile(tmp_path), tmp_path)


def test_what_is_kept_is_found_by_article_with_its_hash_time_and_place(
    kept: KeptPages, tmp_path: Path
) -> None:
    folder = raw_folder(tmp_path, "barada")
    later = replace(_raw(1), html=b"<p>later", sha256="", fetched_at=WHEN + timedelta(days=1))
    parts = (("https://example.org/2", b"second"), ("https://example.org/3", b"third"))
    long = replace(_raw(2), parts=parts)
    _write(folder, _raw(1), long, later)
    assert not kept.followed("barada")
    assert kept.follow() == 3
    assert kept.followed("barada")
    first, second = kept.of(_raw(1).article_id)
    assert (first.sha256, first.segment) == (_raw(1).sha256, "00000001.warc.gz")
    assert first.at == WHEN.replace(microsecond=0)
    assert second.at - first.at == timedelta(days=1)
    (whole,) = kept.of(long.article_id)
    assert whole.sha256 == fetch_sha256(long.html, parts)
    (path,) = segments(folder)
    assert path.read_bytes()[first.offset :].startswith(b"\x1f\x8b")
    assert kept.of("nothing") == []


def test_only_what_is_new_is_read_and_a_segment_may_be_open(kept: KeptPages, tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "barada")
    _write(folder, _raw(1))
    assert kept.follow() == 1
    assert kept.follow() == 0
    writer = RawPageWriter(folder, 10**9)
    writer.write(_raw(2))
    assert kept.follow() == 1  # while it is being written
    writer.write(_raw(3))
    writer.close()
    assert kept.follow() == 1
    assert [kept.of(_raw(number).article_id)[0].segment for number in (1, 2, 3)] == ["00000001.warc.gz"] * 3


def test_a_large_folder_is_read_a_bit_at_a_time(kept: KeptPages, tmp_path: Path) -> None:
    _write(raw_folder(tmp_path, "barada"), *map(_raw, range(6)))
    found = [kept.follow(room=1) for _ in range(7)]
    assert found == [1, 1, 1, 1, 1, 1, 0]
    assert kept.followed("barada")


def test_a_torn_or_damaged_end_is_left_out_and_not_read_again(kept: KeptPages, tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "barada")
    _write(folder, _raw(1), _raw(2))
    (path,) = segments(folder)
    path.write_bytes(path.read_bytes()[:-20])
    assert kept.follow() == 1
    assert kept.followed("barada")
    assert kept.of(_raw(2).article_id) == []
    _write(raw_folder(tmp_path, "ugarit"), _raw(3))
    (path,) = segments(raw_folder(tmp_path, "ugarit"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert kept.follow() == 0


def test_what_fell_to_the_limit_is_forgotten(kept: KeptPages, tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "barada")
    _write(folder, *(_raw(number, 40_000) for number in range(4)), limit=160_000)
    kept.follow()
    oldest = segments(folder)[0]
    gone = [number for number in range(4) if kept.of(_raw(number).article_id)[0].segment == oldest.name]
    oldest.unlink()
    kept.follow()
    assert gone
    assert [bool(kept.of(_raw(number).article_id)) for number in range(4)] == [
        n not in gone for n in range(4)
    ]
