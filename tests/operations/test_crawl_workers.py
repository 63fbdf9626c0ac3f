"""Extraction workers that are killed or frozen in the middle of a crawl cost it nothing."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.parsing.urls import page_id
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.processes import forked_processes
from tests.support.servers import Servers

SITE = "demo-assi"

GAP = 4
"""Articles stored between two signals: a new worker is there at once, with the page that the last left."""


@contextmanager
def _harm(crawled: Crawled, numbers: list[signal.Signals]) -> Iterator[list[signal.Signals]]:
    """Send a worker the signals one after another, each when the crawl has got further since the last."""
    sent: list[signal.Signals] = []
    over = threading.Event()

    def watch() -> None:
        stored = 1 - GAP
        while len(sent) < len(numbers) and not over.wait(0.02):
            count = crawled.stores.db.articles.count_documents({"site": SITE})
            workers = forked_processes("crawler.worker_pool.worker")
            if count >= stored + GAP and workers:
                stored = count
                workers[0].send_signal(numbers[len(sent)])
                sent.append(numbers[len(sent)])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield sent
    finally:
        over.set()
        thread.join()


def test_killed_and_frozen_workers_cost_no_page_and_no_crawl(servers: Servers, tmp_path: Path) -> None:
    harm = [signal.SIGKILL, signal.SIGSTOP, signal.SIGKILL, signal.SIGKILL]
    with crawled_newsroom(servers, tmp_path, run=False, latency=0.3, pages_per_site=30) as crawled:
        settings = crawled.settings.model_copy(update={"extraction_timeout": 2.0})
        with _harm(crawled, harm) as sent:
            (report,) = crawl([Job(site=crawled.sites[SITE])], settings)
        assert sent == harm
        assert (report.outcome, report.verdict) == ("finished", "ok")
        assert sum(report.dispositions.values()) == report.taken
        assert "quarantined" not in report.dispositions
        stored = {document["_id"] for document in crawled.stores.db.articles.find({"site": SITE}, {"_id": 1})}
        assert stored == {page_id(one.url) for one in crawled.newsroom.articles if one.site == SITE}
