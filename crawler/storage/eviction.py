"""Keys that Redis has dropped for want of memory: the dedup index works on without them and misses copies."""

from dataclasses import dataclass
from typing import Any

import redis
from pymongo.database import Database

from crawler.html.sentences import sentence
from crawler.storage.schema import Document

KEEPS_ALL = "noeviction"
"""The one policy under which a full Redis refuses a write, which is noticed, and drops nothing."""

_STAMP = "eviction"


@dataclass(frozen=True, slots=True)
class Eviction:
    """What a Redis server says of the keys that it drops.

    Args:
        run: Names this run of the server; its count begins anew with each.
        policy: What it does when it is full.
        bounded: Whether it may become full, by a bound of its own.
        evicted: Keys that it has dropped since it was started.
    """

    run: str
    policy: str
    bounded: bool
    evicted: int

    @property
    def warning(self) -> str | None:
        """A sentence for whoever runs the server; None where it keeps everything."""
        if not self.evicted and (not self.bounded or self.policy == KEEPS_ALL):
            return None
        key = "redis_has_dropped" if self.evicted else "redis_may_drop"
        return sentence(key, policy=self.policy, count=f"{self.evicted:,}")


def read_eviction(client: redis.Redis) -> Eviction:
    """Ask a server what it drops. One that does not say counts as one that drops nothing."""
    try:
        facts: dict[str, Any] = client.info()
    except redis.exceptions.NoPermissionError:
        facts = {}
    return Eviction(
        run=str(facts.get("run_id", "")),
        policy=str(facts.get("maxmemory_policy", KEEPS_ALL)),
        bounded=bool(facts.get("maxmemory")),
        evicted=int(facts.get("evicted_keys", 0)),
    )


def evicted_since_rebuild(client: redis.Redis, db: Database[Document]) -> bool:
    """Whether keys were dropped after the index was made: whose they were, the server does not say."""
    now = read_eviction(client)
    if not now.evicted:
        return False
    stamp = db.meta.find_one({"_id": _STAMP}) or {}
    return stamp.get("run") != now.run or int(stamp.get("evicted", 0)) < now.evicted


def remember_eviction(client: redis.Redis, db: Database[Document]) -> None:
    """Note how many keys had been dropped when the index was made."""
    now = read_eviction(client)
    if now.evicted:
        stamp = {"run": now.run, "evicted": now.evicted}
        db.meta.update_one({"_id": _STAMP}, {"$set": stamp}, upsert=True)
