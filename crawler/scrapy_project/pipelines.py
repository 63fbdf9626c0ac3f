"""The add-on's pipeline: from a `ResponseItem` to an `ArticleItem`, through the archive or without one."""

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem

from crawler.errors import KhabarError
from crawler.fetch.outcome import Outcome, charset_of, status_outcome
from crawler.model.article import Disposition
from crawler.model.crawl import CrawlKind
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.crawling.crawl import prepare_stores
from crawler.pipelines.dedup import DedupPipeline
from crawler.pipelines.extraction import FetchedPage, extract_page
from crawler.pipelines.extraction_pool import ExtractionFailedError, ExtractionPool
from crawler.pipelines.store import StorePipeline
from crawler.scrapy_project.archive_crawl import RecordCloser
from crawler.scrapy_project.arguments import STORE, StoreMode, parse_store
from crawler.scrapy_project.items import ArticleItem, ResponseItem, article_item, stored_item
from crawler.scrapy_project.spider_site import site_of
from crawler.settings import Settings, load_settings
from crawler.spiders.page_parser import PageParser
from crawler.spiders.record import CrawlRecord, open_crawl

logger = logging.getLogger(__name__)


class ItemReader(Protocol):
    """Makes articles of responses."""

    async def open(self) -> None:
        """Get ready."""

    async def read(self, item: ResponseItem) -> ArticleItem:
        """Make an article of a response.

        Raises:
            DropItem: It brought no article, or none that is new.
        """

    async def close(self) -> None:
        """End what was begun."""


