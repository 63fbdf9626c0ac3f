"""The rival that everybody writes first: Scrapy's SitemapSpider and trafilatura, into a file of JSON lines.

    python -m benchmarks.plain_scrapy OUTPUT SITE…

One process for all sites, eight requests at once to each, no delay, robots.txt obeyed: the same leave that
the benchmark's seeds give Khabar. Nothing is remembered, nothing deduplicated, nothing survives a crash.
"""

import sys
from collections.abc import Iterator
from typing import Any

import trafilatura
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.spiders import SitemapSpider


class PlainSpider(SitemapSpider):
    """Reads the sitemaps and extracts each page as it comes."""

    name = "plain"

    def parse(self, response: Response, **_: Any) -> Iterator[dict[str, Any]]:
        """Extract one page."""
        document: Any = trafilatura.bare_extraction(response.body, url=response.url, with_metadata=True)
        if document is not None:
            yield {"url": response.url, "title": document.title, "date": document.date, "text": document.text}


def main() -> None:
    output, *sites = sys.argv[1:]
    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "DOWNLOAD_DELAY": 0,
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "WARNING",
            "FEEDS": {output: {"format": "jsonlines", "encoding": "utf-8"}},
        }
    )
    process.crawl(PlainSpider, sitemap_urls=[f"{site}robots.txt" for site in sites])
    process.start()


if __name__ == "__main__":
    main()
