"""What of the archive the custody log holds, and how changes to it come to stand there.

Whatever changes a protected field of an article marks it as pending in the same write (`pending_mark`);
once its event is in the log, the mark is taken off. So an article whose event a crash has cut off is found.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any, Self

from pymongo import UpdateOne
from pymongo.database import Database

from crawler.custody.entries import Event, EventKind, new_event
from crawler.storage.batches import in_batches
from crawler.storage.custody import CustodyLog, entries_about
from crawler.storage.custody_hashes import article_sha256, wording_hashes
from crawler.storage.looks import (
    RepeatedLook,
    forget_looks,
    look_event,
    look_facts,
    note_looks,
    noted_look_events,
    write_looks,
)
from crawler.storage.schema import Document
from crawler.storage.warc.segments import SegmentChange

_PENDING = {"custody_pending.kind": {"$in": [str(kind) for kind in EventKind]}}

MOST_RECENT = 1_000
"""Marks that a process remembers."""
CLEARED_AT_ONCE = 50
"""Marks that are taken off in one request."""


def pending_mark(kind: EventKind, at: datetime) -> dict[str, Any]:
    """The field that marks an article whose event is still to be logged, for the write that changes it.

    Args:
        kind: What happens to it.
        at: When, aware.
    """
    return {"custody_pending": {"kind": str(kind), "at": at, "token": token_hex(8)}}


@dataclass(frozen=True, slots=True)
class NewArticleMark:
    """An article that is about to be inserted: when its page was captured, and a token as marks have one."""

    id: str
    at: datetime
    token: str = field(default_factory=lambda: token_hex(8))


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file that is imported where it lies: its path, hex SHA-256 and bytes, and when they were read."""

    path: str
    sha256: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class _Mark:
    """A pending mark: what is renewed with each protected change, and with each look at a marked article."""

    is_look: bool
    token: str
    look: str | None

    @classmethod
    def of(cls, document: Document) -> Self:
        """The mark of an article."""
        mark = document["custody_pending"]
        return cls(mark["kind"] == EventKind.LOOK, mark["token"], mark.get("look"))


