"""Stories settled: once articles are in, those around them stand where an archive pass would put them.

An article that is stored, or has another text, is marked `unsettled` with the same write. Whoever settles it
takes the mark away last; so whatever a crash cuts off is done again, and changes nothing that was done.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from pymongo import UpdateOne
from pymongo.database import Database
from redis.exceptions import OutOfMemoryError

from crawler.storage.change_marks import mark_changed
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import open_index, stories_lock
from crawler.storage.placed_stories import place_articles
from crawler.storage.schema import Document
from crawler.storage.splits import splits_of
from crawler.storage.stored_article import UnsealedArticleReader
from dedup import DedupError
from dedup import Document as Text
from dedup.index.settling import settle

AT_ONCE = 256
"""Articles settled in one step: their texts, and those of the stories around them, are held in memory."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Settled:
    """What settling did.

    Attributes:
        articles: Articles that were settled.
        moved: Articles that belong to another story since.
        left: Groups of stories that were left as they are: an article changed meanwhile, is no longer there,
            or resembles too many.
    """

    articles: int = 0
    moved: int = 0
    left: int = 0


def settle_new(stores: Stores, sign_of_life: Callable[[], object]) -> Settled | None:
    """Settle the stories of all articles that wait for it.

    Args:
        stores: The open stores.
        sign_of_life: Called after each step, of some seconds at most.

    Returns:
        What was done; None where another process is changing many stories at the moment: then they wait on.
    """
    lock = stories_lock(stores)
    if not lock.acquire(blocking=False):
        return None

    def step() -> None:
        lock.reacquire()
        sign_of_life()

    try:
        marked = stores.db.articles.find({"unsettled": True}, {"_id": 1})
        return settle_articles(stores, [each["_id"] for each in marked], step)
    finally:
        lock.release()


def settle_waiting(stores: Stores, sign_of_life: Callable[[], object] = lambda: None) -> None:
    """Settle the stories of all articles that wait for it, if it can be done now; the log says how it went.

    Args:
        stores: The open stores.
        sign_of_life: As for `settle_new`.
    """
    try:
        settled = settle_new(stores, sign_of_life)
    except (DedupError, OutOfMemoryError) as error:
        # The index is full, or was replaced: the articles wait on.
        logger.error("The stories of the new articles are not settled yet: %s", error)
        return
    if settled is None:
        logger.info("Other stories are being changed: the new ones are settled after the next crawl")
    elif settled.moved or settled.left:
        logger.info(
            "%d articles settled: %d belong to another story, %d groups of stories stay as they are",
            settled.articles,
            settled.moved,
            settled.left,
        )


def settle_articles(stores: Stores, ids: Sequence[str], sign_of_life: Callable[[], object]) -> Settled:
    """Settle the stories of some articles; see `settle_new`. The caller holds the lock."""
    settled = Settled()
    sites: set[str] = set()
    try:
        for first in range(0, len(ids), AT_ONCE):
            part = ids[first : first + AT_ONCE]
            stored = _StoredStories(stores.db)
            settlement = settle(open_index(stores), part, stored)
            settled.left += settlement.open
            for change in settlement.changes:
                if place_articles(stores, change.placements, stored.wordings, set(change.before.values())):
                    settled.left += 1
                else:
                    settled.moved += len(change.moved)
                    sites |= {stored.sites[placement.id] for placement in change.placements}
            _unmark(stores.db, part, stored)
            settled.articles += len(part)
            sign_of_life()
    finally:
        if sites:
            mark_changed(stores.db, sites)
    return settled


@dataclass(slots=True)
class _StoredStories:
    """The stories in MongoDB, and of what was read the hash of each text."""

    db: Database[Document]
    wordings: dict[str, str] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)

    def story_ids(self, ids: Collection[str]) -> set[str]:
        fields = {"story_id": 1, "dedup_pending": 1}
        documents = self.db.articles.find({"_id": {"$in": sorted(ids)}}, fields)
        return {each["story_id"] for each in documents if not each.get("dedup_pending")}

    def members(self, story_ids: Collection[str]) -> Sequence[Text]:
        reader = UnsealedArticleReader(self.db)
        headers = [each for each in reader.of_stories(sorted(story_ids)).values() if not each.dedup_pending]
        texts = reader.texts([each.id for each in headers])
        self.wordings |= {each.id: each.text_sha256 for each in headers}
        self.sites |= {each.id: each.site for each in headers}
        return [
            Text(each.id, texts[each.id], each.latest_publication, each.site, each.story_id)
            for each in headers
            if each.id in texts
        ]

    def apart(self) -> Iterable[tuple[str, str]]:
        return splits_of(self.db)


def _unmark(db: Database[Document], ids: Sequence[str], stored: _StoredStories) -> None:
    """Take the marks away from articles that still have the text that was looked at."""
    marks = [
        UpdateOne({"_id": id_, "text_sha256": stored.wordings[id_]}, {"$unset": {"unsettled": ""}})
        for id_ in ids
        if id_ in stored.wordings
    ]
    if marks:
        db.articles.bulk_write(marks, ordered=False)
