"""The index's rows: articles as they are written, and articles, crawls and pages as lists show them."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from hashlib import blake2b
from typing import Final
from zlib import crc32

from crawler.model.article import DatePrecision
from crawler.model.period import AHEAD
from crawler.model.sentence import sentence_of
from crawler.storage.search.facets import AUTHOR, SECTION, TAG, facet
from crawler.storage.search.letters import fold, storable
from crawler.storage.stored_article import SearchableArticle

ROW_BITS: Final = 20
"""Bits of a row's number below its second: a million articles may share one (a day without a time does)."""


COLUMNS: Final = (
    "docs.row, docs.id, docs.site, docs.title, docs.url, docs.at, docs.stated, docs.precision, docs.language,"
    " docs.story, docs.duplicate_of, docs.similarity, docs.reason, docs.repeats, docs.removed,"
    " docs.revision, docs.edited"
)
"""The columns of `docs` that a `Hit` is made of."""

DAMASCUS: Final = 3 * 3600
"""Seconds that a day in Damascus begins before UTC's. In the winters before 2023 it was an hour less; charts
of articles by day need no better."""

NAMES_INDEXED: Final = 50
"""Authors or tags of an article that can be searched for; a page may name thousands."""
WORDS_OF_NAME: Final = 20
"""Words of each."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; times are aware, `until` is exclusive.

    `duplicates`: None for all, False without the copies that repeat their original (others say something of
    their own), True for copies alone. `repeats`: those alone that repeat. `removed`: those alone that their
    site has taken down. `edited`: those alone of which an earlier wording is kept.
    """

    site: str | None = None
    language: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    duplicates: bool | None = None
    repeats: bool = False
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
    repeats: bool
    removed: datetime | None
    revision: int
    edited: datetime | None


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
    values["repeats"] = bool(row["repeats"])
    values["at"], values["removed"] = moment(row["at"]), maybe_moment(row["removed"])
    values["stated"], values["edited"] = maybe_moment(row["stated"]), maybe_moment(row["edited"])
    return Hit(**values)


def stated_day(hit: Hit, zone: tzinfo) -> date | None:
    """The day of publication of an article whose page states no time, in its site's zone."""
    return hit.stated.astimezone(zone).date() if hit.precision == "day" and hit.stated else None


def crawl_of(row: sqlite3.Row) -> CrawlRow:
    """A row of `crawls`."""
    values = dict(row)
    values["started"], values["finished"] = moment(row["started"]), maybe_moment(row["finished"])
    values["reason"] = sentence_of(row["reason"], json.loads(values.pop("message") or "null"))
    values["dispositions"], values["problems"] = json.loads(row["dispositions"]), json.loads(row["problems"])
    return CrawlRow(**values)


def quarantined_of(row: sqlite3.Row) -> Quarantined:
    """A row of `quarantine`."""
    reason = sentence_of(row["reason"], json.loads(row["message"] or "null")) or ""
    return Quarantined(row["site"], row["url"], reason, moment(row["at"]), row["bytes"])


EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)

STAMPED: Final = (
    "site",
    "title",
    "url",
    "published_at",
    "published_precision",
    "first_seen_at",
    "language",
    "story_id",
    "duplicate_of",
    "similarity",
    "duplicate_reason",
    "repeats",
    "removed_at",
    "revision",
    "text_sha256",
    "revised_at",
    "authors",
    "agency",
    "section",
    "tags",
)
"""The fields of `SearchableArticle` that the index holds; another order would change every stamp."""


def drop(connection: sqlite3.Connection, id_: str) -> None:
    """Take an article out; its words stay under a number that no document has."""
    row = connection.execute("SELECT row FROM docs WHERE id = ?", (id_,)).fetchone()
    if row is not None:
        connection.execute("DELETE FROM docs WHERE row = ?", (row[0],))
        connection.execute("INSERT INTO dead VALUES (?)", (row[0],))


def insert(connection: sqlite3.Connection, article: SearchableArticle, title: str, body: str) -> None:
    """Put an article in; title and body are folded."""
    at, stated, precision = _placed(article)
    row = first_row(at) + crc32(article.id.encode("utf-8", "replace")) % (1 << ROW_BITS)
    while connection.execute(
        "SELECT 1 FROM docs WHERE row = ?1 UNION ALL SELECT 1 FROM dead WHERE row = ?1", (row,)
    ).fetchone():
        row += 1
    connection.execute(
        "INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row,
            article.id,
            article.site,
            storable(article.title),
            storable(article.url),
            int(at.timestamp()),
            seconds(stated),
            precision,
            article.language,
            article.story_id,
            article.duplicate_of,
            article.similarity,
            article.duplicate_reason,
            article.repeats,
            seconds(article.removed_at),
            article.revision,
            seconds(article.revised_at) if article.revision > 1 else None,
            stamp(article),
        ),
    )
    connection.execute(
        "INSERT INTO words (rowid, title, text, facets) VALUES (?, ?, ?, ?)",
        (row, title, body, " ".join(_facets(article))),
    )


def _facets(article: SearchableArticle) -> Iterator[str]:
    """The words by which a search is narrowed to articles of a kind."""
    yield "a:"
    yield facet("s", article.site)
    if article.duplicate_of is not None:
        yield "d:yes"
    yield "p:yes" if article.repeats else "p:no"
    if article.removed_at is not None:
        yield "r:yes"
    if article.revision > 1:
        yield "e:yes"
    if article.language:
        yield facet("l", article.language)
    for start, names in (
        (AUTHOR, [*article.authors, article.agency or ""]),
        (SECTION, [article.section or ""]),
        (TAG, article.tags),
    ):
        yield from _name_facets(start, names)


def _name_facets(start: str, names: Sequence[str]) -> Iterator[str]:
    """The words of each name; the mark stands alone between two names, so that no phrase spans both."""
    for name in fold(names[:NAMES_INDEXED]):
        yield from (start + word for word in name.split()[:WORDS_OF_NAME])
        yield start


def _placed(article: SearchableArticle) -> tuple[datetime, datetime | None, str | None]:
    """The moment an article is listed at, the one that its page states, and how exact that is."""
    published = article.published_at
    if published is None or published > article.first_seen_at + AHEAD:
        return article.first_seen_at, None, None
    published = _within(published)
    moment = _within(replace(article, published_at=published).placed_at)
    return moment, published, article.published_precision or DatePrecision.MINUTE.value


def _within(at: datetime) -> datetime:
    return min(max(at, EARLIEST), LATEST)


def stamp(article: SearchableArticle) -> bytes:
    """A hash of what the index holds of an article."""
    values = [getattr(article, name) for name in STAMPED]
    if article.seal is not None:
        values += [sorted(article.seal.fields), article.seal.names]
    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def seconds(at: datetime | None) -> int | None:
    """A time as SQLite holds it."""
    return None if at is None else int(at.timestamp())
