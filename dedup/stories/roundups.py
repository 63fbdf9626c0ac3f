"""Round-ups of the news: articles that hold several stories, and are a copy of none.

An article that contains two others which have next to nothing in common is one. It must not tie their stories
together, whichever of the three came first; `lua/roundups.lua` does the same in Redis, article by article,
and separates again what a round-up had tied by then.
"""

from collections.abc import Callable
from itertools import combinations

from dedup.comparison.verdict import Reason, Verdict
from dedup.parameters import Thresholds

_MOST_PARTS = 32
"""So many parts of an article are compared with each other: if they are of two stories, some of these are."""


def is_part(reason: Reason, jaccard: float, similarity: float, limits: Thresholds) -> bool:
    """Whether one of two copies may have a story in it that the other lacks: an edition hasn't.

    Args:
        reason: Why they are copies.
        jaccard: Their Jaccard similarity.
        similarity: Share of the shorter one that the other has.
        limits: What makes a part.
    """
    return reason is not Reason.EXACT and jaccard < limits.undivided and similarity >= limits.reworded


class Containments:
    """Which articles contain which, by number, among the pairs that share much.

    Args:
        limits: What makes a part, and what makes two of them unlike.
    """

    def __init__(self, limits: Thresholds) -> None:
        self._limits = limits
        self._parts: dict[int, list[int]] = {}
        self._alike: set[tuple[int, int]] = set()

    def add(self, later: int, earlier: int, reason: Reason, jaccard: float, similarity: float) -> None:
        """Add a pair of numbers that share much, with the verdict on it."""
        self._alike.add((later, earlier))
        if not reason.is_copy or not is_part(reason, jaccard, similarity, self._limits):
            return
        if reason is not Reason.CONTAINED:
            self._parts.setdefault(later, []).append(earlier)
        if reason is not Reason.CONTAINS:
            self._parts.setdefault(earlier, []).append(later)

    def round_ups(self, compare_roots: Callable[[int, int], Verdict | None]) -> set[int]:
        """The articles that contain two parts which share less than `Thresholds.unlike`.

        Args:
            compare_roots: Gives the verdict on two numbers, the greater first; None where it is not known
            yet.
        """
        return {whole for whole, parts in self._parts.items() if self._divided(parts, compare_roots)}

    def _divided(self, parts: list[int], compare_roots: Callable[[int, int], Verdict | None]) -> bool:
        for earlier, later in combinations(sorted(parts)[:_MOST_PARTS], 2):
            if (later, earlier) not in self._alike:
                verdict = compare_roots(later, earlier)
                if verdict is not None and verdict.containment < self._limits.unlike:
                    return True
        return False
