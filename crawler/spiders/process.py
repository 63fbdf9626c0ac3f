"""The process that crawls one site.

The parent writes the job as one line of JSON to stdin and keeps the pipe open: its end means that the parent
is gone. The child writes events as lines of JSON to stdout, the last of them the report, and its log to
stderr. Each crawl has one, since a reactor cannot be started again, and so that no crawl ends another.
"""

import contextlib
import logging
import os
import signal
import sys
import threading

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess

from crawler.health.report import CrawlReport
from crawler.html.sentences import sentence
from crawler.model.crawl import CrawlOutcome, Verdict
from crawler.model.job import Job
from crawler.pipelines.extraction_pool import search_less_for_garbage
from crawler.rendering.chromium import missing_for_rendering
from crawler.settings import Settings, load_settings
from crawler.spiders.graceful_stop import GracefulStop, in_reactor
from crawler.spiders.progress import event_line
from crawler.spiders.record import CrawlRecord, open_crawl
from crawler.spiders.scrapy_settings import crawl_settings
from crawler.spiders.site import SiteSpider
from crawler.storage.errors import explained
from crawler.storage.lease import LeaseHeldError

logger = logging.getLogger(__name__)


class _StopRequest:
    """Whether somebody has asked this process to end its crawl, and what ends it.

    The request may come before there is a crawl that could be ended.
    """

    def __init__(self) -> None:
        self._graceful_stop: GracefulStop | None = None
        self.reason: str | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._signalled)

    def _signalled(self, _number: int, _frame: object) -> None:
        self.stop(sentence("stopped_pending"))

    def stop(self, reason: str) -> None:
        """Stop the crawl, now or as soon as it begins; may be called from any thread."""
        self.reason = self.reason or reason
        if self._graceful_stop is not None:
            # Not here: a signal may have interrupted a line of the log, and stopping writes one.
            self._stop_soon()

    def watch(self, spider: SiteSpider) -> None:
        """Stop this spider from now on; at once where that was asked for before."""
        self._graceful_stop = spider.graceful_stop
        if self.reason is not None:
            self._stop_soon()

    def _stop_soon(self) -> None:
        in_reactor(self._stop_spider)

    def _stop_spider(self) -> None:
        if self._graceful_stop is not None and self.reason is not None:
            self._graceful_stop.stop_now(self.reason)


def main() -> int:
    """Crawl the site of the job on stdin; returns the process's exit code."""
    stop_request = _StopRequest()
    # Whatever a library prints goes to the log: stdout is the parent's alone.
    stream, sys.stdout = sys.stdout, sys.stderr

    def send(line: str) -> None:
        try:
            stream.write(line)
            stream.flush()
        except ConnectionError:
            # The parent is gone; the end of stdin ends the crawl in good order.
            logger.debug("Nobody is left to listen")

    job, settings = Job.model_validate_json(sys.stdin.readline()), load_settings()
    try:
        record = open_crawl(job, settings, send)
    except Exception as unexpected:  # a driver's, a file's; whatever it was, the parent reads a report
        error = explained(unexpected)
        if error is None:
            raise
        outcome = CrawlOutcome.LEASE_HELD if isinstance(error, LeaseHeldError) else CrawlOutcome.STORE_LOST
        report = CrawlReport(site=job.site.id, kind=job.kind, outcome=outcome, reason=str(error))
        report.conclude(Verdict(outcome), str(error))
    else:
        report = _crawl(record, settings, stop_request)
        if record.run.context.abandoned:
            send(event_line("report", report=report.as_dict()))
            # Threads that wait for an answer would keep the process from ending.
            logging.shutdown()
            os._exit(0)
    send(event_line("report", report=report.as_dict()))
    return 0


def _crawl(record: CrawlRecord, settings: Settings, stop_request: _StopRequest) -> CrawlReport:
    run = record.run
    if run.site.render and (missing := missing_for_rendering()):
        run.context.end(CrawlOutcome.ERROR, sentence("cannot_render", missing=missing))
        return record.close()
    try:
        process = AsyncCrawlerProcess(crawl_settings(run.site, settings))
        crawler = process.create_crawler(SiteSpider)
        threading.Thread(target=_stop_with_parent, args=(stop_request,), daemon=True).start()
        crawler.signals.connect(stop_request.watch, signal=signals.spider_opened)
        process.crawl(crawler, run=run)
        search_less_for_garbage()
        # Scrapy's own handlers wait for all requests that have been begun.
        process.start(install_signal_handlers=False)
        if crawler.stats.get_value("log_count/CRITICAL"):
            run.context.end(CrawlOutcome.ERROR, sentence("crawl_failed"))
    except Exception:  # whatever it was, the crawl is recorded and its lease given back
        logger.exception("The crawl failed")
        run.context.end(CrawlOutcome.ERROR, sentence("crawl_failed"))
    return record.close()


def _stop_with_parent(stop_request: _StopRequest) -> None:
    """Wait for the end of stdin, then stop: nobody would read the report of an orphan."""
    # A parent that ends with unread events resets the connection instead of ending it.
    with contextlib.suppress(ConnectionError):
        while sys.stdin.read(1):
            pass
    stop_request.stop(sentence("starter_gone"))
