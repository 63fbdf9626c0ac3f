"""Requests that a WordPress site of 500 posts is asked for: over its REST interface, and over its sitemaps.

    python -m benchmarks.requests

Prints one line for each: requests of a first crawl, an article, and of a second crawl that finds nothing new.
The site is made up and served on loopback; the stores are embedded ones in a temporary folder.
"""

import sys
import tempfile
from pathlib import Path

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage import embedded
from tests.support.made_up_site import made_up_site
from tests.support.wordpress_site import WordPress

POSTS = 500
MOST_AN_ARTICLE = 0.05
"""Requests an article over the REST interface: what the README promises."""
LEAST_CHEAPER = 50
"""A second crawl is so many times cheaper than one request for each article."""


def main() -> int:
    """Measure both ways; returns 1 where a promise is not kept."""
    kept = [_measure(rest=True), _measure(rest=False)]
    return 0 if all(kept) else 1


def _measure(*, rest: bool) -> bool:
    with tempfile.TemporaryDirectory() as folder, made_up_site() as place:
        settings = Settings(data_dir=Path(folder))
        place.answers = WordPress(place, POSTS, rest=rest)  # type: ignore[assignment]
        site = place.site(feeds=[f"{place.base}/feed/"], sitemaps=[f"{place.base}/wp-sitemap.xml"])
        embedded.start(settings)
        try:
            first, second = (_crawled(Job(site=site), settings) for _ in range(2))
        finally:
            embedded.stop(settings)
    way = "REST" if rest else "sitemaps"
    print(
        f"{way}: {first.taken} articles, {first.requests} requests ({first.requests / first.taken:.3f} an "
        f"article); again: {second.taken} articles, {second.requests} requests"
    )
    cheap = first.requests <= MOST_AN_ARTICLE * POSTS if rest else True
    return cheap and first.taken == POSTS and second.requests * LEAST_CHEAPER <= POSTS


def _crawled(job: Job, settings: Settings) -> CrawlReport:
    (report,) = crawl([job], settings)
    return report


if __name__ == "__main__":
    sys.exit(main())
