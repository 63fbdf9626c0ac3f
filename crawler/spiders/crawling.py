"""Crawling: what the sources of a crawl need of the spider that asks them."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Protocol, TypeVar

from pymongo.database import Database
from scrapy import Request
from scrapy.crawler import Crawler

from crawler.article import Discovered
from crawler.discovery.window import Window
from crawler.sites import Site
from crawler.spiders.run import CrawlRun
from crawler.storage.frontier import Discovery, Page
from crawler.storage.schema import Document

T = TypeVar("T")


class Crawling(Protocol):
    """A crawl of one site, as far as discovery is concerned.

    Dependencies go one way by it: the spider knows its sources, and they know this.
    """

    crawler: Crawler
    run: CrawlRun
    site: Site
    window: Window
    stopping: bool

    @property
    def is_full(self) -> bool:
        """Whether the crawl has as many pages as it may take."""

    @property
    def is_past_window(self) -> bool:
        """Whether the pages that a listing named last were all published before the window of time."""

    def page_key(self, url: str) -> str:
        """The page's id in the frontier."""

    def claim(self, pages: Iterable[Page]) -> list[Page]:
        """Return the pages that this crawl is to take now."""

    def page_request(self, page: Page) -> Request:
        """The request for a claimed page."""

    async def found(self, discovered: Iterable[Discovered], depth: int = 0) -> tuple[list[Request], int]:
        """Put what a source named into the frontier; returns requests, and how many pages were new."""

    async def discover(self, discovered: Iterable[Discovered], depth: int = 0) -> Discovery | None:
        """Put pages of the site into the frontier."""

    def posts_ended(self) -> AsyncIterator[Request]:
        """Go on with what waited for the walk over the posts to end."""

    async def in_store(self, work: Callable[[Database[Document]], T]) -> T | None:
        """Do something with the store in a thread; where that cannot be done, end the crawl."""
