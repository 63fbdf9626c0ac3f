from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.model.period import ZONE, Period, explain_empty, parse_period, publication_moment

DAMASCUS_NOON = datetime(2024, 12, 4, 12, tzinfo=ZONE)
ZONES = ["Asia/Damascus", "Asia/Dubai", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"]


def test_a_day_lies_in_its_own_period_whole() -> None:
    period = parse_period("2024-12-04", "2024-12-04")
    assert datetime(2024, 12, 4, tzinfo=ZONE) in period
    assert datetime(2024, 12, 4, 23, 59, 59, tzinfo=ZONE) in period
    assert datetime(2024, 12, 5, tzinfo=ZONE) not in period
    assert datetime(2024, 12, 3, 23, 59, 59, tzinfo=ZONE) not in period
    assert str(period.last_day) == "2024-12-04"


def test_a_moment_is_a_bound_as_it_stands() -> None:
    period = parse_period("2024-12-04T13:30", "2024-12-04T14:00+00:00")
    assert period == Period(datetime(2024, 12, 4, 10, 30, tzinfo=UTC), datetime(2024, 12, 4, 14, tzinfo=UTC))
    assert datetime(2024, 12, 4, 14, tzinfo=UTC) not in period


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2024-12-05", "2024-12-04"),
        ("2024-12-04T13:30", "2024-12-04T13:30"),
        ("2024-12-05T00:00", "2024-12-04"),
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused(since: str, until: str) -> None:
    with pytest.raises(UsageError, match=r"--since .* lies after --until"):
        parse_period(since, until)


@pytest.mark.parametrize("value", ["yesterday", "2024-02-30", "04.12.2024", "9999-12-31", "٢٠٢٤-١٢-٠٤x"])
def test_what_is_no_day_is_refused_by_name(value: str) -> None:
    with pytest.raises(UsageError, match="until"):
        parse_period(None, value, until_name="until")


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(min_value=date(1990, 1, 1), max_value=date(2040, 1, 1)),
    seen_after=st.timedeltas(min_value=timedelta(hours=-20), max_value=timedelta(days=4000)),
)
def test_a_stated_day_keeps_its_date_whatever_the_zone_of_its_site(
    zone: str, day: date, seen_after: timedelta
) -> None:
    stated = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moment = publication_moment(stated, "day", stated + seen_after)
    assert moment in parse_period(str(day), str(day))


@given(
    published=st.none() | st.datetimes(timezones=st.just(UTC)),
    precision=st.sampled_from([None, "day", "minute"]),
    seen_after=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40_000)),
)
def test_every_article_stands_somewhere_and_never_far_ahead_of_its_first_sight(
    published: datetime | None, precision: str | None, seen_after: timedelta
) -> None:
    seen = datetime(1990, 1, 1, tzinfo=UTC) + seen_after
    moment = publication_moment(published, precision, seen)
    assert moment.tzinfo is not None
    assert moment <= seen + timedelta(days=2)


def test_a_stated_minute_counts_and_one_that_lies_ahead_does_not() -> None:
    seen = DAMASCUS_NOON.astimezone(UTC)
    assert publication_moment(seen - timedelta(hours=1), "minute", seen) == seen - timedelta(hours=1)
    assert publication_moment(seen + timedelta(days=400), "minute", seen) == seen
    assert publication_moment(None, None, seen) == seen


def test_why_a_period_is_empty() -> None:
    period = parse_period("2020-01-01", "2020-01-02")
    assert "holds no article yet" in explain_empty(period, None, None)
    note = explain_empty(period, DAMASCUS_NOON, DAMASCUS_NOON)
    assert "from 2020-01-01 00:00 until before 2020-01-03 00:00" in note
    assert "2024-12-04 12:00" in note
