"""What a crawl leaves with its site: its health, its next turn, and totals for metrics.

All of it stands in the site's document of `sites`, beside the lease, and is written in one update by whoever
holds the lease; so a crawl counts once, however often its last write is repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo.database import Database

from crawler.model.crawl import Verdict
from crawler.model.sentence import message_of, sentence_of
from crawler.storage.clock import not_ahead, waits_until
from crawler.storage.frontier import LONGEST_RETRY
from crawler.storage.lease import LEASE_SECONDS
from crawler.storage.schema import Document

LONGEST_DELAY = timedelta(hours=1)
"""No delay between two requests is longer: seeds allow ten minutes, and Crawl-delays beyond an hour are
mistakes."""

MOST_ATTEMPTS = 5
"""Times that telling a change of health is tried; whoever is away for so long reads `khabar status`."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A finished crawl: its verdict, what it counted, and when the site is due again."""

    crawl: ObjectId
    at: datetime
    verdict: Verdict
    reason: str | None
    new: int = 0
    interval: timedelta | None = None
    next_at: datetime | None = None
    """None leaves the plan as it is: the crawl was not a whole one."""
    counts: Mapping[str, int] = field(default_factory=dict)
    addresses: Mapping[str, int] = field(default_factory=dict)
    """What became of the addresses that its sources named."""
    requests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A site whose verdict is another than before."""

    site: str
    verdict: Verdict
    previous: Verdict
    reason: str | None
    since: datetime
    again: bool = False
    """It was tried to be told before."""


@dataclass(frozen=True, slots=True)
class SiteState:
    """What is remembered of a site; None where nothing is known yet."""

    site: str
    verdict: Verdict | None = None
    reason: str | None = None
    since: datetime | None = None
    checked_at: datetime | None = None
    new: int = 0
    next_at: datetime | None = None
    interval: timedelta | None = None
    not_before: datetime | None = None
    queued_at: datetime | None = None
    holder: Mapping[str, Any] | None = None
    expires_at: datetime | None = None
    totals: Mapping[str, Any] = field(default_factory=dict)

    def crawled_now(self, now: datetime) -> bool:
        """Whether a process holds the site's lease."""
        lease = timedelta(seconds=LEASE_SECONDS)
        return self.holder is not None and waits_until(self.expires_at, now, lease) is not None

    def waits_until(self, now: datetime, every: timedelta) -> datetime:
        """When the site's turn comes, after any pause that it asked for; `now` if it is due.

        Args:
            now: The present time.
            every: The seed's interval.
        """
        # A turn lies half an interval off at most.
        longest = 1.5 * max(self.interval or every, every)
        turn = waits_until(self.next_at, now, longest)
        pause = waits_until(self.not_before, now, LONGEST_RETRY)
        return max(turn or now, pause or now)


def record_turn(db: Database[Document], site: str, token: int | None, turn: Turn) -> None:
    """Write what a crawl leaves, if it is not there already.

    Args:
        db: The database.
        site: The site's id.
        token: The lease under which it was crawled: without it, nothing is written. None: the crawl's
            process is dead, and nobody holds the lease.
        turn: The crawl.
    """
    document = db.sites.find_one({"_id": site}) or {}
    if document.get("last_crawl") == turn.crawl:
        return
    health = document.get("health") or {}
    previous = health.get("verdict") or Verdict.OK
    changed = turn.verdict != previous
    fields: Document = {
        "last_crawl": turn.crawl,
        "health": {
            "verdict": turn.verdict,
            "reason": turn.reason,
            "message": message_of(turn.reason),
            "previous": previous if changed else health.get("previous", Verdict.OK),
            "since": turn.at if changed or "since" not in health else health["since"],
            "checked_at": turn.at,
            "new": turn.new,
            # A change that nobody has been told of yet and that is undone needs no telling.
            "told": health.get("told", True) if not changed else _undone(health, turn.verdict),
            "attempts": 0 if changed else health.get("attempts", 0),
        },
        "queued_at": None,
    }
    if turn.next_at is not None:
        fields["next_at"] = turn.next_at
        fields["interval"] = turn.interval.total_seconds() if turn.interval else None
    added = {
        "crawls": 1,
        "requests": turn.requests,
        "seconds": turn.seconds,
        f"verdicts.{turn.verdict}": 1,
        **{f"pages.{name}": count for name, count in turn.counts.items() if count},
        **{f"addresses.{name}": count for name, count in turn.addresses.items() if count},
    }
    guard: Document = {"_id": site, "last_crawl": document.get("last_crawl")}
    if token is not None:
        guard["token"] = token
    db.sites.update_one(
        guard, {"$set": fields, "$inc": {f"totals.{name}": count for name, count in added.items()}}
    )


