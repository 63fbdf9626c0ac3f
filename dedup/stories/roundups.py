"""Round-ups of the news: articles that hold several stories, and are a copy of none.

An article that contains two others which have next to nothing in common is one. It must not tie their stories
together, whichever of the three came first; `lua/roundups.lua` does the same in Redis, article by article,
and separates again what a round-up had tied by then. An article that is nothing but the two is none: they are
halves of a report, which an archive pass and settling know, and the index by itself doesn't.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from dedup.comparison.verdict import Reason, Verdict, shared_shingles
from dedup.parameters import Thresholds
from dedup.text.shingles import SHINGLE_WORDS

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


def _complements(
    parts: list[_Part], compare_roots: Callable[[int, int], Verdict | None]
) -> tuple[int, int] | None:
    """Two parts that make up the whole."""
    within = sorted((part for part in parts if part.is_within), key=lambda part: part.number)
    for first, second in combinations(within[:_MOST_PARTS], 2):
        missing = first.whole - first.shared - second.shared
        if missing > _SEAM or missing < -min(first.size, second.size):
            continue
        verdict = compare_roots(second.number, first.number)
        if verdict is not None and missing + verdict.shared <= _SEAM:
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
        self._alike: set[tuple[int, int]] = set()

    def add(
        self,
        later: int,
        earlier: int,
        reason: Reason,
        jaccard: float,
        similarity: float,
        sizes: tuple[int, int] = (0, 0),
    ) -> None:
        """Add a pair of numbers that share much: the verdict on it, and the distinct shingles of either."""
        self._alike.add((later, earlier))
        if not reason.is_copy or not is_part(reason, jaccard, similarity, self._limits):
            return
        shared = shared_shingles(jaccard, sizes)
        if reason is not Reason.CONTAINED:
            self._parts.setdefault(later, []).append(_Part(earlier, shared, sizes[1], sizes[0]))
        if reason is not Reason.CONTAINS:
            self._parts.setdefault(earlier, []).append(_Part(later, shared, sizes[0], sizes[1]))

    def halves(self, compare_roots: Callable[[int, int], Verdict | None]) -> dict[int, tuple[int, int]]:
        """The two halves of each article that consists of two others, with at most two words of its own.

        So a report comes where two papers print a half each, and an agency's in two takes. A round-up has a
        heading, or holds its stories cut. See `round_ups` for the argument.
        """
        pairs = ((whole, _complements(parts, compare_roots)) for whole, parts in self._parts.items())
        return {whole: pair for whole, pair in pairs if pair is not None}

    def round_ups(self, compare_roots: Callable[[int, int], Verdict | None]) -> set[int]:
        """The articles that contain two parts which share less than `Thresholds.unlike`.

        Args:
            compare_roots: Gives the verdict on two numbers, the greater first; None where it is not known
            yet.
        """
        return {
            whole
            for whole, parts in self._parts.items()
            if self._divided([part.number for part in parts], compare_roots)
        }

    def _divided(self, parts: list[int], compare_roots: Callable[[int, int], Verdict | None]) -> bool:
        for earlier, later in combinations(sorted(parts)[:_MOST_PARTS], 2):
            if (later, earlier) not in self._alike:
                verdict = compare_roots(later, earlier)
                if verdict is not None and verdict.containment < self._limits.unlike:
                    return True
        return False
