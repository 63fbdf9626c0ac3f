"""What differs between two texts that are alike: names, places, figures, or mere wording.

A template filled in twice gives two texts that are equal but for their slots, and the slots hold whom, where
and when; a copy keeps what names the event and differs in its wording, in what was cut and in what was added.
So the two texts are aligned (`dedup.comparison.alignment`), and each gap is weighed by what stands in it and
before it. There is no list of names: a slot shows by its place.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.comparison.alignment import Gap, slot_gaps
from dedup.comparison.slot_words import (
    CAPITAL,
    CLASS,
    FIGURES,
    FULL_NAME,
    LONGEST_AT_AN_EDGE,
    LONGEST_SLOT,
    SKELETON,
    has_class,
    is_slot,
    naming_words,
    unmatched_words,
)
from dedup.text.word_classes import WordClass

LEAD = 30
"""Words at the beginning of an article that name its event."""


_NOTHING: tuple[list[int], list[int]] = ([], [])


class _Figure(StrEnum):
    """What a figure counts."""

    DATE = "date"
    MEASURE = "measure"
    COUNT = "count"


class SlotKind(StrEnum):
    """What a slot holds, as far as its surroundings show."""

    PERSON = "person"
    PLACE = "place"
    NAME = "name"
    """A name by its capitals, or several words in a row; whether of a person or a place is open."""
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
        """Whether both texts fill it at about the same length, as names do; an explanation is longer."""
        mine, other = map(len, self.fillers)
        return abs(mine - other) <= 1

    @property
    def certain_names(self) -> int:
        """How many names it holds for certain: announced ones, or a full name by its capitals."""
        full = min(map(len, self.fillers)) >= FULL_NAME
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
        own: Words that either text has in the place of other words of the other, in the text with fewer.
        own_lead: The same, of the first `LEAD` words.
        shared: Words that both have in order.
        shorter: Words of the shorter text.
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
    shorter: int

    @property
    def share(self) -> float:
        """Share of the words of the shorter text that the other has in the same order, 0 to 1."""
        return self.shared / self.shorter if self.shorter else 0.0


def differences(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> Differences:
    """Align two texts and describe what differs.

    Args:
        first: The word codes of a text (`dedup.text.word_codes`).
        second: Those of the other.
    """
    mine, other = first.tolist(), second.tolist()
    gaps = slot_gaps(first, second)
    slots: list[Slot] = []
    insertions = edges = own = own_lead = 0
    reworded: set[Fillers] = set()
    figures: Counter[_Figure] = Counter()
    for gap in gaps:
        left, right = mine[gap.first_begin : gap.first_end], other[gap.second_begin : gap.second_end]
        within = bool(gap.first_begin and gap.second_begin) and gap.first_end < len(mine)
        changed, unmatched = None, _NOTHING
        if left and right:
            changed = _changed_figures(mine, gap, left, right)
            unmatched = unmatched_words(left, right)
        if changed is not None:
            figures[changed] += 1
        fewest = min(map(len, unmatched))
        if fewest and is_slot(left, right, longest=LONGEST_SLOT if within else LONGEST_AT_AN_EDGE):
            kind = _kind(mine, gap, left, right, unmatched)
            slots.append(
                Slot(
                    kind,
                    min(gap.first_begin, gap.second_begin),
                    _fillers(unmatched),
                    bool(unmatched[0][0] & unmatched[1][0] & CAPITAL),
                )
            )
        elif not within:
            edges += max(len(left), len(right))
        elif changed is None and has_class([*left, *right], WordClass.FUNCTION):
            reworded.add(_fillers((left, right)))
        elif changed is None:
            insertions += 1
        own += fewest
        own_lead += fewest if gap.first_begin < LEAD else 0
    shared = len(mine) - sum(gap.first_end - gap.first_begin for gap in gaps)
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
        shorter=min(len(mine), len(other)),
    )


def _fillers(unmatched: tuple[Sequence[int], Sequence[int]]) -> Fillers:
    mine, other = (tuple(code >> SKELETON for code in side) for side in unmatched)
    return mine, other


def _changed_figures(
    codes: Sequence[int], gap: Gap, left: Sequence[int], right: Sequence[int]
) -> "_Figure | None":
    """What the figures count that differ in a gap; None where none do."""
    mine, other = ([code for code in side if code & CLASS in FIGURES] for side in (left, right))
    if not mine or not other:
        return None
    values = {code >> SKELETON for code in other}
    changed = [code for code in mine if code >> SKELETON not in values]
    if not changed:
        return None
    around = [
        *codes[max(0, gap.first_begin - 1) : gap.first_begin],
        *left,
        *codes[gap.first_end : gap.first_end + 1],
    ]
    kinds = {code & CLASS for code in around}
    after = codes[gap.first_end : gap.first_end + 1]
    if (has_class(changed, WordClass.DATE) and has_class(other, WordClass.DATE)) or has_class(
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
    """What a slot holds: by what stands before its first word, else by its form."""
    mine, other = unmatched
    at = gap.first_begin + left.index(mine[0])
    before = [code & CLASS for code in codes[max(0, at - 2) : at]]
    for kind, announced in ((WordClass.PERSON, SlotKind.PERSON), (WordClass.PLACE, SlotKind.PLACE)):
        if kind in before:
            return announced
    contents = naming_words(left, right)
    if mine[0] & other[0] & CAPITAL or min(map(len, contents)) >= 2:
        return SlotKind.NAME
    return SlotKind.AFTER_PREPOSITION if before[-1:] == [WordClass.PREPOSITION] else SlotKind.WORD