class Custodian:
    """Enters into the log what a process changes; its threads share one."""

    def __init__(self) -> None:
        self._log = CustodyLog()
        self._lock = threading.Lock()
        self._logged: dict[str, _Mark] = {}
        """The marks that are to be taken off, by article."""
        self._recent: OrderedDict[str, _Mark] = OrderedDict()
        """Marks whose events are in the log: an article that is looked at again before its mark is taken off
        gets a look's event and not the one before again."""

    def log_events(self, db: Database[Document], events: Sequence[Event]) -> None:
        """Enter events."""
        self._log.append(db, events)

    def log_articles(
        self, db: Database[Document], article_ids: Iterable[str], before: Sequence[Event] = ()
    ) -> None:
        """Enter events, and what happened to articles as far as that is pending; all in one entry.

        Args:
            db: The database.
            article_ids: The articles.
            before: Events that come first, such as their captures.
        """
        documents = list(db.articles.find({"_id": {"$in": sorted(set(article_ids))}}))
        pending = [document for document in documents if document.get("custody_pending")]
        self._enter(db, pending, before)

    def log_pending(self, db: Database[Document], site: str) -> int:
        """Enter whatever is pending of a site; returns for how many articles. Index `custody_pending`."""
        self._log_left(db, site)
        pending = [document for document in db.articles.find(_PENDING) if document["site"] == site]
        self._enter(db, pending)
        withdrawn = [document for document in db.withdrawn.find(_PENDING) if document["site"] == site]
        self._log.append(
            db,
            [
                new_event(EventKind.WITHDRAWAL, document["withdrawn_at"], site, document["article_id"])
                for document in withdrawn
            ],
        )
        for document in withdrawn:
            db.withdrawn.update_one({"_id": document["_id"]}, {"$unset": {"custody_pending": ""}})
        self.clear(db)
        return len(pending)

    def log_files(
        self, db: Database[Document], site: str, files: Sequence[ImportedFile], facts: Mapping[str, str]
    ) -> None:
        """Enter files that are imported into a site, but for those that are in the log as they are.

        Args:
            db: The database.
            site: The site.
            files: The files.
            facts: Who imports them, and with what.
        """
        for first in range(0, len(files), CLEARED_AT_ONCE):
            part = {_printable(file.path): file for file in files[first : first + CLEARED_AT_ONCE]}
            logged = {
                (event.subject, event.facts.get("sha256"), event.facts.get("bytes"))
                for entry in entries_about(db, *part)
                for event in entry.events
                if event.kind == EventKind.IMPORT and event.site == site
            }
            events = [
                new_event(EventKind.IMPORT, file.at, site, name, sha256=file.sha256, bytes=file.size, **facts)
                for name, file in part.items()
                if (name, file.sha256, file.size) not in logged
            ]
            self._log.append(db, events)

    def note_new(self, db: Database[Document], site: str, articles: Sequence[NewArticleMark]) -> None:
        """Note articles that are about to be inserted without marks: call it before, and `log_new` after.

        A mark that is taken off costs a write of the article. This note costs one of some bytes for all of
        them; what a crash cuts off is entered by `log_pending`.

        Args:
            db: The database.
            site: Their site, whose lease is held: it has one such note.
            articles: The articles.
        """
        noted = [{"id": each.id, "at": each.at, "token": each.token} for each in articles]
        db.meta.update_one({"_id": _new_key(site)}, {"$set": {"articles": noted}}, upsert=True)

    def log_new(self, db: Database[Document], site: str, before: Sequence[Event] = ()) -> None:
        """Enter the articles that `note_new` has noted, as far as they are stored, and take off the note.

        Args:
            db: The database.
            site: Their site.
            before: Events that come first.
        """
        documents = _noted_new(db, site)
        self._log.append(db, [*before, *(_article_event(document, {}) for document in documents)])
        db.meta.update_one({"_id": _new_key(site)}, {"$set": {"articles": []}})

    def write_looks(
        self, db: Database[Document], site: str, looks: Sequence[RepeatedLook], before: Sequence[Event] = ()
    ) -> None:
        """Write looks that bring nothing new, each at another article of a site, and enter them.

        Args:
            db: The database.
            site: The site, whose lease is held.
            looks: The looks, later than any before.
            before: Events that come first.
        """
        note_looks(db, site, looks)
        write_looks(db, looks)
        self._log.append(db, [*before, *noted_look_events(db, site)])
        forget_looks(db, site)

    def _log_left(self, db: Database[Document], site: str) -> None:
        """Enter what a crash has left in the notes, but for what is in the log already."""
        if events := [_article_event(document, {}) for document in _noted_new(db, site)]:
            self._log_once(db, events)
            db.meta.update_one({"_id": _new_key(site)}, {"$set": {"articles": []}})
        if events := noted_look_events(db, site):
            self._log_once(db, events)
            forget_looks(db, site)

    def _log_once(self, db: Database[Document], events: Sequence[Event]) -> None:
        """Enter events, but for those that are in the log already."""
        entries = entries_about(db, *(event.subject for event in events))
        logged = {event.id for entry in entries for event in entry.events}
        self._log.append(db, [event for event in events if event.id not in logged])

    def adopt(self, db: Database[Document], site: str, at: datetime) -> int:
        """Enter the articles of a site that are older than the log as they stand; returns how many."""
        ids = [document["_id"] for document in db.articles.find({"site": site}, {"_id": 1})]
        for batch in in_batches(db.articles, ids):
            for document in batch:
                document.setdefault(
                    "custody_pending", pending_mark(EventKind.ADOPTION, at)["custody_pending"]
                )
            self._enter(db, batch)
        return len(ids)

    def clear(self, db: Database[Document]) -> None:
        """Take off the marks of articles whose events are in the log."""
        with self._lock:
            logged, self._logged = self._logged, {}
        if logged:
            db.articles.bulk_write(
                [
                    UpdateOne(
                        {
                            "_id": article_id,
                            "custody_pending.token": mark.token,
                            "custody_pending.look": mark.look,
                        },
                        {"$unset": {"custody_pending": ""}},
                    )
                    for article_id, mark in logged.items()
                ],
                ordered=False,
            )

    def close(self, db: Database[Document]) -> None:
        """Take off all marks, and note where the log ends."""
        self.clear(db)
        self._log.close(db)

    def _enter(
        self, db: Database[Document], documents: Sequence[Document], before: Sequence[Event] = ()
    ) -> None:
        marks = {document["_id"]: _Mark.of(document) for document in documents}
        with self._lock:
            logged = {id_: self._recent[id_] for id_ in marks if id_ in self._recent}
        looked_at = {
            id_
            for id_, mark in marks.items()
            if mark.is_look or (id_ in logged and logged[id_].token == mark.token)
        }
        states = [document for document in documents if document["_id"] not in looked_at]
        wordings = wording_hashes(db, [document["_id"] for document in states if _has_wordings(document)])
        events = [_article_event(document, wordings.get(document["_id"], {})) for document in states]
        events += [
            look_event(document)
            for document in documents
            if document["_id"] in looked_at and marks[document["_id"]] != logged.get(document["_id"])
        ]
        self._log.append(db, [*before, *events])
        with self._lock:
            self._logged |= marks
            self._recent |= marks
            while len(self._recent) > MOST_RECENT:
                self._recent.popitem(last=False)
            is_due = len(self._logged) >= CLEARED_AT_ONCE
        if is_due:
            self.clear(db)


