"""Events: which stories report the same thing in their own words, kept with the articles.

`event_id` of an article names its event, as `story_id` names its story: it is the id of an article in it, and
a former id leads to the event of that article. A document of `event_profiles` is what is known of a story's
canonical article: what it is compared by, around which day, and its links. What was written or put into
another story since carries `event_pending`; `assign_events` looks at it, after the crawl. Each step can be
repeated, and the mark goes last: what a crash cuts off is done again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pymongo import DeleteOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.database import Database
from redis.exceptions import LockError

from crawler.storage.batches import ids_in_batches, in_batches, write_in_batches
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import BASENAME
from crawler.storage.schema import Document
from crawler.storage.splits import stories_apart
from crawler.storage.stored_article import ArticleHeader, StoredArticle, UnsealedArticleReader
from dedup.documents import Document as DedupDocument
from dedup.event.candidates import window
from dedup.event.features import Features, features_of
from dedup.event.grouping import name_events
from dedup.event.index import EventIndex, lowest_bound
from dedup.event.profile import Profile, profile

LOCK_SECONDS = 300.0
"""A process that shows no sign of life for so long counts as dead; it shows one with each batch."""
BATCH = 400
"""Articles that are looked at together..."""
BATCH_DAYS = 10
"""...and the days that they are of, at most. Their neighbours of these days are in memory, too."""
MOST_ROUNDS = 5
"""How often what came meanwhile is looked at, too, before the rest is left to the next crawl."""

Progress = Callable[[int], object]


def assign_events(stores: Stores, progress: Progress | None = None) -> int:
    """Find the events of all articles that wait for it; one process does so at a time.

    Args:
        stores: The open stores.
        progress: Called with the number of articles done so far.

    Returns:
        How many articles were looked at: 0 where another process does it.
    """
    lock = stores.redis.lock(f"{BASENAME}:events", timeout=LOCK_SECONDS)
    if not lock.acquire(blocking=False):
        return 0
    done = 0
    try:
        for _ in range(MOST_ROUNDS):
            waiting = _waiting(stores.db)
            if not waiting:
                break
            for batch in _by_days(waiting):
                _Assignment(stores.db, batch).write()
                done += len(batch)
                lock.reacquire()
                if progress:
                    progress(done)
    finally:
        with suppress(LockError):
            lock.release()
    return done


def look_again(db: Database[Document], article_ids: Sequence[str] | None = None) -> None:
    """Let the events of some articles, or of all, be found anew; nothing changes before `assign_events`.

    For all of them what is stored is forgotten: texts are read again, and every link is looked for anew.
    """
    if article_ids is None:
        for ids in ids_in_batches(db.event_profiles):
            db.event_profiles.delete_many({"_id": {"$in": ids}})
    batches = ids_in_batches(db.articles) if article_ids is None else [list(article_ids)]
    for ids in batches:
        db.articles.update_many({"_id": {"$in": ids}}, {"$set": {"event_pending": True}})


def leave_event(db: Database[Document], article_id: str, event_id: str | None) -> None:
    """Take an article that leaves the archive out of its event: those that are left are looked at again."""
    db.event_profiles.delete_one({"_id": article_id})
    if event_id is not None:
        db.articles.update_many({"event_id": event_id}, {"$set": {"event_pending": True}})


def count_waiting(db: Database[Document]) -> int:
    """How many articles wait for `assign_events`."""
    return len(list(db.articles.find({"event_pending": True}, {"_id": 1})))


def _waiting(db: Database[Document]) -> list[ArticleHeader]:
    documents = db.articles.find({"event_pending": True}, ArticleHeader.projection())
    return sorted(map(ArticleHeader.from_document, documents), key=lambda header: header.order)


def _by_days(waiting: Sequence[ArticleHeader]) -> Iterator[list[ArticleHeader]]:
    """Articles of neighbouring days, some at a time."""
    batch: list[ArticleHeader] = []
    for header in waiting:
        if batch and (len(batch) == BATCH or (header.order[0] - batch[0].order[0]).days >= BATCH_DAYS):
            yield batch
            batch = []
        batch.append(header)
    if batch:
        yield batch


@dataclass(slots=True)
class _Assignment:
    """The events of some articles that wait, and of those that hang together with them.

    Attributes:
        db: The database.
        batch: The articles.
        index: What is stored, as far as it has to do with them.
        links: The links that are stored of an article that is in the index, or was.
        added: What is read anew: nothing was stored of it, or something else.
    """

    db: Database[Document]
    batch: Sequence[ArticleHeader]
    index: EventIndex = field(default_factory=EventIndex)
    links: dict[str, dict[str, float]] = field(default_factory=dict)
    added: dict[str, Features] = field(default_factory=dict)

    def write(self) -> None:
        """Find the events and write them; the articles wait no longer, unless they were changed meanwhile."""
        touched = self._compare()
        self._take_in_connected(touched)
        self._write_profiles()
        self._write_events(self.index.groups(touched & self.index.ids()))
        write_in_batches(self.db.articles, map(_no_longer_waiting, self.batch))

    @property
    def _copies(self) -> set[str]:
        """The copies among them: of a story, its original alone is compared."""
        return {header.id for header in self.batch if header.duplicate_of is not None}

    def _compare(self) -> set[str]:
        """Compare what is new with what is stored of its days; returns what may be in another event now."""
        copies = self._copies
        originals = {header.duplicate_of or header.id for header in self.batch} - copies
        marked = self._mark_apart()
        stored = {each["_id"]: each for each in self._stored_profiles(originals | copies)}
        fresh = originals & {header.id for header in self.batch} | originals - stored.keys()
        self.links = {id_: document["links"] for id_, document in stored.items()}
        self.added = _read(self.db, fresh)
        days = {day for each in self.added.values() if each.day is not None for day in window(each.day)}
        for ids in ids_in_batches(self.db.event_profiles, {"day": {"$in": sorted(days)}}):
            self._restore(self._stored_profiles(set(ids) - copies - self.added.keys()))
        for each in self.added.values():
            self.index.add_features(each)
        left = {other for id_ in copies | self.added.keys() for other in self.links.get(id_, ())}
        return originals | left | marked

    def _mark_apart(self) -> set[str]:
        """Keep stories apart that a person told apart; returns those that a mark on the batch concerns."""
        pairs = stories_apart(self.db)
        self.index.mark_apart(pair.originals for pair in pairs)
        ids = {header.id for header in self.batch}
        return {id_ for pair in pairs if not ids.isdisjoint(pair.articles) for id_ in pair.originals}

    def _stored_profiles(self, ids: Iterable[str]) -> Iterator[Document]:
        for documents in in_batches(self.db.event_profiles, sorted(ids)):
            yield from documents

    def _restore(self, documents: Iterable[Document]) -> None:
        outdated = {}
        for document in documents:
            id_ = document["_id"]
            self.links[id_] = document["links"]
            features = Features.from_bytes(id_, document.get("features", b""))
            if features is None:
                outdated[id_] = document["links"]
            else:
                self.index.restore(features, document["links"])
        for id_, features in _read(self.db, outdated).items():
            self.index.restore(features, outdated[id_])

    def _take_in_connected(self, touched: set[str]) -> None:
        """Take in whatever hangs together with some articles and is of other days."""
        seen = self._copies
        waiting = touched - seen
        while waiting:
            self._restore(self._stored_profiles(waiting - self.index.ids()))
            seen |= waiting
            waiting = {other for id_ in waiting & self.index.ids() for other in self._near(id_)} - seen

    def _near(self, id_: str) -> Iterator[str]:
        """What may be in one event with an article."""
        links = self.index.linked(id_) if id_ in self.added else self.links[id_]
        return (other for other, strength in links.items() if strength >= lowest_bound())

    def _write_profiles(self) -> None:
        """Write what is known now, each link on both sides."""
        updates: list[DeleteOne | ReplaceOne[Document] | UpdateOne] = [
            DeleteOne({"_id": id_}) for id_ in sorted(self._copies)
        ]
        changes: defaultdict[str, dict[str, dict[str, object]]] = defaultdict(dict)
        for id_, each in self.added.items():
            links = self.index.linked(id_)
            document = {"day": each.day, "links": links, "features": each.to_bytes()}
            updates.append(ReplaceOne({"_id": id_}, document, upsert=True))
            for other in self.links.get(id_, {}).keys() - links.keys():
                changes[other].setdefault("$unset", {})[f"links.{id_}"] = ""
            for other in links.keys() - self.added.keys():
                changes[other].setdefault("$set", {})[f"links.{id_}"] = links[other]
        updates += [UpdateOne({"_id": other}, change) for other, change in sorted(changes.items())]
        write_in_batches(self.db.event_profiles, updates)

    def _write_events(self, groups: Sequence[Sequence[str]]) -> None:
        """Give the articles of some events the event's id, where they don't have it."""
        stored = _stories(self.db, [id_ for group in groups for id_ in group])
        by_story = {document["story_id"]: id_ for id_, document in stored.items()}
        former_ids = {
            id_: document["event_id"] for id_, document in stored.items() if document.get("event_id")
        }
        homes = {
            id_: by_story[document["story_id"]]
            for id_, document in _stories(self.db, sorted(set(former_ids.values()))).items()
            if document["story_id"] in by_story
        }
        waiting = {header.story_id for header in self.batch}
        updates = [
            UpdateMany({"story_id": story, "event_id": {"$ne": event}}, {"$set": {"event_id": event}})
            for id_, event in name_events(groups, former_ids, homes).items()
            if (story := stored[id_]["story_id"]) in waiting or former_ids.get(id_) != event
        ]
        write_in_batches(self.db.articles, updates)


def _no_longer_waiting(header: ArticleHeader) -> UpdateOne:
    """The end of an article's waiting, unless it has another wording or story since."""
    names = ("text_sha256", "story_id", "duplicate_of")
    unchanged = {"_id": header.id, **{name: getattr(header, name) for name in names}}
    return UpdateOne(unchanged, {"$unset": {"event_pending": ""}})


def _stories(db: Database[Document], ids: Sequence[str]) -> dict[str, Document]:
    fields = {"story_id": 1, "event_id": 1}
    return {each["_id"]: each for batch in in_batches(db.articles, ids, fields) for each in batch}


def _read(db: Database[Document], ids: Iterable[str]) -> dict[str, Features]:
    return {
        article.id: features_of(profile_of(article))
        for batch in UnsealedArticleReader(db).in_batches(sorted(ids))
        for article in batch
    }


def profile_of(article: StoredArticle) -> Profile:
    """What an article's event is found by."""
    document = DedupDocument(
        article.id, article.text, article.latest_publication, article.site, title=article.title
    )
    return profile(document, seen_at=article.first_seen_at)
