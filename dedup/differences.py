"""What differs between two texts that are alike: names, places, figures, or mere wording.

A template filled in twice gives two texts that are equal but for their slots, and the slots hold whom,
where and when; a copy keeps what names the event and differs in its wording, in what was cut and in what
was added. So the two texts are laid side by side (`dedup.alignment`), and each gap is weighed by what
stands in it and before it. No names are known here: a slot is seen by its place.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.alignment import Gap, gaps
from dedup.word_classes import WordClass
from dedup.word_codes import SKELETON_SHIFT

_CLASS, _CAPITAL, _SKELETON = 0b111, 0b1000, 12


LONGEST_SLOT = 12
"""Words of a slot: four names. What is longer is matter of one's own, not a template's."""


LONGEST_AT_AN_EDGE = 4
"""Words of a slot that opens or ends a text: there, papers have a source or a note of their own."""


LEAD = 30
"""Words at the beginning of an article that name its event."""
_CLOSE = 3
"""Words between two gaps that may be one."""


class _Figure(StrEnum):
    """What a figure counts."""

    DATE = "date"
    MEASURE = "measure"
    COUNT = "count"


class SlotKind(StrEnum):
    """What a slot holds, as far as its surroundings tell."""

    PERSON = "person"
    PLACE = "place"
    NAME = "name"
    """A name by its capitals, or several words in a row; of what is not known."""
    AFTER_PREPOSITION = "after_preposition"
    WORD = "word"
    """One word for another: a name, or another word for the same."""


Fillers: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
"""The words of a slot in either text, by their skeletons."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that both texts fill, with nothing in common.

    Attributes:
        kind: What it holds.
        at: Where it stands in the first text, in words from its beginning.
        fillers: The words that differ, of either text, as numbers.
    """

    kind: SlotKind
    at: int
    fillers: Fillers


@dataclass(frozen=True, slots=True)
class Differences:
    """All that differs between two texts.

    Attributes:
        slots: Places filled by other words.
        rewordings: Places within where the texts have other particles: a desk's work, not a template's.
        insertions: Places within where one text has words that the other lacks.
        edges: Words at the beginning or the end that one text alone has, or that differ at length.
        measures: Measured figures (a rate, a temperature) that differ.
        dates: Weekdays, and days of a month, that differ.
        counts: Other figures that differ.
        own: Words that either text has in the place of others of the other text, in the text with fewer.
        own_lead: The same, of the first `LEAD` words.
        shared: Words that both have in order.
    """

    slots: tuple[Slot, ...]
    rewordings: int
    insertions: int
    edges: int
    measures: int
    dates: int
    counts: int
    own: int
    own_lead: int
    shared: int


def differences(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> Differences:
    """Lay two texts side by side and say what differs.

    Args:
        first: The word codes of a text (`dedup.word_codes`).
        second: Those of the other.
    """
    mine, other = first.tolist(), second.tolist()
    found = _joined(gaps(first >> SKELETON_SHIFT, second >> SKELETON_SHIFT))
    slots: list[Slot] = []
    rewordings = insertions = edges = own = own_lead = 0
    figures: Counter[_Figure] = Counter()
    for gap in found:
        left, right = mine[gap.first_begin : gap.first_end], other[gap.second_begin : gap.second_end]
        changed = _changed_figures(mine, gap, left, right)
        if changed is not None:
            figures[changed] += 1
        unmatched = _unmatched(left, right)
        fewest = min(map(len, unmatched))
        within = bool(gap.first_begin and gap.second_begin) and gap.first_end < len(mine)
        if fewest and _is_slot(left, right, longest=LONGEST_SLOT if within else LONGEST_AT_AN_EDGE):
            kind = _kind(mine, gap, left, right, unmatched)
            slots.append(Slot(kind, gap.first_begin, _fillers(unmatched)))
        elif not within:
            edges += max(len(left), len(right))
        elif changed is None and _of_class([*left, *right], WordClass.FUNCTION):
            rewordings += 1
        elif changed is None:
            insertions += 1
        own += fewest
        own_lead += fewest if gap.first_begin < LEAD else 0
    shared = len(mine) - sum(gap.first_end - gap.first_begin for gap in found)
    return Differences(
        slots=tuple(slots),
        rewordings=rewordings,
        insertions=insertions,
        edges=edges,
        measures=figures[_Figure.MEASURE],
        dates=figures[_Figure.DATE],
        counts=figures[_Figure.COUNT],
        own=own,
        own_lead=own_lead,
        shared=shared,
    )


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


def _is_alone(gap: Gap) -> int:
    """1 where only the first text has words in a gap, -1 where only the second has."""
    first, second = gap.first_end > gap.first_begin, gap.second_end > gap.second_begin
    return first - second


def _is_slot(left: Sequence[int], right: Sequence[int], *, longest: int) -> bool:
    """Whether what differs has the form of names: short, without particles, which only wording has."""
    both = [*left, *right]
    return max(len(left), len(right)) <= longest and not _of_class(both, WordClass.FUNCTION)


def _unmatched(left: Sequence[int], right: Sequence[int]) -> tuple[list[int], list[int]]:
    """The words of either side that say something and that the other side lacks."""
    sides = _contents(left, right)
    if not sides[0] or not sides[1]:
        return sides
    counts = [Counter(code >> _SKELETON for code in side) for side in sides]
    both = counts[0] & counts[1]
    return _without(sides[0], both), _without(sides[1], both)


def _without(codes: Sequence[int], taken: "Counter[int]") -> list[int]:
    rest, kept = Counter(taken), []
    for code in codes:
        if rest[code >> _SKELETON]:
            rest[code >> _SKELETON] -= 1
        else:
            kept.append(code)
    return kept


def _fillers(unmatched: tuple[Sequence[int], Sequence[int]]) -> Fillers:
    mine, other = (tuple(code >> _SKELETON for code in side) for side in unmatched)
    return mine, other


def _contents(left: Sequence[int], right: Sequence[int]) -> tuple[list[int], list[int]]:
    """The words of either side that name something.

    A month in the place of another word is one («تشرين» is a team), and so is a title («الشيخ» is a family).
    """
    dated = all(any(_is_figure(code) for code in side) for side in (left, right))
    kinds = {WordClass.PLAIN} if dated else {WordClass.PLAIN, WordClass.DATE}
    mine, other = ([code for code in side if code & _CLASS in kinds] for side in (left, right))
    if not mine and other:
        mine = [code for code in left if code & _CLASS == WordClass.PERSON]
    elif not other and mine:
        other = [code for code in right if code & _CLASS == WordClass.PERSON]
    return mine, other


def _of_class(codes: Sequence[int], kind: WordClass) -> bool:
    return any(code & _CLASS == kind for code in codes)


def _is_figure(code: int) -> bool:
    return code & _CLASS in (WordClass.FIGURE, WordClass.DATE)


def _changed_figures(
    codes: Sequence[int], gap: Gap, left: Sequence[int], right: Sequence[int]
) -> "_Figure | None":
    """What a figure of one text is that has another in its place; None where there is none."""
    mine, other = ([code for code in side if _is_figure(code)] for side in (left, right))
    values = {code >> _SKELETON for code in other}
    changed = [code for code in mine if code >> _SKELETON not in values]
    if not changed or not other:
        return None
    around = [
        *codes[max(0, gap.first_begin - 1) : gap.first_begin],
        *left,
        *codes[gap.first_end : gap.first_end + 1],
    ]
    kinds = {code & _CLASS for code in around}
    after = codes[gap.first_end : gap.first_end + 1]
    if (_of_class(changed, WordClass.DATE) and _of_class(other, WordClass.DATE)) or _of_class(
        after, WordClass.DATE
    ):
        return _Figure.DATE
    return _Figure.MEASURE if WordClass.UNIT in kinds else _Figure.COUNT


def _kind(
    codes: Sequence[int],
    gap: Gap,
    left: Sequence[int],
    right: Sequence[int],
    unmatched: tuple[Sequence[int], Sequence[int]],
) -> SlotKind:
    """What a slot holds: what stands before its first word tells, else its form."""
    mine, other = unmatched
    at = gap.first_begin + left.index(mine[0])
    before = [code & _CLASS for code in codes[max(0, at - 2) : at]]
    for kind, announced in ((WordClass.PERSON, SlotKind.PERSON), (WordClass.PLACE, SlotKind.PLACE)):
        if kind in before:
            return announced
    contents = _contents(left, right)
    if mine[0] & other[0] & _CAPITAL or min(map(len, contents)) >= 2:
        return SlotKind.NAME
    return SlotKind.AFTER_PREPOSITION if before[-1:] == [WordClass.PREPOSITION] else SlotKind.WORD
