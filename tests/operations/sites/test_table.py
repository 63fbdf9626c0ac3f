"""The table of sites, and that the documentation's is fresh."""

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.model.seeds import load_sites
from crawler.model.site import Site
from crawler.operations.sites.table import duration, site_markdown, site_rows

ROOT = Path(__file__).parents[3]


def site(**values: object) -> Site:
    return Site(**{"id": "example", "name": "موقع", "url": "https://example.org/", **values})


@pytest.mark.parametrize(
    ("interval", "written"),
    [
        (timedelta(minutes=5), "5m"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=12), "12h"),
        (timedelta(days=30), "30d"),
        (timedelta(seconds=330), "330s"),
    ],
)
def test_durations_read_as_in_a_seed(interval: timedelta, written: str) -> None:
    assert duration(interval) == written


def test_rows_have_what_a_machine_wants() -> None:
    (row,) = site_rows([site(feeds=["https://example.org/feed/"], every="30m", enabled=False)])
    assert row["id"] == "example"
    assert row["name"] == "موقع"
    assert row["name_en"] is None
    assert (row["host"], row["feeds"]) == ("example.org", ["https://example.org/feed/"])
    assert (row["every"], row["enabled"]) == ("30m", False)


def test_a_name_cannot_break_the_table() -> None:
    line = site_markdown([site(name="أ|ب\n<script>")]).splitlines()[-1]
    assert r"| أ\|ب &lt;script> |" in line
    assert line.count("|") == line.count(r"\|") + 11


def test_the_documented_table_is_fresh() -> None:
    expected = site_markdown(load_sites(ROOT / "seeds").values())
    assert (ROOT / "docs/sites.md").read_text(encoding="utf-8") == expected, (
        "run: khabar sites table > docs/sites.md"
    )
