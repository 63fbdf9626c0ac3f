"""What the sources of one crawl share: the queue of pages, the tasks, and what they learn from each other."""

from collections.abc import Collection, Sequence

from crawler.discovery.accounting import AddressCounts
from crawler.discovery.sitemap import Coverage, names_listings
from crawler.discovery.source_content import SourceContent
from crawler.discovery.window import newest_first
from crawler.health.report import SourceReport
from crawler.model.article import Discovered
from crawler.pipelines.run import CrawlRun
from crawler.spiders.page_queue import PageQueue
from crawler.spiders.sources.fetching import SourceTasks
from crawler.spiders.sources.wordpress import WordPressSource
from crawler.storage.sources import SourceMemory, recall_source


class ListingSitemaps:
    """Sitemaps of categories, tags and authors: read only where nothing else names an article."""

    def __init__(self) -> None:
        self._put_off: dict[str, None] = {}
        self._taken: frozenset[str] = frozenset()
        self.are_needless = False
        """Whether another source has named articles."""

    def __contains__(self, url: str) -> bool:
        """Whether the sitemap at an address is put off."""
        return url in self._put_off

    def put_off(self, urls: Sequence[str], requested: Collection[str]) -> int:
        """Put off what lists listings among sitemaps that are named together, unless all of them do.

        Args:
            urls: The sitemaps.
            requested: Those that were asked for.

        Returns:
            How many were put off.
        """
        listings = [url for url in urls if names_listings(url) and url not in requested]
        if len(listings) == len(urls):
            return 0
        self._put_off.update(dict.fromkeys(listings))
        return len(listings)

    def articles(self, url: str, content: SourceContent, report: SourceReport) -> list[Discovered]:
        """The pages of a sitemap that are taken: its listings only where nothing else names an article."""
        self.are_needless = self.are_needless or bool(content.pages)
        if not content.listings:
            return content.pages
        if self.is_taken(url):
            return [*content.pages, *content.listings]
        if not content.pages:
            self._put_off[url] = None
        report.note_that("listings_not_fetched", count=len(content.listings))
        return content.pages

    def take(self) -> list[str]:
        """The sitemaps that were put off, which are now to be read with their listings."""
        urls, self._put_off = list(self._put_off), {}
        self._taken |= frozenset(urls)
        return urls

    def is_taken(self, url: str) -> bool:
        """Whether the listings that a sitemap names are fetched, too."""
        return url in self._taken


class SourceServices:
    """What the readings of one crawl's sources share.

    Args:
        run: The crawl.
        queue: Takes the pages that are named.
        tasks: Fetches, and runs what is read beside the pages.
        wordpress: The site's REST interface.
    """

    def __init__(
        self, run: CrawlRun, queue: PageQueue, tasks: SourceTasks, wordpress: WordPressSource
    ) -> None:
        self.run = run
        self.site = run.site
        self.context = run.context
        self.queue = queue
        self.tasks = tasks
        self.wordpress = wordpress
        self.window = queue.window
        self.listings = ListingSitemaps()
        self.coverage = Coverage(queue.window)
        self.requested: set[str] = set()
        """Addresses of sources that were asked for."""

    @property
    def is_whole_crawl(self) -> bool:
        """Whether the crawl leaves no page out: it has neither a limit nor a window of time."""
        return self.run.job.limit is None and self.window.is_open

    async def recall(self, url: str) -> SourceMemory:
        """Recall what earlier crawls have learned of a source.

        Args:
            url: The source's address.
        """
        site = self.site.id
        memory = await self.context.in_store(lambda db: recall_source(db, site, url))
        return memory or SourceMemory()

    async def discover(self, pages: Sequence[Discovered]) -> AddressCounts:
        """Put the pages that a source names into the frontier, the newest first.

        Args:
            pages: The pages.

        Returns:
            What became of each address.
        """
        is_probed = self.wordpress.begin_probe(len(pages))
        addresses = await self.queue.enqueue(
            sorted(pages, key=lambda page: newest_first(page.url, page.hints), reverse=True)
        )
        if is_probed:
            # The posts that it leads to are these pages, which are in the frontier now.
            self.tasks.start(self.wordpress.probe(), self.site.url)
        return addresses
