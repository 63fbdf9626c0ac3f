"""Round-ups of the news: articles that hold several stories, and are a copy of none.

An article that contains two others which have next to nothing in common is one. It must not tie their stories
together, whichever of the three came first; `lua/roundups.lua` does the same in Redis, article by article,
and separates again what a round-up had tied by then. An article that is nothing but the two is none, unless
both have a life of their own: they are halves of a report, which an archive pass and settling know, and the
index by itself doesn't.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import TypeAlias

from dedup.comparison.verdict import Reason, shared_shingles
from dedup.parameters import Thresholds
from dedup.text.shingles import SHINGLE_WORDS

CountShared: TypeAlias = Callable[[int, int], int | None]
"""How many distinct shingles two articles share, by their numbers, the greater first; None where that is not
known yet."""

_MOST_PARTS = 32
"""So many parts of an article are compared with each other: if they are of two stories, some of these are."""

_SEAM = SHINGLE_WORDS + 1
"""Shingles of a text that neither of its halves has, at most: the four across the seam, and two words."""
_HALF = 0.9
"""So much of a half stands in the whole: the rest is a paper's own line."""


def is_part(reason: Reason, jaccard: float, similarity: float, limits: Thresholds) -> bool:
    """Whether one of two copies may have a story in it that the other lacks: an edition hasn't.

    Args:
        reason: Why they are copies.
        jaccard: Their Jaccard similarity.
        similarity: Share of the shorter one that the other has.
        limits: What makes a part.
    """
    return reason is not Reason.EXACT and jaccard < limits.undivided and similarity >= limits.reworded


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an article: its number, the shingles that both have, its own, and the article's."""

    number: int
    shared: float
    size: int
    whole: int

    @property
    def is_within(self) -> bool:
        """Whether all of it stands in the whole, but for a line."""
        return self.size > 0 and self.shared >= _HALF * self.size


def _complements(parts: list[_Part], count_shared: CountShared) -> tuple[int, int] | None:
    """Two parts that make up the whole."""
    within = sorted((part for part in parts if part.is_within), key=lambda part: part.number)
    for first, second in combinations(within[:_MOST_PARTS], 2):
        missing = first.whole - first.shared - second.shared
        if missing > _SEAM or missing < -min(first.size, second.size):
            continue
        shared = count_shared(second.number, first.number)
        if shared is not None and missing + shared <= _SEAM:
            return first.number, second.number
    return None


class Containments:
    """Which articles contain which, by number, among the pairs that share much.

    Args:
        limits: What makes a part, and what makes two of them unlike.
    """

    def __init__(self, limits: Thresholds) -> None:
        self._limits = limits
        self._parts: dict[int, list[_Part]] = {}
        # A byte for each article: there may be millions.
        self._repeated = bytearray()

    def add(
        self,
        later: int,
        earlier: int,
        reason: Reason,
        jaccard: float,
        similarity: float,
        sizes: tuple[int, int],
    ) -> None:
        """Add a pair of numbers that share much: the verdict on it, and the distinct shingles of either."""
        if not reason.is_copy:
            return
        if not is_part(reason, jaccard, similarity, self._limits):
            self._mark_repeated(later, earlier)
            return
        shared = shared_shingles(jaccard, sizes)
        if reason is not Reason.CONTAINED:
            self._parts.setdefault(later, []).append(_Part(earlier, shared, sizes[1], sizes[0]))
        if reason is not Reason.CONTAINS:
            self._parts.setdefault(earlier, []).append(_Part(later, shared, sizes[0], sizes[1]))

    def _mark_repeated(self, later: int, earlier: int) -> None:
        self._repeated.extend(bytes(max(0, later + 1 - len(self._repeated))))
        self._repeated[later] = self._repeated[earlier] = True

    def halves(
        self, count_shared: CountShared, published: Callable[[int], float]
    ) -> dict[int, tuple[int, int]]:
        """The two halves of each article that consists of two others, with at most two words of its own.

        So a report comes where two papers print a half each, and an agency's in two takes. A round-up has a
        heading, or holds its stories cut, or it comes after two that others had published as a whole, too.

        Args:
            count_shared: See `CountShared`.
            published: When each article was published, by its number, in any unit; infinity where that
                isn't known.
        """
        pairs = ((whole, _complements(parts, count_shared)) for whole, parts in self._parts.items())
        return {
            whole: pair
            for whole, pair in pairs
            if pair is not None and not self._live_apart(whole, pair, published)
        }

    def _live_apart(self, whole: int, parts: tuple[int, int], published: Callable[[int], float]) -> bool:
        """Whether both parts came before the whole, and stand in the archive a second time by themselves."""
        came_first = max(map(published, parts)) < published(whole) < inf
        return came_first and all(self._repeated[part : part + 1] == b"\1" for part in parts)

    def round_ups(self, count_shared: CountShared, is_alike: Callable[[int, int], bool]) -> set[int]:
        """The articles that contain two parts which share less than `Thresholds.unlike`.

        Args:
            count_shared: See `CountShared`.
            is_alike: Whether two numbers, the greater first, are a pair that shares much, however they were
                compared: editions share few shingles.
        """
        return {whole for whole, parts in self._parts.items() if self._divided(parts, count_shared, is_alike)}

    def _divided(
        self, parts: list[_Part], count_shared: CountShared, is_alike: Callable[[int, int], bool]
    ) -> bool:
        by_number = sorted(parts, key=lambda part: part.number)[:_MOST_PARTS]
        for earlier, later in combinations(by_number, 2):
            if not is_alike(later.number, earlier.number):
                shared = count_shared(later.number, earlier.number)
                if shared is not None and shared < self._limits.unlike * min(earlier.size, later.size):
                    return True
        return False
