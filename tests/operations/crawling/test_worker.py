"""Workers: a crawl that is killed with its worker is done by another, nothing is lost, nothing done twice."""

import signal
from collections.abc import Iterator
from pathlib import Path
from subprocess import STDOUT

import pytest

from crawler.operations.crawling.worker import broker_url
from crawler.settings import Settings
from crawler.storage.site_state import site_state
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.processes import crawl_process, wait_until
from tests.support.servers import Servers

pytest.importorskip("celery", reason="workers need khabar[worker]")

SITE = "demo-yasmin"


@pytest.fixture
def newsroom(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path, run=False, latency=0.15) as found:
        yield found


def test_a_killed_worker_is_replaced_and_nothing_is_lost_or_done_twice(newsroom: Crawled) -> None:
    newsroom.keep_seeds(SITE)
    db = newsroom.stores.db
    schedule = newsroom.start("schedule", "--workers", stderr=STDOUT)
    first = newsroom.start("worker", "--sites", "1", stderr=STDOUT)
    others = []
    try:
        wait_until(lambda: len(newsroom.stored_ids(SITE)) > 2)
        crawl = crawl_process(first)
        first.kill()
        crawl.kill()
        first.communicate()
        before = len(newsroom.stored_ids(SITE))
        assert before < len(newsroom.true_ids(SITE))
        # Whoever sends the message again waits for minutes; the test does not.
        db.sites.update_one({"_id": SITE}, {"$set": {"queued_at": None}})
        others = [newsroom.start("worker", "--sites", "2", stderr=STDOUT) for _ in range(2)]
        wait_until(lambda: site_state(db, SITE).next_at is not None)
        for process in (schedule, *others):
            process.send_signal(signal.SIGTERM)
        said = [process.communicate(timeout=60)[0] for process in (schedule, *others)]
        assert [process.returncode for process in (schedule, *others)] == [0, 0, 0], said
    finally:
        for process in (schedule, first, *others):
            process.kill()
            process.wait()
    assert newsroom.stored_ids(SITE) == newsroom.true_ids(SITE)
    assert db.revisions.count_documents({}) == 0
    outcomes = sorted(crawl["outcome"] for crawl in db.crawls.find({"site": SITE}))
    assert outcomes == ["died", "finished"]


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://:pw@host:6380/2", "redis://:pw@host:6380/2"),
        ("unix:///tmp/valkey.sock", "redis+socket:///tmp/valkey.sock?virtual_host=0"),
        ("unix:///tmp/valkey.sock?db=3", "redis+socket:///tmp/valkey.sock?virtual_host=3"),
    ],
)
def test_the_broker_is_the_redis_of_the_settings(url: str, broker: str) -> None:
    assert broker_url(Settings.model_validate({"redis_url": url})) == broker
