"""Two texts laid side by side: the words that they share in order, and the gaps between.

Anchors are runs of two words that come once in either text; the longest chain of them that keeps the order of
both (patience diff, Cohen 2009) is widened to both sides. What is left between is a gap: other words in the
same place, or words that one text has alone.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Gap(NamedTuple):
    """Where two texts differ: from one word (included) to another (not included), in either text."""

    first_begin: int
    first_end: int
    second_begin: int
    second_end: int


class Run(NamedTuple):
    """Words that both texts have in a row: where they begin in either, and how many they are."""

    first: int
    second: int
    words: int


def gaps(words: NDArray[np.uint32], other_words: NDArray[np.uint32]) -> list[Gap]:
    """The gaps between two texts, in order.

    Args:
        words: The words of a text as numbers; equal numbers are equal words.
        other_words: Those of the other.
    """
    found: list[Gap] = []
    at, other_at = 0, 0
    first, second = words.tolist(), other_words.tolist()
    for run in [*_runs(words, other_words), Run(len(first), len(second), 0)]:
        # The run before may have been widened over the beginning of this one.
        passed = max(0, at - run.first, other_at - run.second)
        if passed and passed >= run.words:
            continue
        begin, other_begin = run.first + passed, run.second + passed
        end, other_end = run.first + run.words, run.second + run.words
        while begin > at and other_begin > other_at and first[begin - 1] == second[other_begin - 1]:
            begin, other_begin = begin - 1, other_begin - 1
        if begin > at or other_begin > other_at:
            found.append(Gap(at, begin, other_at, other_begin))
        at, other_at = end, other_end
        while at < len(first) and other_at < len(second) and first[at] == second[other_at]:
            at, other_at = at + 1, other_at + 1
    return found


def _runs(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> list[Run]:
    """The words that both texts have in the order of both, as far as anchors tell."""
    pairs, places = _single(first)
    other_pairs, other_places = _single(second)
    if not len(pairs) or not len(other_pairs):
        return []
    at = np.minimum(np.searchsorted(other_pairs, pairs), len(other_pairs) - 1)
    met = other_pairs[at] == pairs
    mine, other = places[met], other_places[at[met]]
    order = mine.argsort()
    mine, other = mine[order], other[order]
    if (other[1:] < other[:-1]).any():
        chain = _longest_chain(other.tolist())
        mine, other = mine[chain], other[chain]
    if not len(mine):
        return []
    edges = np.flatnonzero((mine[1:] != mine[:-1] + 1) | (other[1:] != other[:-1] + 1)) + 1
    begins = [0, *edges.tolist()]
    lengths = [end - begin + 1 for begin, end in zip(begins, [*begins[1:], len(mine)], strict=True)]
    return list(map(Run, mine[begins].tolist(), other[begins].tolist(), lengths))


def _longest_chain(places: Sequence[int]) -> list[int]:
    """Which of some places make up the longest ascending chain (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, place in enumerate(places):
        at = bisect_left(tails, place)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(place)
            ends.append(number)
        else:
            tails[at], ends[at] = place, number
    chain: list[int] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(number)
        number = before[number]
    return chain[::-1]


def _single(words: NDArray[np.uint32]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """The pairs of words that come once, ascending, and where each of them stands."""
    codes = words.astype(np.uint64)
    pairs = (codes[:-1] << np.uint64(32)) | codes[1:]
    places = pairs.argsort()
    ascending = pairs[places]
    other = np.ones(len(ascending) + 1, np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=other[1:-1])
    once = other[1:] & other[:-1] if len(ascending) else other[:0]
    return ascending[once], places[once]
