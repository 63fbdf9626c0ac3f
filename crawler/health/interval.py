"""The interval between two crawls of a site, and when its next one is due.

Each site has its own phase, so that sites with the same interval are spread over it and not started
together; a site that is quiet is crawled less often, one that refuses or fails ever less often, up to a
bound.
"""

import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawler.model.crawl import Verdict
from crawler.model.site import Site

QUIETER = 1.5
"""A crawl that finds nothing new lengthens the interval so much: two quiet ones double it."""

QUIETEST = 4
"""The interval of a quiet site is at most so many times the seed's: it may wake up at any hour."""

BACKOFF = 2.0
"""A crawl that failed doubles the interval."""

LONGEST = timedelta(days=1)
"""Neither silence nor failure makes a site wait longer, unless its seed does: blocks get lifted."""

DAYS_AHEAD = 4
"""Days on which the next opening is looked for: no clock leaves out the same hour on three days in a row."""

TROUBLED = frozenset(
    {
        Verdict.BLOCKED,
        Verdict.UNREACHABLE,
        Verdict.FAILING,
        Verdict.NOTHING_DISCOVERED,
        Verdict.MOVED,
        Verdict.DIED,
        Verdict.ERROR,
        Verdict.SAME_PAGE_EVERYWHERE,
    }
)
"""Verdicts after which asking again soon is useless or rude."""


def next_interval(every: timedelta, current: timedelta | None, *, verdict: Verdict, new: int) -> timedelta:
    """How long to wait after a crawl.

    Args:
        every: The seed's interval, the shortest.
        current: The interval before this crawl; None before the first.
        verdict: How the crawl was judged.
        new: New articles that it brought.
    """
    interval = max(current or every, every)
    if verdict in TROUBLED:
        return min(interval * BACKOFF, max(LONGEST, every))
    if new:
        return every
    return min(interval * QUIETER, max(min(every * QUIETEST, LONGEST), every))


def next_time(site: str, now: datetime, interval: timedelta) -> datetime:
    """The moment of the site's phase that lies nearest to `now + interval`: half an interval off at most."""
    seconds = interval.total_seconds()
    phase = zlib.crc32(site.encode()) / 2**32 * seconds
    turns = round((now.timestamp() + seconds - phase) / seconds)
    return datetime.fromtimestamp(turns * seconds + phase, UTC)


def open_from(site: Site, moment: datetime) -> datetime:
    """The first moment from `moment` on at which the seed's `hours` allow a scheduled crawl."""
    if site.hours is None:
        return moment
    if _is_open(site.hours, moment.astimezone(site.zone).time()):
        return moment
    openings = _openings(site.hours[0], moment.astimezone(site.zone).date(), site.zone)
    later = (opening for opening in openings if opening > moment)
    return next(opening for opening in later if _is_open(site.hours, opening.astimezone(site.zone).time()))


def _is_open(hours: tuple[time, time], clock: time) -> bool:
    first, last = hours
    return first <= clock < last if first < last else clock >= first or clock < last


def _openings(clock: time, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The moments at which a site's clock shows a time, from a day on, in order.

    Where clocks go back it does so twice; where they go forward it may be left out, and a later moment, at
    which the clock shows another time, stands for it.
    """
    for days in range(DAYS_AHEAD):
        local = datetime.combine(day + timedelta(days=days), clock, zone)
        yield from sorted({local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)})
