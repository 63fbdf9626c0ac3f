"""The dedup index of an archive: opened, noticed when something of it was lost, followed by what is stored.

`crawler.storage.dedup_rebuild` makes it anew.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import pymongo
from pymongo import UpdateOne
from pymongo.database import Database
from redis.lock import Lock

from crawler.storage.article_fields import story_fields
from crawler.storage.articles import ArticleStore
from crawler.storage.batches import in_batches
from crawler.storage.change_marks import mark_changed
from crawler.storage.connect import Stores
from crawler.storage.dedup_texts import stored_texts
from crawler.storage.eviction import evicted_since_rebuild
from crawler.storage.pair_figures import measure_copies
from crawler.storage.schema import Document
from crawler.storage.stored_article import LONGEST_SCAN, ArticleHeader, UnsealedArticleReader
from dedup import Decision, Index, Prepared, StoredFormError, prepare

MOST_ROUNDS = 5
"""More changes of one story within some milliseconds do not happen."""

BASENAME = "khabar:dedup"
"""Prefix of the index's keys. Fixed: an index under a random name is lost at every restart."""


REBUILD_LOCK = 120.0
"""Seconds after which a rebuild that shows no sign of life counts as dead. It shows one with each batch; only
reading the order of a large archive takes longer than a moment."""


def open_index(stores: Stores) -> Index:
    """Open the archive's index.

    Raises:
        IndexMismatchError: It was made with other parameters; the message says which.
    """
    if stores.index is None:
        index = unopened_index(stores)
        index.open()
        stores.index = index
    return stores.index


def unopened_index(stores: Stores) -> Index:
    """The archive's index before anything is sent to it: whatever its parameters."""
    return Index(stores.redis, basename=BASENAME, window=index_window(stores))


def near_misses(stores: Stores) -> list[tuple[str, str, float]]:
    """The latest pairs that almost were copies; see `Index.near_misses`."""
    return unopened_index(stores).near_misses()


def index_window(stores: Stores) -> timedelta | None:
    """After how long an article leaves the index; None: never."""
    days = stores.settings.dedup_window
    return timedelta(days=days) if days else None


def index_was_lost(stores: Stores) -> bool:
    """Tell whether the index knows fewer articles than the archive holds.

    An article is inserted before it is stored, so the index never lags behind, unless Redis was emptied,
    or lost its last second in a crash. Articles that wait for it (`check_pending`) are not missed.

    Raises:
        IndexMismatchError: The index was made with other parameters.
    """
    stats = open_index(stores).stats()
    if stats.seen and evicted_since_rebuild(stores.redis, stores.db):
        return True
    with pymongo.timeout(LONGEST_SCAN):
        count = stores.db.articles.estimated_document_count()
    if count and stats.is_complete and stats.seen < count:
        count -= len(_pending(stores))
    return count > 0 and (not stats.is_complete or stats.seen < count)


def check_pending(stores: Stores) -> int:
    """Look up the articles that were stored without it, for Redis had no memory left.

    Returns:
        How many are looked up now.

    Raises:
        IndexFullError: Redis still has none; those that are left wait on.
        IndexMismatchError: The index was made with other parameters.
    """
    keys = _pending(stores)
    count = 0
    for batch in in_batches(stores.db.articles, keys, SIGNED):
        prepared = [
            prepared_article(stores.db, ArticleHeader.from_document(document), document["signature"])
            for document in batch
        ]
        decisions = open_index(stores).check_and_insert(prepared, texts=stored_texts(stores))
        write_stories(stores.db, decisions)
        count += len(batch)
    return count


def _pending(stores: Stores) -> list[str]:
    documents = stores.db.articles.find({"dedup_pending": True}, ArticleHeader.projection())
    waiting = sorted(map(ArticleHeader.from_document, documents), key=lambda header: header.order)
    return [header.id for header in waiting]


def recluster(stores: Stores, story_ids: Sequence[str]) -> None:
    """Put the articles of some stories into stories again, after pairs of them were marked; store the result.

    Args:
        stores: The open stores.
        story_ids: The stories; the id of the one that was published first stays in use.
    """
    documents = list(stores.db.articles.find({"story_id": {"$in": list(story_ids)}}, SIGNED))
    headers = sorted(map(ArticleHeader.from_document, documents), key=lambda header: header.order)
    first = headers[0].story_id if headers else None
    headers.sort(key=lambda header: header.id != first)
    signatures = {document["_id"]: document["signature"] for document in documents}
    prepared = [prepared_article(stores.db, header, signatures[header.id]) for header in headers]
    try:
        write_stories(stores.db, open_index(stores).recluster(prepared, texts=stored_texts(stores)))
    finally:
        mark_changed(stores.db, {header.site for header in headers})


def follow_story(stores: Stores, decision: Decision) -> None:
    """Write what other crawls changed about an article's story between its decision and its being stored.

    Such a change was applied to the articles in the archive when this one was not among them yet. Call it
    after the article has been stored.

    Args:
        stores: The open stores.
        decision: What was decided and written.
    """
    follow_stories(stores, [decision])


