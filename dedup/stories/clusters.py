"""From verified pairs to stories, without blind chaining; and how far two clusterings agree.

Copies of copies drift: of ten updates of a report each may resemble the one before while the last shares
nothing with the first. So an article joins a story when it resembles the story's root, the article that the
story began with, or its canonical one, or, strongly, one that does (an excerpt only as a whole: a follow-up
may quote as much); further links don't count. Two stories that an article resembles are merged only when
their canonical articles resemble each other, or where both resemble the article and it was published before
them: in order of publication they would have joined it. A round-up of the news (`dedup.stories.roundups`) is
a copy of none of the stories that it holds; two halves of a report are one story where an article has both.

`lua/matches.lua` does the same in Redis, article by article; a test compares the two.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dedup.comparison.verdict import Reason
from dedup.parameters import Thresholds
from dedup.stories.roundups import is_part

_NONE = -1


@dataclass(frozen=True, slots=True)
class Match:
    """An earlier article that a new one is a copy of."""

    other: int
    reason: Reason
    similarity: float
    jaccard: float


class Stories:
    """Clusters of articles that are numbered in the order in which they are added.

    Args:
        thresholds: Bounds for chains and merges.
        roots_alike: Whether the roots (by number) of two stories are alike enough for a merge, that is by
            `Thresholds.merge`.
        apart: Pairs of numbers that were marked as not the same story by hand: no story ever holds both.
        round_ups: Numbers of the articles that are round-ups: no part belongs to them, nor they to it.
    """

    def __init__(
        self,
        thresholds: Thresholds,
        roots_alike: Callable[[int, int], bool],
        apart: Iterable[tuple[int, int]] = (),
        round_ups: Collection[int] = (),
    ) -> None:
        self._limits = thresholds
        self._roots_alike = roots_alike
        self._round_ups = frozenset(round_ups)
        self._apart: dict[int, set[int]] = {}
        for left, right in apart:
            self._apart.setdefault(left, set()).add(right)
            self._apart.setdefault(right, set()).add(left)
        # Arrays and not lists: there may be millions. Numbers of articles have 31 bits.
        self._joined = array("i")
        self._parents = array("i")
        self._depths = array("i")
        self._reasons: list[Reason] = []
        self._canonical = array("i")
        self._published = array("d")

    def add(self, published: float, matches: Sequence[Match]) -> int:
        """Add the next article; return its number, counted from 0.

        Args:
            published: When it was published, in any unit; infinity where that isn't known.
            matches: Verified matches among the articles added before, in any order.
        """
        number = len(self._parents)
        self._parents.append(number)
        self._depths.append(0)
        self._reasons.append(Reason.NEW)
        self._canonical.append(number)
        self._published.append(published)
        self._joined.append(_NONE)
        eligible = [
            match
            for match in matches
            if self._is_eligible(number, match) and not self._barred(number, match.other)
        ]
        if eligible:
            self._join(number, sorted(eligible, key=_rank))
        return number

    def unite(self, numbers: Iterable[int]) -> None:
        """Make the stories of some articles one, but for those that were marked as apart."""
        root, *rest = map(self.root, numbers)
        for other in rest:
            if self.root(other) != root and not self._kept_apart(root, other):
                root = self._merge(root, other)

    def root(self, number: int) -> int:
        """The article that the story of this one began with."""
        root = number
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[number] != root:
            self._parents[number], number = root, self._parents[number]
        return root

    def canonical(self, number: int) -> int:
        """The earliest published article of the story of this one; of two, the one that came first."""
        return self._canonical[self.root(number)]

    def joined_by(self, number: int) -> int | None:
        """The earlier article by which this one joined its story; None for a story's root."""
        joined = self._joined[number]
        return None if joined == _NONE else joined

    def _barred(self, number: int, other: int) -> bool:
        """Whether the story of `other` holds an article that was marked as apart from this one."""
        marked = self._apart.get(number, ())
        return any(self.root(mark) == self.root(other) for mark in marked if mark < len(self._parents))

    def _kept_apart(self, root: int, other_root: int) -> bool:
        """Whether an article of one story was marked as apart from one of the other."""
        return any(
            self.root(number) == root and self._barred(number, other_root)
            for number in self._apart
            if number < len(self._parents)
        )

    def _is_eligible(self, number: int, match: Match) -> bool:
        if match.reason is Reason.EXACT:
            return True
        if is_part(match.reason, match.jaccard, match.similarity, self._limits) and not self._binds(
            number, match
        ):
            return False
        depth = self._depths[match.other]
        if depth == 0 or self.canonical(match.other) == match.other:
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
        root = self.root(best.other)
        self._parents[number] = root
        self._reasons[number] = best.reason
        self._joined[number] = best.other
        depth = self._depths[best.other]
        self._depths[number] = max(depth, 1) if best.reason is Reason.EXACT else depth + 1
        for match in matches[1:]:
            other = self.root(match.other)
            if other == root or self._round_ups & {root, other}:
                continue
            precedes = self._is_first(number, best) and self._is_first(number, match)
            alike = precedes or self._roots_alike(self._canonical[root], self._canonical[other])
            if alike and not self._kept_apart(root, other):
                root = self._merge(root, other)
        if self._published[number] < self._published[self._canonical[root]]:
            self._canonical[root] = number

    def _is_first(self, number: int, match: Match) -> bool:
        """Whether an article was published before the canonical article of a story, which it resembles."""
        canonical = self.canonical(match.other)
        return match.other == canonical and self._published[number] < self._published[canonical]

    def _merge(self, root: int, other: int) -> int:
        if self._published[self._canonical[other]] < self._published[self._canonical[root]]:
            root, other = other, root
        self._parents[other] = root
        self._depths[other] = 1
        return root


