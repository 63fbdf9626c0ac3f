"""A crawled newsroom that the tests of a module share: crawling it takes some seconds."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from crawler.demo import Newsroom
from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.model.site import Site, load_sites
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.connect import Stores, open_stores
from tests.conftest import Servers, forget


@dataclass
class Crawled:
    """A newsroom and the archive that a crawl made of it."""

    newsroom: Newsroom
    sites: dict[str, Site]
    settings: Settings
    stores: Stores
    reports: dict[str, CrawlReport]

    def crawl(self, *sites: str, **job: object) -> dict[str, CrawlReport]:
        """Crawl sites of the newsroom; without names, all of them."""
        jobs = [Job.model_validate({"site": self.sites[site], **job}) for site in sites or self.sites]
        return {report.site: report for report in crawl(jobs, self.settings)}


@contextmanager
def crawled_newsroom(
    servers: Servers, folder: Path, *, run: bool = True, **options: object
) -> Iterator[Crawled]:
    """Open a newsroom with stores of its own and, unless told otherwise, crawl it."""
    settings = Settings(
        data_dir=folder / "khabar",
        mongodb_uri=SecretStr(servers.mongodb_uri),
        mongodb_database=f"khabar_test_{uuid.uuid4().hex[:12]}",
        redis_url=SecretStr(servers.redis_url),
        concurrent_sites=4,
        store_patience=20.0,
        fetch_timeout=5.0,
        contact="tests@khabar.invalid",
    )
    with open_stores(settings) as stores, Newsroom(**options) as newsroom:  # type: ignore[arg-type]
        stores.redis.flushdb()
        try:
            newsroom.write_seeds(folder / "seeds")
            crawled = Crawled(newsroom, load_sites(folder / "seeds"), settings, stores, {})
            if run:
                crawled.reports = crawled.crawl()
            yield crawled
        finally:
            forget(stores)


@pytest.fixture(scope="module")
def crawled(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """The whole newsroom, crawled once for all tests of a module."""
    with crawled_newsroom(servers, tmp_path_factory.mktemp("newsroom")) as found:
        yield found
