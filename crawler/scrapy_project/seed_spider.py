"""The spiders of the seeds: through the archive as `khabar crawl` does it, or items alone."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

import scrapy
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler.discovery.source_content import SourceContent, feed_content, listing_content, sitemap_content
from crawler.discovery.window import Window
from crawler.errors import KhabarError
from crawler.fetch.outcome import charset_of, failure_outcome
from crawler.fetch.safety import ALLOW_PRIVATE, allow_private_names
from crawler.folders import default_seeds
from crawler.model.article import Discovered, Hints
from crawler.model.seed_types import nearest
from crawler.model.seeds import load_sites
from crawler.model.site import Site
from crawler.parsing.urls import page_id
from crawler.scrapy_project.arguments import STORE, SpiderArguments, StoreMode, parse_arguments, parse_store
from crawler.scrapy_project.items import ResponseItem
from crawler.settings import load_settings

SOURCE_PRIORITY = 100
"""Sources go before pages."""

MOST_PAGES_OF_SOURCE = 10
"""Further pages of a feed or listing that are read: one without end is a trap."""

MOST_SITEMAPS = 50
"""Sitemaps that are read of an index: the newest come first."""

Parser = Callable[[bytes, str, Site, str | None], SourceContent]

logger = logging.getLogger(__name__)


class SeedSpider(scrapy.Spider):
    """Reads a site's sources and yields a `ResponseItem` for each page that they name.

    It is what ``-a store=none`` runs: an ordinary Scrapy spider, whose items the add-on's pipeline makes
    articles of. It remembers nothing: no validators, no frontier. Without ``store=none``, `from_crawler`
    gives the spider of `khabar crawl` instead.

    Args:
        arguments: What follows ``-a``.
    """

    site: Site

    def __init__(self, arguments: SpiderArguments) -> None:
        super().__init__(name=self.site.id)
        self.window = Window(arguments.period.since, arguments.period.until)
        self._left = arguments.limit
        self._seen: set[str] = set()
        self._sitemaps = 0

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Set what the site's seed says: certificates, private addresses, its delay."""
        super().update_settings(settings)
        settings.set("DOWNLOAD_VERIFY_CERTIFICATES", cls.site.tls == "verify", priority="spider")
        settings.set(ALLOW_PRIVATE, cls.site.private, priority="spider")
        if cls.site.delay is not None:
            settings.set("DOWNLOAD_DELAY", cls.site.delay, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **kwargs: Any) -> Self:
        """Build the spider that the arguments ask for.

        Raises:
            SystemExit: An argument is wrong, a store is away, or another process crawls the site. Of any
                other exception Scrapy prints a traceback.
        """
        arguments, spider = _open(cls, crawler, kwargs)
        if spider is not None:
            # Scrapy takes any spider; the type of this method knows its own class alone.
            return cast("Self", spider)
        if not crawler.settings.frozen:
            crawler.settings.set(STORE, "none", priority="spider")
        return super().from_crawler(crawler, arguments)

    async def start(self) -> AsyncIterator[Request]:
        """Yield a request for each source that the seed names, or for the home page where it names none."""
        site = self.site
        sources: list[tuple[str, Parser]] = [
            *((url, feed_content) for url in site.feeds),
            *((url, sitemap_content) for url in site.sitemaps),
            *((listing.url, listing_content) for listing in site.listings),
        ]
        if site.json_listings or site.wordpress:
            logger.info("%s: JSON and WordPress interfaces are read with an archive alone", site.id)
        for url, parser in sources or [(site.url, listing_content)]:
            yield self._source(url, parser, MOST_PAGES_OF_SOURCE)

    def _source(self, url: str, parser: Parser, pages: int) -> Request:
        callback = partial(self.parse_source, parser=parser, pages=pages)
        return Request(url, callback=callback, errback=self.source_failed, priority=SOURCE_PRIORITY)

    def parse_source(self, response: Response, parser: Parser, pages: int) -> Iterator[Request]:
        """Request the pages that a source names.

        Args:
            response: An answer of the source.
            parser: Reads it.
            pages: How many further pages of the source may be read.
        """
        try:
            content = parser(response.body, response.url, self.site, charset_of(response))
        except KhabarError as error:
            logger.error("%s: %s", response.url, error)
            self.crawler.stats.inc_value("khabar/sources/failed")
            return
        self.crawler.stats.inc_value("khabar/sources/read")
        pages_in_window = [page for page in content.pages if self.window.may_hold(page.url, page.hints)]
        for page in pages_in_window:
            yield from self._page(page)
        for link in content.sitemaps:
            if self._sitemaps < MOST_SITEMAPS and self.window.may_name(link.url, link.modified_at):
                self._sitemaps += 1
                yield self._source(link.url, sitemap_content, pages)
        # Beyond the first page a source is read for a window alone: the newest are on the first.
        if content.next_url and pages and pages_in_window and not self.window.is_open:
            yield self._source(content.next_url, parser, pages - 1)

    def _page(self, page: Discovered) -> Iterator[Request]:
        key = page_id(page.url)
        if key in self._seen or not self.site.owns(page.url) or self.site.excludes(page.url):
            return
        if self._left is not None:
            if self._left <= 0:
                return
            self._left -= 1
        self._seen.add(key)
        yield Request(
            page.url, callback=self.parse, errback=self.page_failed, cb_kwargs={"hints": page.hints}
        )

    def source_failed(self, failure: Failure) -> None:
        """Count a source that could not be fetched."""
        self._failed(failure, "khabar/sources/failed")

    def page_failed(self, failure: Failure) -> None:
        """Count a page that could not be fetched."""
        self._failed(failure, f"khabar/pages/{failure_outcome(failure.value).disposition}")

    def _failed(self, failure: Failure, stat: str) -> None:
        request: Request = vars(failure)["request"]  # Scrapy adds it
        logger.warning("%s: %s", request.url, failure_outcome(failure.value).reason)
        self.crawler.stats.inc_value(stat)

    def parse(self, response: Response, hints: Hints | None = None) -> Iterator[ResponseItem]:
        """Hand a page to the pipeline.

        Args:
            response: The page.
            hints: What its source says of it.
        """
        yield ResponseItem(response, hints or Hints())


