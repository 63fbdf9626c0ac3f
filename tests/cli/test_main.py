"""What a user meets: results on stdout, one clear line for an error, the right exit code."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.model.period import ZONE
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.processes import run_khabar
from tests.support.servers import Servers

PROMISED = {
    "site",
    "url",
    "title",
    "text",
    "authors",
    "published",
    "published_precision",
    "modified",
    "language",
    "section",
    "tags",
    "revision",
    "duplicate_of",
    "story_id",
    "similarity",
    "removed_at",
    "first_seen_at",
}

Khabar = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def archive(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path_factory.mktemp("cli"), run=False) as crawled:
        crawled.reports = crawled.crawl("demo-yasmin", "demo-sahel")
        yield crawled


def _run(crawled: Crawled, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    seeds = crawled.settings.data_dir.parent / "seeds"
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "200"} | crawled.settings.as_environment()
    return run_khabar(environment, "--seeds", str(seeds), *arguments, text=text)


@pytest.fixture
def khabar(archive: Crawled) -> Khabar:
    return lambda *arguments, text=None: _run(archive, *arguments, text=text)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["crawl", "nix"], 2, "unknown site 'nix'"),
        (["crawl"], 2, "name the sites to crawl, or --all"),
        (["crawl", "demo-yasmin", "--since", "yesterday"], 2, "--since: 'yesterday' is not a date"),
        (["crawl", "demo-yasmin", "--since", "2024-02-30"], 2, "is not a date"),
        (
            ["crawl", "demo-yasmin", "--since", "2024-12-04", "--until", "2024-12-01"],
            2,
            "lies after --until",
        ),
        (["recrawl", "demo-yasmin", "--url", "https://elsewhere.example/"], 2, "does not belong to the site"),
        (["show", "https://elsewhere.example/a"], 2, "does not know this address"),
        (["extract", "/nonexistent.html"], 2, "No such file"),
        (["extract", "-"], 1, "-: "),
        (["export", "--site", "nix"], 2, "unknown site 'nix'"),
        (["export", "-o", "/nonexistent/a.jsonl"], 1, "cannot be written"),
        (["dedup", "report", "--format", "pdf"], 2, "text, html, json, csv"),
        (["--seeds", "/nonexistent", "sites", "list"], 2, "no such folder of seeds"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_clear_line(khabar: Khabar, arguments: list[str], code: int, said: str) -> None:
    done = khabar(*arguments, text="")
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_an_error_is_json_where_json_was_asked_for(khabar: Khabar) -> None:
    done = khabar("--json", "crawl", "nix")
    assert json.loads(done.stderr)["exit_code"] == done.returncode == 2


def test_export_writes_rows_with_the_promised_fields_and_leaves_out_what_only_repeats(
    khabar: Khabar, archive: Crawled, tmp_path: Path
) -> None:
    done = khabar("export")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(row.keys() >= PROMISED for row in rows)
    assert not [row for row in rows if row["repeats"]]
    total = archive.stores.db.articles.count_documents({})
    everything = khabar("export", "--all", "-o", str(tmp_path / "all.jsonl"))
    assert everything.stdout == ""
    lines = (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == total > len(rows)
    assert any("؀" <= letter <= "ۿ" for letter in lines[0])
    assert rows[0]["published"].endswith("+03:00")


def test_export_since_a_day_begins_there(khabar: Khabar, archive: Crawled) -> None:
    days = sorted(
        article.published_at for article in archive.newsroom.articles if article.site == "demo-sahel"
    )
    day = days[len(days) // 2].date().isoformat()
    rows = [
        json.loads(line)
        for line in khabar("export", "--site", "demo-sahel", "--since", day).stdout.splitlines()
    ]
    assert rows
    assert min(row["published"][:10] for row in rows) >= day


def test_a_day_is_the_same_day_for_export_search_and_report(khabar: Khabar, archive: Crawled) -> None:
    one = archive.stores.db.articles.find_one({"site": "demo-sahel"})
    assert one is not None
    day = one["published_at"].astimezone(ZONE).date()
    # A site far to the west: its day begins when it is already seven in the morning in Damascus.
    stated = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("America/New_York"))
    before = {"published_at": one["published_at"], "published_precision": one["published_precision"]}
    changed = {"published_at": stated.astimezone(UTC), "published_precision": "day"}
    archive.stores.db.articles.update_one({"_id": one["_id"]}, {"$set": changed})
    bounds = ["--since", str(day), "--until", str(day)]
    try:
        exported = {json.loads(line)["id"] for line in khabar("export", "--all", *bounds).stdout.splitlines()}
        khabar("search", "--rebuild")
        found = json.loads(
            khabar("search", "--json", *bounds, "--duplicates", "yes", "--limit", "999").stdout
        )
        report = json.loads(khabar("dedup", "report", "--json", *bounds).stdout)
    finally:
        archive.stores.db.articles.update_one({"_id": one["_id"]}, {"$set": before})
    assert one["_id"] in exported
    assert {hit["id"] for hit in found["hits"]} == exported
    assert report["totals"]["articles"] == len(exported)


def test_an_empty_period_says_why(khabar: Khabar) -> None:
    for command in (["export"], ["search", "x"], ["dedup", "report", "--json"]):
        done = khabar(*command, "--since", "2020-01-01", "--until", "2020-01-01")
        assert done.returncode == 0
        assert "No article was published from 2020-01-01 00:00" in done.stderr, command


def test_show_finds_an_article_by_any_form_of_its_address(khabar: Khabar, archive: Crawled) -> None:
    article = next(a for a in archive.newsroom.articles if a.site == "demo-yasmin")
    shown = khabar("show", article.url + "?utm_source=x#top")
    assert shown.returncode == 0, shown.stderr
    assert article.title in shown.stdout
    data = json.loads(khabar("--json", "show", article.url).stdout)
    assert (data["title"], data["revision"], data["revisions"]) == (article.title, 1, [])
    assert json.loads(khabar("--json", "show", data["id"]).stdout)["url"] == data["url"]


def test_the_dedup_report_comes_in_every_form_with_the_same_figures(
    khabar: Khabar, archive: Crawled, tmp_path: Path
) -> None:
    total = archive.stores.db.articles.count_documents({})
    data = json.loads(khabar("--json", "dedup", "report").stdout)
    assert data["totals"]["articles"] == total
    assert str(total) in khabar("dedup", "report", "--lang", "en").stdout
    page = tmp_path / "report.html"
    done = khabar("dedup", "report", "-o", str(page))
    assert done.returncode == 0, done.stderr
    html = page.read_text(encoding="utf-8")
    assert "Content-Security-Policy" in html
    assert "http-equiv" in html
    assert khabar("dedup", "report", "--format", "csv").stdout.count("\n") >= data["totals"]["duplicates"]


def test_extract_reads_a_file_stdin_and_an_address(khabar: Khabar, archive: Crawled, tmp_path: Path) -> None:
    article = next(a for a in archive.newsroom.articles if a.site == "demo-yasmin")
    from_web = json.loads(khabar("extract", article.url, "--json").stdout)
    assert from_web["title"] == article.title
    page = tmp_path / "page.html"
    page.write_text(
        "<html><body><article><h1>خبر محفوظ</h1>"
        + "<p>افتتحت البلدية طريقاً جديداً يصل القرية بالمدينة بعد عمل دام سنة كاملة من غير انقطاع.</p>" * 3
        + "</article></body></html>",
        encoding="utf-8",
    )
    assert "خبر محفوظ" in khabar("extract", str(page)).stdout
    assert "خبر محفوظ" in khabar("extract", "-", text=page.read_text(encoding="utf-8")).stdout


def test_what_robots_txt_forbids_is_not_extracted_either(khabar: Khabar, archive: Crawled) -> None:
    site = archive.newsroom.sites[0]
    done = khabar("extract", f"{site.url}private/archive")
    assert done.returncode == 1
    assert "robots.txt forbids it" in done.stderr


def test_rebuilding_the_index_changes_no_story(khabar: Khabar, archive: Crawled) -> None:
    fields = {"story_id": 1, "duplicate_of": 1}
    before = {d["_id"]: d for d in archive.stores.db.articles.find({}, fields)}
    done = khabar("dedup", "rebuild")
    assert done.returncode == 0, done.stderr
    assert f"holds {len(before)} articles" in done.stderr
    after = {d["_id"]: d for d in archive.stores.db.articles.find({}, fields)}
    assert after == before


def test_the_version_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from crawler.cli import main; main()", "--version"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("khabar ")
