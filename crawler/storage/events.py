"""Events: which stories report the same thing in their own words, kept with the articles.

`event_id` of an article names its event, as `story_id` names its story: it is the id of an article in it, and
a former id leads to the event of that article. A document of `event_profiles` is what is known of a story's
canonical article: what it is compared by, around which day, and its links. What was written or put into
another story since carries `event_pending`; `assign_events` looks at it, after the crawl. Each step can be
repeated, and the mark goes last: what a crash cuts off is done again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain

from pymongo import DeleteOne, ReplaceOne, UpdateOne
from pymongo.database import Database
from redis.exceptions import LockError

from crawler.storage.batches import ids_in_batches, in_batches, write_in_batches
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import BASENAME
from crawler.storage.schema import Document
from crawler.storage.splits import StoriesApart, stories_apart
from crawler.storage.stored_article import ArticleHeader, StoredArticle, UnsealedArticleReader
from dedup.documents import Document as DedupDocument
from dedup.event.candidates import Candidates, window
from dedup.event.features import Features, features_of
from dedup.event.grouping import Bounds, Links, name_events
from dedup.event.links import joining_bound, links_of
from dedup.event.profile import Profile, profile
from dedup.event.regrouping import regroup

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
    """The events of some articles that wait, and of those that are in another one because of them.

    Attributes:
        db: The database.
        batch: The articles.
        former_links: What was stored of the links of those that are read anew.
        added: What is read anew: nothing was stored of it, or something else.
        links: Their links.
    """

    db: Database[Document]
    batch: Sequence[ArticleHeader]
    former_links: dict[str, dict[str, float]] = field(default_factory=dict)
    added: dict[str, Features] = field(default_factory=dict)
    links: defaultdict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    def write(self) -> None:
        """Find the events and write them; the articles wait no longer, unless they were changed meanwhile."""
        marks = stories_apart(self.db)
        changed = self._originals | self._copies | self._marked(marks)
        self._compare()
        self._write_profiles()
        self._write_events(regroup(changed, StoredEvents(self.db), _apart(marks)))

    @property
    def _copies(self) -> set[str]:
        """The copies among them: of a story, its original alone is compared."""
        return {header.id for header in self.batch if header.duplicate_of is not None}

    @property
    def _originals(self) -> set[str]:
        return {header.duplicate_of or header.id for header in self.batch} - self._copies

    def _marked(self, marks: Iterable[StoriesApart]) -> set[str]:
        """The originals that a mark on one of the batch concerns."""
        ids = {header.id for header in self.batch}
        return {id_ for mark in marks if not ids.isdisjoint(mark.articles) for id_ in mark.originals}

    def _compare(self) -> None:
        """Compare what is new with what is stored of its days."""
        documents = chain.from_iterable(
            in_batches(self.db.event_profiles, sorted(self._originals), {"links": 1})
        )
        stored = {document["_id"]: document["links"] for document in documents}
        fresh = self._originals & {header.id for header in self.batch} | self._originals - stored.keys()
        self.former_links = {id_: links for id_, links in stored.items() if id_ in fresh}
        self.added = _read(self.db, fresh)
        candidates = Candidates()
        for each in self._of_their_days():
            candidates.insert(each)
        for id_, each in self.added.items():
            for other, strength in links_of(each, candidates).items():
                self.links[id_][other] = self.links[other][id_] = strength
            candidates.insert(each)

    def _of_their_days(self) -> Iterator[Features]:
        """What is stored of the articles of the days around."""
        days = {day for each in self.added.values() if each.day is not None for day in window(each.day)}
        left_out = self._copies | self.added.keys()
        for ids in ids_in_batches(self.db.event_profiles, {"day": {"$in": sorted(days)}}):
            yield from _stored_features(self.db, sorted(set(ids) - left_out))

    def _write_profiles(self) -> None:
        """Write what is known now, each link on both sides."""
        updates: list[DeleteOne | ReplaceOne[Document] | UpdateOne] = [
            DeleteOne({"_id": id_}) for id_ in sorted(self._copies)
        ]
        changes: defaultdict[str, dict[str, dict[str, object]]] = defaultdict(dict)
        for id_, each in self.added.items():
            links = self.links[id_]
            document = {"day": each.day, "links": links, "features": each.to_bytes()}
            updates.append(ReplaceOne({"_id": id_}, document, upsert=True))
            for other in self.former_links.get(id_, {}).keys() - links.keys():
                changes[other].setdefault("$unset", {})[f"links.{id_}"] = ""
            for other in links.keys() - self.added.keys():
                changes[other].setdefault("$set", {})[f"links.{id_}"] = links[other]
        updates += [UpdateOne({"_id": other}, change) for other, change in sorted(changes.items())]
        write_in_batches(self.db.event_profiles, updates)

    def _write_events(self, groups: Sequence[Sequence[str]]) -> None:
        """Give the articles of some events the event's id, where they don't have it; the batch comes last."""
        reader = UnsealedArticleReader(self.db)
        originals = reader.headers([id_ for group in groups for id_ in group])
        by_story = {header.story_id: id_ for id_, header in originals.items()}
        former_ids = {id_: header.event_id for id_, header in originals.items() if header.event_id}
        homes = {
            id_: by_story[header.story_id]
            for id_, header in reader.headers(sorted(set(former_ids.values()))).items()
            if header.story_id in by_story
        }
        events = {
            originals[id_].story_id: event
            for id_, event in name_events(groups, former_ids, homes).items()
            if id_ in originals  # else it left the archive meanwhile
        }
        waiting = {header.id for header in self.batch}
        members = reader.of_stories(sorted(events)).values()
        updates = [
            UpdateOne({"_id": each.id, "story_id": each.story_id}, {"$set": {"event_id": event}})
            for each in members
            if (event := events[each.story_id]) != each.event_id and each.id not in waiting
        ]
        updates += [_no_longer_waiting(header, events.get(header.story_id)) for header in self.batch]
        write_in_batches(self.db.articles, updates)


def _apart(marks: Iterable[StoriesApart]) -> dict[str, set[str]]:
    """The originals that are never in one event, from both sides."""
    apart: defaultdict[str, set[str]] = defaultdict(set)
    for mark in marks:
        first, second = mark.originals
        apart[first].add(second)
        apart[second].add(first)
    return apart


def _no_longer_waiting(header: ArticleHeader, event_id: str | None) -> UpdateOne:
    """The end of an article's waiting, with its event, unless it has another wording or story since."""
    names = ("text_sha256", "story_id", "duplicate_of")
    unchanged = {"_id": header.id, **{name: getattr(header, name) for name in names}}
    change: dict[str, dict[str, str]] = {"$unset": {"event_pending": ""}}
    if event_id is not None:
        change["$set"] = {"event_id": event_id}
    return UpdateOne(unchanged, change)


