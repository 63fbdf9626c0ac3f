"""Recrawl a site: fetch what is stored again, and look for what was missed."""

import contextlib

from crawler.errors import UsageError
from crawler.model.crawl import CrawlKind
from crawler.model.job import Job
from crawler.model.period import ANY_TIME, Period
from crawler.model.site import Site
from crawler.parsing.urls import former_page_ids, page_id
from crawler.settings import Settings
from crawler.storage.articles import TIMES, placed_at
from crawler.storage.connect import open_stores
from crawler.storage.frontier import Frontier
from crawler.storage.schema import ensure_schema


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
            keys = [f"{site.id}/{page}" for page in (page_id(url), *former_page_ids(url))]
            page = stores.db.pages.find_one({"_id": {"$in": keys}}, {"url": 1})
            if page is None:
                raise UsageError(
                    f"--url {url}: nothing is stored of it; khabar crawl {site.id} finds new pages"
                )
            return Job(site=site, kind=CrawlKind.RECRAWL, urls=(page["url"],), discover=False), 1
        chosen = [
            document["_id"]
            for document in stores.db.articles.find({"site": site.id}, TIMES)
            if placed_at(document) in period
        ]
        frontier = Frontier(stores.db, site.id)
        opened = frontier.reopen(chosen)
        frontier.reopen_missed(period)
    return Job(site=site, kind=CrawlKind.RECRAWL, since=period.since, until=period.until), opened
