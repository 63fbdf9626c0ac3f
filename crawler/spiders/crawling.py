"""Crawling: what the parts of a crawl need of the spider that they belong to."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Protocol, TypeVar

from pymongo.database import Database
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery.window import Window
from crawler.model.site import Site
from crawler.pipelines.item import PageItem
from crawler.spiders.run import CrawlRun
from crawler.storage.schema import Document

T = TypeVar("T")


class Crawling(Protocol):
    """A crawl of one site, as far as its intake and its sources are concerned.

    Dependencies go one way by it: the spider knows its parts, and they know this.
    """

    crawler: Crawler
    run: CrawlRun
    site: Site
    window: Window
    stopping: bool

    @property
    def is_past_window(self) -> bool:
        """Whether the pages that a listing named last were all published before the window of time."""

    def parse_page(self, response: Response) -> AsyncIterator[PageItem | Request]:
        """Make an item of a page's response, and requests of the article links on it."""

    def page_failed(self, failure: Failure) -> Iterable[PageItem]:
        """Make an item of a request that brought no response."""

    def posts_ended(self) -> AsyncIterator[Request]:
        """Go on with what waited for the walk over the posts to end."""

    async def in_store(self, work: Callable[[Database[Document]], T]) -> T | None:
        """Do something with the store in a thread; where that cannot be done, end the crawl."""

    async def in_thread(self, work: Callable[[], Any]) -> Any:
        """Run blocking work in a thread; where it cannot be done at all, end the crawl and return None."""
