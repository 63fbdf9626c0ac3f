"""Recrawl a site: fetch what is stored again, and look for what was missed."""

import contextlib

from crawler.errors import UsageError
from crawler.model.crawl import CrawlKind
from crawler.model.job import Job
from crawler.model.period import ANY_TIME, Period
from crawler.model.site import Site
from crawler.settings import Settings
from crawler.storage.connect import open_stores
from crawler.storage.frontier import Frontier
from crawler.storage.schema import ensure_schema
from crawler.storage.stored_article import UnsealedArticleReader


def recrawl_job(
    site: Site, settings: Settings, *, period: Period = ANY_TIME, url: str | None = None
) -> tuple[Job, int]:
    """Open the pages of stored articles again and return the job that fetches them.

    The pages are opened in the frontier, so that a recrawl that is killed goes on with the next crawl.

    Args:
        site: The site to fetch again.
        settings: Where the stores are.
        period: Only articles published in it; see `crawler.model.period.publication_moment`.
        url: Only this article.

    Returns:
        The job, and how many stored articles it fetches again.

    Raises:
        UsageError: `url` does not belong to the site, or nothing is stored of it.
        StoreUnavailableError: A store does not answer.
    """
    with contextlib.closing(open_stores(settings)) as stores:
        ensure_schema(stores.db)
        if url is not None:
            if not site.owns(url):
                raise UsageError(f"--url {url}: it does not belong to the site {site.id} ({site.url})")
            page_url = Frontier(stores.db, site.id).stored_url(url)
            if page_url is None:
                raise UsageError(
                    f"--url {url}: nothing is stored of it; khabar crawl {site.id} finds new pages"
                )
            return Job(site=site, kind=CrawlKind.RECRAWL, urls=(page_url,), discover=False), 1
        frontier = Frontier(stores.db, site.id)
        stored = UnsealedArticleReader(stores.db).published_within(site.id, period)
        opened = frontier.reopen(article.id for article in stored)
        frontier.reopen_missed(period)
    return Job(site=site, kind=CrawlKind.RECRAWL, since=period.since, until=period.until), opened
