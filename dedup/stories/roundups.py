"""Round-ups of the news: articles that hold several stories, and are a copy of none.

An article that holds two others which have next to nothing in common is one. It must not tie their stories
together, whichever of the three came first; `lua/roundups.lua` does the same in Redis, article by article,
and tells those apart anew whom a round-up had tied by then.
"""

from collections.abc import Callable
from itertools import combinations

from dedup.comparison.verdict import Reason, Verdict
from dedup.parameters import Thresholds

_MOST_PARTS = 32
"""So many parts of an article are held against each other: if they are of two stories, some of these are."""


def is_part(reason: Reason, jaccard: float, limits: Thresholds) -> bool:
    """Whether one of two copies may have a story in it that the other lacks."""
    return reason is not Reason.EXACT and jaccard < limits.undivided


class Parts:
    """Which articles are parts of which, by number, among the pairs that share much.

    Args:
        limits: What makes a part, and what makes two of them unlike.
    """

    def __init__(self, limits: Thresholds) -> None:
        self._limits = limits
        self._parts: dict[int, list[int]] = {}
        self._alike: set[tuple[int, int]] = set()

    def add(self, one: int, other: int, reason: Reason, jaccard: float) -> None:
        """Take a pair of numbers that share much, the greater first, and the verdict on it."""
        self._alike.add((one, other))
        if not reason.is_copy or not is_part(reason, jaccard, self._limits):
            return
        if reason is not Reason.CONTAINED:
            self._parts.setdefault(one, []).append(other)
        if reason is not Reason.CONTAINS:
            self._parts.setdefault(other, []).append(one)

    def round_ups(self, compared: Callable[[int, int], Verdict | None]) -> set[int]:
        """The articles that hold two parts which share less than `Thresholds.unlike`.

        Args:
            compared: Gives the verdict on two numbers, the greater first; None where that is not known yet.
        """
        return {whole for whole, held in self._parts.items() if self._divided(held, compared)}

    def _divided(self, parts: list[int], compared: Callable[[int, int], Verdict | None]) -> bool:
        for one, other in combinations(sorted(parts)[:_MOST_PARTS], 2):
            if (other, one) not in self._alike:
                verdict = compared(other, one)
                if verdict is not None and verdict.containment < self._limits.unlike:
                    return True
        return False
