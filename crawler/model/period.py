"""Periods: what `--since` and `--until` mean, and when an article counts as published.

Every command and page that narrows the archive by time reads its bounds here, and asks here at which moment
an article stands: the same bounds then choose the same articles everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from crawler.errors import UsageError
from crawler.model.article import DatePrecision, latest_publication
from crawler.model.sentence import Sentence, quoted

NEWSROOM_ZONE: Final = "Asia/Damascus"
"""Zone of the newsrooms, where neither a seed nor a person names another."""

ZONE: Final = ZoneInfo(NEWSROOM_ZONE)
"""A day that a person names is a day of the newsrooms, not of the reader's machine."""

AHEAD: Final = timedelta(days=1)
"""A stated time of publication later than this after the page was first seen is wrong."""

HALF_A_DAY: Final = timedelta(hours=12)
"""Noon of a day in any zone from UTC-8 to UTC+14 is the same calendar day in Damascus: a stated day keeps
its date whatever its site's zone is."""

EARLIEST: Final = datetime(1, 1, 3, tzinfo=UTC)
"""A stated time before this cannot be converted to every zone; Python's years begin at 1."""

DAY_CHARS: Final = len("2024-12-04")


@dataclass(frozen=True, slots=True)
class Period:
    """The time from `since` to just before `until`, both aware UTC moments; None is without bound."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has no bound at all."""
        return self.since is None and self.until is None

    @property
    def last_day(self) -> date | None:
        """The last day in Damascus that has a part in it."""
        return (self.until - timedelta(microseconds=1)).astimezone(ZONE).date() if self.until else None

    def __contains__(self, moment: datetime) -> bool:
        """Whether an aware moment lies in the period."""
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)

    def __str__(self) -> str:
        """The period in words, for a message."""
        bounds = (("from", self.since), ("until before", self.until))
        words = " ".join(f"{word} {local_minute(moment)}" for word, moment in bounds if moment)
        return f"{words} (Damascus time)" if words else "at any time"


ANY_TIME: Final = Period()
"""No bound on either side."""


def parse_period(
    since: str | None, until: str | None, *, since_name: str = "--since", until_name: str = "--until"
) -> Period:
    """Read the bounds of a period as people write them.

    A day is a day of Damascus, and lies in the period whole: ``--until 2024-12-04`` ends with that day. A
    moment (ISO 8601; Damascus time without an offset) is a bound as it stands, and `until` is exclusive.

    Args:
        since: The first day or moment; None or empty for no bound.
        until: The last day, or the moment before which the period ends; None or empty for no bound.
        since_name: What the reader calls the first bound.
        until_name: What the reader calls the last bound.

    Raises:
        UsageError: One is neither a day nor a moment, or the period ends before it begins.
    """
    period = Period(
        _parse_bound(since_name, since) if since else None,
        _parse_bound(until_name, until, end_of_day=True) if until else None,
    )
    if period.since and period.until and period.since >= period.until:
        raise UsageError(
            Sentence(
                f"{since_name} {since} lies after {until_name} {until}: the period holds nothing",
                "usage_empty_period",
                {"first": f"{since_name} {since}", "last": f"{until_name} {until}"},
            )
        )
    return period


def _parse_bound(name: str, value: str, *, end_of_day: bool = False) -> datetime:
    try:
        if len(value) == DAY_CHARS:
            day = date.fromisoformat(value) + timedelta(days=end_of_day)
            return datetime.combine(day, time.min, ZONE).astimezone(UTC)
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            Sentence(
                f"{name}: {quoted(value)} is not a date; write it as 2024-12-04 or 2024-12-04T13:30+03:00",
                "usage_not_a_date",
                {"name": name, "value": quoted(value)},
            )
        ) from None


def days_ago(days: int) -> datetime:
    """The beginning of the day in Damascus that many days ago."""
    day = datetime.now(ZONE).date() - timedelta(days=days)
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)


def publication_moment(
    published_at: datetime | None, precision: str | None, first_seen_at: datetime
) -> datetime:
    """The moment at which an article stands in the archive's time: lists and periods go by it.

    It is the stated time of publication. An article whose page states a day alone stands at the end of that
    day, or when it was first seen if that was earlier; always on that calendar day in Damascus. Without a
    time, or with one that lies ahead of when it was first seen, it stands where it was first seen.

    Args:
        published_at: The stated time, aware; of a day its first moment in the site's zone.
        precision: A `DatePrecision`, or None where it is not known.
        first_seen_at: When the article was first seen, aware.
    """
    if published_at is None or published_at > first_seen_at + AHEAD:
        return first_seen_at
    published_at = max(published_at, EARLIEST)
    if precision != DatePrecision.DAY:
        return published_at
    latest = latest_publication(published_at, precision, first_seen_at) or published_at
    day = (published_at + HALF_A_DAY).astimezone(ZONE).date()
    start = datetime.combine(day, time.min, ZONE)
    return min(max(latest, start), start + timedelta(days=1, seconds=-1)).astimezone(UTC)


def explain_empty(period: Period, earliest: datetime | None, latest: datetime | None) -> str:
    """Say why a period holds no article.

    Args:
        period: The requested one.
        earliest: When the first of the searched articles was published; None where there is none.
        latest: When the last one was published.
    """
    if earliest is None or latest is None:
        return "The archive holds no article yet: khabar crawl SITE fills it, khabar demo shows how."
    return (
        f"No article was published {period}; those that were looked through are from "
        f"{local_minute(earliest)} to {local_minute(latest)}."
    )


def iso_time(moment: datetime | None, zone: tzinfo = ZONE) -> str | None:
    """A moment in a zone as ISO 8601 with its offset."""
    return None if moment is None else moment.astimezone(zone).isoformat()


def iso_times(fields: Mapping[str, Any], zone: tzinfo = ZONE) -> dict[str, Any]:
    """Fields with their times as `iso_time`, for JSON."""
    return {
        name: iso_time(field, zone) if isinstance(field, datetime) else field
        for name, field in fields.items()
    }


def iso_minute(moment: datetime, zone: tzinfo = ZONE) -> str:
    """A moment in a zone, to the minute and with its offset, for people."""
    return moment.astimezone(zone).isoformat(timespec="minutes")


def local_minute(moment: datetime) -> str:
    """A moment in Damascus, to the minute."""
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"
