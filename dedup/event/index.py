"""Events as articles come: which article reports the same event as which, in its own words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Any

from dedup.documents import documents_of
from dedup.event.candidates import WINDOW_DAYS, Candidates
from dedup.event.features import Features, features_of
from dedup.event.links import Link, joining_bound, link, links_of
from dedup.event.profile import profile
from dedup.event.regrouping import KnownArticles, regroup


def events(documents: Iterable[Any], *, apart: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Find out which articles report the same event, each in its own words.

    Articles are linked, not merged: whether two are copies is for `dedup.cluster`. The result doesn't
    depend on the order of the documents.

    Args:
        documents: In any form that `dedup.documents.document_of` reads; with `title` where there is one.
            Where times of publication are known, only what was published within `WINDOW_DAYS` is compared.
            Documents with the same `story_id` are one event. Where an id comes twice, the later one counts.
        apart: Pairs of ids that a person told apart: the stories of a pair are never in one event.

    Returns:
        For every document the id of its event: that of its earliest article, of two at the same time the
        smaller id's. A document unlike any other is an event by itself.

    Raises:
        DocumentError: A document can't be read; the message says which and why.
    """
    read = {document.id: document for document in documents_of(documents)}
    stories: dict[str, str] = {}
    for document in sorted(read.values(), key=lambda document: (_moment(document.published), document.id)):
        stories.setdefault(document.story_id or f"\0{document.id}", document.id)
    first_of = {id_: stories[document.story_id or f"\0{id_}"] for id_, document in read.items()}
    index = EventIndex()
    index.mark_apart(
        (first_of[left], first_of[right]) for left, right in apart if {left, right} <= read.keys()
    )
    index.add(read[id_] for id_ in stories.values())
    return {id_: index.event_of(first) for id_, first in first_of.items()}


def event_link(first: Any, second: Any) -> Link:
    """Compare two articles: how likely they report one event, and why.

    `EventIndex` links only those of which one comes to mind at the other: that share some rare terms.

    Args:
        first: A document, as for `events`.
        second: Another one.

    Raises:
        DocumentError: One can't be read.
    """
    earlier, later = documents_of([first, second])
    return link(profile(earlier), profile(later))


class EventIndex:
    """The articles seen so far, and the events that they report; in memory, for one thread.

    What it says depends on the articles that it holds, not on the order in which they came.
    """

    def __init__(self) -> None:
        self._compared: dict[str, float] = {}
        self._published: dict[str, tuple[float, str]] = {}
        self._candidates = Candidates()
        self._links: dict[str, dict[str, float]] = {}
        self._bounds: dict[str, float] = {}
        self._events: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._stale: set[str] = set()
        self._apart: defaultdict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._links)

    def add(self, documents: Iterable[Any]) -> None:
        """Take articles in; one whose id is known already is replaced.

        Args:
            documents: As for `events`, but for `story_id`, which isn't looked at.

        Raises:
            DocumentError: One can't be read. Those before it are in.
        """
        for document in documents_of(documents):
            self.add_features(features_of(profile(document)))

    def add_features(self, added: Features) -> None:
        """Take an article in that was read already; see `add`."""
        self.remove([added.id])
        moment = inf if added.published is None else added.published
        self._compared[added.id] = moment
        self._published[added.id] = moment, added.id
        self._bounds[added.id] = joining_bound(dated=added.published is not None)
        self._links[added.id] = links_of(added, self._candidates)
        for other, strength in self._links[added.id].items():
            self._links[other][added.id] = strength
        self._stale.add(added.id)
        self._candidates.insert(added)

    def remove(self, ids: Iterable[str]) -> None:
        """Take articles out; an id that isn't known is passed over."""
        for id_ in ids:
            if id_ not in self._links:
                continue
            # Whoever was in its event is looked at again: the event may fall apart.
            self._stale.update(self._members.get(self._events.get(id_, id_), ()))
            for other in self._links.pop(id_):
                del self._links[other][id_]
            del self._published[id_], self._bounds[id_]
            self._stale.discard(id_)
            event = self._events.pop(id_, None)
            if event is not None:
                self._members[event] = [member for member in self._members[event] if member != id_]
            if self._compared.pop(id_, None) is not None:
                self._candidates.remove(id_)

    def mark_apart(self, pairs: Iterable[tuple[str, str]], *, undo: bool = False) -> None:
        """Mark pairs of articles that are never in one event, whatever links them, directly or by others.

        Args:
            pairs: Pairs of ids; the articles need not be there yet. One that is marked as apart from itself
                is passed over.
            undo: Take marks back.
        """
        for first, second in pairs:
            for id_, other in ((first, second), (second, first)):
                if undo:
                    self._apart[id_].discard(other)
                else:
                    self._apart[id_].add(other)
                self._stale.add(id_)

    def forget_before(self, moment: datetime) -> None:
        """Free the memory of articles published before a time; their links and events stay.

        What is added later is not compared with them: it must have been published `WINDOW_DAYS` later.
        """
        for id_ in [id_ for id_, at in self._compared.items() if at < moment.timestamp()]:
            self._candidates.remove(id_)
            del self._compared[id_]

    def event_of(self, id_: str) -> str:
        """The id of an article's event: that of its earliest article.

        Raises:
            KeyError: The article isn't known.
        """
        self._settle()
        return self._events[id_]

    def members(self, event_id: str) -> list[str]:
        """The articles of an event, earliest first; empty for an id that is no event's."""
        self._settle()
        return list(self._members.get(event_id, ()))

    def all_events(self) -> Mapping[str, str]:
        """The id of its event for every article."""
        self._settle()
        return dict(self._events)

    def all_members(self) -> Sequence[Sequence[str]]:
        """The articles of every event, earliest first."""
        self._settle()
        return list(self._members.values())

    def linked(self, id_: str) -> dict[str, float]:
        """The articles that one is linked to, with the probability that they report one event."""
        return dict(self._links.get(id_, {}))

    def _settle(self) -> None:
        """Divide into events anew what has changed since the last time, and what that may have changed."""
        articles = KnownArticles(self._links, self._members, self._events, self._bounds)
        events = regroup(self._stale & self._links.keys(), articles, self._apart)
        for old in {self._events[id_] for event in events for id_ in event if id_ in self._events}:
            self._members.pop(old, None)
        for event in events:
            ordered = sorted(event, key=self._published.__getitem__)
            self._members[ordered[0]] = ordered
            self._events.update(dict.fromkeys(event, ordered[0]))
        self._stale.clear()


def _moment(published: datetime | None) -> float:
    """Seconds since 1970; infinity for None."""
    return inf if published is None else published.timestamp()


def window_start(moment: datetime) -> datetime:
    """Up to when articles may be forgotten once all that come were published at `moment` or later."""
    return moment - timedelta(days=WINDOW_DAYS + 1)
