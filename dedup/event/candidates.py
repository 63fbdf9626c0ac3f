"""Which articles are worth comparing: those that share rare terms, within a window of days."""

from array import array

import numpy as np

from dedup.event.features import Features

WINDOW_DAYS = 3
"""Articles published further apart are not linked; an event goes on as long as reports follow each other."""
SHARED_KEYS = 0.06
"""Candidates share so much of the lighter one's keys, by weight."""
MOST_CANDIDATES = 64
"""An article is compared with so many at most when it comes: those that share most."""
_ANY_DAY = -(1 << 30)
_FEWEST_REMOVED = 1000
"""The lists are tidied once so many articles have left, and as many as are in."""


class Candidates:
    """An inverted index of the articles' keys.

    Whether two are candidates of each other depends on these two alone, as long as no article has more than
    `MOST_CANDIDATES`.
    """

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._postings: dict[int, array[int]] = {}
        self._numbers: dict[str, int] = {}
        self._articles: list[Features] = []
        self._removed = bytearray()
        self._days, self._weights = array("q"), array("d")

    def insert(self, features: Features) -> None:
        """Take an article in."""
        number = len(self._articles)
        self._numbers[features.id] = number
        self._articles.append(features)
        self._removed.append(False)
        self._days.append(_ANY_DAY if features.day is None else features.day)
        self._weights.append(float(features.key_weights.sum()))
        for key in features.keys.tolist():
            self._postings.setdefault(key, array("q")).append(number)

    def remove(self, id_: str) -> None:
        """Take an article out."""
        self._removed[self._numbers.pop(id_)] = True
        if len(self._articles) - len(self._numbers) > max(_FEWEST_REMOVED, len(self._numbers)):
            kept = [self._articles[number] for number in self._numbers.values()]
            self._clear()
            for features in kept:
                self.insert(features)

    def of(self, features: Features) -> list[Features]:
        """The articles to compare one with that isn't in: those that share most of its keys."""
        lists = [
            (posting, weight)
            for key, weight in zip(features.keys.tolist(), features.key_weights.tolist(), strict=True)
            if (posting := self._postings.get(key))
        ]
        if not lists:
            return []
        numbers = np.concatenate([np.frombuffer(posting, np.int64) for posting, _ in lists])
        weights = np.repeat([weight for _, weight in lists], [len(posting) for posting, _ in lists])
        shared = np.bincount(numbers, weights)
        at = np.flatnonzero(shared)
        own = float(features.key_weights.sum())
        lighter = np.minimum(own, np.frombuffer(self._weights)[at])
        enough = shared[at] >= SHARED_KEYS * lighter
        if features.day is not None:
            days = np.frombuffer(self._days, np.int64)[at]
            enough &= (days == _ANY_DAY) | (np.abs(days - features.day) <= WINDOW_DAYS)
        at = at[enough & ~np.frombuffer(self._removed, np.bool_)[at]]
        if len(at) > MOST_CANDIDATES:
            at = at[np.argsort(-shared[at].round(6), kind="stable")[:MOST_CANDIDATES]]
        return [self._articles[number] for number in at.tolist()]


def window(day: int) -> range:
    """The days whose articles may be linked to one of a day."""
    return range(day - WINDOW_DAYS, day + WINDOW_DAYS + 1)
