"""Whose code a worker of Spark runs."""

from pathlib import Path

from crawler.operations.importing.spark_worker import is_own_folder


def test_a_folder_that_others_may_have_made_is_not_run(tmp_path: Path) -> None:
    assert is_own_folder(tmp_path)
    assert not is_own_folder(tmp_path / "missing")
    (tmp_path / "link").symlink_to(tmp_path)
    assert not is_own_folder(tmp_path / "link")
