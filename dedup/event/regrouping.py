"""Events divided anew where something has changed, and nowhere else: what a crawl costs stays flat.

Average link is *reducible*: a group that two others become is linked to a third no more strongly than the
stronger of the two was (Bruynooghe 1978; Murtagh 1983). So what is joined in one corner does not reach
a group that it isn't linked to, and the members of an event by themselves are joined as they are among all
others. The events around a change are divided together with it: where one of them comes out as it went in,
whatever lies behind it stays as it is, too.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Protocol

from dedup.event.grouping import Apart, Bounds, Links, group


class GroupedArticles(Protocol):
    """Articles, their links, and the events that they were in before some of them changed."""

    def links(self, ids: Set[str]) -> Links:
        """The links of some articles, as they are now; links to articles that are gone count for nothing."""

    def events(self, ids: Set[str]) -> Iterable[Sequence[str]]:
        """The events that some articles are in, each once and whole; one that is in none is its own.

        Articles that are gone are in no event.
        """

    def bounds(self, ids: Set[str]) -> Bounds:
        """How strongly each article must be linked to be in an event with another."""


def regroup(changed: Set[str], articles: GroupedArticles, apart: Apart) -> list[list[str]]:
    """Divide anew what some changes may have changed.

    What was there must be as average link divides it without the changes: the result is what it gives
    for all articles together.

    Args:
        changed: Articles that came or have other links, bounds or marks, and whoever was in an event with one
            that is gone. A link that has become weaker, to an article that is in another event, need not be
            told.
        articles: The articles.
        apart: What may not be in one event.

    Returns:
        The events of the changed articles, and of all that are in another one now, each in order of ids.
    """
    open_ = _members(articles.events(changed))
    while True:
        around = [tuple(sorted(event)) for event in articles.events(_linked(open_, articles))]
        closed = {event for event in around if open_.isdisjoint(event)}
        ids = open_ | _members(closed)
        events = group(articles.links(ids), ids, articles.bounds(ids), apart)
        moved = _members(event for event in events if tuple(event) not in closed) - open_
        if not moved:
            return [event for event in events if tuple(event) not in closed]
        open_ |= moved


def _linked(ids: Set[str], articles: GroupedArticles) -> set[str]:
    """The articles that some may be joined with: no average is above all links that it is of."""
    links, bounds = articles.links(ids), articles.bounds(ids)
    return {other for id_ in ids for other, strength in links[id_].items() if strength >= bounds[id_]} - ids


def _members(events: Iterable[Sequence[str]]) -> set[str]:
    return {id_ for event in events for id_ in event}


class KnownArticles:
    """`GroupedArticles` in memory.

    Args:
        links: The links of all articles.
        members: The articles of each event by its id.
        event_ids: The id of the event of each article that is in one.
        bounds: How strongly each article must be linked.
    """

    def __init__(
        self,
        links: Links,
        members: Mapping[str, Sequence[str]],
        event_ids: Mapping[str, str],
        bounds: Bounds,
    ) -> None:
        self._links, self._members, self._event_ids = links, members, event_ids
        self._bounds = bounds

    def links(self, ids: Set[str]) -> Links:
        """See `GroupedArticles`."""
        return {id_: self._links[id_] for id_ in ids}

    def events(self, ids: Set[str]) -> Iterable[Sequence[str]]:
        """See `GroupedArticles`."""
        present = ids & self._links.keys()
        grouped = present & self._event_ids.keys()
        yield from (self._members[event] for event in sorted({self._event_ids[id_] for id_ in grouped}))
        yield from ([id_] for id_ in sorted(present - grouped))

    def bounds(self, ids: Set[str]) -> Bounds:
        """See `GroupedArticles`."""
        return {id_: self._bounds[id_] for id_ in ids}
