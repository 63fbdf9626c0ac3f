"""From links to events: average link, piece by piece, the same in every order; and what events are called.

Average link (Sokal & Michener 1958) joins the two groups whose members are linked most strongly on average,
again and again, until no average reaches a bound. So one article that two events are linked to, a round-up,
doesn't make them one. Pairs without a link count as nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from heapq import heapify, heappop, heappush
from typing import TypeAlias

Links: TypeAlias = Mapping[str, Mapping[str, float]]
"""For each id the ids that it is linked to, with the link's strength; each link stands on both sides."""
Apart: TypeAlias = Mapping[str, Set[str]]
"""For each id the ids that no event may hold beside it; each pair stands on both sides."""


def connected_pieces(links: Links, ids: Iterable[str], threshold: float = 0.0) -> list[list[str]]:
    """The connected pieces that hold some ids, each in order of its ids.

    Args:
        links: The links.
        ids: Where to begin.
        threshold: Weaker links connect nothing. Pieces by the bound of `group` can be divided one by one:
            groups without such a link between them are never joined, since no average is above all that it
            is of.
    """
    pieces, seen = [], set()
    for start in ids:
        if start in seen:
            continue
        seen.add(start)
        piece = [start]
        for id_ in piece:
            fresh = [
                other
                for other, strength in links.get(id_, {}).items()
                if strength >= threshold and other not in seen
            ]
            seen.update(fresh)
            piece += fresh
        pieces.append(sorted(piece))
    return pieces


def group(links: Links, piece: Iterable[str], bound: float, apart: Apart | None = None) -> list[list[str]]:
    """Divide a piece into events.

    Args:
        links: The links; those that lead out of the piece are left out.
        piece: Ids.
        bound: The least average strength at which two groups are one event.
        apart: What may not be in one event, whatever links it: constraints that groups cannot be linked
            (Davidson and Ravi 2005).

    Returns:
        Groups of ids, each in order. They depend on the links alone, not on the order of `piece`.
    """
    return _average_link(links, sorted(piece), bound, apart or {})


def _average_link(links: Links, ids: list[str], bound: float, apart: Apart) -> list[list[str]]:
    """Join groups until none of the averages reaches the bound; of equal ones the first ids' go first."""
    members = {number: [id_] for number, id_ in enumerate(ids)}
    numbers = {id_: number for number, id_ in enumerate(ids)}
    sums = {
        number: {
            numbers[other]: strength for other, strength in links.get(id_, {}).items() if other in numbers
        }
        for id_, number in numbers.items()
    }
    barred = _barred(apart, numbers)
    heap = [
        (-strength, left, other)
        for left, row in sums.items()
        for other, strength in row.items()
        if left < other and strength >= bound
    ]
    heapify(heap)
    while heap:
        negative, left, other = heappop(heap)
        if left not in members or other not in members or _average(sums, members, left, other) != -negative:
            continue
        if not _join(barred, left, other):
            continue
        members[left] = sorted(members[left] + members.pop(other))
        for third, strength in sums.pop(other).items():
            del sums[third][other]
            if third != left:
                sums[left][third] = sums[third][left] = sums[left].get(third, 0.0) + strength
        for third in sums[left]:
            pair = min(left, third), max(left, third)
            if (average := _average(sums, members, *pair)) >= bound:
                heappush(heap, (-average, *pair))
    return sorted(members.values())


def _barred(apart: Apart, numbers: Mapping[str, int]) -> dict[int, set[int]]:
    """For each number the numbers that it cannot be joined with."""
    return {
        number: {numbers[other] for other in apart.get(id_, ()) if other in numbers}
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


def _average(
    sums: Mapping[int, Mapping[int, float]], members: Mapping[int, list[str]], left: int, other: int
) -> float:
    return sums[left].get(other, 0.0) / (len(members[left]) * len(members[other]))


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
