"""Export: the archive as JSON lines."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crawler.sites import Site
from crawler.storage.connect import Stores
from crawler.storage.paging import in_batches
from crawler.storage.schema import Document


def export_rows(
    stores: Stores,
    sites: dict[str, Site],
    *,
    site: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    duplicates: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield one row an article, by site and time of publication.

    Args:
        stores: The open stores.
        sites: The known sites: times are shown in a site's own zone.
        site: Only this site.
        since: Only articles published (or, without a date, first seen) from then on.
        until: Only those before.
        duplicates: Whether to yield duplicates too.
    """
    chosen = [site] if site else sorted(stores.db.articles.distinct("site"))
    for name in chosen:
        keys = sorted(
            (_moment(document), document["_id"])
            for document in stores.db.articles.find(
                {"site": name}, {"published_at": 1, "first_seen_at": 1, "duplicate_of": 1}
            )
            if (duplicates or document.get("duplicate_of") is None)
            and (since is None or _moment(document) >= since)
            and (until is None or _moment(document) < until)
        )
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
        "agency": document.get("agency"),
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
    }


def json_line(data: dict[str, Any]) -> str:
    """One row as a line of JSON, Arabic left as it is; lone surrogates, which no file can hold, escaped."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data)
    return text


def _moment(document: Document) -> datetime:
    moment: datetime = document.get("published_at") or document["first_seen_at"]
    return moment
