"""Job: what one crawl process is asked to do."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from crawler.model.crawl import CrawlKind
from crawler.model.site import Site


class Job(BaseModel):
    """One crawl of one site, as the parent process hands it to the child.

    `since` and `until` bound the time of publication where a source states it; `limit` is the largest
    number of pages to take; `urls` are pages to take whatever their state. `discover`: sources are read for
    new pages; `recheck`: young articles whose time has come are fetched again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: Site
    kind: CrawlKind = CrawlKind.MANUAL
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    urls: tuple[str, ...] = ()
    discover: bool = True
    recheck: bool = True
