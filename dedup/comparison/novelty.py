"""Whether a copy says something that its original does not.

A copy that only repeats may be left out of a list; one that adds a statement, a name or a figure may not, for
whoever reads the original alone would miss it. Where in doubt, the copy counts as saying more.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.comparison.alignment import Gap
from dedup.comparison.differences import Differences, SlotKind
from dedup.comparison.slot_words import CLASS, LONGEST_AT_AN_EDGE, SKELETON
from dedup.text.shingles import shingle_and_code
from dedup.text.word_classes import WordClass
from dedup.text.word_codes import SKELETON_SHIFT

STATEMENT = 3
"""Words that a copy has beyond those that it exchanges, from which on they say something."""

PASSAGE = 8
"""Words in one place from which on they are another passage, and not another wording."""

_FIGURES = (WordClass.FIGURE, WordClass.DATE)
_WITHOUT_CONTENT = (WordClass.FUNCTION, WordClass.PREPOSITION, WordClass.PERSON)
"""Words that say nothing by themselves: particles, and titles of somebody whom both name."""

_DENIALS = """
    لم لن لا ليس ليست ليسوا دون بدون نفى نفت ينفي تنفي نافيا نافية
    not no never without t denied denies neither nor none pas jamais sans aucun aucune değil yok
"""
_COUNTING = """
    الأولى الثاني الثانية الثالث الثالثة الرابع الرابعة الخامس الخامسة السادس السادسة السابع السابعة الثامن
    الثامنة التاسع التاسعة العاشر العاشرة واحد واحدة نصف ثلث ربع
    first second third fourth fifth sixth seventh eighth ninth tenth one half quarter
"""
"""Words that count and are no figures."""
SHORT = 2
"""Words of a place where one word stands for another; more may be a sentence that was cut."""

_NAMING = frozenset({SlotKind.PERSON, SlotKind.PLACE, SlotKind.NAME, SlotKind.AFTER_PREPOSITION})
"""What a slot holds that makes its exchange one of content."""

_ANY = frozenset(WordClass)
_CONTENT = _ANY.difference(_WITHOUT_CONTENT)

Codes: TypeAlias = NDArray[np.uint32]


def repeats(copy: Codes, original: Codes, between: Sequence[Gap], differing: Differences) -> bool:
    """Whether a copy says nothing that its original does not: other wording at most, cuts, a line of source.

    Args:
        copy: The word codes of the copy (`dedup.text.word_codes`).
        original: Those of the original.
        between: The gaps between their words (`dedup.comparison.alignment.gaps`).
        differing: What differs between the two.
    """
    if any(slot.kind in _NAMING for slot in differing.slots):
        return False
    words, other_words = copy >> SKELETON_SHIFT, original >> SKELETON_SHIFT
    is_new = ~np.isin(words, other_words)
    if (is_new & np.isin(copy & np.uint32(CLASS), _FIGURES)).any():
        return False
    has_content = ~np.isin(copy & np.uint32(CLASS), _WITHOUT_CONTENT)
    # A passage whose words all stand somewhere in the original may say something else with them.
    is_new_in_passage = has_content & ~_is_in_shared_pair(words, other_words)
    is_new &= has_content
    is_exchanged = ~np.isin(original & np.uint32(CLASS), _WITHOUT_CONTENT) & ~np.isin(other_words, words)
    added = 0
    for gap in between:
        mine, other = slice(gap.first_begin, gap.first_end), slice(gap.second_begin, gap.second_end)
        is_passage = gap.first_end - gap.first_begin >= PASSAGE
        if not is_passage and _says_otherwise(copy[mine].tolist(), original[other].tolist()):
            return False
        new = int(np.count_nonzero((is_new_in_passage if is_passage else is_new)[mine]))
        exchanged = int(np.count_nonzero(is_exchanged[other]))
        is_edge = not gap.first_begin or gap.first_end == len(copy)
        if is_edge and not exchanged and new <= LONGEST_AT_AN_EDGE:
            continue  # the source's line, or the outlet's
        added += max(0, new - exchanged)
        if new >= PASSAGE or added >= STATEMENT:
            return False
    return True


def _says_otherwise(mine: Sequence[int], other: Sequence[int]) -> bool:
    """Whether what a copy has in the place of its original's words denies it, or counts something else.

    A figure may stand elsewhere in the original: the dead and the wounded that change places.

    Args:
        mine: The codes of the copy's words in a gap.
        other: Those of the original's.
    """
    words, other_words = (_of_class(side, _ANY) for side in (mine, other))
    denials, counting = _skeletons(_DENIALS), _skeletons(_COUNTING)
    if (words - other_words) & (denials | counting):
        return True
    for kinds in (_FIGURES, (WordClass.UNIT,)):
        values, other_values = (_of_class(side, kinds) for side in (mine, other))
        if values - other_values and other_values - values:
            return True
    counts, other_counts = (
        [code >> SKELETON for code in side if code & CLASS == WordClass.FIGURE] for side in (mine, other)
    )
    if counts != other_counts and sorted(counts) == sorted(other_counts):
        return True
    in_place = len(mine) <= SHORT and _of_class(mine, _CONTENT)
    left_out = denials | counting | _of_class(other, _FIGURES) if in_place else denials
    return len(other) <= SHORT and not left_out.isdisjoint(other_words - words)


def _of_class(codes: Sequence[int], kinds: Collection[int]) -> set[int]:
    return {code >> SKELETON for code in codes if code & CLASS in kinds}


@cache
def _skeletons(listed: str) -> frozenset[int]:
    _, codes, _ = shingle_and_code([listed])
    return frozenset((codes >> SKELETON_SHIFT).tolist())


def _is_in_shared_pair(words: Codes, other_words: Codes) -> NDArray[np.bool_]:
    """Of each word whether it stands beside a word that the other text has beside it, too."""
    shared = np.isin(_pairs(words), _pairs(other_words))
    return np.append(shared, False) | np.append(False, shared) if len(words) else np.zeros(0, np.bool_)


def _pairs(words: Codes) -> NDArray[np.uint64]:
    return (words[:-1].astype(np.uint64) << np.uint64(32)) | words[1:]
