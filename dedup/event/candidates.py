"""Which articles are worth comparing: those that share rare terms, within a window of days."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from heapq import nlargest

from dedup.event.profile import Profile

WINDOW_DAYS = 3
"""Articles published further apart are not linked; an event goes on as long as reports follow each other."""
SHARED_KEYS = 0.06
"""Candidates share so much of the lighter one's keys, by weight."""
MOST_CANDIDATES = 64
"""An article is compared with so many at most when it comes: those that share most."""


class Candidates:
    """An inverted index of the articles' keys, by day.

    Whether two are candidates of each other depends on these two alone, as long as no article has more than
    `MOST_CANDIDATES`.
    """

    def __init__(self) -> None:
        self._postings: defaultdict[int | None, defaultdict[str, list[str]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._weights: dict[str, float] = {}

    def insert(self, profile: Profile) -> None:
        """Take an article in."""
        self._weights[profile.id] = sum(profile.keys.values())
        postings = self._postings[profile.day]
        for key in profile.keys:
            postings[key].append(profile.id)

    def remove(self, profile: Profile) -> None:
        """Take an article out."""
        postings = self._postings[profile.day]
        for key in profile.keys:
            postings[key].remove(profile.id)
            if not postings[key]:
                del postings[key]
        if not postings:
            del self._postings[profile.day]
        del self._weights[profile.id]

    def of(self, profile: Profile) -> list[str]:
        """The articles to compare one with that isn't in: those that share most of its keys."""
        shared: defaultdict[str, float] = defaultdict(float)
        for postings in self._days(profile.day):
            for key in profile.keys.keys() & postings.keys():
                weight = profile.keys[key]
                for id_ in postings[key]:
                    shared[id_] += weight
        own, weights = sum(profile.keys.values()), self._weights
        enough = [
            (round(weight, 6), id_)  # the order of adding must not decide
            for id_, weight in shared.items()
            if weight >= SHARED_KEYS * min(own, weights[id_])
        ]
        return [id_ for _, id_ in nlargest(MOST_CANDIDATES, enough)]

    def _days(self, day: int | None) -> Iterator[Mapping[str, list[str]]]:
        if day is None:
            yield from self._postings.values()
            return
        for other in (None, *window(day)):
            if other in self._postings:
                yield self._postings[other]


def window(day: int) -> range:
    """The days whose articles may be linked to one of a day."""
    return range(day - WINDOW_DAYS, day + WINDOW_DAYS + 1)
