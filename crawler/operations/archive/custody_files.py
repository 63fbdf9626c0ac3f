"""The custody log's part in a case: the entries about its articles, and the time stamp over them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pymongo.database import Database

from crawler.custody.canonical import canonical
from crawler.custody.entries import Entry, entry_record
from crawler.storage.custody import TimeStamp, entries_about, sampled_entries, time_stamps
from crawler.storage.schema import Document
from crawler.storage.seals import Seals

MOST_ENTRIES = 5_000
"""Entries of a chain that a case takes along; about as many as a day of eighty sites makes."""


@dataclass(frozen=True, slots=True)
class CustodyFiles:
    """Files by name, and sentences on what they lack."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    notes: Sequence[str] = ()


def custody_files(db: Database[Document], article_ids: Collection[str]) -> CustodyFiles:
    """What the log says of articles, so that it can be checked without the archive.

    `custody.jsonl` has the entries from the first about them to the one that was stamped next, each a line of
    canonical JSON: the SHA-256 of a line without its `sha256` is its hash, and `previous` that of the line
    before. `stamp-N.tsr` is the authority's answer about entry N, `stamp-N.txt` the bytes that were stamped.

    Args:
        db: The database.
        article_ids: The articles.
    """
    about = {entry.number: entry for id_ in article_ids for entry in entries_about(db, id_)}
    if not about:
        return CustodyFiles(notes=["the custody log has no entry about these articles, which are older"])
    first, last = min(about), max(about)
    stamp = next((each for each in time_stamps(db) if each.number >= last), None)
    notes = [] if stamp else ["no time stamp covers the last custody entry yet"]
    chain = _chain(db, first, stamp.number if stamp else last)
    if chain is None:
        notes.append(
            "the custody entries between those about these articles were left out: they are too many, or "
            "name withheld articles"
        )
        chain = [about[number] for number in sorted(about)]
    return CustodyFiles({"custody.jsonl": _lines(chain), **_stamp_files(stamp)}, notes)


def _chain(db: Database[Document], first: int, last: int) -> list[Entry] | None:
    """The entries between two numbers, both included; None where they can't be handed over."""
    if last - first >= MOST_ENTRIES:
        return None
    chain = sorted(sampled_entries(db, range(first, last + 1)), key=lambda entry: entry.number)
    subjects = {event.subject for entry in chain for event in entry.events}
    return None if Seals(db).of(sorted(subjects)) else chain


def _lines(entries: Sequence[Entry]) -> bytes:
    return b"".join(canonical(entry_record(entry)) + b"\n" for entry in entries)


def _stamp_files(stamp: TimeStamp | None) -> dict[str, bytes]:
    if stamp is None:
        return {}
    name = f"stamp-{stamp.number}"
    return {f"{name}.tsr": stamp.token, f"{name}.txt": stamp.sha256.encode("ascii")}
