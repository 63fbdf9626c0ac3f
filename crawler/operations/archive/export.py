"""Export: the archive as JSON lines."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crawler.model.period import ANY_TIME, Period
from crawler.model.site import Site
from crawler.storage.articles import TIMES, placed_at
from crawler.storage.batches import in_batches
from crawler.storage.connect import Stores
from crawler.storage.schema import Document


@dataclass(slots=True)
class LeftOut:
    """What an export passed over: duplicates in its period, and articles outside it."""

    duplicates: int = 0
    outside: int = 0
    earliest: datetime | None = None
    latest: datetime | None = None

    def note_outside(self, moment: datetime) -> None:
        """Count an article that stands outside the period at `moment`."""
        self.outside += 1
        self.earliest = min(self.earliest or moment, moment)
        self.latest = max(self.latest or moment, moment)


@dataclass(slots=True)
class RowCounter:
    """Counts rows as they pass."""

    rows: int = 0

    def count(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the rows."""
        for passing in rows:
            self.rows += 1
            yield passing


def export_rows(
    stores: Stores,
    sites: dict[str, Site],
    *,
    site: str | None = None,
    period: Period = ANY_TIME,
    duplicates: bool = False,
    left_out: LeftOut | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield one row an article, by site and time of publication.

    Args:
        stores: The open stores.
        sites: The known sites: times are shown in a site's own zone.
        site: Only this site.
        period: Only articles published in it; see `crawler.model.period.publication_moment`.
        duplicates: Whether to yield duplicates too.
        left_out: Counts what is passed over.
    """
    counts = left_out if left_out is not None else LeftOut()
    chosen = [site] if site else sorted(stores.db.articles.distinct("site"))
    for name in chosen:
        keys = []
        for document in stores.db.articles.find({"site": name}, {**TIMES, "duplicate_of": 1}):
            moment = placed_at(document)
            if moment not in period:
                counts.note_outside(moment)
            elif document.get("duplicate_of") is not None and not duplicates:
                counts.duplicates += 1
            else:
                keys.append((moment, document["_id"]))
        keys.sort()
        zone = sites[name].zone if name in sites else None
        for batch in in_batches(stores.db.articles, [key for _, key in keys]):
            for document in batch:
                yield row(document, zone)


def row(document: Document, zone: ZoneInfo | None = None) -> dict[str, Any]:
    """Return an article's document as the export shows it; times are ISO 8601 with an offset.

    Args:
        document: A document of `articles`.
        zone: The zone to show its times in; UTC without one.
    """

    def shown(name: str) -> str | None:
        moment: datetime | None = document.get(name)
        return moment.astimezone(zone or UTC).isoformat() if moment else None

    published = shown("published_at")
    return {
        "id": document["_id"],
        "site": document["site"],
        "url": document["url"],
        "title": document["title"],
        "text": document["text"],
        "authors": document.get("authors") or [],
        "editors": document.get("editors") or [],
        "agency": document.get("agency"),
        "marks": document.get("marks") or [],
        "published": published,
        "published_precision": document.get("published_precision"),
        "date_source": document.get("date_source"),
        "modified": shown("modified_at"),
        "language": document.get("language"),
        "section": document.get("section"),
        "tags": document.get("tags") or [],
        "image": document.get("image"),
        "summary": document.get("summary"),
        "revision": document["revision"],
        "duplicate_of": document.get("duplicate_of"),
        "story_id": document["story_id"],
        "similarity": document.get("similarity"),
        "removed_at": shown("removed_at"),
        "first_seen_at": shown("first_seen_at"),
        "text_sha256": document["text_sha256"],
        "incomplete": document.get("incomplete", False),
    }


def json_line(data: dict[str, Any]) -> str:
    """One row as a line of JSON, Arabic left as it is; lone surrogates, which no file can hold, escaped."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data)
    return text
