"""Where a site's dated listings begin: what the site itself shows of when it published last, and before."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from crawler.discovery.date_archives import Archive, ArchiveTemplate
from crawler.discovery.window import MARGIN, page_span
from crawler.model.article import Discovered
from crawler.spiders.crawling import Crawling
from crawler.spiders.page_queue import Intake
from crawler.storage.date_archives import newest_published, publication_times

MOSTLY = 0.5
"""Share of the home page's articles whose dates have to be known for the newest of them to be the site's."""


class ArchiveEvidence:
    """What is known of when the spider's site published.

    Args:
        spider: The crawl.
        pages: Knows the pages' keys in the frontier.
    """

    def __init__(self, spider: Crawling, pages: Intake) -> None:
        self._spider = spider
        self._pages = pages
        self.newest: datetime | None = None
        """When the newest page was published of which that is known."""
        self.is_of_home_page = False
        """Whether the home page says so: there is nothing newer."""

    async def gather(self, articles: Sequence[Discovered]) -> None:
        """Find out when the site published last.

        Args:
            articles: What its home page names.
        """
        now = datetime.now(UTC)
        keys = {self._pages.page_key(article.url): article for article in articles}
        stored = await self._spider.in_store(lambda db: publication_times(db, list(keys))) or {}
        times = [stored.get(key) or _stated_time(article) for key, article in keys.items()]
        known_times = [moment for moment in times if moment is not None and moment <= now]
        if known_times and len(known_times) >= MOSTLY * len(times):
            self.newest, self.is_of_home_page = max(known_times), True
            return
        self.newest = await self.before(now, None)

    def archives(self, template: ArchiveTemplate) -> Iterator[Archive]:
        """The listings of the crawl's window, from the newest that can hold something by the home page.

        Args:
            template: How the site's listings are addressed.
        """
        newest = self.newest if self.is_of_home_page else None
        for archive in template.archives(self._spider.window, datetime.now(UTC), self._spider.site.zone):
            if newest is None or archive.span.start <= newest + MARGIN:
                yield archive

    async def before(self, moment: datetime, since: datetime | None) -> datetime | None:
        """When the newest stored article before a moment was published; None: none is known.

        Args:
            moment: Articles of this moment and later ones do not count.
            since: Articles before this moment do not count.
        """
        site = self._spider.site.id
        return await self._spider.in_store(lambda db: newest_published(db, site, moment, since))


def _stated_time(article: Discovered) -> datetime | None:
    """When a page was published by its source or its address; of a month or year its first moment."""
    span = page_span(article.url)
    return article.hints.published_at or (span.start if span else None)
