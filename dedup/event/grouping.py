"""From links to events: average link, the same in every order; and what events are called.

Average link (Sokal & Michener 1958) joins the two groups whose members are linked most strongly on average,
again and again, until no average reaches a bound. So one article that two events are linked to, a round-up,
doesn't make them one. Pairs without a link count as nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from heapq import heapify, heappop, heappush
from typing import TypeAlias

Links: TypeAlias = Mapping[str, Mapping[str, float]]
"""For each id the ids that it is linked to, with the link's strength; one that does not stand on both sides
counts for nothing."""
Bounds: TypeAlias = Mapping[str, float]
"""For each id the least average strength at which its group is joined with another. Of two groups the highest
counts: joining makes nothing easier."""
Apart: TypeAlias = Mapping[str, Set[str]]
"""For each id the ids that no event may hold beside it; each pair stands on both sides."""
_UNIT = 1_000_000
"""A strength is counted in millionths: sums of whole numbers are the same in every order."""


def group(links: Links, ids: Iterable[str], bounds: Bounds, apart: Apart | None = None) -> list[list[str]]:
    """Divide articles into events.

    Args:
        links: The links; those that lead to others are left out.
        ids: The articles.
        bounds: How strongly each must be linked.
        apart: What may not be in one event, whatever links it: constraints that groups cannot be linked
            (Davidson and Ravi 2005).

    Returns:
        Groups of ids, each in order. They depend on the links alone, not on the order of `ids`; of equal
        averages the first ids' go first.
    """
    ids = sorted(ids)
    numbers = {id_: number for number, id_ in enumerate(ids)}
    groups = _Groups(links, numbers, [bounds[id_] for id_ in ids])
    barred = _barred(apart or {}, numbers)
    while pair := groups.pop_strongest():
        if _join(barred, *pair):
            groups.join(*pair)
    return sorted([ids[number] for number in sorted(members)] for members in groups.members.values())


class _Groups:
    """Groups of articles by number, each called by its first, and how strongly they are linked.

    Attributes:
        members: The articles of each group.
    """

    def __init__(self, links: Links, numbers: Mapping[str, int], bounds: Sequence[float]) -> None:
        self.members = {number: [number] for number in range(len(bounds))}
        self._bounds = [bound * _UNIT for bound in bounds]
        self._sizes = [1] * len(bounds)
        self._sums = {
            number: {
                numbers[other]: int(strength * _UNIT + 0.5)
                for other, strength in links.get(id_, {}).items()
                if other in numbers and id_ in links.get(other, {})
            }
            for id_, number in numbers.items()
        }
        self._queue = [entry for number in self._sums for entry in self._strong(number, above=number)]
        heapify(self._queue)

    def pop_strongest(self) -> tuple[int, int] | None:
        """The two groups that are linked most strongly, the lower number first; each pair once."""
        while self._queue:
            negative, left, other = heappop(self._queue)
            strength = self._sums.get(left, {}).get(other, 0)
            if strength / (self._sizes[left] * self._sizes[other]) == -negative:
                return left, other
        return None

    def join(self, left: int, other: int) -> None:
        """Make two groups one, which is called by the first."""
        self.members[left] += self.members.pop(other)
        self._sizes[left] = len(self.members[left])
        self._bounds[left] = max(self._bounds[left], self._bounds[other])
        row, rest = self._sums[left], self._sums.pop(other)
        del row[other], rest[left]
        for third, strength in rest.items():
            theirs = self._sums[third]
            del theirs[other]
            row[third] = theirs[left] = row.get(third, 0) + strength
        for entry in self._strong(left):
            heappush(self._queue, entry)

    def _strong(self, group: int, above: int = -1) -> Iterator[tuple[float, int, int]]:
        """What a group may be joined with, of the groups above a number: entries of the queue."""
        bound, size, bounds, sizes = self._bounds[group], self._sizes[group], self._bounds, self._sizes
        for other, strength in self._sums[group].items():
            average = strength / (size * sizes[other])
            if average >= bound and average >= bounds[other] and other > above:
                yield (-average, group, other) if group < other else (-average, other, group)


def _barred(apart: Apart, numbers: Mapping[str, int]) -> dict[int, set[int]]:
    """For each number the numbers that it cannot be joined with."""
    return {
        number: {numbers[other] for other in apart.get(id_, ()) if other in numbers} - {number}
        for id_, number in numbers.items()
    }


def _join(barred: dict[int, set[int]], left: int, other: int) -> bool:
    """Let what bars one group bar the two that become one; False where they cannot."""
    if other in barred[left]:
        return False
    for third in barred.pop(other):
        barred[third].remove(other)
        barred[third].add(left)
        barred[left].add(third)
    return True


def name_events(
    groups: Sequence[Sequence[str]], former_ids: Mapping[str, str], homes: Mapping[str, str]
) -> dict[str, str]:
    """The id of the event of each article.

    An event is called by the id of one of its articles. Of the ids that its articles had before, it keeps
    that which most of them had, of as many that of the earliest, if the article of this id is still in it.
    Else it is called by its earliest article. So two events never have one id, and a former id, of an event
    that became part of another, leads to it by its article.

    Args:
        groups: The events, each with its earliest article first.
        former_ids: The id of the event that an article had before, as far as it had one.
        homes: For an id that an event had, the article of a group that stands for it; where there is none,
            it is not here.
    """
    events: dict[str, str] = {}
    for group in groups:
        members = set(group)
        kept = Counter(
            former_ids[id_] for id_ in group if id_ in former_ids and homes.get(former_ids[id_]) in members
        ).most_common(1)
        # `most_common` keeps the order of the group among equals.
        event = kept[0][0] if kept else group[0]
        events.update(dict.fromkeys(group, event))
    return events
