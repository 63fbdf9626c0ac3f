"""The process that crawls one site.

The parent writes the job as one line of JSON to stdin and keeps the pipe open: its end means that the parent
is gone. The child writes events as lines of JSON to stdout, the last of them the report, and its log to
stderr. A process of its own since a reactor cannot be started again, and so that no site takes another along.
"""

import gc
import logging
import sys
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.spiders.job import CrawlReport
    from crawler.spiders.run import CrawlRun

logger = logging.getLogger(__name__)


def main() -> int:
    """Crawl the site of the job on stdin; returns the process's exit code."""
    # What is imported stays: a search for garbage in it finds none, a fifth of the start's time.
    gc.disable()
    # Imported here: each extraction worker imports this module too, and has no use for all that.
    # The first before all others: it looks through all modules loaded so far, for each frame of the stack.
    import scrapy.core.downloader.contextfactory  # noqa: F401, I001
    from crawler.config import load_settings
    from crawler.errors import KhabarError
    from crawler.spiders.job import CrawlReport, Job, event_line
    from crawler.spiders.run import CrawlRun
    from crawler.storage.lease import LeaseHeldError

    # Whatever a library prints goes to the log: stdout is the parent's alone.
    stream, sys.stdout = sys.stdout, sys.stderr

    def tell(line: str) -> None:
        try:
            stream.write(line)
            stream.flush()
        except BrokenPipeError:
            # The parent is gone; stdin tells that too, and ends the crawl in good order.
            logger.debug("Nobody is left to listen")

    job = Job.model_validate_json(sys.stdin.readline())
    try:
        run = CrawlRun(job, load_settings(), tell)
    except KhabarError as error:
        outcome = "lease_held" if isinstance(error, LeaseHeldError) else "store_lost"
        report = CrawlReport(site=job.site.id, kind=job.kind, outcome=outcome, reason=str(error))
        report.verdict, report.verdict_reason = outcome, str(error)
    else:
        report = _crawl(run)
    tell(event_line("report", report=asdict(report)))
    return 0


def _crawl(run: "CrawlRun") -> "CrawlReport":
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.pipelines.extract import search_less_for_garbage
    from crawler.spiders.settings import crawl_settings
    from crawler.spiders.site import SiteSpider

    try:
        process = AsyncCrawlerProcess(crawl_settings(run.site, run.settings))
        crawler = process.create_crawler(SiteSpider)
        threading.Thread(target=_stop_with_parent, args=(crawler, run), daemon=True).start()
        process.crawl(crawler, run=run)
        search_less_for_garbage()
        process.start()
        if crawler.stats.get_value("log_count/CRITICAL"):
            run.end("error", "the crawl failed; its log says why")
    except Exception:  # whatever it was, the crawl is recorded and its lease given back
        logger.exception("The crawl failed")
        run.end("error", "the crawl failed; its log says why")
    return run.close()


def _stop_with_parent(crawler: Any, run: "CrawlRun") -> None:
    """Wait for the end of stdin, then stop: nobody would read the report of an orphan."""
    while sys.stdin.read(1):
        pass
    if crawler.spider is not None:
        crawler.spider.stop("stopped", "the process that started the crawl is gone")
    else:
        run.end("stopped", "the process that started the crawl is gone")


if __name__ == "__main__":
    sys.exit(main())
