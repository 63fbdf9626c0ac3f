"""What is remembered of how a site's pages end."""

from collections.abc import Mapping

from pymongo.database import Database

from crawler.storage.schema import Document


def recall_page_ends(db: Database[Document], site: str) -> dict[str, int]:
    """Return how many pages of a site ended in which way (`crawler.parsing.page_end.PageEnd`)."""
    document = db.sources.find_one({"_id": f"{site}/pages"}, {"ends": 1}) or {}
    return {str(name): int(count) for name, count in (document.get("ends") or {}).items()}


def remember_page_ends(db: Database[Document], site: str, ends: Mapping[str, int]) -> None:
    """Remember how many pages of a site ended in which way."""
    db.sources.update_one(
        {"_id": f"{site}/pages"}, {"$set": {"site": site, "url": "pages", "ends": dict(ends)}}, upsert=True
    )
