"""What is remembered of a site's dated archives: which were read to their end, and that it has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from crawler.discovery.date_archives import EARLIEST, DateArchive
from crawler.storage.clock import not_ahead, waits_until
from crawler.storage.schema import Document
from crawler.storage.sources import REFUSED_FOR

READ_FOR = timedelta(days=30)
"""An archive that was read to its end is not asked for again for so long: a backfill that is stopped and run
again goes on behind it, and what was published late is found by a later one."""

SETTLED = timedelta(days=2)
"""After the last moment of its month an archive may still grow: sites date by other clocks than ours."""

STRETCH = timedelta(days=31)
"""Articles are looked for so many days at once: an agency's month is some thousands of documents."""


@dataclass(frozen=True, slots=True)
class ArchivesMemory:
    """`refused_until` is the time before which the site is not to be asked for dated archives."""

    refused_until: datetime | None = None


def recall_archives(db: Database[Document], site: str) -> ArchivesMemory:
    """Return what is remembered of a site's archives as a whole."""
    until = (db.sources.find_one({"_id": f"{site}/archives"}) or {}).get("refused_until")
    return ArchivesMemory(waits_until(until, datetime.now(UTC), REFUSED_FOR))


def remember_no_archives(db: Database[Document], site: str, url: str, refused_until: datetime) -> None:
    """Remember that a site does not want its dated archives to be asked for, or has none."""
    fields = {"site": site, "url": url, "refused_until": refused_until}
    db.sources.update_one({"_id": f"{site}/archives"}, {"$set": fields}, upsert=True)


def mark_archive_read(db: Database[Document], site: str, archive: DateArchive, article_count: int) -> None:
    """Note that all that one archive names is in the frontier."""
    fields = {
        "site": site,
        "url": archive.url,
        "walked": True,
        "found": article_count,
        "read_at": datetime.now(UTC),
    }
    db.sources.update_one({"_id": f"{site}/{archive.url}"}, {"$set": fields}, upsert=True)


def next_unread(
    db: Database[Document], site: str, archives: Sequence[DateArchive]
) -> tuple[DateArchive | None, int]:
    """Return the first of the archives that is to be asked for, and how many before it were read lately."""
    now, already_read = datetime.now(UTC), 0
    for archive in archives:
        document = db.sources.find_one({"_id": f"{site}/{archive.url}"}) or {}
        read_at = not_ahead(document.get("read_at"), now) if document.get("walked") else None
        if read_at is None or read_at < archive.span.end + SETTLED or now - read_at > READ_FOR:
            return archive, already_read
        already_read += 1
    return None, already_read


def publication_times(db: Database[Document], pages: Sequence[str]) -> dict[str, datetime]:
    """When the articles of pages were published, where that is known, by the page's key in the frontier."""
    articles = {
        document["article_id"]: document["_id"]
        for document in db.pages.find({"_id": {"$in": list(pages)}}, {"article_id": 1})
        if document.get("article_id")
    }
    stored = db.articles.find({"_id": {"$in": list(articles)}}, {"published_at": 1})
    return {
        articles[document["_id"]]: document["published_at"]
        for document in stored
        if document.get("published_at") is not None
    }


def newest_published(
    db: Database[Document], site: str, before: datetime, since: datetime | None
) -> datetime | None:
    """When the site's newest stored article within a stretch of time was published; None: there is none.

    Args:
        db: The store.
        site: The site's id.
        before: Articles of this moment and later ones do not count.
        since: Articles before this moment do not count; None: all that a site can have.
    """
    first = since or datetime(EARLIEST, 1, 1, tzinfo=UTC)
    end = before
    # Stretch by stretch: the embedded server loads all that a query matches before it sorts.
    while end > first:
        start = max(end - STRETCH, first)
        within = {"site": site, "published_at": {"$gte": start, "$lt": end}}
        times: list[datetime] = [
            document["published_at"] for document in db.articles.find(within, {"published_at": 1})
        ]
        if times:
            return max(times)
        end = start
    return None
