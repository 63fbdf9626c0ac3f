"""An article as an entry of the index: which of its fields, under which number, with which words."""

import sqlite3
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final
from zlib import crc32

from crawler.model.period import AHEAD
from crawler.storage.articles import placed_at
from crawler.storage.schema import Document
from crawler.storage.search.letters import storable
from crawler.storage.search.query import facet
from crawler.storage.search.rows import ROW_BITS, first_row

LEAST_TIME, MOST_TIME = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)

FIELDS: Final = dict.fromkeys(
    (
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
        "removed_at",
        "revision",
        "text_sha256",
    ),
    1,
)
"""What is asked of MongoDB, and what the stamp is of."""


def drop(connection: sqlite3.Connection, id_: str) -> None:
    """Take an article out; its words stay under a number that no document has."""
    row = connection.execute("SELECT row FROM docs WHERE id = ?", (id_,)).fetchone()
    if row is not None:
        connection.execute("DELETE FROM docs WHERE row = ?", (row[0],))
        connection.execute("INSERT INTO dead VALUES (?)", (row[0],))


def insert(connection: sqlite3.Connection, document: Document, title: str, body: str) -> None:
    """Put an article in; title and body are folded."""
    at, stated, precision = _placed(document)
    id_ = document["_id"]
    row = first_row(at) + crc32(id_.encode("utf-8", "replace")) % (1 << ROW_BITS)
    while connection.execute(
        "SELECT 1 FROM docs WHERE row = ?1 UNION ALL SELECT 1 FROM dead WHERE row = ?1", (row,)
    ).fetchone():
        row += 1
    facets = ["a:", facet("s", document["site"]), "d:no" if document.get("duplicate_of") is None else "d:yes"]
    if document.get("removed_at") is not None:
        facets.append("r:yes")
    if document["revision"] > 1:
        facets.append("e:yes")
    if document.get("language"):
        facets.append(facet("l", document["language"]))
    connection.execute(
        "INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row,
            id_,
            document["site"],
            storable(document["title"]),
            storable(document["url"]),
            int(at.timestamp()),
            seconds(stated),
            precision,
            document.get("language"),
            document["story_id"],
            document.get("duplicate_of"),
            document.get("similarity"),
            document.get("duplicate_reason"),
            seconds(document.get("removed_at")),
            document["revision"],
            stamp(document),
        ),
    )
    connection.execute(
        "INSERT INTO words (rowid, title, text, facets) VALUES (?, ?, ?, ?)",
        (row, title, body, " ".join(facets)),
    )


def _placed(document: Document) -> tuple[datetime, datetime | None, str | None]:
    """The moment an article is listed at, the one that its page states, and how exact that is."""
    seen: datetime = document["first_seen_at"]
    published: datetime | None = document.get("published_at")
    if published is None or published > seen + AHEAD:
        return seen, None, None
    published = _within(published)
    moment = _within(placed_at({**document, "published_at": published}))
    return moment, published, document.get("published_precision") or "minute"


def _within(at: datetime) -> datetime:
    return min(max(at, LEAST_TIME), MOST_TIME)


def stamp(document: Document) -> bytes:
    """A hash of what the index holds of an article."""
    said: list[Any] = [document.get(name) for name in FIELDS]
    return blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def seconds(at: datetime | None) -> int | None:
    """A time as SQLite holds it."""
    return None if at is None else int(at.timestamp())
