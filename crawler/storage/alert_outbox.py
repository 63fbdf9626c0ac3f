"""The outbox of alerts: what matched, and whether each destination was told of it.

Ids are made of what happened, so that a search that is asked again after a crash adds nothing twice. A
delivery is claimed, sent, and marked as sent; one whose process died in between is sent again, under its id.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from pymongo import UpdateOne
from pymongo.database import Database

from crawler.storage.schema import Document

CLAIM: Final = timedelta(minutes=5)
"""How long a delivery may be under way; after that its process is taken for dead."""

KEPT: Final = timedelta(days=30)
"""How long events are kept to be listed and to stand in feeds."""

AT_ONCE: Final = 500
"""Ids that are looked up in one request."""

PENDING, CLAIMED, SENT = "pending", "claimed", "sent"


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """Something that a saved search is told of.

    `at` is when it happened, aware; `number` tells events of one article apart: the revision, the number of
    outlets, the second of a removal.
    """

    alert: str
    kind: str
    article_id: str
    number: int
    site: str
    title: str
    url: str
    at: datetime

    @property
    def id(self) -> str:
        """The same for the same event, whoever sees it and whenever."""
        text = "\n".join((self.alert, self.kind, self.article_id, str(self.number)))
        return sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a destination. `attempts` counts those that failed."""

    id: str
    event: AlertEvent
    attempts: int


def queue_of(alert: str, destination: str) -> str:
    """The queue of a destination; addresses hold keys, so it is named by a hash."""
    return f"{alert}/{sha256(destination.encode()).hexdigest()[:16]}"


class AlertOutbox:
    """The events of all saved searches, and their deliveries.

    Args:
        db: The database.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._events = db.alert_events
        self._deliveries = db.alert_deliveries
        self._alerts = db.alerts

    def begin(self, alert: str, now: datetime) -> datetime:
        """Since when a saved search has been asked: what happened before is told to nobody."""
        self._alerts.update_one({"_id": alert}, {"$setOnInsert": {"begun_at": now}}, upsert=True)
        document = self._alerts.find_one({"_id": alert})
        begun: datetime = now if document is None else document["begun_at"]
        return begun

    def begun(self) -> dict[str, datetime]:
        """Since when each saved search has been asked, by its name; there are some dozen."""
        return {document["_id"]: document["begun_at"] for document in self._alerts.find()}

    def new_of(self, events: Sequence[AlertEvent]) -> list[AlertEvent]:
        """The events that are not in the outbox yet, each once, in the order in which they happened."""
        by_id = {event.id: event for event in events}
        ids = list(by_id)
        for start in range(0, len(ids), AT_ONCE):
            for document in self._events.find({"_id": {"$in": ids[start : start + AT_ONCE]}}, {"_id": 1}):
                del by_id[document["_id"]]
        return sorted(by_id.values(), key=lambda event: (event.at, event.id))

    def add(self, events: Iterable[AlertEvent], queues: Sequence[str]) -> None:
        """Put new events into the outbox: their deliveries first, so that none is lost in between.

        Args:
            events: The events.
            queues: What `queue_of` gives for each destination.
        """
        for event in events:
            fields = asdict(event)
            deliveries = [
                UpdateOne(
                    {"_id": f"{queue}/{event.id}"},
                    {"$setOnInsert": {**fields, "queue": queue, "state": PENDING, "attempts": 0}},
                    upsert=True,
                )
                for queue in queues
            ]
            if deliveries:
                self._deliveries.bulk_write(deliveries, ordered=False)
            self._events.update_one({"_id": event.id}, {"$setOnInsert": fields}, upsert=True)

    def waiting(self, queue: str) -> list[Delivery]:
        """What a destination is still to be told, in the order in which it happened; index `queue_state`."""
        documents = self._deliveries.find({"queue": queue, "state": {"$in": [PENDING, CLAIMED]}})
        deliveries = [Delivery(each["_id"], _event(each), each["attempts"]) for each in documents]
        return sorted(deliveries, key=lambda delivery: (delivery.event.at, delivery.event.id))

    def claim(self, delivery: Delivery, now: datetime) -> bool:
        """Take a delivery; returns whether nobody else has it."""
        change = {"$set": {"state": CLAIMED, "claimed_at": now}}
        # One after the other: the embedded server is slow at `$or`.
        for free in ({"state": PENDING}, {"state": CLAIMED, "claimed_at": {"$lt": now - CLAIM}}):
            if self._deliveries.update_one({"_id": delivery.id, **free}, change).modified_count:
                return True
        return False

    def mark_sent(self, delivery: Delivery, now: datetime) -> None:
        """Note that a destination was told."""
        self._deliveries.update_one({"_id": delivery.id}, {"$set": {"state": SENT, "sent_at": now}})

    def give_back(self, delivery: Delivery, problem: str) -> None:
        """Note that a destination could not be told; it is tried again."""
        change = {"$set": {"state": PENDING, "problem": problem}, "$inc": {"attempts": 1}}
        self._deliveries.update_one({"_id": delivery.id}, change)

    def latest(self, alert: str, now: datetime) -> list[AlertEvent]:
        """What a saved search matched in the last `KEPT`, newest first; index `alert_at`."""
        documents = self._events.find({"alert": alert, "at": {"$gte": now - KEPT}})
        return sorted(map(_event, documents), key=lambda event: (event.at, event.id), reverse=True)


def _event(document: Document) -> AlertEvent:
    return AlertEvent(**{name: document[name] for name in AlertEvent.__dataclass_fields__})
