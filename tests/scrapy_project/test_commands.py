"""Scrapy's own command over the seeds, and the add-on in a project of somebody else's, each run once."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, MadeUpSite, listing_page, made_up_site
from tests.support.paths import ROOT

SEED = 'name = "موقع مصنوع"\nurl = "{base}/"\nlistings = ["{base}/"]\nprivate = true\ndelay = 0\n'
NEW, OLD = "/2024/12/02/a-long-story-of-the-bridge", "/2024/11/02/a-long-story-of-the-market"
FORBIDDEN = "/private/2024/12/03/a-long-story-of-the-garden"

FOREIGN_SPIDER = """
import scrapy
from crawler.scrapy_project.items import ResponseItem

class Foreign(scrapy.Spider):
    name = "my_outlet"
    start_urls = [{urls}]

    def parse(self, response):
        yield ResponseItem(response)
        yield {{"url": response.url, "mine": True}}
"""
FOREIGN_SETTINGS = """
SPIDER_MODULES = ["theirs.spiders"]
ADDONS = {"crawler.scrapy_project.addon.KhabarAddon": 300}
KHABAR_ALLOW_PRIVATE = True
DOWNLOAD_DELAY = 0
"""


@dataclass(frozen=True)
class Place:
    """A site, a folder with its seed, and the environment of the `scrapy` processes."""

    site: MadeUpSite
    folder: Path
    environment: dict[str, str]

    def scrapy(self, *words: str, cwd: Path | None = None) -> "subprocess.Popen[str]":
        """Start `scrapy` over the seeds or, with a folder, over the project that lies there."""
        settings = {"SCRAPY_SETTINGS_MODULE": "theirs.settings" if cwd else "crawler.scrapy_project.settings"}
        return subprocess.Popen(
            [sys.executable, "-m", "scrapy", *words],
            cwd=cwd or self.folder,
            env={**self.environment, **settings, "PYTHONPATH": f"{cwd or self.folder}:{ROOT}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def place(tmp_path: Path, store_environment: dict[str, str]) -> Iterator[Place]:
    with made_up_site() as site:
        site.answers["/robots.txt"] = Answer("User-agent: *\nDisallow: /private/\nCrawl-delay: 0.1\n")
        site.article(NEW, datetime(2024, 12, 2, 9, tzinfo=UTC))
        site.article(OLD, datetime(2024, 11, 2, 9, tzinfo=UTC))
        site.answers["/"] = Answer(listing_page([NEW, OLD, FORBIDDEN]))
        seeds = tmp_path / "seeds"
        seeds.mkdir()
        (seeds / "made-up.toml").write_text(SEED.format(base=site.base), encoding="utf-8")
        yield Place(site, tmp_path, {**store_environment, "KHABAR_SEEDS": str(seeds)})


def _rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_scrapy_crawls_a_seed_through_the_archive_and_without_one(
    place: Place, stores: Stores, settings: Settings
) -> None:
    alone = place.scrapy("crawl", "made-up", "-a", "store=none", "-a", "since=2024-12-01", "-o", "alone.csv")
    archived = place.scrapy("crawl", "made-up", "-a", "since=2024-12-01", "-o", "out.jsonl")
    log, log_alone = archived.communicate()[1], alone.communicate()[1]
    assert (archived.returncode, alone.returncode) == (0, 0), log + log_alone

    (row,) = _rows(place.folder / "out.jsonl")
    assert row["url"] == place.site.base + NEW
    assert row["published"] == "2024-12-02T12:00:00+03:00"
    assert (row["disposition"], row["revision"], row["site"]) == ("stored", 1, "made-up")
    stored = stores.db.articles.find_one({})
    assert stored is not None
    assert (stored["_id"], stored["story_id"]) == (row["id"], row["story_id"])
    crawl = stores.db.crawls.find_one({})
    assert crawl is not None
    assert crawl["finished_at"]
    assert crawl["dispositions"] == {"stored": 1, "refused": 1}
    lease = stores.db.sites.find_one({})
    assert lease is not None
    assert not lease.get("holder"), "the lease is given back"
    assert "khabar/verdict" in log

    with (place.folder / "alone.csv").open(encoding="utf-8", newline="") as file:
        (line,) = csv.DictReader(file)
    assert line["title"] == row["title"]
    assert line["text"] == row["text"]
    assert line["story_id"] == ""
    assert FORBIDDEN not in place.site.asked
    assert {headers["user-agent"] for headers in place.site.headers} == {settings.user_agent}


def test_the_add_on_serves_the_spiders_of_another_project(place: Place, stores: Stores) -> None:
    theirs = place.folder / "project"
    (theirs / "theirs").mkdir(parents=True)
    urls = ", ".join(repr(place.site.base + path) for path in (NEW, OLD, "/", FORBIDDEN))
    (theirs / "theirs" / "__init__.py").touch()
    (theirs / "theirs" / "settings.py").write_text(FOREIGN_SETTINGS)
    (theirs / "theirs" / "spiders.py").write_text(FOREIGN_SPIDER.format(urls=urls))
    crawl = place.scrapy("crawl", "my_outlet", "-o", "out.jsonl", cwd=theirs)
    log = crawl.communicate()[1]
    assert crawl.returncode == 0, log
    rows = _rows(theirs / "out.jsonl")
    articles = [row for row in rows if "mine" not in row]
    assert {str(row["url"]) for row in articles} == {place.site.base + path for path in (NEW, OLD)}
    assert len(rows) - len(articles) == 3, "items of their own pass"
    assert stores.db.articles.count_documents({"site": "my-outlet"}) == 2
    record = stores.db.crawls.find_one({"site": "my-outlet"})
    assert record is not None
    assert record["dispositions"] == {"stored": 2, "not_article": 1}
    assert FORBIDDEN not in place.site.asked


def test_scrapy_shell_asks_politely(place: Place) -> None:
    shell = place.scrapy("shell", place.site.base + FORBIDDEN, "-c", "(response, settings['USER_AGENT'])")
    assert "(None, 'Khabar/" in shell.communicate()[0]
    assert FORBIDDEN not in place.site.asked
