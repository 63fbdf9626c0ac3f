"""Two texts aligned: the words that they share in order, and the gaps between.

Anchors are runs of two words that come once in either text; the longest chain of them that keeps the order of
both (patience diff, Cohen 2009) is extended to both sides. What is left between is a gap: other words in the
same place, or words that one text has alone. Gaps are then cut so that slots show best: close ones are
joined, names are separated from what stands beside them.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.comparison.slot_words import (
    CLASS,
    FULL_NAME,
    LONGEST_AT_AN_EDGE,
    SKELETON,
    has_class,
    is_slot,
    unmatched_words,
)
from dedup.text.word_classes import WordClass
from dedup.text.word_codes import SKELETON_SHIFT

_CLOSE = 3
"""Words between two gaps that may be one."""
_HALF = np.uint64(32)


class Gap(NamedTuple):
    """Where two texts differ: from one word (included) to another (not included), in either text."""

    first_begin: int
    first_end: int
    second_begin: int
    second_end: int


Run: TypeAlias = tuple[int, int, int]
"""Words that both texts have in a row: where they begin in either, and how many they are."""

Places: TypeAlias = NDArray[np.intp]


def slot_gaps(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> list[Gap]:
    """The gaps between two texts, joined and cut so that each holds one slot where it can.

    Args:
        first: The word codes of a text (`dedup.text.word_codes`).
        second: Those of the other.
    """
    mine, other = first.tolist(), second.tolist()
    return [
        piece
        for gap in _join_close(gaps(first >> SKELETON_SHIFT, second >> SKELETON_SHIFT))
        for inner in _split_outer_gap(gap, mine, other)
        for piece in _split_particle(inner, mine, other)
    ]


def gaps(words: NDArray[np.uint32], other_words: NDArray[np.uint32]) -> list[Gap]:
    """The gaps between two texts, in order.

    Args:
        words: The words of a text as numbers; equal numbers are equal words.
        other_words: Those of the other.
    """
    whole = _around_whole(words, other_words)
    if whole is not None:
        return whole
    between: list[Gap] = []
    at, other_at = 0, 0
    first, second = words.tolist(), other_words.tolist()
    size, other_size = len(first), len(second)
    for begin, other_begin, count in chain(_runs(words, other_words), [(size, other_size, 0)]):
        end, other_end = begin + count, other_begin + count
        if begin < at or other_begin < other_at:
            # The run before was extended over the beginning of this one.
            passed = max(at - begin, other_at - other_begin)
            if passed >= count:
                continue
            begin, other_begin = begin + passed, other_begin + passed
        while begin > at and other_begin > other_at and first[begin - 1] == second[other_begin - 1]:
            begin, other_begin = begin - 1, other_begin - 1
        if begin > at or other_begin > other_at:
            between.append(Gap(at, begin, other_at, other_begin))
        at, other_at = end, other_end
        while at < size and other_at < other_size and first[at] == second[other_at]:
            at, other_at = at + 1, other_at + 1
    return between


def _around_whole(words: NDArray[np.uint32], other_words: NDArray[np.uint32]) -> list[Gap] | None:
    """The gaps around a text that stands word for word in the other, as every second copy does; else None.

    It is what anchors show, too, without the search for them.
    """
    size, other_size = len(words), len(other_words)
    place = _place_of_shorter(words, other_words)
    if place is None:
        return None
    end = place + min(size, other_size)
    if size > other_size:
        outer = [Gap(0, place, 0, 0), Gap(end, size, other_size, other_size)]
    else:
        outer = [Gap(0, 0, 0, place), Gap(size, size, end, other_size)]
    return [gap for gap in outer if gap[0] < gap[1] or gap[2] < gap[3]]


def is_whole(words: NDArray[np.uint32], other_words: NDArray[np.uint32]) -> bool:
    """Whether one text stands word for word in the other; by skeletons, as slots are."""
    return _place_of_shorter(words >> SKELETON_SHIFT, other_words >> SKELETON_SHIFT) is not None


def _place_of_shorter(words: NDArray[np.uint32], other_words: NDArray[np.uint32]) -> int | None:
    longer, shorter = (words, other_words) if len(words) > len(other_words) else (other_words, words)
    place, odd = divmod(longer.tobytes().find(shorter.tobytes()), longer.itemsize)
    return None if odd or place < 0 else place


def shared_passages(between: Sequence[Gap], words: int, *, shortest: int) -> int:
    """How many passages two texts share, in the order of both.

    Args:
        between: The gaps between them.
        words: Words of the first text.
        shortest: Words of a passage, in a row.
    """
    begins = [0, *(gap.first_end for gap in between)]
    ends = [*(gap.first_begin for gap in between), words]
    return sum(end - begin >= shortest for begin, end in zip(begins, ends, strict=True))


def _runs(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> Iterator[Run]:
    """The words that both texts have in the order of both, as far as anchors show."""
    mine, other = _anchors(first, second)
    if (other[1:] < other[:-1]).any():
        ordered = _longest_chain(other.tolist())
        mine, other = mine[ordered], other[ordered]
    if not len(mine):
        return iter(())
    edges = ((mine[1:] != mine[:-1] + 1) | (other[1:] != other[:-1] + 1)).nonzero()[0] + 1
    begins = [0, *edges.tolist()]
    lengths = [end - begin + 1 for begin, end in zip(begins, [*begins[1:], len(mine)], strict=True)]
    return zip(mine[begins].tolist(), other[begins].tolist(), lengths, strict=True)


def _anchors(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> tuple[Places, Places]:
    """Where pairs of words stand that come once in either text: ascending in the first, then in the other."""
    codes = first.astype(np.uint64), second.astype(np.uint64)
    pairs = np.concatenate([(words[:-1] << _HALF) | words[1:] for words in codes])
    border = max(0, len(first) - 1)
    # Stable, so that of a pair that comes once in either text that of the first stands before the other.
    order = pairs.argsort(kind="stable")
    ascending = pairs[order]
    opens = np.ones(len(pairs) + 1, np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=opens[1:-1])
    twice = (opens[:-2] & ~opens[1:-1] & opens[2:]).nonzero()[0]
    mine, other = order[twice], order[twice + 1]
    of_both = (mine < border) & (other >= border)
    mine, other = mine[of_both], other[of_both] - border
    order = mine.argsort()
    return mine[order], other[order]


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


def _join_close(gaps_in_order: Sequence[Gap]) -> list[Gap]:
    """Make one gap of two close ones, where one text has words alone in the first, the other in the second.

    Two lists of names that have one in common by chance look so, and two words that changed places.
    """
    joined: list[Gap] = []
    for gap in gaps_in_order:
        last = joined[-1] if joined else None
        if last and gap.first_begin - last.first_end <= _CLOSE and _single_side(last) * _single_side(gap) < 0:
            gap = Gap(last.first_begin, gap.first_end, last.second_begin, gap.second_end)
            joined.pop()
        joined.append(gap)
    return joined


def _split_outer_gap(gap: Gap, mine: Sequence[int], other: Sequence[int]) -> list[Gap]:
    """Split the first gap, or the last, where the texts meet within it.

    A lead that one paper adds before a notice, or an end that is cut, is no part of the notice; a name that
    stands between it and the words that both have is.
    """
    left, right = mine[gap.first_begin : gap.first_end], other[gap.second_begin : gap.second_end]
    opens = not gap.first_begin and not gap.second_begin
    if opens == (gap.first_end == len(mine) and gap.second_end == len(other)):
        return [gap]
    step = -1 if opens else 1
    met = _meeting_point(left[::step], right[::step])
    if met is None:
        return [gap]
    first, second, shared = met
    if opens:
        at, other_at = gap.first_end - first, gap.second_end - second
        outer = Gap(0, at - shared, 0, other_at - shared)
        pieces = [outer, Gap(at, gap.first_end, other_at, gap.second_end)]
    else:
        at, other_at = gap.first_begin + first, gap.second_begin + second
        outer = Gap(at + shared, gap.first_end, other_at + shared, gap.second_end)
        pieces = [Gap(gap.first_begin, at, gap.second_begin, other_at), outer]
    return [piece for piece in pieces if piece[0] < piece[1] or piece[2] < piece[3]]


def _split_particle(gap: Gap, mine: Sequence[int], other: Sequence[int]) -> list[Gap]:
    """Split the particle off that ends a gap in both texts («العلي أثناء», «حمدان خلال»)."""
    if min(gap.first_end - gap.first_begin, gap.second_end - gap.second_begin) < FULL_NAME:
        return [gap]
    at, other_at = gap.first_end - 1, gap.second_end - 1
    if not (has_class([mine[at]], WordClass.FUNCTION) and has_class([other[other_at]], WordClass.FUNCTION)):
        return [gap]
    name = Gap(gap.first_begin, at, gap.second_begin, other_at)
    return [name, Gap(at, gap.first_end, other_at, gap.second_end)]


def _meeting_point(left: Sequence[int], right: Sequence[int]) -> tuple[int, int, int] | None:
    """How far off two texts meet again, with a slot between, and how many words they share there.

    They meet at the same word, or at what announces a name of the same kind, which then belongs to the slot.

    Args:
        left: The words of one text from where they differ, away from what both have.
        right: Those of the other.
    """
    for at, code in enumerate(left[: LONGEST_AT_AN_EDGE + 1]):
        for other_at, other_code in enumerate(right[: LONGEST_AT_AN_EDGE + 1]):
            same = code >> SKELETON == other_code >> SKELETON
            announced = not same and _announce_alike(code, other_code)
            end, other_end = at + announced, other_at + announced
            slot = left[:end], right[:other_end]
            if (same or announced) and all(slot) and is_slot(*slot, longest=LONGEST_AT_AN_EDGE + 1):
                return (end, other_end, int(same)) if all(unmatched_words(*slot)) else None
    return None


def _announce_alike(code: int, other: int) -> bool:
    """Whether two words announce a name of the same kind: a person's title, a kind of place."""
    return code & CLASS == other & CLASS and code & CLASS in (WordClass.PERSON, WordClass.PLACE)


def _single_side(gap: Gap) -> int:
    """1 where only the first text has words in a gap, -1 where only the second has."""
    first, second = gap.first_end > gap.first_begin, gap.second_end > gap.second_begin
    return first - second