def _printable(path: str) -> str:
    """The name of a file, which may be no text, as text."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _new_key(site: str) -> str:
    return f"custody-new:{site}"


def _noted_new(db: Database[Document], site: str) -> list[Document]:
    """The articles of a site's note of new ones that were inserted, with the marks that they would have."""
    note = db.meta.find_one({"_id": _new_key(site)}) or {}
    noted = {each["id"]: each for each in note.get("articles") or ()}
    documents = [document for batch in in_batches(db.articles, list(noted)) for document in batch]
    return [
        document | {"custody_pending": {"kind": str(EventKind.ARTICLE), **noted[document["_id"]]}}
        for document in documents
        # Under an id that another site has, nothing was inserted.
        if document["site"] == site and document["checked_at"] == noted[document["_id"]]["at"]
    ]


def _has_wordings(document: Document) -> bool:
    """Whether an article may have earlier wordings: not when it is written for the first time."""
    return bool(document["revision"] > 1 or document["custody_pending"]["kind"] != EventKind.ARTICLE)


def _article_event(document: Document, wordings: Mapping[str, str]) -> Event:
    mark = document["custody_pending"]
    capture = document.get("removal_capture") if document.get("removed_at") else document.get("capture")
    return new_event(
        EventKind(mark["kind"]),
        mark["at"],
        document["site"],
        document["_id"],
        url=document["url"],
        revision=document["revision"],
        sha256=article_sha256(document),
        # Pairs: a key may hold no point in some databases.
        wordings=[[key, wordings[key]] for key in sorted(wordings)] or None,
        record=capture.get("record_id") if capture else None,
        **look_facts(document),
        token=mark["token"],
    )


def segment_events(site: str, changes: Iterable[SegmentChange]) -> list[Event]:
    """The events of what was appended to a site's segments, and of those that were deleted."""
    return [
        new_event(
            EventKind.CAPTURE if change.sha256 else EventKind.SEGMENT_DELETED,
            change.at,
            site,
            change.segment,
            begin=change.begin,
            end=change.end,
            sha256=change.sha256,
        )
        for change in changes
    ]
