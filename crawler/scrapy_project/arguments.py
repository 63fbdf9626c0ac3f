"""What follows ``-a`` on the command line of ``scrapy crawl``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from crawler.errors import UsageError
from crawler.model.crawl import CrawlKind
from crawler.model.job import Job
from crawler.model.period import ANY_TIME, Period, parse_period
from crawler.model.seed_types import nearest
from crawler.model.site import Site


class StoreMode(StrEnum):
    """Where articles go: into the archive as well, or only to the feed exports."""

    ARCHIVE = "archive"
    NONE = "none"


STORE: Final = "KHABAR_STORE"
"""Scrapy setting: `archive` stores articles, `none` reads them and hands the items on."""

NAMES = ("since", "until", "limit", "store")


@dataclass(frozen=True, slots=True)
class SpiderArguments:
    """The arguments of a seed's spider; `limit` is the largest number of pages to take, None: no limit."""

    period: Period = field(default=ANY_TIME)
    limit: int | None = None
    store: StoreMode | None = None

    def job(self, site: Site) -> Job:
        """The crawl that is asked for."""
        kind = CrawlKind.MANUAL if self.period.is_open else CrawlKind.BACKFILL
        return Job(site=site, kind=kind, since=self.period.since, until=self.period.until, limit=self.limit)


def parse_arguments(given: Mapping[str, Any]) -> SpiderArguments:
    """Read the arguments of a spider, as the command line gives them.

    Args:
        given: Names and texts.

    Raises:
        UsageError: A name that there is not, or a value that is not allowed.
    """
    for name in given:
        if name not in NAMES:
            raise UsageError(f"-a {name}: unknown{nearest(name, NAMES)}; there are {', '.join(NAMES)}")
    period = parse_period(
        given.get("since"), given.get("until"), since_name="-a since", until_name="-a until"
    )
    limit = str(given.get("limit") or "")
    if limit and not (limit.isascii() and limit.isdecimal() and int(limit[:9]) > 0):
        raise UsageError(f"-a limit={limit}: it is not a number of pages, 1 or more")
    return SpiderArguments(period, int(limit[:9]) if limit else None, parse_store(given.get("store")))


def parse_store(value: object) -> StoreMode | None:
    """Read the value of `store`, or of the setting ``KHABAR_STORE``; None where there is none.

    Raises:
        UsageError: It is another word.
    """
    if value is None:
        return None
    try:
        return StoreMode(str(value))
    except ValueError:
        raise UsageError(f"store={value}: it is archive or none") from None
