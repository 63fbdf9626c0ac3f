"""Crawls that are stopped end within seconds, say so, and count what was stored."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.processes import wait_until
from tests.support.servers import Servers

SITE = "demo-assi"

pytestmark = pytest.mark.timeout(300)

START = 150.0
"""Seconds that a crawl may take on a busy machine until it has stored its first articles."""

AT_MOST = 40.0
"""Seconds from the signal to the end on a busy machine; an idle one takes less than five. Its record
tells that the crawl ended by itself."""


@pytest.fixture
def newsroom(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path, run=False, latency=0.1) as crawled:
        yield crawled


def _pages_at_delay(crawled: Crawled, delay: float) -> None:
    """Set the pause between two requests that the site's seed asks for."""
    path = crawled.settings.data_dir.parent / "seeds" / f"{SITE}.toml"
    text = path.read_text(encoding="utf-8")
    assert re.search("^delay = ", text, re.MULTILINE)
    path.write_text(re.sub(r"(?m)^delay = .*", f"delay = {delay}", text), encoding="utf-8")


def _stopped(process: "subprocess.Popen[str]", *signals: signal.Signals) -> tuple[float, str, str]:
    begun = time.monotonic()
    for number in signals:
        process.send_signal(number)
        time.sleep(0.5 if len(signals) > 1 else 0.0)
    printed, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    return time.monotonic() - begun, printed, said


def _requests(crawled: Crawled) -> int:
    return len(crawled.newsroom.requests[SITE])


@pytest.mark.parametrize(
    ("delay", "requests", "number"),
    [(0.3, 8, signal.SIGINT), (60.0, 1, signal.SIGTERM)],
)
def test_a_crawl_ends_within_seconds_whatever_its_delay(
    newsroom: Crawled, delay: float, requests: int, number: signal.Signals
) -> None:
    _pages_at_delay(newsroom, delay)
    process = newsroom.start("--json", "crawl", SITE)
    wait_until(lambda: _requests(newsroom) >= requests, START)
    seconds, printed, said = _stopped(process, number)
    assert seconds < AT_MOST
    assert process.returncode == 0
    assert len([line for line in said.splitlines() if line.startswith("Stopping: ")]) == 1
    (report,) = json.loads(printed)
    assert (report["outcome"], report["verdict"]) == ("stopped", "stopped")
    stored = newsroom.stores.db.articles.count_documents({"site": SITE})
    assert sum(report["dispositions"].values()) == report["taken"]
    assert report["dispositions"].get("stored", 0) + report["dispositions"].get("duplicate", 0) == stored
    (record,) = newsroom.stores.db.crawls.find({"site": SITE})
    assert (record["outcome"], record["verdict"]) == ("stopped", "stopped")
    sent = _requests(newsroom)
    time.sleep(0.5)
    assert _requests(newsroom) == sent


def test_an_answer_that_does_not_come_is_not_waited_for(newsroom: Crawled) -> None:
    _pages_at_delay(newsroom, 0.0)
    site = next(site for site in newsroom.newsroom.sites if site.id == SITE)
    process = newsroom.start("--json", "crawl", SITE)
    wait_until(lambda: newsroom.stores.db.articles.count_documents({"site": SITE}) > 1, START)
    newsroom.newsroom.fault(site, "drip")
    time.sleep(0.3)
    seconds, printed, _ = _stopped(process, signal.SIGTERM)
    assert seconds < AT_MOST
    (report,) = json.loads(printed)
    assert report["verdict"] == "stopped"
    assert sum(report["dispositions"].values()) == report["taken"] > 0


def test_a_second_signal_ends_it_now(newsroom: Crawled) -> None:
    _pages_at_delay(newsroom, 0.0)
    site = next(site for site in newsroom.newsroom.sites if site.id == SITE)
    process = newsroom.start("--json", "crawl", SITE)
    wait_until(lambda: newsroom.stores.db.articles.count_documents({"site": SITE}) > 1, START)
    newsroom.newsroom.fault(site, "drip")
    descendants = psutil.Process(process.pid).children(recursive=True)
    seconds, printed, _ = _stopped(process, signal.SIGINT, signal.SIGINT)
    assert seconds < AT_MOST
    (report,) = json.loads(printed)
    assert report["verdict"] == "stopped"
    assert "ended at once" in report["reason"]
    _, alive = psutil.wait_procs(descendants, timeout=10)
    assert not alive


@pytest.mark.parametrize("seconds", [0.4, 1.1])
def test_a_crawl_that_is_stopped_while_it_begins_ends_in_good_order(
    newsroom: Crawled, seconds: float
) -> None:
    process = newsroom.start("--json", "crawl", SITE)
    wait_until(lambda: bool(psutil.Process(process.pid).children()), START)
    time.sleep(seconds)
    _, printed, _ = _stopped(process, signal.SIGTERM)
    (report,) = json.loads(printed)
    assert report["verdict"] in ("stopped", "ok")
    assert newsroom.stores.db.sites.count_documents({"holder": {"$ne": None}}) == 0
