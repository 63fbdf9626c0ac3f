"""Show: what the archive holds of one address."""

from typing import Any

from crawler.errors import UsageError
from crawler.operations.archive.export import row
from crawler.operations.crawling.status import iso_times
from crawler.parsing.urls import former_page_ids, page_id
from crawler.storage.connect import Stores
from crawler.storage.page_texts import as_waiting


def find_article(stores: Stores, address: str) -> dict[str, Any]:
    """Return the article of an address, or of an id, with its revisions and its story.

    Args:
        stores: The open stores.
        address: The URL of the article in any of its forms, or the article's id.

    Returns:
        The export's row, with `revisions` (oldest first), `waiting` (what its page says now, where the site
        has to say it again first), `absences` (when its site had taken it down), `tls`
        (``unverified`` where its site's certificate was not verified), `pair` (what a copy and its original
        share, as `dedup.comparison.pairs` has it) and `story` (the other members).

    Raises:
        UsageError: The archive holds no article of it; the message says what is known of the page.
    """
    keys = [page_id(address), *former_page_ids(address)] if "://" in address else [address]
    documents = (stores.db.articles.find_one({"_id": key}) for key in keys)
    document = next((document for document in documents if document is not None), None)
    if document is None:
        page_keys = [f"{site}/{key}" for site in _sites(stores) for key in keys]
        pages = list(stores.db.pages.find({"_id": {"$in": page_keys}}))
        ids = [page["article_id"] for page in pages if page.get("article_id")]
        document = stores.db.articles.find_one({"_id": ids[0]}) if ids else None
        if document is None:
            raise UsageError(_what_is_known(address, pages))
    data = row(document)
    data["tls"] = document.get("tls")
    revisions = stores.db.revisions.find({"article_id": document["_id"]}, {"article_id": 0, "site": 0})
    data["revisions"] = sorted(
        (
            {
                "revision": old["revision"],
                "title": old["title"],
                "text": old["text"],
                "seen_from": old["seen_from"].isoformat(),
                "seen_until": old["seen_until"].isoformat(),
            }
            for old in revisions
        ),
        key=lambda old: old["revision"],
    )
    data["pair"] = document.get("pair") if document.get("duplicate_of") else None
    data["waiting"] = _waiting(stores, document["_id"])
    data["absences"] = [
        {name: moment.isoformat() for name, moment in absence.items()}
        for absence in document.get("absences") or ()
    ]
    members = stores.db.articles.find(
        {"story_id": document["story_id"]},
        {"site": 1, "url": 1, "title": 1, "published_at": 1, "similarity": 1, "duplicate_of": 1},
    )
    data["story"] = [
        {
            "id": member["_id"],
            "site": member["site"],
            "url": member["url"],
            "title": member["title"],
            "published": member["published_at"] and member["published_at"].isoformat(),
            "similarity": member.get("similarity"),
            "duplicate_of": member.get("duplicate_of"),
        }
        for member in members
        if member["_id"] != document["_id"]
    ]
    return data


def _waiting(stores: Stores, article_id: str) -> list[dict[str, Any]]:
    """What the pages of an article say now that is not confirmed yet."""
    pages = stores.db.pages.find({"article_id": article_id})
    return [
        iso_times(as_waiting(page)) for page in pages if page["state"] == "pending" and page.get("waiting")
    ]


def _sites(stores: Stores) -> list[str]:
    return sorted(document["_id"] for document in stores.db.sites.find({}, {"_id": 1}))


def _what_is_known(address: str, pages: list[dict[str, Any]]) -> str:
    for page in pages:
        ending = page.get("last_disposition")
        if page.get("waiting") and page["state"] == "pending":
            waiting = as_waiting(page)
            return (
                f"{address}: it waits to be confirmed: {waiting['reason']}; it says: "
                f"«{waiting['title']}» {waiting['beginning']}"
            )
        if ending:
            return f"{address}: it gave no article: {ending}" + (
                f" ({page['last_error']})" if page.get("last_error") else ""
            )
        return f"{address}: it was found by its {page['discovered_by']} and not fetched yet"
    return f"{address}: the archive does not know this address"
