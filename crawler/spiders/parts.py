"""Articles over several pages: fetching the further ones, as politely as any page."""

import logging
from dataclasses import replace

from scrapy import Request

from crawler.pipelines.extract import Extracted, FetchedPage, extract_page
from crawler.spiders.crawling import Crawling

MOST_PARTS = 10
"""Further pages fetched of one article. Real ones have two to five; a loop of links has no end."""

logger = logging.getLogger(__name__)


async def extract_whole(spider: Crawling, page: FetchedPage, follow: bool) -> tuple[Extracted, FetchedPage]:
    """Extract a page and, where its article goes on elsewhere, the further pages with it.

    They pass robots.txt, the delay and all limits like any request. They are parts of a page, not pages: the
    crawl counts the article once. One that cannot be fetched ends the article there, and is told among the
    crawl's problems.

    Args:
        spider: The spider of the crawl.
        page: The page as fetched.
        follow: Whether its links are wanted.

    Returns:
        What was made of it, and the page with the parts that were fetched.

    Raises:
        ExtractionFailedError: Extraction could not cope with it.
    """
    extracted = await spider.run.pool.run(extract_page, page, spider.site, follow)
    whole = True
    while extracted.missing and whole:
        parts = await _fetch(spider, page, extracted.missing)
        whole = len(parts) == len(extracted.missing)
        if not parts:
            break
        page = replace(page, parts=(*page.parts, *parts))
        extracted = await spider.run.pool.run(extract_page, page, spider.site, follow)
    if page.parts:
        logger.info("%s: an article over %d pages", page.url, 1 + len(page.parts))
    return extracted, page


async def _fetch(spider: Crawling, page: FetchedPage, missing: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """The further pages that can be fetched, in order, up to the first that cannot."""
    parts: list[tuple[str, bytes]] = []
    for url in missing[: MOST_PARTS - len(page.parts)]:
        if spider.stopping:
            break
        try:
            response = await spider.crawler.engine.download_async(Request(url, dont_filter=True))
        except Exception as error:  # noqa: BLE001 - whatever keeps a part away, the first page is there
            spider.run.problem(f"{page.url}: cut short, {url} could not be fetched: {error}")
            break
        if response.status != 200 or response.url.rstrip("/") != url.rstrip("/"):
            answer = (
                f"status {response.status}" if response.status != 200 else f"a redirect to {response.url}"
            )
            spider.run.problem(f"{page.url}: cut short, {url} was answered with {answer}")
            break
        parts.append((url, response.body))
    return parts
