"""Captures in a backup: all come back, and a file that is no such backup harms nothing."""

import io
import tarfile
from pathlib import Path

import pytest

from crawler.operations.archive.capture_backup import (
    CaptureBackupError,
    backup_captures,
    captures_file,
    restore_captures,
)
from crawler.storage.warc.raw_pages import raw_folder, segments
from crawler.storage.warc.reader import read_segment
from crawler.storage.warc.writer import CaptureWriter
from tests.support.raw_pages import as_capture, raw_page, write_raw_pages


def test_all_captures_come_back_that_of_a_running_crawl_included(tmp_path: Path) -> None:
    data, other, backup = tmp_path / "data", tmp_path / "other", tmp_path / "a.khabar"
    for site in ("barada", "ugarit"):
        write_raw_pages(raw_folder(data, site), raw_page(1))
    writer = CaptureWriter(raw_folder(data, "barada"), 10**9)
    writer.write(as_capture(raw_page(2)))
    assert backup_captures(data, backup).files == 4
    writer.close()
    summary = restore_captures(other, backup)
    assert restore_captures(other, backup) == summary  # again changes nothing
    pages = [page for path in segments(raw_folder(other, "barada")) for page in read_segment(path)]
    assert pages == [raw_page(1), raw_page(2)]
    (path,) = segments(raw_folder(other, "ugarit"))
    path.write_bytes(b"another")
    with pytest.raises(CaptureBackupError, match="is another one"):
        restore_captures(other, backup)


@pytest.mark.parametrize(
    "name", ["../../evil.warc.gz", "/evil.warc.gz", "barada/../x.warc.gz", "barada/x.sh"]
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    backup = tmp_path / "a.khabar"
    with tarfile.open(captures_file(backup), "w") as archive:
        member = tarfile.TarInfo(name)
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))
        link = tarfile.TarInfo("barada/link.warc.gz")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(CaptureBackupError, match="is no capture"):
        restore_captures(tmp_path / "data", backup)
    assert not list(tmp_path.rglob("evil*"))


def test_a_missing_or_damaged_file_is_an_error_of_one_line(tmp_path: Path) -> None:
    backup = tmp_path / "a.khabar"
    with pytest.raises(CaptureBackupError, match="cannot be read"):
        restore_captures(tmp_path, backup)
    captures_file(backup).write_bytes(b"nonsense" * 100)
    with pytest.raises(CaptureBackupError, match="cannot be read"):
        restore_captures(tmp_path, backup)
