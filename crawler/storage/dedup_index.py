"""The dedup index of an archive: opened, noticed when something of it was lost, made anew from MongoDB."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pymongo
from pymongo import UpdateOne
from pymongo.database import Database
from redis.lock import Lock

from crawler.storage.articles import TIMES, ArticleStore, published_by, story_fields
from crawler.storage.batches import in_batches
from crawler.storage.change_marks import mark_changed
from crawler.storage.connect import Stores
from crawler.storage.dedup_texts import stored_texts
from crawler.storage.eviction import evicted_since_rebuild, remember_eviction
from crawler.storage.pair_figures import measure_copies
from crawler.storage.schema import Document
from crawler.storage.splits import splits_of
from dedup import Decision, Index, Prepared, StoredFormError, prepare

REBUILD_LOCK = 120.0
"""Seconds after which a rebuild that shows no sign of life counts as dead. It shows one with each batch; only
reading the order of a large archive takes longer than a moment."""

LONGEST_COUNT = 300.0
"""Seconds for a request that goes over the whole archive; the embedded server reads all of it for that."""

MOST_ROUNDS = 5
"""More changes of one story within some milliseconds do not happen."""

BASENAME = "khabar:dedup"
"""Prefix of the index's keys. Fixed: an index under a random name is lost at every restart."""


def open_index(stores: Stores) -> Index:
    """Open the archive's index.

    Raises:
        IndexMismatchError: It was made with other parameters; the message says which.
    """
    if stores.index is None:
        index = _index(stores)
        index.open()
        stores.index = index
    return stores.index


def _index(stores: Stores) -> Index:
    return Index(stores.redis, basename=BASENAME, window=_window(stores))


def near_misses(stores: Stores) -> list[tuple[str, str, float]]:
    """The latest pairs that almost were copies; see `Index.near_misses`."""
    return _index(stores).near_misses()


def _window(stores: Stores) -> timedelta | None:
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
    with pymongo.timeout(LONGEST_COUNT):
        held = stores.db.articles.estimated_document_count()
    if held and stats.is_complete and stats.seen < held:
        held -= len(_pending(stores))
    return held > 0 and (not stats.is_complete or stats.seen < held)


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
    for batch in in_batches(stores.db.articles, keys, _SIGNATURE):
        prepared = [_prepared(stores.db, document) for document in batch]
        decisions = open_index(stores).check_and_insert(prepared, texts=stored_texts(stores))
        _write_stories(stores.db, decisions)
        count += len(batch)
    return count


def _pending(stores: Stores) -> list[str]:
    found = stores.db.articles.find({"dedup_pending": True}, TIMES)
    return [document["_id"] for document in sorted(found, key=_turn)]


def tell_anew(stores: Stores, story_ids: Sequence[str]) -> None:
    """Tell the articles of some stories apart anew, after pairs of them were marked; store what comes out.

    Args:
        stores: The open stores.
        story_ids: The stories; the name of the one that was published first outlives.
    """
    fields = {**_SIGNATURE, "story_id": 1, "site": 1}
    members = list(stores.db.articles.find({"story_id": {"$in": list(story_ids)}}, fields))
    members.sort(key=_turn)
    name = members[0]["story_id"] if members else None
    members.sort(key=lambda one: one["_id"] != name)
    prepared = [_prepared(stores.db, document) for document in members]
    try:
        _write_stories(stores.db, open_index(stores).recluster(prepared, texts=stored_texts(stores)))
    finally:
        mark_changed(stores.db, {document["site"] for document in members})


def mend_index(stores: Stores) -> int | None:
    """Make the index anew if something of it was lost; one process does, others wait for it.

    Returns:
        How many articles it was made of; None where it was whole.

    Raises:
        IndexMismatchError: The index was made with other parameters.
    """
    if not index_was_lost(stores):
        return None
    with _rebuild_lock(stores) as lock:
        return _rebuild(stores, lock) if index_was_lost(stores) else None


def rebuild_index(stores: Stores, progress: Callable[[int], None] | None = None) -> int:
    """Make the index anew from the signatures stored with the articles, in order of publication.

    The stories that come out of it are written to the articles where they differ; they keep their ids. One
    process does so at a time; others wait for it.

    Args:
        stores: The open stores.
        progress: Called with the number of articles done so far.

    Returns:
        How many articles are in the index now.
    """
    with _rebuild_lock(stores) as lock:
        return _rebuild(stores, lock, progress)


def _rebuild_lock(stores: Stores) -> Lock:
    lock: Lock = stores.redis.lock(f"{BASENAME}:rebuild", timeout=REBUILD_LOCK)
    return lock


def _rebuild(stores: Stores, lock: Lock, progress: Callable[[int], None] | None = None) -> int:
    index = _index(stores)
    stores.index = index
    order, left_out = _order(stores)

    def decided(decisions: list[Decision]) -> None:
        _write_stories(stores.db, decisions)
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
    finally:
        mark_changed(stores.db)
    # Afterwards: where the memory is too small for the index, each crawl would make it anew.
    remember_eviction(stores.redis, stores.db)
    return count


