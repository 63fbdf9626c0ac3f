"""Job: what one crawl process is asked to do, and how it reports."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from crawler.article import Disposition
from crawler.sites import Site

CrawlKind = Literal["scheduled", "manual", "recrawl", "backfill"]


class Job(BaseModel):
    """One crawl of one site, as the parent process hands it to the child.

    `since` and `until` bound the time of publication where a source tells it; `limit` is the largest
    number of pages to take; `urls` are pages to take whatever their state. `discover` says whether sources
    are asked for new pages, `recheck` whether young articles whose time has come are fetched again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: Site
    kind: CrawlKind = "manual"
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    urls: tuple[str, ...] = ()
    reopen_articles: bool = False
    discover: bool = True
    recheck: bool = True


@dataclass(slots=True)
class SourceReport:
    """What one source of discovery answered: `found` pages or sitemaps; `new` pages were unknown.

    `unchanged` says that the source has not changed since its pages were put into the frontier. `note` tells
    what is no failure but should be known: why a source was not read to its end, or not asked.
    """

    url: str
    kind: str
    found: int = 0
    new: int = 0
    unchanged: bool = False
    error: str | None = None
    note: str | None = None


@dataclass(slots=True)
class CrawlReport:
    """How a crawl of one site went; what the child prints last and `crawls` keeps.

    `left` counts pages that are still to be done. `outcome` is ``finished``, ``limit``, ``stopped``,
    ``lease_held``, ``lease_lost``, ``store_lost``, ``told_to_wait``, ``unreachable``, ``died``, ``error``, or
    ``blocked`` or ``failing`` where the site turned away one page after another.
    """

    site: str
    kind: str = "manual"
    outcome: str = "finished"
    reason: str | None = None
    taken: int = 0
    left: int = 0
    discovered: int = 0
    requests: int = 0
    seconds: float = 0.0
    dispositions: dict[str, int] = field(default_factory=dict)
    sources: list[SourceReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    verdict: str = "ok"
    verdict_reason: str | None = None

    def count(self, disposition: Disposition) -> int:
        """How many pages ended so."""
        return self.dispositions.get(str(disposition), 0)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "CrawlReport":
        """Read a report back from its JSON form."""
        sources = [SourceReport(**source) for source in data.get("sources", ())]
        return cls(**{**data, "sources": sources})


def event_line(event: str, **fields: Any) -> str:
    """One event of the child's report stream: a JSON object on a line of its own."""
    return json.dumps({"event": event, **fields}, ensure_ascii=False, default=str) + "\n"
