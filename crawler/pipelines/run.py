"""CrawlRun: the parts of one crawl of one site while it lasts."""

from collections.abc import Callable
from dataclasses import dataclass

from scrapy.crawler import Crawler

from crawler.discovery.traps import Traps
from crawler.fetch.context import CrawlContext
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.pipelines.counts import PageCounts
from crawler.pipelines.extraction_pool import ExtractionPool
from crawler.pipelines.keeping import Keeping
from crawler.pipelines.site_texts import SiteTexts
from crawler.storage.lease import Lease
from crawler.storage.session import StoreSession


@dataclass(slots=True)
class CrawlRun:
    """Everything that the spider and the pipelines of one crawl share.

    `send_event` writes a line for the process that started the crawl; None: nobody listens.
    """

    job: Job
    context: CrawlContext
    counts: PageCounts
    pool: ExtractionPool
    keeping: Keeping
    site_texts: SiteTexts
    traps: Traps
    send_event: Callable[[str], None] | None = None

    @property
    def site(self) -> Site:
        """The site."""
        return self.context.site

    @property
    def session(self) -> StoreSession:
        """Access to the stores."""
        return self.context.session

    @property
    def lease(self) -> Lease:
        """The site's lease, which this crawl holds."""
        return self.context.lease

    def problem(self, problem: str) -> None:
        """Keep a sentence about something that went wrong."""
        self.context.problem(problem)


def crawl_run(crawler: Crawler) -> CrawlRun:
    """The run of a Scrapy crawler's crawl.

    Raises:
        TypeError: Its spider is none of ours.
    """
    run = getattr(crawler.spider, "run", None)
    if not isinstance(run, CrawlRun):
        raise TypeError(f"{crawler.spider!r} is no spider of a crawl")
    return run
