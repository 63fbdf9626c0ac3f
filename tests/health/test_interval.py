"""When a site is crawled next: spread out, less often where it is quiet, within bounds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.health.interval import next_interval, next_time, open_from
from crawler.model.crawl import Verdict
from crawler.model.site import Site

NOW = datetime(2024, 12, 4, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _after(verdict: Verdict, new: int, times: int, every: timedelta = HOUR) -> timedelta:
    interval = None
    for _ in range(times):
        interval = next_interval(every, interval, verdict=verdict, new=new)
    assert interval is not None
    return interval


def test_a_quiet_site_is_asked_less_often_up_to_a_bound_and_at_once_as_ever_when_it_wakes() -> None:
    assert _after(Verdict.OK, 0, 1) == HOUR * 1.5
    assert _after(Verdict.OK, 0, 20) == HOUR * 4
    assert next_interval(HOUR, HOUR * 4, verdict=Verdict.OK, new=3) == HOUR
    assert _after(Verdict.OK, 0, 20, timedelta(days=3)) == timedelta(days=3)


def test_a_site_in_trouble_is_asked_ever_less_often_but_never_dropped() -> None:
    waits = [_after(Verdict.BLOCKED, 0, times) for times in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[0] == 2 * HOUR
    assert waits[-1] == timedelta(days=1)
    assert _after(Verdict.UNREACHABLE, 0, 9, timedelta(days=3)) == timedelta(days=3)


def test_a_seed_that_asks_more_often_than_before_is_heard() -> None:
    assert next_interval(HOUR, timedelta(minutes=10), verdict=Verdict.OK, new=0) == HOUR * 1.5


def test_turns_are_spread_over_the_interval_and_then_keep_it() -> None:
    sites = [f"site-{number}" for number in range(200)]
    turns = [next_time(site, NOW, HOUR) for site in sites]
    assert all(HOUR / 2 <= turn - NOW <= HOUR * 1.5 for turn in turns)
    quarters = [sum(int((turn - NOW) / (HOUR / 4)) % 4 == quarter for turn in turns) for quarter in range(4)]
    assert min(quarters) > 30
    late = turns[0] + timedelta(minutes=3)
    assert abs(next_time(sites[0], late, HOUR) - (turns[0] + HOUR)) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("hours", "local", "opens"),
    [
        (None, "13:00", "13:00"),
        ("12:00-14:00", "13:00", "13:00"),
        ("01:00-06:00", "13:00", "01:00"),
        ("14:30-18:00", "13:00", "14:30"),
        ("23:00-05:00", "02:00", "02:00"),
        ("23:00-05:00", "13:00", "23:00"),
        ("01:00-06:00", "06:00", "01:00"),
    ],
)
def test_hours_are_the_sites_own(hours: str | None, local: str, opens: str) -> None:
    fields: dict[str, Any] = {"id": "x", "name": "س", "url": "https://example.org/", "hours": hours}
    site = Site.model_validate(fields)
    hour, minute = map(int, local.split(":"))
    moment = datetime(2024, 12, 4, hour, minute, tzinfo=site.zone)
    opening = open_from(site, moment.astimezone(UTC))
    assert f"{opening.astimezone(site.zone):%H:%M}" == opens
    assert moment <= opening < moment + timedelta(days=1)


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        # On 29 October 2026 Cairo's clocks go from 24:00 back to 23:00, which is 21:00 UTC.
        ("23:10-23:50", "2026-10-29T20:30", "2026-10-29T20:30"),
        ("23:10-23:50", "2026-10-29T20:55", "2026-10-29T21:10"),
        ("23:10-23:50", "2026-10-29T21:05", "2026-10-29T21:10"),
        ("23:10-23:50", "2026-10-29T21:55", "2026-10-30T21:10"),
        ("01:00-02:00", "2026-10-29T21:30", "2026-10-29T23:00"),
        # On 24 April 2026 they go from 00:00 forward to 01:00.
        ("00:10-00:50", "2026-04-23T21:00", "2026-04-24T21:10"),
        ("00:30-03:00", "2026-04-23T21:00", "2026-04-23T22:30"),
        ("23:00-01:30", "2026-04-23T22:10", "2026-04-23T22:10"),
    ],
)
def test_hours_hold_in_the_nights_when_clocks_are_changed(hours: str, moment: str, opens: str) -> None:
    fields: dict[str, Any] = {"id": "x", "name": "س", "url": "https://example.org/", "hours": hours}
    site = Site.model_validate({**fields, "timezone": "Africa/Cairo"})
    at, opening = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (moment, opens))
    assert open_from(site, at) == opening
