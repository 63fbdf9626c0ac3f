"""Kill -9 of whatever takes part in a crawl, again and again: the archive is as if nothing had happened.

`make chaos` does the same a hundred times.
"""

import os
import random
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from crawler.demo import Newsroom
from crawler.demo.profiles import PROFILES
from crawler.model.job import Job
from crawler.model.seeds import load_sites
from crawler.operations.crawling.crawl import crawl
from crawler.parsing.urls import page_id
from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.connect import Stores, open_stores
from tests.support.processes import crawl_process, start_khabar, wait_until

SITE = "demo-assi"
SEED = 7
"""Of the order of the kills: each test run does the same."""


def _victims() -> list[str]:
    order = ["crawl", "child", "MongoDB", "Redis", "child", "MongoDB", "Redis"]
    random.Random(SEED).shuffle(order)
    return order


def _archive(stores: Stores) -> dict[str, tuple[Any, ...]]:
    fields = ("url", "title", "published_at", "revision", "story_id", "duplicate_of")
    return {
        document["_id"]: tuple(document[name] for name in fields) for document in stores.db.articles.find({})
    }


def _kill(victim: str, process: subprocess.Popen[str], settings: Settings) -> bool:
    """Kill a part of the crawl; returns whether the crawl goes on without being started again."""
    if victim in ("crawl", "child"):
        child = crawl_process(process)
        (process if victim == "crawl" else child).kill()
        process.communicate(timeout=60)
        psutil.wait_procs([child], timeout=60)
        return False
    (server,) = [server for server in embedded.servers(settings) if server.store == victim]
    # It may be on its way up again from the last time.
    wait_until(lambda: server.status().pid is not None)
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return True


@pytest.mark.timeout(400)
def test_seven_kills_in_random_order_change_nothing_in_the_archive(
    data_dir: Path, settings: Settings, stores: Stores, tmp_path: Path
) -> None:
    disturbed = Settings(
        data_dir=data_dir, store_timeout=3.0, store_patience=30.0, contact="tests@khabar.invalid"
    )
    profiles = [profile for profile in PROFILES if profile.id == SITE]
    with Newsroom(latency=0.05, pages_per_site=60, profiles=profiles) as newsroom:
        newsroom.write_seeds(tmp_path / "seeds")
        site = load_sites(tmp_path / "seeds")[SITE]
        # Slow enough not to be through before the last kill.
        seed = tmp_path / "seeds" / f"{SITE}.toml"
        slow = seed.read_text(encoding="utf-8").replace("delay = 0", "delay = 0.2")
        seed.write_text(slow, encoding="utf-8")
        assert load_sites(tmp_path / "seeds")[SITE].delay == 0.2
        with open_stores(disturbed):
            pass  # its servers are up before the first kill

        def begin() -> subprocess.Popen[str]:
            return start_khabar(disturbed, "--seeds", str(tmp_path / "seeds"), "crawl", SITE)

        paths = {article.url.removeprefix(site.url.rstrip("/")) for article in newsroom.articles}

        def pages() -> int:
            return sum(request.path in paths for request in newsroom.requests[SITE])

        process = begin()
        try:
            for victim in _victims():
                before = pages()
                wait_until(lambda b=before, p=process: pages() > b or p.poll() is not None)  # type: ignore[misc]
                assert process.poll() is None, "the crawl ended before it could be killed"
                if not _kill(victim, process, disturbed):
                    process = begin()
            _, said = process.communicate(timeout=90)
            assert process.returncode == 0, said
        finally:
            process.kill()
            process.communicate()

        (report,) = crawl([Job(site=site)], settings)
        assert report.verdict == "ok"
        with open_stores(disturbed) as opened:
            assert _archive(opened) == _archive(stores)
            assert sorted(_archive(opened)) == sorted(page_id(article.url) for article in newsroom.articles)
            assert opened.db.revisions.count_documents({}) == 0
            assert opened.db.pages.count_documents({"state": "pending"}) == 0
            assert opened.db.quarantine.count_documents({}) == 0
