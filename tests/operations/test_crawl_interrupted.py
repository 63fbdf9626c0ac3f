"""Interrupted crawls: nothing is lost, nothing is stored twice, and it is told."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.model.seeds import load_sites
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.connect import open_stores
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.faults import FaultyNewsroom
from tests.support.processes import crawl_process, start_khabar, wait_until
from tests.support.servers import Servers

SITE = "demo-assi"


@pytest.fixture
def fresh(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path, run=False, latency=0.1) as found:
        yield found


@pytest.fixture
def slow(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    """A newsroom that is asked for a page in a while: a crawl is caught in the middle on any machine."""
    with crawled_newsroom(servers, tmp_path, run=False) as found:
        seed = found.seeds / f"{SITE}.toml"
        text = seed.read_text(encoding="utf-8")
        assert "delay = 0" in text
        seed.write_text(text.replace("delay = 0", "delay = 0.4"), encoding="utf-8")
        yield found


def test_a_killed_crawl_goes_on_where_it_was(slow: Crawled) -> None:
    for target in ("child", "parent"):
        process = slow.start("crawl", SITE)
        before = len(slow.stored_ids(SITE))
        wait_until(lambda before=before: len(slow.stored_ids(SITE)) > before + 2)  # type: ignore[misc]
        child = crawl_process(process)
        if target == "child":
            child.kill()
            _, said = process.communicate(timeout=60)
            assert process.returncode == 1
            assert "was ended by signal 9 without a report" in said
            assert "Traceback" not in said
        else:
            process.kill()
            process.communicate()
            child.wait(timeout=60)
    assert len(slow.stored_ids(SITE)) < len(slow.true_ids(SITE))
    report = slow.crawl(SITE)[SITE]
    assert report.verdict == "ok"
    assert slow.stored_ids(SITE) == slow.true_ids(SITE)
    assert slow.stores.db.revisions.count_documents({}) == 0
    assert slow.stores.db.crawls.count_documents({"finished_at": None}) == 0


def test_a_crawl_that_is_told_to_stop_ends_in_good_order(slow: Crawled) -> None:
    process = slow.start("crawl", SITE)
    wait_until(lambda: len(slow.stored_ids(SITE)) > 2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "it was stopped" in said
    assert "Traceback" not in said
    (record,) = slow.stores.db.crawls.find({"site": SITE})
    assert record["outcome"] == "stopped"
    assert record["left"] > 0
    assert sum(record["dispositions"].values()) == record["taken"]


def test_two_crawls_of_one_site_do_not_meet(fresh: Crawled) -> None:
    first = fresh.start("crawl", SITE)
    wait_until(lambda: fresh.stores.db.sites.find_one({"_id": SITE}) is not None)
    crawling = crawl_process(first).pid
    report = fresh.crawl(SITE)[SITE]
    assert report.verdict == "lease_held"
    assert f"is being crawled by process {crawling} on" in (report.reason or "")
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert fresh.stored_ids(SITE) == fresh.true_ids(SITE)


def test_an_unreachable_site_is_no_success(fresh: Crawled) -> None:
    fresh.newsroom.down(SITE)
    process = fresh.start("--json", "crawl", SITE)
    printed, said = process.communicate(timeout=60)
    assert process.returncode == 3
    assert '"verdict": "unreachable"' in printed
    assert "robots.txt of 127.0.0.1" in said
    assert "connection refused" in said


def test_a_site_that_asks_for_a_long_pause_is_left_alone(fresh: Crawled) -> None:
    site = next(site for site in fresh.newsroom.sites if site.id == SITE)
    fresh.newsroom.fault(site, "429", retry_after=3600)
    report = fresh.crawl(SITE)[SITE]
    assert (report.outcome, report.verdict) == ("told_to_wait", "blocked")
    asked = len(fresh.newsroom.requests[SITE])
    again = fresh.crawl(SITE)[SITE]
    assert again.verdict == "blocked"
    assert len(fresh.newsroom.requests[SITE]) == asked


def test_a_short_pause_is_kept_and_the_crawl_goes_on(fresh: Crawled) -> None:
    url = next(article.url for article in fresh.newsroom.articles if article.site == SITE)
    fresh.newsroom.fault(url, "503", times=1, retry_after=2)
    report = fresh.crawl(SITE)[SITE]
    assert report.verdict == "ok"
    assert fresh.stored_ids(SITE) == fresh.true_ids(SITE)
    log = fresh.newsroom.requests[SITE]
    asked_at = next(request.time for request in log if request.status == 503)
    after = [request.time for request in log if request.time > asked_at]
    # Requests that were on their way when the answer came were not held any more.
    assert sum(moment - asked_at < 1.9 for moment in after) <= 8


@pytest.mark.parametrize("store", ["MongoDB", "Redis"])
def test_a_store_that_goes_away_and_comes_back_costs_nothing(
    store: str, data_dir: Path, tmp_path: Path
) -> None:
    settings = Settings(
        data_dir=data_dir, store_timeout=3.0, store_patience=30.0, contact="tests@khabar.invalid"
    )
    with open_stores(settings) as stores, FaultyNewsroom(latency=0.1) as newsroom:
        newsroom.write_seeds(tmp_path / "seeds")
        site = load_sites(tmp_path / "seeds")[SITE]
        crawled = Crawled(newsroom, {SITE: site}, settings, stores, {})
        process = start_khabar(settings, "--seeds", str(tmp_path / "seeds"), "crawl", SITE)
        wait_until(lambda: len(crawled.stored_ids(SITE)) > 2)
        (server,) = [server for server in embedded.servers(settings) if server.store == store]
        pid = server.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        _, said = process.communicate(timeout=90)
        assert process.returncode == 0, said
    with open_stores(settings) as stores:
        crawled = Crawled(newsroom, {SITE: site}, settings, stores, {})
        assert crawled.stored_ids(SITE) == crawled.true_ids(SITE)
        (record,) = stores.db.crawls.find({"site": SITE})
        assert sum(record["dispositions"].values()) == record["taken"]
        assert record["dispositions"].get(Disposition.FAILED) is None


def test_stores_that_do_not_answer_at_the_start_are_one_clear_line(tmp_path: Path) -> None:
    with FaultyNewsroom() as newsroom:
        newsroom.write_seeds(tmp_path / "seeds")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KHABAR_")}
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "from crawler.cli import main; main()",
                "--seeds",
                str(tmp_path / "seeds"),
                "crawl",
                SITE,
            ],
            env=environment
            | {
                "KHABAR_MONGODB_URI": "mongodb://user:secret@127.0.0.1:9/",
                "KHABAR_STORE_TIMEOUT": "2",
                "KHABAR_DATA_DIR": str(tmp_path / "d"),
                "KHABAR_CONTACT": "x@khabar.invalid",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "MongoDB" in done.stderr
    assert "secret" not in done.stderr


def test_the_limit_is_kept_and_the_rest_stays_pending(fresh: Crawled) -> None:
    (report,) = crawl([Job(site=fresh.sites[SITE], limit=5)], fresh.settings)
    assert report.taken == 5
    assert report.left > 0
    assert report.verdict == "ok"


def test_a_site_whose_log_cannot_be_written_does_not_keep_the_others_from_ending(fresh: Crawled) -> None:
    other = next(site for site in fresh.sites if site != SITE)
    (fresh.settings.data_dir / "logs" / f"{other}.log").mkdir(parents=True)
    jobs = [Job(site=fresh.sites[other], limit=3), Job(site=fresh.sites[SITE], limit=3)]
    failed, done = crawl(jobs, fresh.settings)
    assert (failed.outcome, failed.verdict) == ("error", "error")
    assert f"{other}.log: Is a directory" in (failed.reason or "")
    assert done.taken == 3
    assert done.verdict == "ok"
