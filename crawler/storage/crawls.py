"""The record of crawls: one document each, and what later crawls are compared with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bson import ObjectId
from pymongo.database import Database

from crawler.html.sentences import sentence
from crawler.model.article import Disposition
from crawler.model.crawl import CrawlKind, CrawlOutcome, Verdict
from crawler.model.sentence import message_of, sentence_of
from crawler.storage.schema import Document

T = TypeVar("T")

NEW = (Disposition.STORED, Disposition.DUPLICATE)
"""How the page of a *new* article ends; status, tables and the web count by it. A revised one is not new."""
READ = (*NEW, Disposition.REVISED, Disposition.UNCHANGED)


REASON = ("verdict_reason", "verdict_message")
"""The fields of the sentence that says why a crawl ended as it did."""


class CrawlLog:
    """One crawl's document in `crawls`, open until `finish`."""

    def __init__(self, db: Database[Document], site: str, kind: CrawlKind, token: int) -> None:
        self.id = ObjectId()
        now = datetime.now(UTC)
        # A crawl of this site that never finished was killed: we hold its lease now.
        finish_dead(db, site, sentence("why_killed"))
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
        return [
            make(**{**fields, "paragraphs": tuple(fields.get("paragraphs") or ())}) for fields in self.sample
        ]


def past_crawls(db: Database[Document], site: str, since: datetime) -> list[PastCrawl]:
    """The site's crawls from `since` on that came to a verdict on it, oldest first; imports are none."""
    fields = dict.fromkeys(
        ("kind", "started_at", "verdict", *REASON, "outcome", "taken", "dispositions", "sample"), 1
    )
    query = {"site": site, "started_at": {"$gte": since, "$lte": datetime.now(UTC)}}
    documents = db.crawls.find(query, fields)
    crawls = [
        _past(document)
        for document in documents
        if document.get("dispositions") is not None and document["kind"] != CrawlKind.IMPORT
    ]
    return sorted(crawls, key=lambda crawl: crawl.started_at)


def latest_verdict(db: Database[Document], site: str, since: datetime) -> tuple[Verdict | None, str | None]:
    """The verdict of a site's last crawl that began after `since` and has ended, and its reason."""
    # A crawl of the future was dated by a wrong clock.
    within = {"$gte": since, "$lt": datetime.now(UTC) + timedelta(days=1)}
    fields = dict.fromkeys(("kind", "started_at", "finished_at", "verdict", *REASON), 1)
    crawls = db.crawls.find({"site": site, "started_at": within}, fields)
    ended = [crawl for crawl in crawls if crawl.get("finished_at") and crawl["kind"] != CrawlKind.IMPORT]
    last = max(ended, key=lambda crawl: crawl["started_at"], default={})
    verdict = last.get("verdict")
    return Verdict(verdict) if verdict else None, reason_of(last)


def reason_of(document: Mapping[str, Any]) -> str | None:
    """The sentence that says why a crawl ended as it did."""
    return sentence_of(document.get("verdict_reason"), document.get("verdict_message"))


def _past(document: Document) -> PastCrawl:
    counts = document["dispositions"]
    return PastCrawl(
        kind=CrawlKind(document["kind"]),
        started_at=document["started_at"],
        verdict=Verdict(document.get("verdict") or Verdict.OK),
        verdict_reason=reason_of(document),
        outcome=CrawlOutcome(document.get("outcome") or CrawlOutcome.FINISHED),
        taken=document.get("taken", 0),
        new=count_new(counts),
        read=sum(counts.get(str(kind), 0) for kind in READ),
        sample=tuple(document.get("sample") or ()),
    )


def count_new(dispositions: Mapping[str, int]) -> int:
    """How many new articles a crawl has, by how its pages ended."""
    return sum(dispositions.get(str(kind), 0) for kind in NEW)


def finish_dead(db: Database[Document], site: str, reason: str) -> None:
    """Finish the records of a site's crawls that ended without doing so themselves."""
    ending = {
        "outcome": CrawlOutcome.DIED,
        "reason": reason,
        "reason_message": message_of(reason),
        "verdict": Verdict.DIED,
        "verdict_reason": reason,
        "verdict_message": message_of(reason),
    }
    db.crawls.update_many(
        {"site": site, "finished_at": None}, {"$set": {"finished_at": datetime.now(UTC), **ending}}
    )
