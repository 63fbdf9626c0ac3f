"""The custody log in MongoDB: one chain an archive, an entry a document.

An entry's `_id` is its number, so that of two writers who append the same number one is refused and takes the
next. Nothing is ever changed or deleted. Several threads of a process that append at once share an entry.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from crawler.custody.entries import FIRST, Entry, Event, Head, entry_record, next_entry
from crawler.storage.schema import Document

AT_ONCE = 200
"""Entries that are read in one answer."""
MOST_EVENTS = 500
"""Of one entry: about 200 KB."""
MOST_RECENT = 5_000
"""Events of the last entries that are remembered: no page is stored again after more of them."""
HEAD_EVERY = 16
"""Appended entries after which the place of the head is noted again: who comes next looks from there on."""

_HEAD = "custody"


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A token of a time-stamping authority (RFC 3161) over the hash of an entry.

    Attributes:
        number: The entry's.
        sha256: The entry's hash, whose 64 hex digits as ASCII are what was stamped.
        token: The authority's response, DER.
        authority: Its address.
        at: The time that the authority states, aware.
    """

    number: int
    sha256: str
    token: bytes
    authority: str
    at: datetime


class CustodyLog:
    """Appends to the log; the threads of a process share one.

    Work that uses it may be repeated as a whole: an event that is in the log already is not written again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._head: Head | None = None
        self._has_head = False
        self._appended = 0
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._waiting: list[Sequence[Event]] = []
        self._waiting_lock = threading.Lock()

    def append(self, db: Database[Document], events: Sequence[Event]) -> None:
        """Append events; returns once they are on the disk.

        Args:
            db: The database.
            events: What happened, in order.
        """
        if not events:
            return
        with self._waiting_lock:
            self._waiting.append(events)
        with self._lock:
            with self._waiting_lock:
                batch, self._waiting = self._waiting, []
            # Another thread has written them with its own.
            if not batch:
                return
            try:
                self._write(db, [event for each in batch for event in each])
            except BaseException:
                with self._waiting_lock:
                    self._waiting = [*batch, *self._waiting]
                raise

    def close(self, db: Database[Document]) -> None:
        """Note where the log ends."""
        with self._lock:
            if self._appended and self._head is not None:
                _note_head(db, self._head)

    def _write(self, db: Database[Document], events: list[Event]) -> None:
        if not self._has_head:
            # What another process has appended just before its end may be what is to be repeated here.
            noted = noted_head(db)
            for entry in read_entries(db, max(FIRST, noted.number - HEAD_EVERY) if noted else FIRST):
                self._take(entry)
            self._has_head = True
        while True:
            events = [event for event in events if event.id not in self._recent]
            if not events:
                return
            batch = list({event.id: event for event in events}.values())[:MOST_EVENTS]
            entry = next_entry(self._head, datetime.now(UTC), batch)
            try:
                db.custody.insert_one(_document(entry))
            except DuplicateKeyError:
                # Another process was faster; or it was written, and the answer was lost.
                self._follow(db)
                continue
            self._take(entry)
            self._appended += 1
            if self._appended % HEAD_EVERY == 1:
                _note_head(db, entry)

    def _follow(self, db: Database[Document]) -> None:
        """Read what was appended since the last look, by whomever."""
        for entry in read_entries(db, FIRST if self._head is None else self._head.number + 1):
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        self._head = Head(entry.number, entry.sha256)
        self._recent.update(dict.fromkeys(event.id for event in entry.events))
        while len(self._recent) > MOST_RECENT:
            self._recent.popitem(last=False)


def read_entries(db: Database[Document], first: int = FIRST) -> Iterator[Entry]:
    """Yield the entries from a number on, in order; a number that is missing is passed over.

    Args:
        db: The database.
        first: The first number.
    """
    noted = noted_head(db)
    noted_number = noted.number if noted else 0
    step = 1
    while True:
        documents = {
            document["_id"]: document
            for document in db.custody.find({"_id": {"$in": list(range(first, first + step))}})
        }
        yield from (entry_of(documents[number]) for number in sorted(documents))
        if not documents and first > noted_number:
            return
        first, step = first + step, AT_ONCE


def sampled_entries(db: Database[Document], numbers: Sequence[int]) -> list[Entry]:
    """The entries with these numbers, as far as there are any."""
    return list(map(entry_of, db.custody.find({"_id": {"$in": list(numbers)}})))


def entries_about(db: Database[Document], *subjects: str) -> list[Entry]:
    """The entries in which one of the subjects stands, such as an article's id, in order; index `subject`."""
    entries = map(entry_of, db.custody.find({"events.subject": {"$in": list(subjects)}}))
    return sorted(entries, key=lambda entry: entry.number)


def log_head(db: Database[Document]) -> Head | None:
    """The last entry of the log; None: it is empty."""
    noted = noted_head(db)
    last = noted
    for entry in read_entries(db, noted.number if noted else FIRST):
        last = Head(entry.number, entry.sha256)
    return last


def noted_head(db: Database[Document]) -> Head | None:
    """The last entry whose place was noted; the log may go on behind it."""
    document = db.meta.find_one({"_id": _HEAD})
    return None if document is None else Head(document["number"], document["sha256"])


def _note_head(db: Database[Document], head: Head | Entry) -> None:
    noted = {"number": head.number, "sha256": head.sha256}
    db.meta.update_one({"_id": _HEAD}, {"$setOnInsert": noted}, upsert=True)
    db.meta.update_one({"_id": _HEAD, "number": {"$lt": head.number}}, {"$set": noted})


def time_stamps(db: Database[Document]) -> list[TimeStamp]:
    """All tokens, oldest first: one a day at most."""
    stamps = (
        TimeStamp(
            document["_id"], document["sha256"], document["token"], document["authority"], document["at"]
        )
        for document in db.time_stamps.find({})
    )
    return sorted(stamps, key=lambda stamp: stamp.number)


def keep_time_stamp(db: Database[Document], stamp: TimeStamp) -> None:
    """Keep a token; one that is there already for the entry stays."""
    db.time_stamps.update_one(
        {"_id": stamp.number},
        {
            "$setOnInsert": {
                "sha256": stamp.sha256,
                "token": stamp.token,
                "authority": stamp.authority,
                "at": stamp.at,
            }
        },
        upsert=True,
    )


def _document(entry: Entry) -> Document:
    record = entry_record(entry)
    return {"_id": record.pop("number"), **record}


def entry_of(document: Document) -> Entry:
    """An entry as it is stored; what was changed in it is read as it stands, for who verifies to find."""
    events = tuple(
        Event(
            str(event.get("id")),
            event.get("kind", ""),
            event.get("at"),
            event.get("site", ""),
            event.get("subject", ""),
            event.get("facts") or {},
        )
        for event in document.get("events") or ()
    )
    at: Any = document.get("at")
    return Entry(document["_id"], at, document.get("previous", ""), events, document.get("sha256", ""))
