"""Looks at articles that brought nothing new: the facts of each, and several of them at once.

A look that is written by itself marks its article until its event is in the custody log, and the mark costs a
second write of the article. Several are noted in one small document instead, before any of them is written;
what a crash leaves in the note is entered when the site's next crawl or import begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.database import Database

from crawler.custody.canonical import sha256_of, time_text
from crawler.custody.entries import Event, EventKind, new_event
from crawler.storage.batches import in_batches
from crawler.storage.schema import Document


@dataclass(frozen=True, slots=True)
class RepeatedLook:
    """A look at an article that is as it is stored: its id, when, and the address of the page."""

    article_id: str
    at: datetime
    alias: str


def look_facts(document: Mapping[str, Any]) -> dict[str, str]:
    """When an article was looked at last, and the hash of the addresses by which it is found."""
    at = document.get("checked_at")
    facts = {"checked_at": time_text(at) if isinstance(at, datetime) else str(at)} if at is not None else {}
    return {**facts, "aliases": sha256_of(sorted(map(str, document.get("aliases") or ())))}


def look_event(document: Document) -> Event:
    """The event of the last look at an article, as it is stored."""
    at = document.get("checked_at") or document["custody_pending"]["at"]
    return new_event(EventKind.LOOK, at, document["site"], document["_id"], **look_facts(document))


def note_looks(db: Database[Document], site: str, looks: Sequence[RepeatedLook]) -> None:
    """Note looks at articles of a site whose lease is held, before they are written; it has one such note."""
    noted = [{"id": look.article_id, "at": look.at} for look in looks]
    db.meta.update_one({"_id": _key(site)}, {"$set": {"looks": noted}}, upsert=True)


def write_looks(db: Database[Document], looks: Sequence[RepeatedLook]) -> None:
    """Write looks, each at another article, in one request; call `note_looks` before."""
    db.articles.bulk_write(
        [
            UpdateOne(
                {"_id": look.article_id},
                {"$set": {"checked_at": look.at}, "$addToSet": {"aliases": look.alias}},
            )
            for look in looks
        ],
        ordered=False,
    )


def noted_look_events(db: Database[Document], site: str) -> list[Event]:
    """The events of the looks that are noted, as far as they were written."""
    note = db.meta.find_one({"_id": _key(site)}) or {}
    noted = {each["id"]: each["at"] for each in note.get("looks") or ()}
    fields = dict.fromkeys(("site", "checked_at", "aliases"), 1)
    documents = [each for batch in in_batches(db.articles, list(noted), fields) for each in batch]
    return [look_event(each) for each in documents if each.get("checked_at") == noted[each["_id"]]]


def forget_looks(db: Database[Document], site: str) -> None:
    """Empty the note: what was noted is in the log."""
    db.meta.update_one({"_id": _key(site)}, {"$set": {"looks": []}})


def _key(site: str) -> str:
    return f"custody-looks:{site}"
