"""Stories that are given, not decided by the index: put into the index and into MongoDB.

A group of stories changes in the index in one atomic step; MongoDB follows by what the index says then. Each
step can be repeated, so whatever a crash cuts off is done again.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pymongo import UpdateOne

from crawler.storage.connect import Stores
from crawler.storage.dedup_index import SIGNED, open_index, prepared_article, put_stories_right
from crawler.storage.schema import Document
from crawler.storage.splits import splits_of
from crawler.storage.stored_article import ArticleHeader
from crawler.storage.story_journal import (
    STORED_STORY,
    Application,
    ApplicationState,
    JournalEntry,
    JournalGroup,
    StoryJournal,
)
from dedup.stories.placements import Placement, StoryChange


class Left(StrEnum):
    """Why a group of stories was left as it is."""

    CHANGED = "changed"
    """An article has another wording since, or is no longer in the archive."""
    MOVED = "moved"
    """An article came into another story since: by a later copy, by hand, or by a later pass."""
    MARKED = "marked"
    """A story would hold two articles that were marked as not the same story by hand."""
    NOT_INDEXED = "not_indexed"
    """An article is not in the index: it has left it, or still waits for it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an application.

    Attributes:
        articles: Articles in the groups that were changed.
        groups: Groups of stories that were changed.
        left: Groups that were left as they are, by reason.
    """

    articles: int
    groups: int
    left: dict[Left, int]


def journal_groups(stores: Stores, changes: Iterable[StoryChange]) -> Iterable[list[JournalEntry]]:
    """Yield how the articles of some changes stand; those of which one is not in the index are left out.

    Args:
        stores: The open stores.
        changes: What is to be changed.
    """
    fields = dict.fromkeys((*STORED_STORY, "text_sha256"), 1)
    for change in changes:
        ids = [placement.id for placement in change.placements]
        stored = {each["_id"]: each for each in stores.db.articles.find({"_id": {"$in": ids}}, fields)}
        before = [
            placement
            for placement in open_index(stores).placements(ids)
            if placement and placement.id in stored
        ]
        if len(before) < len(ids):
            continue
        yield [
            JournalEntry(
                id=old.id,
                text_sha256=stored[old.id]["text_sha256"],
                stored={name: stored[old.id][name] for name in STORED_STORY if name in stored[old.id]},
                before=old,
                after=new,
            )
            for old, new in zip(before, change.placements, strict=True)
        ]


def apply(stores: Stores, application: Application, sign_of_life: Callable[[], object]) -> Outcome:
    """Put articles where an application puts them; what was done already stays done.

    Args:
        stores: The open stores.
        application: The application.
        sign_of_life: Called after each group.
    """
    journal = StoryJournal(stores.db)
    outcome = _Tally()
    for group in journal.groups(application):
        after = [entry.after for entry in group.entries]
        why = _unlike(stores, group) or _place(stores, group.entries, after)
        journal.set_left(group, why)
        outcome.add(group, why)
        sign_of_life()
    journal.set_state(application, ApplicationState.APPLIED)
    return outcome.result()


def undo(stores: Stores, application: Application, sign_of_life: Callable[[], object]) -> Outcome:
    """Put articles back where they stood before an application; see `apply`."""
    journal = StoryJournal(stores.db)
    journal.set_state(application, ApplicationState.UNDOING)
    outcome = _Tally()
    for group in journal.groups(application, newest_first=True):
        if group.left is None:
            before = sorted((entry.before for entry in group.entries), key=lambda each: each.depth)
            why = _unlike(stores, group) or _place(stores, group.entries, before)
            if why is None:
                _restore_fields(stores, group.entries)
            outcome.add(group, why)
        sign_of_life()
    journal.set_state(application, ApplicationState.UNDONE)
    return outcome.result()


def apply_again(stores: Stores, sign_of_life: Callable[[], object]) -> Outcome:
    """Put articles where the applied passes put them, after the index was made anew; see `apply`."""
    journal = StoryJournal(stores.db)
    outcome = _Tally()
    for application in journal.applications(ApplicationState.APPLYING, ApplicationState.APPLIED):
        for group in journal.groups(application):
            if group.left is None:
                why = _place(stores, group.entries, [entry.after for entry in group.entries])
                outcome.add(group, why)
                sign_of_life()
    return outcome.result()


class _Tally:
    """Counts the groups that were changed, and those that were left."""

    def __init__(self) -> None:
        self._articles = 0
        self._groups = 0
        self._left: dict[Left, int] = {}

    def add(self, group: JournalGroup, why: Left | None) -> None:
        if why is None:
            self._articles += len(group.entries)
            self._groups += 1
        else:
            self._left[why] = self._left.get(why, 0) + 1

    def result(self) -> Outcome:
        return Outcome(self._articles, self._groups, self._left)


def _unlike(stores: Stores, group: JournalGroup) -> Left | None:
    """Whether somebody else has moved an article of a group, so that neither side of the journal holds."""
    ids = [entry.id for entry in group.entries]
    stories = {
        document["_id"]: document["story_id"]
        for document in stores.db.articles.find({"_id": {"$in": ids}}, {"story_id": 1})
    }
    for entry in group.entries:
        if stories.get(entry.id) not in (entry.stored["story_id"], entry.after.story_id, None):
            return Left.MOVED
    return None


def _place(stores: Stores, entries: Sequence[JournalEntry], placements: Sequence[Placement]) -> Left | None:
    """Put the articles of a group where they belong."""
    wordings = {entry.id: entry.text_sha256 for entry in entries}
    return place_articles(stores, placements, wordings, {entry.stored["story_id"] for entry in entries})


def place_articles(
    stores: Stores, placements: Sequence[Placement], wordings: Mapping[str, str], former: Collection[str]
) -> Left | None:
    """Put articles where they belong, in the index and in MongoDB; doing it again changes nothing.

    Args:
        stores: The open stores.
        placements: All articles of the stories that change, roots before the rest of their stories.
        wordings: Of each article, the hash of the text for which it belongs there.
        former: The stories that they were in.

    Returns:
        Why nothing was changed; None where they stand there now.
    """
    ids = [placement.id for placement in placements]
    documents: dict[str, Document] = {
        document["_id"]: document for document in stores.db.articles.find({"_id": {"$in": ids}}, SIGNED)
    }
    if any(documents.get(id_, {}).get("text_sha256") != wordings[id_] for id_ in ids):
        return Left.CHANGED
    if _holds_marked(stores, placements):
        return Left.MARKED
    articles = [
        prepared_article(
            stores.db,
            ArticleHeader.from_document(documents[placement.id]),
            documents[placement.id]["signature"],
        )
        for placement in placements
    ]
    if not open_index(stores).place(placements, articles):
        return Left.NOT_INDEXED
    put_stories_right(stores, ids, {*former, *(each.story_id for each in placements)})
    return None


def _holds_marked(stores: Stores, placements: Sequence[Placement]) -> bool:
    """Whether a story would hold two articles that were marked as not the same story."""
    stories = {placement.id: placement.story_id for placement in placements}
    return any(
        first in stories and stories[first] == stories.get(second) for first, second in splits_of(stores.db)
    )


def _restore_fields(stores: Stores, entries: Sequence[JournalEntry]) -> None:
    """Write the figures beside `duplicate_of` as they stood, where it names the same article as then."""
    updates = []
    for entry in entries:
        where = {name: entry.stored.get(name) for name in ("story_id", "duplicate_of")}
        absent = dict.fromkeys((name for name in STORED_STORY if name not in entry.stored), "")
        change = {"$set": {**entry.stored, "event_pending": True}, **({"$unset": absent} if absent else {})}
        updates.append(UpdateOne({"_id": entry.id, **where}, change))
    stores.db.articles.bulk_write(updates, ordered=False)