class ArticlePipeline:
    """Makes an `ArticleItem` of each `ResponseItem`; other items pass untouched.

    What it does stands in the setting ``KHABAR_STORE``: `archive` stores the article as a crawl does, under
    the site's lease; `none` reads it and hands it on. The site is the spider's seed, else what
    ``KHABAR_SITE`` says, else one that is named after the spider.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._reader: ItemReader | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """Start the workers and, with an archive, take the site's lease.

        Raises:
            CloseSpider: That cannot be done; the log says why.
        """
        try:
            settings = load_settings()
            site = site_of(self._crawler)
            mode = parse_store(self._crawler.settings.get(STORE))
            reader: ItemReader = (
                PlainReader(self._crawler, site, settings)
                if mode is StoreMode.NONE
                else ArchiveReader(self._crawler, site, settings)
            )
            await reader.open()
        except KhabarError as error:
            logger.error("The spider is closed before it begins: %s", error)
            raise CloseSpider("khabar_unavailable") from None
        self._reader = reader

    async def close_spider(self) -> None:
        """End the workers, and give the lease back."""
        if self._reader is not None:
            await self._reader.close()

    async def process_item(self, item: Any) -> Any:
        """Make an article of a response.

        Raises:
            DropItem: It brought no article, or none that is new.
        """
        if not isinstance(item, ResponseItem):
            return item
        if self._reader is None:
            raise DropItem(f"{item.response.url}: the spider closes")
        return await self._reader.read(item)


class PlainReader:
    """Reads articles without an archive.

    Args:
        crawler: Scrapy's.
        site: Whose pages they are.
        settings: Khabar's settings.
    """

    def __init__(self, crawler: Crawler, site: Site, settings: Settings) -> None:
        self._crawler = crawler
        self._site = site
        self._pool = ExtractionPool(settings.extraction_workers, settings.extraction_timeout)

    async def open(self) -> None:
        """Let the workers import what extraction needs."""
        self._pool.warm_up()

    async def close(self) -> None:
        """End the workers."""
        await asyncio.to_thread(self._pool.close)

    async def read(self, item: ResponseItem) -> ArticleItem:
        """Make an article of a response.

        Raises:
            DropItem: It is none.
        """
        response, fetched_at = item.response, datetime.now(UTC)
        requested = response.request.url if response.request is not None else response.url
        outcome = status_outcome(response.status)
        article: ArticleItem | None = None
        if outcome is None:
            page = FetchedPage(
                response.body,
                response.url,
                item.hints,
                charset_of(response),
                fetched_at,
                requested_url=requested,
            )
            try:
                extracted = await self._pool.run(extract_page, page, self._site, False)
            except (ExtractionFailedError, KhabarError) as error:
                outcome = Outcome(Disposition.QUARANTINED, str(error))
            else:
                if extracted.article is None or extracted.article_id is None:
                    outcome = Outcome(extracted.ending or Disposition.NOT_ARTICLE, extracted.reason)
                else:
                    article = article_item(
                        extracted.article, extracted.article_id, self._site, response.url, fetched_at
                    )
                    article.incomplete = bool(extracted.missing)
        if article is None:
            assert outcome is not None  # noqa: S101
            self._crawler.stats.inc_value(f"khabar/pages/{outcome.disposition}")
            logger.info("%s %s (%s)", outcome.disposition, response.url, outcome.reason)
            raise DropItem(f"{response.url}: {outcome.disposition}")
        self._crawler.stats.inc_value("khabar/pages/read")
        return article


def _open_record(site: Site, settings: Settings) -> CrawlRecord:
    """Take the lease of a site whose spider finds its pages by itself."""
    prepare_stores(settings, logger.warning)
    return open_crawl(Job(site=site, kind=CrawlKind.MANUAL, discover=False), settings)


class ArchiveReader:
    """Reads articles and stores them as a crawl of the site does, under its lease and in its record.

    Args:
        crawler: Scrapy's.
        site: Whose pages they are.
        settings: Khabar's settings.
    """

    def __init__(self, crawler: Crawler, site: Site, settings: Settings) -> None:
        self._crawler = crawler
        self._settings = settings
        self._site = site
        self._renewal: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Take the site's lease, and begin the record.

        Raises:
            StoreUnavailableError: A store does not answer.
            LeaseHeldError: Another process crawls this site.
        """
        record = await asyncio.to_thread(_open_record, self._site, self._settings)
        run = self._run = record.run
        run.context.crawler = self._crawler
        loop = asyncio.get_running_loop()
        run.context.close = partial(self._end_soon, loop)
        run.pool.warm_up()
        self._closer = RecordCloser(self._crawler, record, self._settings)
        self._crawler.signals.connect(self._closer.spider_closed, signal=signals.spider_closed, weak=False)
        self._parser = PageParser(run)
        self._dedup = DedupPipeline(run)
        self._store = StorePipeline(self._crawler, run)
        self._renewal = asyncio.create_task(run.context.keep_lease())

    def _end_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon_threadsafe(self._end_spider)

    def _end_spider(self) -> None:
        closing = self._crawler.engine.close_spider_async(reason=str(self._run.context.outcome))
        asyncio.ensure_future(closing)  # noqa: RUF006

    async def close(self) -> None:
        """Keep the lease no longer; it is given back when the spider has closed."""
        if self._renewal is not None:
            self._renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewal
        stats = self._crawler.stats
        self._run.counts.report.requests = stats.get_value("downloader/request_count", 0)

    async def read(self, item: ResponseItem) -> ArticleItem:
        """Read a page, decide on it and write what became of it.

        Raises:
            DropItem: It brought nothing new.
        """
        run, response = self._run, item.response
        requested = response.request.url if response.request is not None else response.url
        pages = await run.context.in_thread(
            lambda: run.context.frontier(lambda frontier: frontier.name_pages([requested]))
        )
        if not pages:
            raise DropItem(f"{response.url}: the archive is away")
        run.counts.take()
        page = replace(pages[0], hints=item.hints)
        try:
            read, _ = await self._parser.parse(page, response, with_links=False)
        except KhabarError as error:
            run.counts.put_back()
            run.context.give_up(error)
            raise DropItem(f"{response.url}: still pending") from None
        await self._store.process_item(await self._dedup.process_item(read))
        row = stored_item(read, self._site)
        if row is None:
            raise DropItem(f"{response.url}: {read.disposition or 'still pending'}")
        return row