def follow_stories(stores: Stores, decisions: Sequence[Decision]) -> None:
    """Do what `follow_story` does for several articles, in the order in which they were decided on."""
    stories = {decision.story_id for decision in decisions}
    current = open_index(stores).lookup([decision.id for decision in decisions])
    for decision, now in zip(decisions, current, strict=True):
        if decision.changes or (now is not None and not _same_story(now, decision)):
            stories |= _follow(stores, decision)
    measure_copies(stores.db, stories)


def _follow(stores: Stores, decision: Decision) -> set[str]:
    """Follow an article's story until nothing changes any more; returns the stories that were touched."""
    articles = ArticleStore(stores.db)
    stories = {decision.story_id, *(change.story_id for change in decision.changes)}
    # What the decision says of other articles may have been overtaken by a later one before it was written.
    touched = bool(decision.changes)
    for story_id in {change.story_id for change in decision.changes} - {decision.story_id}:
        _put_members_right(stores, story_id)
    # Repeated, since the story may go on changing while we write; each round costs one request to Redis.
    for _ in range(MOST_ROUNDS):
        (current,) = open_index(stores).lookup([decision.id])
        if current is None or (_same_story(current, decision) and not touched):
            break
        stories |= {current.story_id, *(change.story_id for change in current.changes)}
        if not _same_story(current, decision):
            articles.set_story(current)
        touched = _put_members_right(stores, current.story_id)
        decision = current
    return stories


def _put_members_right(stores: Stores, story_id: str) -> bool:
    """Write of all stored members of a story what the index says; returns whether any said otherwise."""
    stored = {
        document["_id"]: document for document in stores.db.articles.find({"story_id": story_id}, _MEMBERSHIP)
    }
    decisions = [decision for decision in open_index(stores).lookup(list(stored)) if decision is not None]
    updates = [
        UpdateOne({"_id": decision.id}, {"$set": fields})
        for decision in decisions
        if not _is_member(fields := story_fields(decision.id, decision), stored[decision.id])
    ]
    if updates:
        stores.db.articles.bulk_write(updates, ordered=False)
    return bool(updates)


def put_stories_right(stores: Stores, article_ids: Sequence[str], story_ids: Iterable[str]) -> None:
    """Write of some articles, and of all stored members of some stories, what the index says now."""
    decisions = [decision for decision in open_index(stores).lookup(article_ids) if decision is not None]
    write_stories(stores.db, decisions)
    for story_id in set(story_ids):
        _put_members_right(stores, story_id)
    measure_copies(stores.db, story_ids)


def _same_story(first: Decision, second: Decision) -> bool:
    return _is_member(story_fields(first.id, first), story_fields(second.id, second))


_MEMBERSHIP = {"story_id": 1, "duplicate_of": 1, "dedup_pending": 1}
"""What the index decides of an article; the figures beside it are measured (`measure_copies`)."""


def _is_member(fields: Document, stored: Document) -> bool:
    """Whether what is stored says of an article's story what it should."""
    return all(name in stored and stored[name] == fields[name] for name in _MEMBERSHIP)


def stories_lock(stores: Stores) -> Lock:
    """The lock of whoever changes many stories at once; it is to be reacquired now and then."""
    lock: Lock = stores.redis.lock(f"{BASENAME}:rebuild", timeout=REBUILD_LOCK)
    return lock


def clear_index(stores: Stores) -> None:
    """Forget every signature in Redis, whatever the parameters they were made with."""
    Index(stores.redis, basename=BASENAME).clear()
    stores.index = None


SIGNED = {**ArticleHeader.projection(), "signature": 1}
"""The fields that `prepared_article` needs."""


def prepared_article(db: Database[Document], header: ArticleHeader, signature: Any) -> Prepared:
    """An article as the index takes it; signed anew, and stored so, where another version signed it."""
    published_at = header.latest_publication
    try:
        return Prepared.from_stored(header.id, signature, published_at, header.site)
    except StoredFormError:
        # Signed by an earlier version: the text is still there, and is signed as this one does it.
        text = UnsealedArticleReader(db).texts([header.id]).get(header.id, "")
        prepared = prepare(header.id, text, published_at, header.site)
        db.articles.update_one({"_id": header.id}, {"$set": {"signature": prepared.to_stored()}})
        return prepared


def write_stories(db: Database[Document], decisions: Sequence[Decision]) -> None:
    """Write what decisions say of their own articles and of others, and measure the copies."""
    ids = [decision.id for decision in decisions]
    stored = {document["_id"]: document for document in db.articles.find({"_id": {"$in": ids}}, _MEMBERSHIP)}
    updates = [
        UpdateOne({"_id": decision.id}, {"$set": fields})
        for decision in decisions
        if not _is_member(fields := story_fields(decision.id, decision), stored.get(decision.id, {}))
    ]
    if updates:
        db.articles.bulk_write(updates, ordered=False)
    store = ArticleStore(db)
    stories: set[str] = set()
    for decision in decisions:
        store.apply(decision.changes)
        if decision.duplicate_of or decision.changes:
            stories |= {decision.story_id, *(change.story_id for change in decision.changes)}
    measure_copies(db, stories)
