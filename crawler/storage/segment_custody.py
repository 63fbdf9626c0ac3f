"""What the custody log says of a site's segments, and what a crash left out of it."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pymongo.database import Database

from crawler.custody.canonical import sha256_of
from crawler.custody.entries import Event, EventKind, new_event
from crawler.storage.custody import entries_about
from crawler.storage.custody_records import Custodian
from crawler.storage.schema import Document
from crawler.storage.warc.raw_pages import segment_name, segment_number, segments

_CHUNK = 1 << 20


def begin_custody(
    db: Database[Document], custodian: Custodian, site: str, folder: Path, software: dict[str, str]
) -> None:
    """Enter what is not in the log though it should be: call it when a site's lease is taken, before writing.

    That is what was there before the log began, what a crash cut off, and a version or setting that is new.

    Args:
        db: The database.
        custodian: Writes to the log.
        site: The site.
        folder: Its segments.
        software: What writes, and the settings that bear on what is kept.
    """
    now = datetime.now(UTC)
    state = db.meta.find_one({"_id": _key(site)}) or {}
    fingerprint = sha256_of(software)
    if state.get("software") != fingerprint:
        custodian.log_events(db, [new_event(EventKind.SOFTWARE, now, site, site, **software)])
    if not state:
        custodian.adopt(db, site, now)
    custodian.log_pending(db, site)
    events: list[Event] = []
    first = segment_number(state["segment"]) if state.get("segment") else 0
    for path in segments(folder):
        is_noted = segment_name(path) == state.get("segment") and path.stat().st_size == state.get("end")
        if segment_number(path.name) >= first and not is_noted:
            events += _unlogged(db, site, path, now)
    custodian.log_events(db, events)
    _note(db, site, folder, software=fingerprint)


def end_custody(db: Database[Document], custodian: Custodian, site: str, folder: Path) -> None:
    """Note up to where all is in the log; call it when the last segment is finished and logged."""
    _note(db, site, folder)
    custodian.close(db)


def _unlogged(db: Database[Document], site: str, path: Path, now: datetime) -> list[Event]:
    """The event of a segment's bytes that are not in the log."""
    name = segment_name(path)
    ends = [
        int(event.facts.get("end", 0))
        for entry in entries_about(db, name)
        for event in entry.events
        if event.kind == EventKind.CAPTURE and event.subject == name
    ]
    begin, size = max(ends, default=0), path.stat().st_size
    if size <= begin:
        return []
    facts: dict[str, Any] = {"begin": begin, "end": size, "sha256": _file_sha256(path, begin), "found": True}
    return [new_event(EventKind.CAPTURE, now, site, name, **facts)]


def _file_sha256(path: Path, begin: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        file.seek(begin)
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _note(db: Database[Document], site: str, folder: Path, **fields: str) -> None:
    last = next(reversed(segments(folder)), None)
    if last is not None:
        noted: dict[str, Any] = {"segment": segment_name(last), "end": last.stat().st_size, **fields}
    else:
        noted = {"segment": None, "end": 0, **fields}
    db.meta.update_one({"_id": _key(site)}, {"$set": noted}, upsert=True)


def _key(site: str) -> str:
    return f"custody:{site}"
