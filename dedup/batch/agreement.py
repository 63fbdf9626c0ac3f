"""How far two ways of putting the same articles into stories agree."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs of articles in one story, by one way and by another.

    Attributes:
        articles: Articles that both know.
        both: Pairs that both put into one story.
        found: Pairs that the first did.
        expected: Pairs that the second did.
        differing: Articles whose story has other members by the one than by the other.
    """

    articles: int
    both: int
    found: int
    expected: int
    differing: int

    @property
    def precision(self) -> float:
        """Share of the first way's pairs that the second has, too."""
        return self.both / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the second way's pairs that the first has, too."""
        return self.both / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both (the pair-wise F measure)."""
        together = self.precision + self.recall
        return 2 * self.precision * self.recall / together if together else 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """Articles that the two ways put into other stories: as few as can be understood by themselves.

    Attributes:
        found: Their stories by the first way, with the articles of each.
        expected: The same articles by the second way.
    """

    found: dict[Hashable, list[str]]
    expected: dict[Hashable, list[str]]

    @property
    def articles(self) -> int:
        """How many they are."""
        return sum(map(len, self.found.values()))


def differences(found: Mapping[str, Hashable], expected: Mapping[str, Hashable]) -> Iterator[Difference]:
    """What two ways disagree on, where most articles are concerned first.

    Args:
        found: Any name of its story for each article, by one way...
        expected: ...and by the other; articles that one alone knows are left out.
    """
    firsts: dict[Hashable, list[str]] = defaultdict(list)
    seconds: dict[Hashable, list[str]] = defaultdict(list)
    for id_, story in expected.items():
        if id_ in found:
            firsts[found[id_]].append(id_)
            seconds[story].append(id_)
    groups: list[Difference] = []
    done: set[Hashable] = set()
    for story, ids in seconds.items():
        # Most stories are the same by both: only from the others it is followed which touch which.
        if story in done or (
            len({found[id_] for id_ in ids}) == 1 and len(firsts[found[ids[0]]]) == len(ids)
        ):
            continue
        group, waiting = Difference({}, {}), [story]
        while waiting:
            story = waiting.pop()
            if story in done:
                continue
            done.add(story)
            group.expected[story] = seconds[story]
            for first in {found[id_] for id_ in seconds[story]} - group.found.keys():
                group.found[first] = firsts[first]
                waiting += {expected[id_] for id_ in firsts[first]} - done
        groups.append(group)
    yield from sorted(groups, key=lambda one: -one.articles)


def agreement(found: Mapping[str, Hashable], expected: Mapping[str, Hashable]) -> Agreement:
    """Hold two ways against each other, over the articles that both know.

    Args:
        found: Any name of its story for each article, by one way...
        expected: ...and by the other. Names need not be the same.
    """
    common = [id_ for id_ in expected if id_ in found]
    joint = Counter((found[id_], expected[id_]) for id_ in common)
    first = Counter(found[id_] for id_ in common)
    second = Counter(expected[id_] for id_ in common)
    same = sum(size for (one, other), size in joint.items() if first[one] == second[other] == size)
    return Agreement(len(common), _pairs(joint), _pairs(first), _pairs(second), len(common) - same)


def _pairs(sizes: "Counter[Hashable] | Counter[tuple[Hashable, Hashable]]") -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
