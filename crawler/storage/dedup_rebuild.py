"""The dedup index made anew from MongoDB: where something of it was lost, or because a person asks for it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pymongo
from pymongo.database import Database
from redis.lock import Lock

from crawler.storage.batches import in_batches
from crawler.storage.change_marks import mark_changed
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import (
    SIGNED,
    index_was_lost,
    index_window,
    prepared_article,
    stories_lock,
    unopened_index,
    write_stories,
)
from crawler.storage.dedup_texts import stored_texts
from crawler.storage.eviction import remember_eviction
from crawler.storage.placed_stories import apply_again
from crawler.storage.schema import Document
from crawler.storage.settled_stories import settle_articles
from crawler.storage.splits import splits_of
from crawler.storage.stored_article import LONGEST_SCAN, ArticleHeader, UnsealedArticleReader
from dedup import Decision, Prepared


def mend_index(stores: Stores) -> int | None:
    """Make the index anew if something of it was lost; one process does, others wait for it.

    Returns:
        How many articles it was made of; None where it was whole.

    Raises:
        IndexMismatchError: The index was made with other parameters.
    """
    if not index_was_lost(stores):
        return None
    with stories_lock(stores) as lock:
        return _rebuild(stores, lock) if index_was_lost(stores) else None


def rebuild_index(stores: Stores, progress: Callable[[int], None] | None = None) -> int:
    """Make the index anew from the signatures stored with the articles, in order of publication.

    The stories that come out of it are written to the articles where they differ; they keep their ids. What
    applied archive passes say stands above what the index decides (`placed_stories.apply_again`). One
    process does so at a time; others wait for it.

    Args:
        stores: The open stores.
        progress: Called with the number of articles done so far.

    Returns:
        How many articles are in the index now.
    """
    with stories_lock(stores) as lock:
        return _rebuild(stores, lock, progress)


def _rebuild(stores: Stores, lock: Lock, progress: Callable[[int], None] | None = None) -> int:
    index = unopened_index(stores)
    stores.index = index
    order, left_out = _order(stores)

    def decided(decisions: list[Decision]) -> None:
        write_stories(stores.db, decisions)
        lock.reacquire()

    try:
        count = index.rebuild(
            _signatures(stores.db, order),
            apart=splits_of(stores.db),
            left_out=left_out,
            texts=stored_texts(stores),
            progress=progress,
            decided=decided,
        )
        apply_again(stores, lock.reacquire)
        settle_articles(stores, order, lock.reacquire)
    finally:
        mark_changed(stores.db)
    # Afterwards: where the memory is too small for the index, each crawl would make it anew.
    remember_eviction(stores.redis, stores.db)
    return count


def _order(stores: Stores) -> tuple[list[str], int]:
    """The ids of the articles that belong into the index, by time of publication, and how many don't.

    With a window, articles first seen before it don't, and those of stories that began before it.
    """
    with pymongo.timeout(LONGEST_SCAN):
        headers = list(UnsealedArticleReader(stores.db).all_headers())
    outside: set[str] = set()
    if window := index_window(stores):
        since = datetime.now(UTC) - window
        outside = {header.id for header in headers if header.first_seen_at < since}
    inside = [header for header in headers if header.id not in outside and header.story_id not in outside]
    inside.sort(key=lambda header: header.order)
    return keep_story_ids({header.id: header.story_id for header in inside}), len(headers) - len(inside)


def keep_story_ids(stories: Mapping[str, str]) -> list[str]:
    """The order in which articles go into a new index so that their stories keep their ids.

    A story is called by the article that it began with, which is the first of it to go into the index. That
    need not be the one that was published first: it goes in just before that one.

    Args:
        stories: The story of each article by the article's id, in order of publication.
    """
    order: dict[str, None] = {}
    for article_id in stories:
        # The naming article may itself have come into another story since.
        naming = [article_id]
        while (story := stories[naming[-1]]) in stories and story not in naming:
            naming.append(story)
        order.update(dict.fromkeys(id_ for id_ in reversed(naming) if id_ not in order))
    return list(order)


def _signatures(db: Database[Document], order: Sequence[str]) -> Iterator[Prepared]:
    for batch in in_batches(db.articles, order, SIGNED):
        for document in batch:
            yield prepared_article(db, ArticleHeader.from_document(document), document["signature"])
