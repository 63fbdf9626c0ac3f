"""What is remembered of how a site serves its pages: their validators, and how they end."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from crawler.storage.clock import not_ahead
from crawler.storage.schema import Document

UNRELIABLE_FOR = timedelta(days=30)
"""How long the validators of a site's pages are not relied on once one of them proved unreliable: caches
are mended by then."""


def are_page_validators_unreliable(db: Database[Document], site: str) -> bool:
    """Whether a page of the site was found to change under an ETag or Last-Modified that did not."""
    document = db.sources.find_one({"_id": f"{site}/pages"}) or {}
    now = datetime.now(UTC)
    unreliable_at = not_ahead(document.get("lied_at"), now)
    return unreliable_at is not None and now - unreliable_at < UNRELIABLE_FOR


def remember_unreliable_validators(db: Database[Document], site: str, url: str) -> None:
    """Remember that the page at `url` changed while its validators stayed the same."""
    fields = {"site": site, "url": url, "lied_at": datetime.now(UTC)}
    db.sources.update_one({"_id": f"{site}/pages"}, {"$set": fields}, upsert=True)


def recall_page_ends(db: Database[Document], site: str) -> dict[str, int]:
    """Return how many pages of a site ended in which way (`crawler.parsing.truncation.PageEnd`)."""
    document = db.sources.find_one({"_id": f"{site}/pages"}, {"ends": 1}) or {}
    return {str(name): int(count) for name, count in (document.get("ends") or {}).items()}


def remember_page_ends(db: Database[Document], site: str, ends: Mapping[str, int]) -> None:
    """Remember how many pages of a site ended in which way."""
    db.sources.update_one(
        {"_id": f"{site}/pages"}, {"$set": {"site": site, "url": "pages", "ends": dict(ends)}}, upsert=True
    )
