"""A made-up newsroom with its own stores, crawled or about to be."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.model.seeds import load_sites
from crawler.model.site import Site
from crawler.operations.crawling.crawl import crawl
from crawler.parsing.urls import page_id
from crawler.settings import Settings
from crawler.storage.connect import Stores, open_stores
from tests.support.faults import FaultyNewsroom
from tests.support.processes import start_khabar
from tests.support.servers import Servers, forget, fresh_settings


@dataclass
class Crawled:
    """A newsroom and the archive that a crawl made of it."""

    newsroom: FaultyNewsroom
    sites: dict[str, Site]
    settings: Settings
    stores: Stores
    reports: dict[str, CrawlReport]

    def crawl(self, *sites: str, **job: object) -> dict[str, CrawlReport]:
        """Crawl sites of the newsroom; without names, all of them."""
        jobs = [Job.model_validate({"site": self.sites[site], **job}) for site in sites or self.sites]
        return {report.site: report for report in crawl(jobs, self.settings)}

    @property
    def seeds(self) -> Path:
        """The folder of the sites' seeds."""
        return self.settings.data_dir.parent / "seeds"

    def keep_seeds(self, *sites: str) -> None:
        """Remove the seeds of all sites but these."""
        for path in self.seeds.glob("*.toml"):
            if path.stem not in sites:
                path.unlink()

    def start(
        self, *arguments: str, stderr: int = subprocess.PIPE, **environment: str
    ) -> subprocess.Popen[str]:
        """Start `khabar` with the newsroom's seeds and stores."""
        return start_khabar(
            self.settings, "--seeds", str(self.seeds), *arguments, stderr=stderr, environment=environment
        )

    def stored_ids(self, site: str) -> list[str]:
        """Ids of the articles that are stored of a site."""
        return sorted(
            document["_id"] for document in self.stores.db.articles.find({"site": site}, {"_id": 1})
        )

    def true_ids(self, site: str) -> list[str]:
        """Ids of all articles that a site has published."""
        return sorted(page_id(article.url) for article in self.newsroom.articles if article.site == site)


@contextmanager
def crawled_newsroom(
    servers: Servers, folder: Path, *, run: bool = True, **options: object
) -> Iterator[Crawled]:
    """Open a newsroom with its own stores and, unless `run` is false, crawl it."""
    settings = fresh_settings(
        servers,
        folder,
        concurrent_sites=4,
        store_patience=20.0,
        fetch_timeout=5.0,
        contact="tests@khabar.invalid",
    )
    with open_stores(settings) as stores, FaultyNewsroom(**options) as newsroom:
        stores.redis.flushdb()
        try:
            newsroom.write_seeds(folder / "seeds")
            crawled = Crawled(newsroom, load_sites(folder / "seeds"), settings, stores, {})
            if run:
                crawled.reports = crawled.crawl()
            yield crawled
        finally:
            forget(stores)
