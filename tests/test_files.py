"""Files and folders for their owner alone, and logs that are begun anew."""

import os
from pathlib import Path

from crawler.files import LOGS_KEPT, append_private, make_private_folder, turn_over


def _rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        make_private_folder(tmp_path / "data" / "logs")
        with append_private(tmp_path / "data" / "logs" / "site.log") as log:
            log.write(b"one\n")
    finally:
        os.umask(before)
    assert _rights(tmp_path / "data") == _rights(tmp_path / "data" / "logs") == 0o700
    assert _rights(tmp_path / "data" / "logs" / "site.log") == 0o600


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path)
    assert _rights(tmp_path) == 0o755


def test_a_log_is_begun_anew_when_it_is_large_and_few_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "site.log"
    for number in range(LOGS_KEPT + 3):
        turn_over(log, size=5)
        with append_private(log) as file:
            file.write(b"%d....." % number)
    assert log.read_bytes() == b"%d....." % (LOGS_KEPT + 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site.log", "site.log.1", "site.log.2"]
    assert (tmp_path / "site.log.1").read_bytes() == b"%d....." % (LOGS_KEPT + 1)
    turn_over(log, size=100)
    assert log.exists()
