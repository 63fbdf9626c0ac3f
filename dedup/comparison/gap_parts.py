"""The gaps between two texts as slots are seen best: close ones joined, names parted from what is beside."""

from collections.abc import Sequence

from dedup.comparison.alignment import Gap
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

_CLOSE = 3
"""Words between two gaps that may be one."""


def refined(gaps: Sequence[Gap], mine: Sequence[int], other: Sequence[int]) -> list[Gap]:
    """Join and part the gaps between two texts.

    Args:
        gaps: The gaps, in order.
        mine: The word codes of the first text.
        other: Those of the second.
    """
    return [
        piece
        for gap in _joined(gaps)
        for whole in _aligned(gap, mine, other)
        for piece in _bare(whole, mine, other)
    ]


def _joined(found: Sequence[Gap]) -> list[Gap]:
    """Make one gap of two close ones, where one text has words alone in the first, the other in the second.

    So it looks where two lists of names have one in common by chance, and where two words changed places.
    """
    joined: list[Gap] = []
    for gap in found:
        last = joined[-1] if joined else None
        if last and gap.first_begin - last.first_end <= _CLOSE and _is_alone(last) * _is_alone(gap) < 0:
            gap = Gap(last.first_begin, gap.first_end, last.second_begin, gap.second_end)
            joined.pop()
        joined.append(gap)
    return joined


def _aligned(gap: Gap, mine: Sequence[int], other: Sequence[int]) -> list[Gap]:
    """Part the first gap, or the last, where the texts meet within it.

    A lead of one's own before a notice, or an end that is cut, is no part of what both tell; a name is, that
    stands between it and the words that both have.
    """
    left, right = mine[gap.first_begin : gap.first_end], other[gap.second_begin : gap.second_end]
    opens = not gap.first_begin and not gap.second_begin
    if opens == (gap.first_end == len(mine) and gap.second_end == len(other)):
        return [gap]
    step = -1 if opens else 1
    met = _meeting(left[::step], right[::step])
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


def _bare(gap: Gap, mine: Sequence[int], other: Sequence[int]) -> list[Gap]:
    """Part a gap from the particle that ends it in both texts («العلي أثناء», «حمدان خلال»)."""
    if min(gap.first_end - gap.first_begin, gap.second_end - gap.second_begin) < FULL_NAME:
        return [gap]
    at, other_at = gap.first_end - 1, gap.second_end - 1
    if not (has_class([mine[at]], WordClass.FUNCTION) and has_class([other[other_at]], WordClass.FUNCTION)):
        return [gap]
    name = Gap(gap.first_begin, at, gap.second_begin, other_at)
    return [name, Gap(at, gap.first_end, other_at, gap.second_end)]


def _meeting(left: Sequence[int], right: Sequence[int]) -> tuple[int, int, int] | None:
    """How far off two texts meet again, with a slot between, and how many words they share there.

    They meet at the same word, or at what announces a name of the same kind, which then belongs to the slot.

    Args:
        left: The words of one text from where they part, away from what both have.
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


def _is_alone(gap: Gap) -> int:
    """1 where only the first text has words in a gap, -1 where only the second has."""
    first, second = gap.first_end > gap.first_begin, gap.second_end > gap.second_begin
    return first - second