def _open(
    spider_class: type[SeedSpider], crawler: Crawler, given: Mapping[str, Any]
) -> tuple[SpiderArguments, Spider | None]:
    """The arguments, and the spider of a crawl through the archive where one is asked for."""
    allow_private_names(crawler.settings)
    try:
        arguments = parse_arguments(given)
        store = arguments.store or parse_store(crawler.settings.get(STORE)) or StoreMode.ARCHIVE
        if store is StoreMode.NONE or _is_single_request(spider_class, crawler):
            return arguments, None
        # Imported here: it needs the stores' drivers, and `scrapy list` does not.
        from crawler.scrapy_project.archive_crawl import archive_spider

        return arguments, archive_spider(crawler, spider_class.site, arguments, load_settings())
    except KhabarError as error:
        raise SystemExit(f"khabar: {error}") from None


def _is_single_request(spider_class: type[Spider], crawler: Crawler) -> bool:
    """Whether a command of Scrapy's borrows the spider for one request, such as `scrapy shell`."""
    return crawler.settings.frozen or spider_class.start is not SeedSpider.start


class UnknownSeedError(KeyError, SystemExit):
    """No seed has this name: a `KeyError` to commands that expect one, and the end of others with one line.

    Args:
        text: What Scrapy's command prints.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = text


class SeedSpiderLoader:
    """Scrapy's interface of spider loaders over a folder of seeds.

    Args:
        sites: The sites by id.
    """

    def __init__(self, sites: dict[str, Site]) -> None:
        self._sites = sites

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """Read the seeds of the folder that ``KHABAR_SEEDS`` names, a setting or an environment variable.

        Raises:
            SystemExit: They are invalid. Of any other exception Scrapy prints a traceback.
        """
        try:
            return cls(load_sites(Path(settings.get("KHABAR_SEEDS") or default_seeds())))
        except KhabarError as error:
            raise SystemExit(f"khabar: {error}") from None

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of a site.

        Raises:
            UnknownSeedError: No seed has this name.
        """
        if spider_name not in self._sites:
            raise UnknownSeedError(
                f"khabar: no seed is called {spider_name!r}{nearest(spider_name, self._sites)}"
            )
        site = self._sites[spider_name]
        return type("SeedSpider", (SeedSpider,), {"name": site.id, "site": site, "__module__": __name__})

    def list(self) -> list[str]:
        """The ids of all sites, also of those that are not enabled."""
        return list(self._sites)

    def find_by_request(self, request: Request) -> Sequence[str]:
        """The sites to which an address belongs."""
        return [site.id for site in self._sites.values() if site.owns(request.url)]
