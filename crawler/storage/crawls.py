"""The record of crawls, and what is remembered of a site between two of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bson import ObjectId
from pymongo.database import Database

from crawler.model.article import Disposition
from crawler.model.crawl import CrawlKind, CrawlOutcome, Verdict
from crawler.storage.clock import waits_until
from crawler.storage.frontier import LONGEST_RETRY
from crawler.storage.schema import Document

T = TypeVar("T")

LONGEST_DELAY = timedelta(hours=1)
"""No delay between two requests is longer: seeds allow ten minutes, and Crawl-delays beyond an hour are
mistakes."""

NEW = (Disposition.STORED, Disposition.DUPLICATE)
READ = (*NEW, Disposition.REVISED, Disposition.UNCHANGED)


class CrawlLog:
    """One crawl's document in `crawls`, open until `finish`."""

    def __init__(self, db: Database[Document], site: str, kind: CrawlKind, token: int) -> None:
        self.id = ObjectId()
        now = datetime.now(UTC)
        # A crawl of this site that never finished was killed: we hold its lease now.
        finish_dead(db, site, "it was killed")
        db.crawls.insert_one(
            {
                "_id": self.id,
                "site": site,
                "kind": kind,
                "token": token,
                "started_at": now,
                "finished_at": None,
            }
        )

    def finish(self, db: Database[Document], report: Mapping[str, Any]) -> None:
        """Complete the document with the crawl's report."""
        db.crawls.update_one({"_id": self.id}, {"$set": {**report, "finished_at": datetime.now(UTC)}})


@dataclass(frozen=True, slots=True)
class PastCrawl:
    """A finished crawl, as far as later ones are compared with it."""

    kind: CrawlKind
    started_at: datetime
    verdict: Verdict
    verdict_reason: str | None = None
    outcome: CrawlOutcome = CrawlOutcome.FINISHED
    taken: int = 0
    new: int = 0
    read: int = 0
    sample: tuple[Mapping[str, Any], ...] = field(default=())

    def sampled(self, make: Callable[..., T]) -> list[T]:
        """The sample of its articles, each made by `make` from the fields that were recorded."""
        return [make(**{**one, "paragraphs": tuple(one.get("paragraphs") or ())}) for one in self.sample]


def past_crawls(db: Database[Document], site: str, since: datetime) -> list[PastCrawl]:
    """The site's crawls from `since` on that came to a verdict on it, oldest first."""
    fields = dict.fromkeys(
        ("kind", "started_at", "verdict", "verdict_reason", "outcome", "taken", "dispositions", "sample"), 1
    )
    found = db.crawls.find({"site": site, "started_at": {"$gte": since, "$lte": datetime.now(UTC)}}, fields)
    crawls = [_past(document) for document in found if document.get("dispositions") is not None]
    return sorted(crawls, key=lambda crawl: crawl.started_at)


def _past(document: Document) -> PastCrawl:
    counts = document["dispositions"]
    return PastCrawl(
        kind=CrawlKind(document["kind"]),
        started_at=document["started_at"],
        verdict=Verdict(document.get("verdict") or Verdict.OK),
        verdict_reason=document.get("verdict_reason"),
        outcome=CrawlOutcome(document.get("outcome") or CrawlOutcome.FINISHED),
        taken=document.get("taken", 0),
        new=sum(counts.get(str(kind), 0) for kind in NEW),
        read=sum(counts.get(str(kind), 0) for kind in READ),
        sample=tuple(document.get("sample") or ()),
    )


def finish_dead(db: Database[Document], site: str, reason: str) -> None:
    """Finish the records of a site's crawls that ended without doing so themselves."""
    ending = {
        "outcome": CrawlOutcome.DIED,
        "reason": reason,
        "verdict": Verdict.DIED,
        "verdict_reason": reason,
    }
    db.crawls.update_many(
        {"site": site, "finished_at": None}, {"$set": {"finished_at": datetime.now(UTC), **ending}}
    )


def not_before(db: Database[Document], site: str) -> datetime | None:
    """The time before which the site asked not to be crawled, if that lies ahead."""
    document = db.sites.find_one({"_id": site}) or {}
    return waits_until(document.get("not_before"), datetime.now(UTC), LONGEST_RETRY)


def hold_off(db: Database[Document], site: str, until: datetime) -> None:
    """Remember that the site asked not to be crawled before `until`."""
    latest = max(not_before(db, site) or until, until)
    db.sites.update_one({"_id": site}, {"$set": {"not_before": latest}})


def next_request_at(db: Database[Document], site: str) -> datetime | None:
    """The time before which the delay after the last crawl's last request forbids another one."""
    document = db.sites.find_one({"_id": site}, {"next_request_at": 1}) or {}
    return waits_until(document.get("next_request_at"), datetime.now(UTC), LONGEST_DELAY)


def remember_next_request(db: Database[Document], site: str, at: datetime) -> None:
    """Remember when a crawl that has ended would have sent its next request at the earliest."""
    db.sites.update_one({"_id": site}, {"$set": {"next_request_at": at}})