def follow_story(stores: Stores, decision: Decision) -> None:
    """Write what other crawls changed about an article's story between its decision and its being stored.

    Such a change was applied to the articles in the archive when this one was not among them yet. Call it
    after the article has been stored.

    Args:
        stores: The open stores.
        decision: What was decided and written.
    """
    measure_copies(stores.db, _follow(stores, decision))


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
    held = {
        document["_id"]: document for document in stores.db.articles.find({"story_id": story_id}, _MEMBERSHIP)
    }
    told = [decision for decision in open_index(stores).lookup(list(held)) if decision is not None]
    updates = [
        UpdateOne({"_id": decision.id}, {"$set": fields})
        for decision in told
        if not _is_member(fields := story_fields(decision.id, decision), held[decision.id])
    ]
    if updates:
        stores.db.articles.bulk_write(updates, ordered=False)
    return bool(updates)


def _same_story(one: Decision, other: Decision) -> bool:
    return _is_member(story_fields(one.id, one), story_fields(other.id, other))


_MEMBERSHIP = {"story_id": 1, "duplicate_of": 1, "dedup_pending": 1}
"""What the index decides of an article; the figures beside it are measured (`measure_copies`)."""


def _is_member(fields: Document, held: Document) -> bool:
    """Whether what is stored says of an article's story what it should."""
    return all(name in held and held[name] == fields[name] for name in _MEMBERSHIP)


def clear_index(stores: Stores) -> None:
    """Forget every signature in Redis, whatever the parameters they were made with."""
    Index(stores.redis, basename=BASENAME).clear()
    stores.index = None


def _order(stores: Stores) -> tuple[list[str], int]:
    """The ids of the articles that belong into the index, by time of publication, and how many don't.

    With a window, articles first seen before it don't, and those of stories that began before it.
    """
    with pymongo.timeout(LONGEST_COUNT):
        held = list(stores.db.articles.find({}, {"story_id": 1, **TIMES}))
    window = _window(stores)
    left: set[str] = set()
    if window:
        since = datetime.now(UTC) - window
        left = {document["_id"] for document in held if document["first_seen_at"] < since}
    staying = [
        document for document in held if document["_id"] not in left and document["story_id"] not in left
    ]
    return keep_story_ids(sorted(staying, key=_turn)), len(held) - len(staying)


def keep_story_ids(documents: Sequence[Document]) -> list[str]:
    """The order in which articles go into a new index so that their stories keep their ids.

    A story is called by the article that it began with, which is the first of it to go into the index. That
    need not be the one that was published first: it goes in just before that one.

    Args:
        documents: Articles in order of publication, with `_id` and `story_id`.
    """
    stories = {document["_id"]: document["story_id"] for document in documents}
    order: dict[str, None] = {}
    for document in documents:
        # The naming article may itself have come into another story since.
        named_by = [document["_id"]]
        while (story := stories[named_by[-1]]) in stories and story not in named_by:
            named_by.append(story)
        order.update(dict.fromkeys(id_ for id_ in reversed(named_by) if id_ not in order))
    return list(order)


def _turn(document: Document) -> tuple[datetime, datetime, str]:
    """What articles are ordered by: of those published at once the first to arrive, as it was then."""
    seen: datetime = document["first_seen_at"]
    return published_by(document) or seen, seen, document["_id"]


_SIGNATURE = {"signature": 1, "site": 1, **TIMES}


def _signatures(db: Database[Document], order: Sequence[str]) -> Iterator[Prepared]:
    for batch in in_batches(db.articles, order, _SIGNATURE):
        for document in batch:
            yield _prepared(db, document)


def _prepared(db: Database[Document], document: Document) -> Prepared:
    article_id, published_at, site = document["_id"], published_by(document), document["site"]
    try:
        return Prepared.from_stored(article_id, document["signature"], published_at, site)
    except StoredFormError:
        # Signed by an earlier version: the text is still there, and is signed as this one does it.
        text = (db.articles.find_one({"_id": article_id}, {"text": 1}) or {}).get("text", "")
        prepared = prepare(article_id, text, published_at, site)
        db.articles.update_one({"_id": article_id}, {"$set": {"signature": prepared.to_stored()}})
        return prepared


def _write_stories(db: Database[Document], decisions: Sequence[Decision]) -> None:
    ids = [decision.id for decision in decisions]
    held = {document["_id"]: document for document in db.articles.find({"_id": {"$in": ids}}, _MEMBERSHIP)}
    updates = [
        UpdateOne({"_id": decision.id}, {"$set": fields})
        for decision in decisions
        if not _is_member(fields := story_fields(decision.id, decision), held.get(decision.id, {}))
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
