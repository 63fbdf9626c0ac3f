"""The archive pass's stories become the stored ones, and back: preview, application, undo."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.errors import UsageError
from crawler.storage.change_marks import mark_changed
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import stories_lock
from crawler.storage.events import assign_events
from crawler.storage.placed_stories import Outcome, apply, journal_groups, undo
from crawler.storage.stored_article import ArticleReader
from crawler.storage.story_journal import Application, ApplicationState, StoryJournal
from dedup.batch.result import ClusteringResult
from dedup.stories.clusters import differences
from dedup.stories.placements import ChangeKind, StoryChange, story_changes

LISTED = 20
"""Changes that a preview shows in full."""
MEMBERS = 6
"""Articles of a story that it shows."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an application would change.

    Attributes:
        changes: The groups of stories that become others, the largest first.
        articles: Articles whose story gets another id or that leave it.
        unfinished: An application that was cut off.
    """

    changes: Sequence[StoryChange]
    articles: int
    unfinished: bool

    def counts(self) -> dict[str, int]:
        """Groups by what becomes of them."""
        kinds = Counter(change.kind for change in self.changes)
        return {str(kind): kinds[kind] for kind in ChangeKind}


def preview(stores: Stores, result: ClusteringResult) -> Preview:
    """What applying a pass over the archive would change.

    Args:
        stores: The open stores.
        result: What the pass found.
    """
    differing = differences(result.input_stories, result.stories)
    changes = list(story_changes(differing, result.verdicts, result.round_ups))
    states = ApplicationState.APPLYING, ApplicationState.UNDOING
    return Preview(
        changes=changes,
        articles=sum(len(change.moved) for change in changes),
        unfinished=bool(StoryJournal(stores.db).applications(*states)),
    )


def preview_rows(stores: Stores, previewed: Preview) -> list[dict[str, Any]]:
    """The first changes of a preview, with what their articles are."""
    shown = previewed.changes[:LISTED]
    ids = [placement.id for change in shown for placement in change.placements[: MEMBERS * 4]]
    headers = ArticleReader(stores.db).headers(ids)

    def article(id_: str) -> dict[str, str | None]:
        header = headers.get(id_)
        return {
            "id": id_,
            "site": header.site if header else None,
            "title": header.title if header else None,
        }

    def stories(members: Mapping[str, str]) -> list[dict[str, Any]]:
        by_story: dict[str, list[str]] = {}
        for id_, story in members.items():
            by_story.setdefault(story, []).append(id_)
        return [
            {
                "story_id": story,
                "count": len(ids),
                "articles": [article(id_) for id_ in ids[:MEMBERS]],
            }
            for story, ids in by_story.items()
        ]

    return [
        {
            "kind": str(change.kind),
            "before": stories(change.before),
            "after": stories({each.id: each.story_id for each in change.placements}),
        }
        for change in shown
    ]


def finish_application(stores: Stores) -> Outcome | None:
    """Finish an application, or an undo, that was cut off; None where there is none."""
    journal = StoryJournal(stores.db)
    outcome = None
    for application in journal.applications(ApplicationState.APPLYING):
        outcome = _changed(stores, application, back=False)
    for application in journal.applications(ApplicationState.UNDOING):
        outcome = _changed(stores, application, back=True)
    return outcome


def apply_changes(stores: Stores, previewed: Preview) -> Outcome:
    """Write the stories of a pass where the stored ones are others; see `placed_stories`.

    Args:
        stores: The open stores.
        previewed: What is to change.
    """
    if not previewed.changes:
        return Outcome(0, 0, {})
    application = StoryJournal(stores.db).write(journal_groups(stores, previewed.changes))
    return _changed(stores, application, back=False)


def undo_latest(stores: Stores) -> Outcome:
    """Take the latest application back.

    Raises:
        UsageError: There is none.
    """
    journal = StoryJournal(stores.db)
    applications = journal.applications(
        ApplicationState.APPLYING, ApplicationState.APPLIED, ApplicationState.UNDOING
    )
    if not applications:
        raise UsageError("--undo: no archive pass was applied, or all were taken back")
    return _changed(stores, applications[-1], back=True)


def _changed(stores: Stores, application: Application, *, back: bool) -> Outcome:
    with stories_lock(stores) as lock:
        try:
            outcome = (undo if back else apply)(stores, application, lock.reacquire)
        finally:
            mark_changed(stores.db)
    assign_events(stores)
    return outcome
