"""`khabar search` as a person and as a script use it."""

import json
import subprocess

import pytest

from crawler.storage.connect import Stores
from tests.support import small_archive as small
from tests.support.processes import run_khabar


@pytest.fixture
def run(stores: Stores, store_environment: dict[str, str]) -> object:
    small.fill(stores)

    def khabar(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_khabar(store_environment, *arguments)

    return khabar


def test_it_finds_shows_and_explains(run: object) -> None:
    assert callable(run)
    told = run("--json", "search", "الرُستن", "--duplicates", "yes")  # makes the index first
    assert told.returncode == 0, told.stderr
    data = json.loads(told.stdout)
    assert [hit["id"] for hit in data["hits"]] == [small.CUT, small.COPY, small.FIRST]
    assert "row" not in data["hits"][0]

    shown = run("search", "عاجل")
    assert "<script>window.hacked=1</script>" in shown.stdout
    assert "\u202e" not in shown.stdout
    assert "1 article\n" in shown.stderr

    nothing = run("search", "لاشيءمنهذا")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "nothing found" in nothing.stderr

    for wrong, told_of in (
        ([], "what shall be looked for"),
        (["x", "--since", "soon"], "2024-12-04"),
        (["x", "--duplicates", "maybe"], "no, yes, only"),
        (["x", "--site", "nowhere"], "nowhere"),
    ):
        done = run("search", *wrong)
        assert done.returncode == 2, wrong
        assert told_of in done.stderr
        assert "Traceback" not in done.stderr


def test_a_damaged_index_is_told_and_made_anew(run: object, stores: Stores) -> None:
    assert callable(run)
    file = stores.settings.data_dir / "search" / "index.sqlite"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no index at all" * 1000)
    done = run("search", "الرستن")
    assert done.returncode == 1
    assert "khabar search --rebuild" in done.stderr
    again = run("search", "--rebuild")
    assert again.returncode == 0, again.stderr
    assert "38 articles" in again.stderr
