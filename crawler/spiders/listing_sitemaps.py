"""Sitemaps of categories, tags and authors: put off, and read only where nothing else names an article."""

from collections.abc import Collection, Sequence

from crawler.discovery.sitemap_names import names_listings
from crawler.discovery.source_content import Named
from crawler.health.report import SourceReport
from crawler.model.article import Discovered
from crawler.spiders.walk import Source


class ListingSitemaps:
    """The sitemaps of listings that one crawl has put off."""

    def __init__(self) -> None:
        self._put_off: dict[str, None] = {}
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

    def articles(self, source: Source, named: Named, report: SourceReport) -> list[Discovered]:
        """The pages of an answer that are taken: its listings only where nothing else names an article."""
        self.are_needless = self.are_needless or bool(named.pages)
        if not named.listings:
            return named.pages
        if source.takes_listings:
            return [*named.pages, *named.listings]
        if not named.pages:
            self._put_off[source.url] = None
        report.note = f"{len(named.listings)} of its pages are listings of articles and were not fetched"
        return named.pages

    def take(self) -> list[str]:
        """The sitemaps that were put off, which are now to be read."""
        urls, self._put_off = list(self._put_off), {}
        return urls
