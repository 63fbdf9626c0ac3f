"""A crawl that is frozen past its lease writes nothing when it wakes: the store sees to it."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import STDOUT
from typing import Any

import psutil
import pytest

from crawler.storage.frontier import Frontier
from crawler.storage.lease import Lease
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.processes import crawl_process, wait_until
from tests.support.servers import Servers

SITE = "demo-assi"


@pytest.fixture
def newsroom(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path, run=False, latency=0.15) as found:
        yield found


def _frozen(newsroom: Crawled) -> tuple[Any, psutil.Process]:
    """A crawl that is stopped in the middle of its work, with a lease that runs out meanwhile."""
    process = newsroom.start("crawl", SITE, stderr=STDOUT)
    wait_until(lambda: len(newsroom.stored_ids(SITE)) > 2)
    child = crawl_process(process)
    child.send_signal(signal.SIGSTOP)
    wait_until(lambda: child.status() == psutil.STATUS_STOPPED)
    newsroom.stores.db.sites.update_one(
        {"_id": SITE}, {"$set": {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}}
    )
    return process, child


def _everything(newsroom: Crawled) -> dict[str, list[Any]]:
    db = newsroom.stores.db
    return {
        name: sorted(db[name].find({}), key=lambda document: str(document["_id"]))
        for name in ("articles", "revisions", "pages", "crawls", "sites", "sources", "quarantine")
    }


def test_a_frozen_crawl_of_this_machine_is_ended_by_whoever_takes_its_lease(newsroom: Crawled) -> None:
    process, child = _frozen(newsroom)
    report = newsroom.crawl(SITE)[SITE]
    assert report.verdict == "ok"
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert newsroom.stored_ids(SITE) == newsroom.true_ids(SITE)
    assert newsroom.stores.db.revisions.count_documents({}) == 0


def test_a_frozen_crawl_of_another_machine_settles_nothing_when_it_wakes(newsroom: Crawled) -> None:
    process, child = _frozen(newsroom)
    db = newsroom.stores.db
    # To this machine's eyes the holder is elsewhere: it cannot be ended, only refused.
    db.sites.update_one({"_id": SITE}, {"$set": {"holder.host": "elsewhere"}})
    lease = Lease(db, SITE)
    assert lease.taken_over
    Frontier(db, SITE, lease.token).fence()
    before = _everything(newsroom)
    # Its own clock says that the lease is good for most of a minute: it is the store that has to refuse.
    os.kill(child.pid, signal.SIGCONT)
    said, _ = process.communicate(timeout=90)
    assert process.returncode == 1
    assert "nothing more is written" in said or "has taken over" in said
    after = _everything(newsroom)
    settled = {page["_id"]: page["state"] for page in before["pages"]}
    assert {page["_id"]: page["state"] for page in after["pages"] if page["_id"] in settled} == settled
    assert after["crawls"] == before["crawls"]
    assert after["sites"] == before["sites"]
    lease.release(db)
    report = newsroom.crawl(SITE)[SITE]
    assert report.verdict == "ok"
    assert newsroom.stored_ids(SITE) == newsroom.true_ids(SITE)
    assert db.revisions.count_documents({}) == 0
