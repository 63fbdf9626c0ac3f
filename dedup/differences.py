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


_FULL_NAME = 2
"""Words of a full name."""


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
        at: Where it stands, in words from the beginning of the text in which it comes sooner.
        fillers: The words that differ, of either text, as numbers.
        has_capitals: Whether they begin with capitals, though no sentence does.
    """

    kind: SlotKind
    at: int
    fillers: Fillers
    has_capitals: bool = False

    @property
    def is_balanced(self) -> bool:
        """Whether both texts fill it at about the same length, as names do; what is explained takes more."""
        mine, other = map(len, self.fillers)
        return abs(mine - other) <= 1

    @property
    def certain_names(self) -> int:
        """How many names it holds for certain: announced ones, or a full name by its capitals."""
        full = min(map(len, self.fillers)) >= _FULL_NAME
        if self.kind is SlotKind.PERSON or (self.kind is SlotKind.NAME and self.has_capitals):
            return 2 if full else int(self.kind is SlotKind.PERSON)
        return int(self.kind is SlotKind.PLACE)


@dataclass(frozen=True, slots=True)
class Differences:
    """All that differs between two texts.

    Attributes:
        slots: Places filled by other words.
        rewordings: Exchanges within of particles for others, wherever made: a desk's work, not a template's.
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
    found = [
        piece for gap in found for whole in _aligned(gap, mine, other) for piece in _bare(whole, mine, other)
    ]
    slots: list[Slot] = []
    insertions = edges = own = own_lead = 0
    reworded: set[Fillers] = set()
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
            slots.append(
                Slot(
                    kind,
                    min(gap.first_begin, gap.second_begin),
                    _fillers(unmatched),
                    bool(unmatched[0][0] & unmatched[1][0] & _CAPITAL),
                )
            )
        elif not within:
            edges += max(len(left), len(right))
        elif changed is None and _of_class([*left, *right], WordClass.FUNCTION):
            reworded.add(_fillers((left, right)))
        elif changed is None:
            insertions += 1
        own += fewest
        own_lead += fewest if gap.first_begin < LEAD else 0
    shared = len(mine) - sum(gap.first_end - gap.first_begin for gap in found)
    return Differences(
        slots=tuple(slots),
        rewordings=len(reworded),
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
    if min(gap.first_end - gap.first_begin, gap.second_end - gap.second_begin) < _FULL_NAME:
        return [gap]
    at, other_at = gap.first_end - 1, gap.second_end - 1
    if not (_of_class([mine[at]], WordClass.FUNCTION) and _of_class([other[other_at]], WordClass.FUNCTION)):
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
            same = code >> _SKELETON == other_code >> _SKELETON
            announced = not same and _announce_alike(code, other_code)
            end, other_end = at + announced, other_at + announced
            slot = left[:end], right[:other_end]
            if (same or announced) and all(slot) and _is_slot(*slot, longest=LONGEST_AT_AN_EDGE + 1):
                return (end, other_end, int(same)) if all(_unmatched(*slot)) else None
    return None


def _announce_alike(code: int, other: int) -> bool:
    """Whether two words announce a name of the same kind: a person's title, a kind of place."""
    return code & _CLASS == other & _CLASS and code & _CLASS in (WordClass.PERSON, WordClass.PLACE)


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

    A month in the place of another word is one («تشرين» is a team), and so is a title in the place of another
    word or after a name that has one before («الشاب حسن الشيخ»: a family).
    """
    dated = all(any(_is_figure(code) for code in side) for side in (left, right))
    kinds = {WordClass.PLAIN} if dated else {WordClass.PLAIN, WordClass.DATE}
    mine, other = (
        [
            code
            for at, code in enumerate(side)
            if code & _CLASS in kinds or _is_family_name(side[max(0, at - 2) : at + 1])
        ]
        for side in (left, right)
    )
    if not mine and other:
        mine = [code for code in left if code & _CLASS == WordClass.PERSON]
    elif not other and mine:
        other = [code for code in right if code & _CLASS == WordClass.PERSON]
    return mine, other


def _is_family_name(codes: Sequence[int]) -> bool:
    """Whether the last of three words is a title's that is a name: it follows a title and a name."""
    return [code & _CLASS for code in codes] == [WordClass.PERSON, WordClass.PLAIN, WordClass.PERSON]


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
