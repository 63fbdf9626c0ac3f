"""Which robots.txt of a site's hosts is kept, so that one that has not changed is not kept again."""

from pymongo.database import Database

from crawler.storage.schema import Document
from crawler.storage.warc.exchange import Exchange
from crawler.storage.warc.references import CaptureReference


def is_robots_kept(db: Database[Document], site: str, exchange: Exchange) -> bool:
    """Whether the answer to robots.txt is the one that is kept already."""
    return any(
        robots["url"] == exchange.url and robots["says"] == _says(exchange) for robots in _stored(db, site)
    )


def remember_robots(db: Database[Document], site: str, exchange: Exchange, capture: CaptureReference) -> None:
    """Remember which answer is kept, in place of the one before."""
    rest = [robots for robots in _stored(db, site) if robots["url"] != exchange.url]
    robots = {"url": exchange.url, "says": _says(exchange), "capture": capture.as_document()}
    db.sites.update_one({"_id": site}, {"$set": {"robots_captures": [*rest, robots]}})


def robots_captures(db: Database[Document], site: str) -> list[CaptureReference]:
    """The captures of the robots.txt of a site's hosts, as they stand now."""
    return [CaptureReference.from_document(robots["capture"]) for robots in _stored(db, site)]


def _stored(db: Database[Document], site: str) -> list[Document]:
    document = db.sites.find_one({"_id": site}, {"robots_captures": 1}) or {}
    return list(document.get("robots_captures") or ())


def _says(exchange: Exchange) -> str:
    return f"{exchange.status} {exchange.content_sha256}"
