"""How a site does, out of what the store remembers of it and its crawls."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from crawler.health.verdict import HEALTHY
from crawler.html.safe import local
from crawler.model.period import days_ago
from crawler.storage.crawls import count_new
from crawler.storage.search import CrawlRow, SiteCount
from crawler.storage.search.queries import DAMASCUS
from crawler.storage.site_state import SiteState
from crawler.web import models

DAYS: Final = 30
"""Days of the small charts."""


def site_health(
    id_: str,
    names: tuple[str, str, str | None],
    zone: ZoneInfo,
    remembered: SiteState | None,
    count: SiteCount | None,
    crawls: list[CrawlRow],
    quarantined: int,
    days: Mapping[int, tuple[int, int]],
) -> models.SiteHealth:
    """A site's figures, and how it is: by the last verdict on it, as `khabar status` tells it.

    Args:
        id_: Its id.
        names: Arabic and English name, and address.
        zone: Zone of its times.
        remembered: What the store remembers of it.
        count: How many articles it has.
        crawls: Its latest crawls, newest first.
        quarantined: Pages in quarantine.
        days: Articles and duplicates by day (since 1970).
    """
    told = [_crawl(crawl) for crawl in crawls]
    ended = next((crawl for crawl in told if crawl.finished_at), None)
    remembered = remembered or SiteState(id_)
    verdict: str | None = remembered.verdict
    reason = remembered.reason
    if verdict is None and ended is not None:
        verdict, reason = ended.verdict, ended.reason
    running = remembered.crawled_now(datetime.now(UTC))
    if verdict is not None and verdict not in HEALTHY:
        state = "trouble"
    elif running or (ended is None and told):
        state = "running"
    else:
        state = "never" if ended is None and verdict is None else "ok"
    return models.SiteHealth(
        id=id_,
        name=names[0],
        name_en=names[1],
        url=names[2],
        state=state,
        verdict=verdict,
        reason=reason,
        since=remembered.since and local(remembered.since, zone),
        articles=count.articles if count else 0,
        duplicates=count.duplicates if count else 0,
        removed=count.removed if count else 0,
        quarantined=quarantined,
        newest_at=local(count.newest, zone) if count and count.newest else None,
        crawls=told,
        days=all_days(days),
    )


def _crawl(row: CrawlRow) -> models.Crawl:
    return models.Crawl(
        started_at=row.started,
        finished_at=row.finished,
        kind=row.kind,
        outcome=row.outcome,
        verdict=row.verdict,
        reason=row.reason,
        healthy=row.finished is None or row.verdict in HEALTHY,
        taken=row.taken,
        left=row.remaining,
        new=count_new(row.dispositions),
        dispositions=row.dispositions,
        problems=row.problems,
    )


def all_days(counts: Mapping[int, tuple[int, int]]) -> list[models.Day]:
    """The last `DAYS` days, those without articles included."""
    start = date(1970, 1, 1) + timedelta(days=(int(days_ago(DAYS - 1).timestamp()) + DAMASCUS) // 86400)
    days = [start + timedelta(days=number) for number in range(DAYS)]
    first = (start - date(1970, 1, 1)).days
    return [
        models.Day(
            day=day, articles=counts.get(first + n, (0, 0))[0], duplicates=counts.get(first + n, (0, 0))[1]
        )
        for n, day in enumerate(days)
    ]