def _undone(health: Document, verdict: Verdict) -> bool:
    return health.get("told") is False and health.get("previous") == verdict


def claim_changes(db: Database[Document]) -> list[HealthChange]:
    """Take the changes of health that nobody has been told of; no other process is given the same ones."""
    changes = []
    for document in db.sites.find({"health.told": False}):
        health = document["health"]
        claimed = db.sites.update_one(
            {"_id": document["_id"], "health.told": False, "health.since": health["since"]},
            {"$set": {"health.told": True}, "$inc": {"health.attempts": 1}},
        )
        if claimed.modified_count:
            changes.append(
                HealthChange(
                    site=document["_id"],
                    verdict=Verdict(health["verdict"]),
                    previous=Verdict(health["previous"]),
                    reason=health["reason"],
                    since=health["since"],
                    again=bool(health.get("attempts")),
                )
            )
    return changes


def give_back(db: Database[Document], change: HealthChange) -> None:
    """A change could not be told: let the next crawl's end try again, a few times."""
    document = db.sites.find_one({"_id": change.site}) or {}
    health = document.get("health") or {}
    if health.get("since") == change.since and health.get("attempts", 0) < MOST_ATTEMPTS:
        db.sites.update_one(
            {"_id": change.site, "health.since": change.since}, {"$set": {"health.told": False}}
        )


def postpone(db: Database[Document], site: str, until: datetime) -> None:
    """Let a site wait for its next turn."""
    db.sites.update_one({"_id": site}, {"$set": {"next_at": until, "queued_at": None}})


def queue(db: Database[Document], site: str, now: datetime, again_after: timedelta) -> bool:
    """Note that a crawl was handed to a worker; False if that was done less than `again_after` ago."""
    db.sites.update_one({"_id": site}, {"$setOnInsert": {"token": 0, "holder": None}}, upsert=True)
    document = db.sites.find_one({"_id": site}) or {}
    queued: datetime | None = document.get("queued_at")
    believed = not_ahead(queued, now)
    if believed is not None and now - believed < again_after:
        return False
    claimed = db.sites.update_one({"_id": site, "queued_at": queued}, {"$set": {"queued_at": now}})
    return claimed.modified_count == 1


def unqueue(db: Database[Document], site: str) -> None:
    """A crawl broke off: its site is still due and may be handed out again at once."""
    db.sites.update_one({"_id": site}, {"$set": {"queued_at": None}})


def crawled_sites(db: Database[Document]) -> list[str]:
    """The sites that were ever crawled."""
    return sorted(document["_id"] for document in db.sites.find({}, {"_id": 1}))


def site_states(db: Database[Document]) -> dict[str, SiteState]:
    """What is remembered of each site that was ever crawled, by id."""
    return {document["_id"]: _state(document) for document in db.sites.find({})}


def site_state(db: Database[Document], site: str) -> SiteState:
    """What is remembered of one site."""
    return _state(db.sites.find_one({"_id": site}) or {"_id": site})


def _state(document: Document) -> SiteState:
    health = document.get("health") or {}
    interval = document.get("interval")
    return SiteState(
        site=document["_id"],
        verdict=Verdict(health["verdict"]) if health.get("verdict") else None,
        reason=sentence_of(health.get("reason"), health.get("message")),
        since=health.get("since"),
        checked_at=health.get("checked_at"),
        new=health.get("new", 0),
        next_at=document.get("next_at"),
        interval=timedelta(seconds=interval) if interval else None,
        not_before=document.get("not_before"),
        queued_at=document.get("queued_at"),
        holder=document.get("holder"),
        expires_at=document.get("expires_at"),
        totals=document.get("totals") or {},
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
