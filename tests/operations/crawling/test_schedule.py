"""The schedule: what is due, a service that runs until it is told to stop, and its metrics."""

import signal
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import STDOUT
from typing import Any

import psutil
import pytest

from crawler.model.site import Site
from crawler.operations.crawling.schedule import due_sites
from crawler.storage.site_state import SiteState, site_state
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.processes import wait_until
from tests.support.servers import Servers

NOW = datetime(2024, 12, 4, 10, 0, tzinfo=UTC)


def _site(name: str, **fields: Any) -> Site:
    return Site.model_validate({"id": name, "name": "س", "url": f"https://{name}.example.org/", **fields})


def _state(name: str, minutes: float, **fields: Any) -> SiteState:
    return SiteState(name, next_at=NOW + timedelta(minutes=minutes), **fields)


def test_what_is_due_goes_first_that_has_waited_longest() -> None:
    sites = [_site("late"), _site("later"), _site("never"), _site("soon"), _site("off", enabled=False)]
    states = {name: _state(name, minutes) for name, minutes in (("late", -5), ("later", -600), ("soon", 1))}
    assert [site.id for site in due_sites(sites, states, NOW)] == ["never", "later", "late"]


def test_a_pause_the_site_asked_for_its_hours_and_a_crawl_under_way_are_respected() -> None:
    held = {"holder": {"host": "elsewhere", "pid": 1, "started": "1"}}
    states = {
        "paused": _state("paused", -5, not_before=NOW + timedelta(hours=1)),
        "running": _state("running", -5, **held, expires_at=NOW + timedelta(seconds=30)),
        "abandoned": _state("abandoned", -5, **held, expires_at=NOW - timedelta(seconds=1)),
        "asleep": _state("asleep", -5),
    }
    sites = [_site(name) for name in ("paused", "running", "abandoned")]
    sites.append(_site("asleep", hours="01:00-05:00"))
    assert [site.id for site in due_sites(sites, states, NOW)] == ["abandoned"]


@pytest.fixture
def newsroom(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path, run=False, latency=0.05) as found:
        yield found


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_schedule_crawls_serves_metrics_ends_cleanly_and_remembers(newsroom: Crawled) -> None:
    newsroom.keep_seeds("demo-sahel", "demo-assi")
    db, port = newsroom.stores.db, _free_port()
    process = newsroom.start("schedule", KHABAR_METRICS=str(port), stderr=STDOUT)
    wait_until(lambda: site_state(db, "demo-sahel").next_at is not None)
    wait_until(lambda: site_state(db, "demo-assi").next_at is not None)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        metrics = answer.read().decode()
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "demo-sahel: ok" in said
    assert "Stopped" in said
    assert 'khabar_site_healthy{site="demo-sahel"} 1.0' in metrics
    assert 'khabar_crawls_total{site="demo-assi",verdict="ok"} 1.0' in metrics
    assert newsroom.stored_ids("demo-sahel") == newsroom.true_ids("demo-sahel")
    # Nothing is due any more, so cron's command does nothing, and says when something will be.
    again = newsroom.start("crawl", "--due", stderr=STDOUT)
    said, _ = again.communicate(timeout=60)
    assert again.returncode == 0, said
    assert "Nothing is due" in said
    assert db.crawls.count_documents({"kind": "scheduled"}) == 2


def test_a_schedule_that_is_told_to_stop_ends_its_children_in_good_order(newsroom: Crawled) -> None:
    newsroom.keep_seeds("demo-assi")
    process = newsroom.start("schedule", stderr=STDOUT)
    wait_until(lambda: len(newsroom.stored_ids("demo-assi")) > 2)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert not [child for child in children if child.is_running() and child.status() != "zombie"]
    (record,) = newsroom.stores.db.crawls.find({})
    if record["outcome"] != "finished":
        assert record["outcome"] == "stopped"
        # It is still due, and the next schedule goes on with it at once.
        assert site_state(newsroom.stores.db, "demo-assi").next_at is None