def _rank(match: Match) -> tuple[bool, bool, float, int]:
    # What is alike as a whole binds first: a round-up may contain the story of another article word for word.
    exact, near = match.reason is Reason.EXACT, match.reason in (Reason.EXACT, Reason.NEAR)
    return (not exact, not near, -match.similarity, match.other)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs of articles in one story, by a clustering and by a reference.

    Attributes:
        articles: Articles in both clusterings.
        shared_pairs: Pairs in one story by both.
        pairs: Pairs in one story by the clustering.
        reference_pairs: Pairs in one story by the reference.
        differing: Articles whose story has other members by the clustering than by the reference.
    """

    articles: int
    shared_pairs: int
    pairs: int
    reference_pairs: int
    differing: int

    @property
    def precision(self) -> float:
        """Share of the clustering's pairs that the reference has, too."""
        return self.shared_pairs / self.pairs if self.pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of the reference's pairs that the clustering has, too."""
        return self.shared_pairs / self.reference_pairs if self.reference_pairs else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both (the pair-wise F measure)."""
        together = self.precision + self.recall
        return 2 * self.precision * self.recall / together if together else 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """Articles that two clusterings put into other stories: as few as can be understood by themselves.

    Attributes:
        stories: Their stories by the clustering, with the articles of each.
        reference: The same articles by the reference.
    """

    stories: dict[Hashable, list[str]]
    reference: dict[Hashable, list[str]]

    @property
    def articles(self) -> int:
        """How many they are."""
        return sum(map(len, self.stories.values()))


def agreement(stories: Mapping[str, Hashable], reference: Mapping[str, Hashable]) -> Agreement:
    """Compare two clusterings over the articles that both have.

    Args:
        stories: Any name of its story for each article, by a clustering...
        reference: ...and by the reference. Names need not be the same.
    """
    common = [id_ for id_ in reference if id_ in stories]
    joint = Counter((stories[id_], reference[id_]) for id_ in common)
    sizes = Counter(stories[id_] for id_ in common)
    reference_sizes = Counter(reference[id_] for id_ in common)
    same = sum(
        size for (story, other), size in joint.items() if sizes[story] == reference_sizes[other] == size
    )
    return Agreement(len(common), _pairs(joint), _pairs(sizes), _pairs(reference_sizes), len(common) - same)


def _pairs(sizes: "Counter[Hashable] | Counter[tuple[Hashable, Hashable]]") -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def differences(stories: Mapping[str, Hashable], reference: Mapping[str, Hashable]) -> Iterator[Difference]:
    """What two clusterings disagree on, where most articles are concerned first.

    Args:
        stories: Any name of its story for each article, by a clustering...
        reference: ...and by the reference; articles that one alone has are left out.
    """
    common = [id_ for id_ in reference if id_ in stories]
    members, reference_members = _members(common, stories), _members(common, reference)
    groups: list[Difference] = []
    visited: set[Hashable] = set()
    for name, ids in reference_members.items():
        story = stories[ids[0]]
        # Most stories are the same by both; only the others are followed to all that they overlap with.
        is_same = members[story] == ids
        if name in visited or is_same:
            continue
        group, waiting = Difference({}, {}), [name]
        while waiting:
            name = waiting.pop()
            if name in group.reference:
                continue
            group.reference[name] = reference_members[name]
            for story in {stories[id_] for id_ in reference_members[name]} - group.stories.keys():
                group.stories[story] = members[story]
                waiting += {reference[id_] for id_ in members[story]}
        visited |= group.reference.keys()
        groups.append(group)
    yield from sorted(groups, key=lambda group: -group.articles)


def _members(ids: Iterable[str], stories: Mapping[str, Hashable]) -> dict[Hashable, list[str]]:
    members: dict[Hashable, list[str]] = defaultdict(list)
    for id_ in ids:
        members[stories[id_]].append(id_)
    return members
