"""Two texts laid side by side: the words that they share in order, and the gaps between.

Anchors are runs of two words that come once in either text; the longest chain of them that keeps the order of
both (patience diff, Cohen 2009) is widened to both sides. What is left between is a gap: other words in the
same place, or words that one text has alone.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple


class Gap(NamedTuple):
    """Where two texts differ: from one word (included) to another (not included), in either text."""

    first_begin: int
    first_end: int
    second_begin: int
    second_end: int


def gaps(first: Sequence[int], second: Sequence[int]) -> list[Gap]:
    """The gaps between two texts, in order.

    Args:
        first: The words of a text as numbers; equal numbers are equal words.
        second: Those of the other.
    """
    found: list[Gap] = []
    at, other_at = 0, 0
    for begin, other_begin in [*_anchors(first, second), (len(first), len(second))]:
        if begin < at or other_begin < other_at:
            continue  # the run before was widened over this anchor
        while begin > at and other_begin > other_at and first[begin - 1] == second[other_begin - 1]:
            begin, other_begin = begin - 1, other_begin - 1
        if begin > at or other_begin > other_at:
            found.append(Gap(at, begin, other_at, other_begin))
        at, other_at = begin, other_begin
        while at < len(first) and other_at < len(second) and first[at] == second[other_at]:
            at, other_at = at + 1, other_at + 1
    return found


def _anchors(first: Sequence[int], second: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The longest chain of runs of two words that come once in either text, in the order of both."""
    places = _single(second)
    pairs = [(place, places[run]) for run, place in _single(first).items() if run in places]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(place)
            ends.append(number)
        else:
            tails[at], ends[at] = place, number
    chain: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return reversed(chain)


def _single(words: Sequence[int]) -> dict[tuple[int, int], int]:
    """The runs of two words that come once, in order, with their places."""
    places: dict[tuple[int, int], int] = {}
    repeated: set[tuple[int, int]] = set()
    for place, run in enumerate(pairwise(words)):
        if run in places:
            repeated.add(run)
        places[run] = place
    for run in repeated:
        del places[run]
    return places
