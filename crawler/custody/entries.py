"""What a custody log consists of: events, in entries that are chained by their hashes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from crawler.custody.canonical import sha256_of

FIRST = 1
"""Number of the first entry."""
NOTHING_BEFORE = "0" * 64
"""What stands in the first entry for the hash of the one before."""


class EventKind(StrEnum):
    """What happened."""

    BEGINNING = "beginning"
    """The log began; what is older than it is not in it."""
    SOFTWARE = "software"
    """A version of Khabar, with settings that bear on what is kept, began to write."""
    CAPTURE = "capture"
    """Records were written to a WARC segment."""
    IMPORT = "import"
    """A file was imported, and stays where it lies: its hash, its bytes, and who imported it with what."""
    SEGMENT_DELETED = "segment_deleted"
    """A segment was deleted, since the site's limit was reached."""
    ARTICLE = "article"
    REVISION = "revision"
    CORRECTION = "correction"
    """An article was put right though its site revised nothing: read anew, completed, better metadata."""
    EARLIER_WORDING = "earlier_wording"
    """An import brought what an article said before it was known here."""
    MOVE = "move"
    """An article got another address."""
    LOOK = "look"
    """An article's page was fetched again and had not changed: when, and by which addresses it is found."""
    REMOVAL = "removal"
    REMOVAL_UNDONE = "removal_undone"
    """That an article was removed was taken back: its site had sent everybody elsewhere."""
    RETURN = "return"
    WITHDRAWAL = "withdrawal"
    ADOPTION = "adoption"
    """An article that is older than the log was entered into it as it stood then."""
    TIME_STAMP = "time_stamp"
    """An authority has stamped the hash of an entry."""
    SPLIT = "split"
    UNSPLIT = "unsplit"
    SEAL = "seal"
    """An article, or a part of it, was withheld from what is served."""
    UNSEAL = "unseal"


ARTICLE_STATES = frozenset(
    {
        EventKind.ARTICLE,
        EventKind.REVISION,
        EventKind.CORRECTION,
        EventKind.EARLIER_WORDING,
        EventKind.MOVE,
        EventKind.REMOVAL,
        EventKind.REMOVAL_UNDONE,
        EventKind.RETURN,
        EventKind.ADOPTION,
    }
)
"""Events that say how an article stood afterwards: their facts have its `sha256`. They and looks say when it
was looked at last, and have the hash of its addresses."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        id: The same however often it is written: a write that is repeated changes nothing.
        kind: What.
        at: When, aware, in whole milliseconds.
        site: Whose; empty for the archive as a whole.
        subject: What it is about: an article's id, the name of a segment, two ids joined by a colon.
        facts: JSON values that say more, such as hashes.
    """

    id: str
    kind: EventKind
    at: datetime
    site: str
    subject: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def new_event(kind: EventKind, at: datetime, site: str, subject: str, **facts: Any) -> Event:
    """An event, named for all that it says.

    Args:
        kind: What happened.
        at: When, aware.
        site: Whose; empty for the archive as a whole.
        subject: What it is about.
        **facts: JSON values; those that are None are left out.
    """
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    values = {name: value for name, value in facts.items() if value is not None}
    name = sha256_of([kind, at, site, subject, values])[:32]
    return Event(name, kind, at, site, subject, values)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log: events that were written at once.

    Attributes:
        number: Its place, from `FIRST` on without gaps.
        at: When it was written, aware, in whole milliseconds.
        previous: The hash of the entry before it.
        events: What happened, in order.
        sha256: Its own hash, over all that stands above.
    """

    number: int
    at: datetime
    previous: str
    events: Sequence[Event]
    sha256: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the log, by number and hash."""

    number: int
    sha256: str


def event_record(event: Event) -> dict[str, Any]:
    """An event as it is hashed and exported."""
    return {
        "id": event.id,
        "kind": str(event.kind),
        "at": event.at,
        "site": event.site,
        "subject": event.subject,
        "facts": dict(event.facts),
    }


def entry_record(entry: Entry) -> dict[str, Any]:
    """An entry as it is exported; without `sha256` it is what is hashed."""
    return {
        "number": entry.number,
        "at": entry.at,
        "previous": entry.previous,
        "events": [event_record(event) for event in entry.events],
        "sha256": entry.sha256,
    }


def entry_sha256(entry: Entry) -> str:
    """The hash that an entry has by what stands in it."""
    record = entry_record(entry)
    del record["sha256"]
    return sha256_of(record)


def next_entry(head: Head | None, at: datetime, events: Sequence[Event]) -> Entry:
    """The entry that follows the last one.

    Args:
        head: The last one; None: there is none.
        at: The time of writing, aware.
        events: What happened.
    """
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    number, previous = (FIRST, NOTHING_BEFORE) if head is None else (head.number + 1, head.sha256)
    unsigned = Entry(number, at, previous, tuple(events), "")
    return Entry(number, at, previous, tuple(events), entry_sha256(unsigned))
