"""Health as a user meets it: `khabar status`, its exit code, and a site that breaks and mends."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.parsing.urls import page_id
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.processes import run_khabar
from tests.support.servers import Servers

SITE = "demo-yasmin"


@pytest.fixture(scope="module")
def newsroom(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path_factory.mktemp("status"), run=False) as found:
        yield found


def _khabar(crawled: Crawled, *arguments: str) -> subprocess.CompletedProcess[str]:
    seeds = crawled.settings.data_dir.parent / "seeds"
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "100"} | crawled.settings.as_environment()
    return run_khabar(environment, "--seeds", str(seeds), *arguments)


def test_a_site_that_breaks_is_told_and_a_site_that_mends_too(newsroom: Crawled) -> None:
    newsroom.newsroom.down(SITE)
    said: list[str] = []
    crawl([Job(site=newsroom.sites[SITE])], newsroom.settings, notice=said.append)
    assert said[0].startswith(f"{SITE} needs a look: unreachable: robots.txt of")
    status = _khabar(newsroom, "--json", "status", SITE)
    assert status.returncode == 3
    (one,) = json.loads(status.stdout)
    assert (one["verdict"], one["healthy"], len(one["crawls"])) == ("unreachable", False, 1)
    assert one["interval"] == 7200
    newsroom.newsroom.up(SITE)
    crawl([Job(site=newsroom.sites[SITE], limit=3)], newsroom.settings, notice=said.append)
    assert said[1:] == [f"{SITE} is well again (it was: unreachable)"]
    table = _khabar(newsroom, "status")
    assert table.returncode == 0
    assert "never crawled" in table.stdout


def test_a_young_article_that_is_due_is_fetched_again_within_a_normal_crawl(newsroom: Crawled) -> None:
    newsroom.crawl(SITE)
    db = newsroom.stores.db
    young = db.pages.find_one({"site": SITE, "recheck_at": {"$gt": datetime.now(UTC)}})
    assert young is not None
    corrected = next(a for a in newsroom.newsroom.articles if f"{SITE}/{page_id(a.url)}" == young["_id"])
    newsroom.newsroom.edit(
        corrected.url, paragraphs=[*corrected.paragraphs, "وأضاف أن العمل سينتهي مطلع الشهر المقبل."]
    )
    db.pages.update_one(
        {"_id": young["_id"]}, {"$set": {"recheck_at": datetime.now(UTC) - timedelta(minutes=1)}}
    )
    report = newsroom.crawl(SITE)[SITE]
    assert (report.taken, report.count(Disposition.REVISED)) == (1, 1)
    after = db.pages.find_one({"_id": young["_id"]})
    assert after is not None
    assert after["recheck_at"] is None or after["recheck_at"] > datetime.now(UTC)
    diff = _khabar(newsroom, "show", corrected.url, "--diff")
    assert diff.returncode == 0, diff.stderr
    assert "revision 1 to 2" in diff.stdout
    assert "{+وأضاف أن العمل سينتهي مطلع الشهر المقبل.+}" in diff.stdout
