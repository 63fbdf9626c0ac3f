"""The journal of applied archive passes: how each article stood before, and where it was put.

It is written before anything else changes, so that an application that was cut off is finished by the next
one, and any of them can be taken back. `story_applications` has a document for each application,
`story_changes` one for each group of stories that became others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pymongo.database import Database

from crawler.storage.batches import in_batches
from crawler.storage.schema import Document
from dedup import Reason
from dedup.stories.placements import Placement

STORED_STORY = ("story_id", "duplicate_of", "similarity", "duplicate_reason", "repeats", "pair")
"""The fields of an article that its story decides: what an undo puts back."""
_AT_ONCE = 50
"""Groups of one write; a group has two articles or some."""


class ApplicationState(StrEnum):
    """How far an application has come."""

    PLANNING = "planning"
    """The journal is being written; nothing else has changed."""
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Application:
    """An archive pass whose stories became the stored ones.

    Attributes:
        id: The time of its beginning, in ISO 8601.
        state: How far it has come.
        groups: Groups of stories that it changes.
        articles: Articles in them.
    """

    id: str
    state: ApplicationState
    groups: int
    articles: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An article of a group.

    Attributes:
        id: The article.
        text_sha256: The wording that was compared.
        stored: What was stored of its story (`STORED_STORY`).
        before: Where the index had placed it.
        after: Where it is put.
    """

    id: str
    text_sha256: str
    stored: dict[str, Any]
    before: Placement
    after: Placement


@dataclass(frozen=True, slots=True)
class JournalGroup:
    """Stories that become others together.

    Attributes:
        key: Its `_id`.
        entries: Its articles.
        left: Why it was left as it is; None where it was applied, or will be.
    """

    key: str
    entries: tuple[JournalEntry, ...]
    left: str | None = None


class StoryJournal:
    """The journal in MongoDB.

    Args:
        db: The database.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._applications = db.story_applications
        self._changes = db.story_changes

    def applications(self, *states: ApplicationState) -> list[Application]:
        """The applications in some states, the oldest first."""
        documents = self._applications.find({"state": {"$in": [str(state) for state in states]}})
        return sorted(
            (
                Application(
                    document["_id"],
                    ApplicationState(document["state"]),
                    document.get("groups", 0),
                    document.get("articles", 0),
                )
                for document in documents
            ),
            key=lambda application: application.id,
        )

    def write(self, groups: Iterable[Sequence[JournalEntry]]) -> Application:
        """Write down an application; nothing is changed yet.

        What an earlier one left that did not come to its end here is removed.
        """
        for unfinished in self.applications(ApplicationState.PLANNING):
            self._forget_changes(unfinished.id)
            self._applications.delete_one({"_id": unfinished.id})
        id_ = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        self._applications.insert_one({"_id": id_, "state": str(ApplicationState.PLANNING)})
        count = articles = 0
        waiting: list[Document] = []
        for entries in groups:
            waiting.append({"_id": _key(id_, count), "articles": [asdict(entry) for entry in entries]})
            count += 1
            articles += len(entries)
            if len(waiting) == _AT_ONCE:
                self._changes.insert_many(waiting)
                waiting = []
        if waiting:
            self._changes.insert_many(waiting)
        fields = {"state": str(ApplicationState.APPLYING), "groups": count, "articles": articles}
        self._applications.update_one({"_id": id_}, {"$set": fields})
        return Application(id_, ApplicationState.APPLYING, count, articles)

    def set_state(self, application: Application, state: ApplicationState) -> None:
        """Note how far an application has come; one that was taken back loses its groups."""
        fields = {"state": str(state), "changed_at": datetime.now(UTC)}
        self._applications.update_one({"_id": application.id}, {"$set": fields})
        if state is ApplicationState.UNDONE:
            self._forget_changes(application.id)

    def groups(self, application: Application, *, newest_first: bool = False) -> Iterator[JournalGroup]:
        """Yield the groups of an application."""
        keys = [_key(application.id, number) for number in range(application.groups)]
        for batch in in_batches(self._changes, keys[::-1] if newest_first else keys):
            for document in batch:
                entries = tuple(map(_entry, document["articles"]))
                yield JournalGroup(document["_id"], entries, document.get("left"))

    def set_left(self, group: JournalGroup, why: str | None) -> None:
        """Note why a group was left as it is; None: it was applied."""
        if why != group.left:
            self._changes.update_one({"_id": group.key}, {"$set": {"left": why}})

    def _forget_changes(self, application_id: str) -> None:
        # ";" follows ":", which ends the application's id in its groups' keys.
        self._changes.delete_many({"_id": {"$gte": f"{application_id}:", "$lt": f"{application_id};"}})


def _key(application_id: str, number: int) -> str:
    return f"{application_id}:{number:07}"


def _entry(document: Document) -> JournalEntry:
    return JournalEntry(
        id=document["id"],
        text_sha256=document["text_sha256"],
        stored=document["stored"],
        before=_placement(document["before"]),
        after=_placement(document["after"]),
    )


def _placement(document: Document) -> Placement:
    return Placement(**{**document, "reason": Reason(document["reason"])})
