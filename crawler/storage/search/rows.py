"""What the index's answers are made of: articles, crawls and pages as lists show them."""

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Final

ROW_BITS: Final = 20
"""Bits of a row's number below its second: a million articles may share one (a day without a time does)."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; times are aware, `until` is exclusive.

    `duplicates`: None for all, False for originals alone, True for duplicates alone. `removed`: those alone
    that their site has taken down. `edited`: those alone of which an earlier wording is kept.
    """

    site: str | None = None
    language: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    duplicates: bool | None = None
    removed: bool = False
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """An article as lists show it.

    `at` is when it was published at the latest, or first seen where the page says nothing that can be true;
    `precision` is ``minute``, ``day`` or, for first seen, None. `stated` is what the page says: of a day, the
    first moment.
    """

    row: int
    id: str
    site: str
    title: str
    url: str
    at: datetime
    stated: datetime | None
    precision: str | None
    language: str | None
    story: str
    duplicate_of: str | None
    similarity: float | None
    reason: str | None
    removed: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of a list, newest first; `older` is where the next one begins, None on the last.

    `total` counts all matches, up to `COUNTED` where `more` is true.
    """

    hits: list[Hit]
    total: int
    more: bool
    older: int | None


@dataclass(frozen=True, slots=True)
class SiteCount:
    """How many articles of a site the archive holds."""

    site: str
    articles: int
    duplicates: int
    removed: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class CrawlRow:
    """One crawl of one site; without a verdict it still runs."""

    id: str
    site: str
    started: datetime
    finished: datetime | None
    kind: str | None
    outcome: str | None
    verdict: str | None
    reason: str | None
    taken: int
    remaining: int
    dispositions: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A page that a person should see."""

    site: str
    url: str
    reason: str
    at: datetime
    bytes: int


def first_row(at: datetime) -> int:
    """The least number that an article of this moment or later may have."""
    return int(at.timestamp()) << ROW_BITS


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe_moment(seconds: int | None) -> datetime | None:
    """As `moment`, of what may be unknown."""
    return None if seconds is None else moment(seconds)


def hit_of(row: sqlite3.Row) -> Hit:
    """A row of `docs` as a hit."""
    values = dict(row)
    values["at"], values["removed"] = moment(row["at"]), maybe_moment(row["removed"])
    values["stated"] = maybe_moment(row["stated"])
    return Hit(**values)


def stated_day(hit: Hit, zone: tzinfo) -> date | None:
    """The day of publication of an article whose page states no time, in its site's zone."""
    return hit.stated.astimezone(zone).date() if hit.precision == "day" and hit.stated else None


def crawl_of(row: sqlite3.Row) -> CrawlRow:
    """A row of `crawls`."""
    values = dict(row)
    values["started"], values["finished"] = moment(row["started"]), maybe_moment(row["finished"])
    values["dispositions"], values["problems"] = json.loads(row["dispositions"]), json.loads(row["problems"])
    return CrawlRow(**values)
