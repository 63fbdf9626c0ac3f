"""`khabar dedup split` and `archive`, as a user calls them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli.main import application
from crawler.parsing.urls import page_id
from crawler.storage.change_marks import changed_marks
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import clear_index
from crawler.storage.dedup_rebuild import mend_index
from crawler.storage.schema import ensure_schema
from tests.support.indexed_articles import NOW, clusters, save_copy
from tests.support.texts import hex_id

app = application()


@pytest.fixture
def runner(stores: Stores, store_environment: dict[str, str]) -> CliRunner:
    ensure_schema(stores.db)
    clear_index(stores)
    for number in (1, 2, 3):
        save_copy(stores, number, kept=15 - number)
    save_copy(stores, 4, story=4)
    return CliRunner(env=store_environment)


def test_a_pair_marked_by_address_is_split_and_listed_and_taken_back(
    runner: CliRunner, stores: Stores
) -> None:
    url = "https://s3.example/3"
    stores.db.sites.insert_one({"_id": "s3"})
    page = {"_id": f"s3/{page_id(url)}", "site": "s3", "url": url, "state": "done", "article_id": hex_id(3)}
    stores.db.pages.insert_one({**page, "discovered_by": "feed", "discovered_at": NOW})
    done = runner.invoke(app, ["dedup", "split", url, hex_id(1), "--note", "يوم آخر"])
    assert done.exit_code == 0, done.output
    assert "1 pair is now marked" in done.stderr
    assert done.stdout == ""
    assert (clusters(stores)[3][0], clusters(stores)[1][0]) == (3, 1)
    stores.redis.flushdb()
    stores.index = None
    assert mend_index(stores) == 4
    assert clusters(stores)[3][0] != clusters(stores)[1][0]
    (mark,) = json.loads(runner.invoke(app, ["--json", "dedup", "split", "--list"]).stdout)
    assert {article["id"] for article in mark["articles"]} == {hex_id(1), hex_id(3)}
    assert mark["note"] == "يوم آخر"
    assert "s3.example/3" in runner.invoke(app, ["dedup", "split", "--list"]).stdout
    back = runner.invoke(app, ["--json", "dedup", "split", hex_id(3), "--undo"])
    assert json.loads(back.stdout)["changed"] == 1
    assert {clusters(stores)[number][0] for number in (1, 2, 3)} == {1}


def test_one_article_leaves_its_story(runner: CliRunner, stores: Stores) -> None:
    told_ = json.loads(runner.invoke(app, ["--json", "dedup", "split", hex_id(2)]).stdout)
    assert (told_["article"], told_["changed"]) == (hex_id(2), 2)
    assert clusters(stores) == {
        1: (1, None, False),
        2: (2, None, False),
        3: (1, 1, False),
        4: (4, None, False),
    }
    assert {"s1", "s2", "s3"} <= changed_marks(stores.db).keys()  # who has a copy looks again
    again = runner.invoke(app, ["dedup", "split", hex_id(2)])
    assert again.exit_code != 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name an article"),
        ([hex_id(4)], "only article of its story"),
        ([hex_id(9)], "does not know"),
        ([hex_id(1), hex_id(1)], "apart from itself"),
        ([hex_id(1), "--undo"], "no mark to take back"),
        (["https://unknown.example/"], "does not know"),
        (["--list", hex_id(1)], "takes no articles"),
    ],
)
def test_what_cannot_be_split_is_told(
    runner: CliRunner, stores: Stores, arguments: list[str], message: str
) -> None:
    before = clusters(stores)
    done = runner.invoke(app, ["dedup", "split", *arguments])
    assert done.exit_code != 0
    assert message in str(done.exception) + done.output
    assert clusters(stores) == before
    assert stores.db.splits.count_documents({}) == 0


def test_the_archive_pass_agrees_with_the_index_and_says_so(
    runner: CliRunner, stores: Stores, tmp_path: Path
) -> None:
    stories, misses = tmp_path / "stories.jsonl", tmp_path / "near.jsonl"
    done = runner.invoke(
        app, ["--json", "dedup", "archive", "-o", str(stories), "--near-misses", str(misses)]
    )
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert (figures["articles"], figures["stories"], figures["duplicates"]) == (4, 2, 2)
    assert (figures["agreement"]["f1"], figures["agreement"]["articles_differing"]) == (1.0, 0)
    rows = {row["id"]: row for row in map(json.loads, stories.read_text().splitlines())}
    assert rows[hex_id(3)]["duplicate_of"] == hex_id(1)
    assert (rows[hex_id(3)]["reason"], rows[hex_id(3)]["like"]) == ("near", hex_id(1))
    contained, contains = rows[hex_id(3)]["contained"], rows[hex_id(3)]["contains"]
    assert max(contained, contains) == rows[hex_id(3)]["similarity"] > min(contained, contains) > 0.5
    assert misses.read_text() == ""
    # A file gives the same, and the marks of the archive are those of the archive alone.
    runner.invoke(app, ["dedup", "split", hex_id(3), hex_id(1)])
    marked = runner.invoke(app, ["dedup", "archive"])
    assert "4 articles in 3 stories: 1 duplicates" in marked.stdout
    assert "agreement (F1) 1.0000" in marked.stdout
    export = tmp_path / "export.jsonl"
    assert runner.invoke(app, ["export", "--all", "-o", str(export)]).exit_code == 0
    read = json.loads(
        runner.invoke(app, ["--json", "dedup", "archive", str(export), "--engine", "numpy"]).stdout
    )
    assert (read["articles"], read["stories"], read["agreement"]["articles_differing"]) == (4, 2, 3)
    differing = tmp_path / "differing.jsonl"
    asked = ["dedup", "archive", str(export), "--engine", "numpy", "--differences", str(differing)]
    told_ = runner.invoke(app, asked)
    assert "1 of 4 articles in the same stories, 3 in a story with other members" in told_.stdout
    assert "khabar dedup rebuild" in told_.stderr
    (row,) = map(json.loads, differing.read_text().splitlines())
    assert (row["kind"], len(row["archive"]), len(row["index"])) == ("index_separates", 1, 2)
    assert {one["reason"] for one in row["why"]} == {"near"}


def test_articles_left_out_and_an_empty_file_are_told_on_stderr(
    store_environment: dict[str, str], tmp_path: Path
) -> None:
    export = tmp_path / "twice.jsonl"
    export.write_text('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n')
    runner = CliRunner(env=store_environment)
    done = runner.invoke(app, ["dedup", "archive", str(export)])
    assert done.exit_code == 0
    assert "1 article was left out" in done.stderr
    assert "1 articles in 1 stories" in done.stdout
    export.write_text("\n")
    done = runner.invoke(app, ["--json", "dedup", "archive", str(export)])
    assert (done.exit_code, json.loads(done.stdout)["articles"]) == (0, 0)
    assert "has no articles" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.jsonl"], "No such file"),
        (["a.xlsx"], "must end in one of .jsonl"),
        (["--engine", "hadoop"], "one of duckdb, numpy, spark"),
        (["--memory", "1"], "at least 64"),
        (["-o", "/nowhere/at/all"], "no folder"),
    ],
)
def test_an_archive_pass_that_cannot_be_is_told(
    store_environment: dict[str, str], arguments: list[str], message: str
) -> None:
    done = CliRunner(env=store_environment).invoke(app, ["dedup", "archive", *arguments])
    assert done.exit_code != 0
    assert message in str(done.exception) + done.output


def test_an_interrupted_pass_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    export, data = tmp_path / "export.jsonl", tmp_path / "data"
    os.mkfifo(export)
    khabar = Path(sys.executable).with_name("khabar")
    command = [str(khabar), "--data-dir", str(data), "dedup", "archive", str(export)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        with export.open("w") as lines:  # waits for the reader
            lines.write('{"id": "a", "text": "x"}\n')
            lines.flush()
            assert list(data.glob("archive-*"))
            os.killpg(process.pid, signal.SIGINT)
        _, told_ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told_
    assert not list(data.iterdir())
