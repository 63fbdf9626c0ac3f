"""A crawl by ``scrapy crawl`` through the archive: the same stores, lease and record as `khabar crawl`."""

import asyncio
import logging
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import BaseSettings

from crawler.errors import UsageError
from crawler.health.verdict import HEALTHY
from crawler.html.sentences import sentence
from crawler.model.crawl import CrawlOutcome
from crawler.model.site import Site
from crawler.operations.crawling.crawl import prepare_stores
from crawler.operations.crawling.webhook import Announcer
from crawler.pipelines.item import PageItem
from crawler.pipelines.run import crawl_run
from crawler.rendering.chromium import missing_for_rendering
from crawler.scrapy_project.arguments import SpiderArguments
from crawler.scrapy_project.items import ArticleItem, stored_item
from crawler.settings import Settings
from crawler.spiders.record import CrawlRecord, open_crawl
from crawler.spiders.scrapy_settings import crawl_settings
from crawler.spiders.site import SiteSpider

COMMAND_LINE = 40
"""Scrapy's priority of ``-s NAME=VALUE``."""

ROW_PIPELINE = "crawler.scrapy_project.archive_crawl.ArticleItemPipeline"

logger = logging.getLogger(__name__)


def archive_spider(
    crawler: Crawler, site: Site, arguments: SpiderArguments, settings: Settings
) -> SiteSpider:
    """Take the site's lease, and build the spider of `khabar crawl` in Scrapy's own process.

    Args:
        crawler: Scrapy's, whose settings are still open.
        site: The site.
        arguments: What follows ``-a``.
        settings: Khabar's settings.

    Raises:
        StoreUnavailableError: A store does not answer.
        LeaseHeldError: Another process crawls this site.
        UsageError: The site cannot be crawled here.
    """
    if site.render and (missing := missing_for_rendering()):
        raise UsageError(f"the seed of {site.id} says `render = true`, and {missing}")
    if (delay := crawler.settings.getpriority("DOWNLOAD_DELAY")) is not None and delay >= COMMAND_LINE:
        # ``-s DOWNLOAD_DELAY``: the pace of our downloader is the seed's.
        site = site.model_copy(update={"delay": crawler.settings.getfloat("DOWNLOAD_DELAY")})
    prepare_stores(settings, logger.warning)
    record = open_crawl(arguments.job(site), settings)
    set_up(crawler.settings, site, settings)
    spider = SiteSpider.from_crawler(crawler, run=record.run)
    closer = RecordCloser(crawler, record, settings)
    # Signals keep no reference to their receivers by themselves.
    crawler.signals.connect(closer.spider_closed, signal=signals.spider_closed, weak=False)
    return spider


def set_up(scrapy_settings: BaseSettings, site: Site, settings: Settings) -> None:
    """Give a crawl the settings of `khabar crawl`; what stands on the command line goes before them."""
    ours = crawl_settings(site, settings)
    # Feed exports and limits of Scrapy's own are wanted here; the parent that reads progress is not there.
    del ours["EXTENSIONS_BASE"], ours["LOG_LEVEL"]
    ours["EXTENSIONS"] = {"crawler.spiders.stop_on_refusals.StopOnRefusals": 510}
    ours["ITEM_PIPELINES"] = {**ours["ITEM_PIPELINES"], ROW_PIPELINE: 900}
    ours["ADDONS"] = {}
    scrapy_settings.setdict(ours, priority="spider")


class ArticleItemPipeline:
    """Makes an `ArticleItem` of each page that brought an article, and drops the others."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for the spider's run."""
        return cls(crawl_run(crawler).site)

    def process_item(self, item: PageItem) -> ArticleItem:
        """Turn the page into a row.

        Raises:
            DropItem: It brought nothing new.
        """
        row = stored_item(item, self._site)
        if row is None:
            raise DropItem(f"{item.url}: {item.disposition or 'still pending'}")
        return row


class RecordCloser:
    """Ends the record of a crawl when its spider has closed, and gives the lease back.

    Args:
        crawler: Scrapy's.
        record: The crawl's record.
        settings: Khabar's settings.
    """

    def __init__(self, crawler: Crawler, record: CrawlRecord, settings: Settings) -> None:
        self._crawler = crawler
        self._record = record
        self._settings = settings

    async def spider_closed(self, reason: str) -> None:
        """Record the crawl, set its outcome as stats, and tell of a change of the site's health."""
        if reason != "finished":
            # Ctrl-C, or a limit of Scrapy's; an outcome of our own stays.
            self._record.run.context.end(CrawlOutcome.STOPPED, sentence("scrapy_closed", reason=reason))
        report = await asyncio.to_thread(self._record.close)
        stats = self._crawler.stats
        stats.set_value("khabar/outcome", str(report.outcome))
        stats.set_value("khabar/verdict", str(report.verdict))
        level = logging.INFO if report.verdict in HEALTHY else logging.WARNING
        logger.log(
            level,
            "%s: %d pages taken, %d left; verdict: %s%s",
            report.site,
            report.taken,
            report.left,
            report.verdict,
            f" ({report.verdict_reason})" if report.verdict_reason else "",
        )
        announcer = Announcer(self._settings, logger.warning)
        await asyncio.to_thread(announcer.close)
