"""Which articles are worth comparing: those that share rare terms, within a window of days."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from heapq import nlargest
from math import inf
from typing import NamedTuple

from dedup.event.profile import Profile

WINDOW_DAYS = 3
"""Articles published further apart are not linked; an event goes on as long as reports follow each other."""
SHARED_KEYS = 0.06
"""Candidates share so much of the lighter one's keys, by weight."""
MOST_CANDIDATES = 48
"""An article is compared with so many earlier ones at most: those that share most."""
_DAY = 86400


class Pairs(NamedTuple):
    """What an article changes about the candidates: pairs to be compared, and pairs that no longer are."""

    added: list[str]
    dropped: list[tuple[str, str]]


class _Entry(NamedTuple):
    """An article's keys, their weight, its place in the order of publication, and its candidates."""

    keys: Mapping[str, float]
    weight: float
    place: tuple[float, str]
    earlier: dict[str, float]


class Candidates:
    """An inverted index of the articles' keys, by day of publication.

    An article's candidates are the earlier ones that share most of its keys, of two that share as much the
    one with the larger id. So they don't depend on the order in which articles come.
    """

    def __init__(self) -> None:
        self._postings: defaultdict[int | None, defaultdict[str, list[str]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._entries: dict[str, _Entry] = {}

    def add(self, profile: Profile) -> Pairs:
        """Take an article in; find the earlier ones that it, and the later ones that are to be compared."""
        place = (inf if profile.published is None else profile.published.timestamp(), profile.id)
        entry = _Entry(profile.keys, sum(profile.keys.values()), place, {})
        shared = self._shared(profile, entry)
        earlier = [(weight, id_) for id_, weight in shared.items() if self._entries[id_].place < place]
        entry.earlier.update((id_, weight) for weight, id_ in nlargest(MOST_CANDIDATES, earlier))
        added, dropped = list(entry.earlier), list[tuple[str, str]]()
        for id_, weight in shared.items():
            later = self._entries[id_]
            if later.place < place:
                continue
            later.earlier[profile.id] = weight
            added.append(id_)
            if len(later.earlier) > MOST_CANDIDATES:
                weakest = min(later.earlier, key=lambda other: (later.earlier[other], other))
                del later.earlier[weakest]
                if weakest == profile.id:
                    added.pop()
                else:
                    dropped.append((id_, weakest))
        self._entries[profile.id] = entry
        postings = self._postings[_day(profile.published)]
        for key in profile.keys:
            postings[key].append(profile.id)
        return Pairs(added, dropped)

    def remove(self, profile: Profile) -> list[str]:
        """Take an article out. Returns the later ones that it was a candidate of, to be added again."""
        postings = self._postings[_day(profile.published)]
        for key in profile.keys:
            postings[key].remove(profile.id)
            if not postings[key]:
                del postings[key]
        if not postings:
            del self._postings[_day(profile.published)]
        removed = self._entries.pop(profile.id)
        return [
            id_
            for id_ in self._shared(profile, removed)
            if self._entries[id_].earlier.pop(profile.id, None) is not None
        ]

    def _shared(self, profile: Profile, entry: _Entry) -> dict[str, float]:
        """The weight of shared keys of all that share enough."""
        shared: defaultdict[str, float] = defaultdict(float)
        for postings in self._days(profile.published):
            for key in profile.keys.keys() & postings.keys():
                weight = profile.keys[key]
                for id_ in postings[key]:
                    shared[id_] += weight
        entries = self._entries
        return {
            id_: round(weight, 6)  # the order of adding must not decide
            for id_, weight in shared.items()
            if weight >= SHARED_KEYS * min(entry.weight, entries[id_].weight)
        }

    def _days(self, published: datetime | None) -> Iterator[Mapping[str, list[str]]]:
        day = _day(published)
        if day is None:
            yield from self._postings.values()
            return
        for other in (None, *range(day - WINDOW_DAYS, day + WINDOW_DAYS + 1)):
            if other in self._postings:
                yield self._postings[other]


def _day(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() // _DAY)
