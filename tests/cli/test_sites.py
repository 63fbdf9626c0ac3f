"""`khabar sites`, as a process: what it prints, where, and how it ends."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli.main import application
from crawler.demo import Newsroom
from crawler.errors import SeedError, UsageError
from tests.support.made_up_site import Answer, listing_page, made_up_site


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    (tmp_path / "souq.toml").write_text(
        'name = "سوق [bold] الأخبار"\nname_en = "Souq"\nurl = "https://souq.example/"\n'
        'feeds = ["https://souq.example/feed/"]\nevery = "90m"\n',
        encoding="utf-8",
    )
    (tmp_path / "zaytun.toml").write_text(
        'name = "زيتون"\nurl = "https://zaytun.example/"\nenabled = false\n', encoding="utf-8"
    )
    return tmp_path


def run(seeds: Path, *arguments: str, as_json: bool = False, code: int = 0) -> str:
    before = ["--json"] if as_json else []
    result = CliRunner(env={"KHABAR_SEEDS": str(seeds), "COLUMNS": "200"}).invoke(
        application(), [*before, "sites", *arguments]
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code
    return result.stdout


def test_the_table_names_every_site_in_both_languages(seeds: Path) -> None:
    lines = run(seeds, "list").splitlines()
    souq = next(line for line in lines if "souq " in line)
    assert "سوق [bold] الأخبار" in souq
    cells = [cell.strip(" \u200e") for cell in re.split(r"  +", souq.strip())]
    assert cells == ["souq", "سوق [bold] الأخبار", "Souq", "souq.example", "ar", "1 feed", "90m", "yes"]
    zaytun = [
        cell.strip(" \u200e")
        for cell in re.split(r"  +", next(line for line in lines if "zaytun " in line).strip())
    ]
    assert zaytun == ["zaytun", "زيتون", "–", "zaytun.example", "ar", "home page", "1h", "no"]


@pytest.mark.parametrize("common", [True, False])
def test_json_is_data_alone(seeds: Path, common: bool) -> None:
    rows = json.loads(run(seeds, "list", as_json=True) if common else run(seeds, "list", "--json"))
    assert [(row["id"], row["every"], row["enabled"]) for row in rows] == [
        ("souq", "90m", True),
        ("zaytun", "1h", False),
    ]


def test_the_markdown_table(seeds: Path) -> None:
    text = run(seeds, "table")
    assert text.startswith("# News sites · المواقع\n")
    assert "| [`zaytun`](../seeds/zaytun.toml) | زيتون |" in text
    assert text.endswith("|\n")


def test_a_bad_seed_stops_the_list(seeds: Path) -> None:
    (seeds / "bad.toml").write_text("name = 1\n", encoding="utf-8")
    with pytest.raises(SeedError, match=r"bad\.toml: name: .*\n.*bad\.toml: url: missing"):
        run(seeds, "list")


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="no such folder of seeds"):
        run(tmp_path / "none", "list")


def test_an_invalid_seed_is_exit_2_one_line_and_no_traceback(seeds: Path) -> None:
    (seeds / "bad.toml").write_text('name = "x"\nurl = "https://x.example/"\nevry = "1h"\n', encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from crawler.cli import main; main()",
            "--seeds",
            str(seeds),
            "sites",
            "list",
        ],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=100,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"khabar: {seeds / 'bad.toml'}: evry: unknown key (did you mean every?)")
    assert "Traceback" not in done.stderr


def test_a_site_is_added_and_checked_from_the_command_line(tmp_path: Path) -> None:
    with Newsroom() as newsroom:
        url = newsroom.sites[0].url
        shown = json.loads(run(tmp_path, "add", url, "--private", "--id", "yasmin", as_json=True))
        assert shown["written"]
        assert (tmp_path / "yasmin.toml").read_text(encoding="utf-8") == shown["seed"]
        assert len(shown["samples"]) == 3
        assert "yasmin: as its seed says" in run(tmp_path, "check", "yasmin")
        with pytest.raises(UsageError, match="'yasmin' already"):
            run(tmp_path, "add", url, "--private")


@pytest.mark.parametrize("names_pages", [False, True])
def test_a_site_without_articles_makes_no_seed_and_ends_with_3(tmp_path: Path, names_pages: bool) -> None:
    with made_up_site() as place:
        paths = [f"/news/story-of-the-long-day-100{number}" for number in range(3)]
        place.answers["/"] = Answer(
            listing_page(paths) if names_pages else "<html><title>x</title><div id='root'></div></html>"
        )
        for path in paths:
            place.answers[path] = Answer("<html><title>x</title><body>x</body></html>")
        row = json.loads(run(tmp_path, "add", place.base, "--private", as_json=True, code=3))
    assert not list(tmp_path.iterdir())
    assert (row["written"], bool(row["samples"])) == (False, names_pages)


def test_all_sites_are_checked_side_by_side_and_shown_in_their_order(tmp_path: Path) -> None:
    with Newsroom() as newsroom:
        newsroom.write_seeds(tmp_path)
        (tmp_path / "away.toml").write_text(
            'name = "بعيد"\nurl = "http://127.0.0.1:1/"\nprivate = true\n', encoding="utf-8"
        )
        newsroom.forget_requests()
        app_rows = json.loads(run(tmp_path, "check", as_json=True, code=3))
        assert [row["site"] for row in app_rows] == sorted(["away", *(site.id for site in newsroom.sites)])
        assert "cannot be reached" in app_rows[0]["error"]
        assert app_rows[0]["broken"]
        assert [len(row["samples"]) for row in app_rows[1:]] == [3] * len(newsroom.sites)


@pytest.mark.parametrize("url", ["not a url", "ftp://news.example/", "https://"])
def test_what_is_no_address_is_a_wrong_usage(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match=r"https://example\.org/"):
        run(tmp_path, "add", url)
