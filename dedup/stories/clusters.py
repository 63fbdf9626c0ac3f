"""From verified pairs to stories, without blind chaining.

Copies of copies drift: of ten updates of a report each may resemble the one before while the last shares
nothing with the first. So an article joins a story when it resembles the story's first article, or,
strongly, one that does (an excerpt only as a whole: a follow-up may quote as much); further links don't
count. Two stories that an article resembles become one only when their first articles resemble each other.
A round-up of the news (`dedup.stories.roundups`) is a copy of none of the stories that it holds.

`lua/matches.lua` does the same in Redis, article by article; a test holds the two together.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from dedup.comparison.verdict import Reason
from dedup.parameters import Thresholds
from dedup.stories.roundups import is_part


@dataclass(frozen=True, slots=True)
class Match:
    """An earlier article that a new one is a copy of."""

    other: int
    reason: Reason
    similarity: float
    jaccard: float


class Stories:
    """Stories of articles that are numbered in the order in which they come.

    Args:
        thresholds: Bounds for chains and merges.
        alike: Tells whether the first articles (by number) of two stories are alike enough for the stories to
            be one, that is by `Thresholds.merge`.
        apart: Pairs of numbers that were marked as not the same story by hand: no story ever holds both.
        round_ups: Numbers of the articles that are round-ups: no part belongs to them, nor they to it.
    """

    def __init__(
        self,
        thresholds: Thresholds,
        alike: Callable[[int, int], bool],
        apart: Iterable[tuple[int, int]] = (),
        round_ups: Collection[int] = (),
    ) -> None:
        self._limits = thresholds
        self._alike = alike
        self._round_ups = frozenset(round_ups)
        self._apart: dict[int, set[int]] = {}
        for one, other in apart:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)
        self._joined: list[int | None] = []
        self._parents: list[int] = []
        self._depths: list[int] = []
        self._reasons: list[Reason] = []
        self._canonical: list[int] = []
        self._published: list[float] = []

    def add(self, published: float, matches: Sequence[Match]) -> int:
        """Take the next article; return its number, counted from 0.

        Args:
            published: When it was published, in any unit; infinity where that isn't known.
            matches: Verified matches among the articles taken before, in any order.
        """
        number = len(self._parents)
        self._parents.append(number)
        self._depths.append(0)
        self._reasons.append(Reason.NEW)
        self._canonical.append(number)
        self._published.append(published)
        self._joined.append(None)
        eligible = sorted(
            (one for one in matches if self._counts(number, one) and not self._barred(number, one.other)),
            key=_rank,
        )
        if eligible:
            self._join(number, eligible)
        return number

    def first(self, number: int) -> int:
        """The article that the story of this one began with."""
        root = number
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[number] != root:
            self._parents[number], number = root, self._parents[number]
        return root

    def canonical(self, number: int) -> int:
        """The earliest published article of the story of this one; of two, the one that came first."""
        return self._canonical[self.first(number)]

    def joined_by(self, number: int) -> int | None:
        """The earlier article by which this one came into its story; None for a story's first."""
        return self._joined[number]

    def _barred(self, number: int, other: int) -> bool:
        """Whether the story of `other` holds an article that was marked as apart from this one."""
        marked = self._apart.get(number, ())
        return any(self.first(one) == self.first(other) for one in marked if one < len(self._parents))

    def _kept_apart(self, one: int, other: int) -> bool:
        """Whether an article of one story was marked as apart from one of the other."""
        return any(
            self.first(number) == one and self._barred(number, other)
            for number in self._apart
            if number < len(self._parents)
        )

    def _counts(self, number: int, match: Match) -> bool:
        if match.reason is Reason.EXACT:
            return True
        if is_part(match.reason, match.jaccard, self._limits) and not self._binds(number, match):
            return False
        depth = self._depths[match.other]
        if depth == 0:
            return True
        excerpt = match.reason is not Reason.NEAR or self._reasons[match.other] is Reason.CONTAINED
        alike = not excerpt or match.jaccard >= self._limits.chained_jaccard
        return depth == 1 and alike and match.similarity >= self._limits.chained

    def _binds(self, number: int, match: Match) -> bool:
        """Whether an article and a part of it are copies: not where it is a round-up."""
        mine, other = number in self._round_ups, match.other in self._round_ups
        if match.reason is Reason.CONTAINS:
            return not mine
        return not other if match.reason is Reason.CONTAINED else mine is other

    def _join(self, number: int, matches: Sequence[Match]) -> None:
        best = matches[0]
        root = self.first(best.other)
        self._parents[number] = root
        self._reasons[number] = best.reason
        self._joined[number] = best.other
        depth = self._depths[best.other]
        self._depths[number] = max(depth, 1) if best.reason is Reason.EXACT else depth + 1
        for match in matches[1:]:
            other = self.first(match.other)
            if other == root or self._round_ups & {root, other}:
                continue
            if self._alike(root, other) and not self._kept_apart(root, other):
                root = self._merge(root, other)
        if self._published[number] < self._published[self._canonical[root]]:
            self._canonical[root] = number

    def _merge(self, one: int, other: int) -> int:
        if self._published[self._canonical[other]] < self._published[self._canonical[one]]:
            one, other = other, one
        self._parents[other] = one
        self._depths[other] = 1
        return one


def _rank(match: Match) -> tuple[bool, bool, float, int]:
    # What is alike as a whole binds first: a round-up may contain the story of another article word for word.
    exact, near = match.reason is Reason.EXACT, match.reason in (Reason.EXACT, Reason.NEAR)
    return (not exact, not near, -match.similarity, match.other)