def _stored_features(db: Database[Document], ids: Sequence[str]) -> Iterator[Features]:
    """What is stored of some articles; read anew from the text where it has another form."""
    outdated = []
    for document in chain.from_iterable(in_batches(db.event_profiles, ids, {"features": 1})):
        features = Features.from_bytes(document["_id"], document.get("features", b""))
        if features is None:
            outdated.append(document["_id"])
        else:
            yield features
    yield from _read(db, outdated).values()


class StoredEvents:
    """The events of the archive and the links between its articles (`GroupedArticles`), each read once.

    Of a story its original alone is an article here; what is asked of a copy is answered for the event that
    the copy is or was in.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._profiles = db.event_profiles
        self._reader = UnsealedArticleReader(db)
        self._links: dict[str, dict[str, float]] = {}
        self._bounds: dict[str, float] = {}
        self._events: dict[str, tuple[str, ...]] = {}

    def links(self, ids: Set[str]) -> Links:
        """See `GroupedArticles`."""
        return {id_: self._links[id_] for id_ in ids}

    def bounds(self, ids: Set[str]) -> Bounds:
        """See `GroupedArticles`."""
        return {id_: self._bounds[id_] for id_ in ids}

    def events(self, ids: Set[str]) -> Iterable[Sequence[str]]:
        """See `GroupedArticles`."""
        self._read_events(ids - self._events.keys())
        return dict.fromkeys(event for id_ in sorted(ids) if (event := self._events[id_]))

    def _read_events(self, ids: Set[str]) -> None:
        headers = self._reader.headers(sorted(ids))
        event_ids = {header.event_id for header in headers.values()} - {None}
        headers |= self._reader.of_events(sorted(map(str, event_ids)))
        self._read_links(header for header in headers.values() if header.duplicate_of is None)
        members: defaultdict[str | None, list[str]] = defaultdict(list)
        for id_ in sorted(headers.keys() & self._links.keys()):
            members[headers[id_].event_id or id_].append(id_)
        self._events.update(dict.fromkeys(ids, ()))
        self._events |= {id_: tuple(members[each.event_id or id_]) for id_, each in headers.items()}

    def _read_links(self, originals: Iterable[ArticleHeader]) -> None:
        bounds = {each.id: joining_bound(dated=each.latest_publication is not None) for each in originals}
        missing = sorted(bounds.keys() - self._links.keys())
        for document in chain.from_iterable(in_batches(self._profiles, missing, {"links": 1})):
            self._links[document["_id"]] = document["links"]
            self._bounds[document["_id"]] = bounds[document["_id"]]


def _read(db: Database[Document], ids: Iterable[str]) -> dict[str, Features]:
    articles = chain.from_iterable(UnsealedArticleReader(db).in_batches(sorted(ids)))
    return {article.id: features_of(profile_of(article)) for article in articles}


def profile_of(article: StoredArticle) -> Profile:
    """What an article's event is found by."""
    document = DedupDocument(
        article.id, article.text, article.latest_publication, article.site, title=article.title
    )
    return profile(document, seen_at=article.first_seen_at)
