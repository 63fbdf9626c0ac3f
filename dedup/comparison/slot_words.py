"""Which words of a gap between two texts fill a slot: the ones that name something."""

from collections import Counter
from collections.abc import Sequence

from dedup.text.word_classes import WordClass

CLASS, CAPITAL, SKELETON = 0b111, 0b1000, 12
"""Parts of a word's code (`dedup.text.word_codes`), for plain integers."""

LONGEST_SLOT = 12
"""Words of a slot: four names. What is longer is added matter, not a template's."""
LONGEST_AT_AN_EDGE = 4
"""Words of a slot that opens or ends a text: there, papers have a source or a note of their own."""
FULL_NAME = 2
"""Words of a full name."""


# Plain integers: comparing with members of an enumeration costs three times as much.
_PLAIN, _PERSON, _DATE, _FIGURE = map(
    int, (WordClass.PLAIN, WordClass.PERSON, WordClass.DATE, WordClass.FIGURE)
)
FIGURES = frozenset({_FIGURE, _DATE})
"""Classes of numbers, weekdays and months."""
_FAMILY_NAME = [_PERSON, _PLAIN, _PERSON]


def is_slot(left: Sequence[int], right: Sequence[int], *, longest: int) -> bool:
    """Whether what differs has the form of names: short, without particles, which only wording has."""
    both = [*left, *right]
    return max(len(left), len(right)) <= longest and not has_class(both, WordClass.FUNCTION)


def unmatched_words(left: Sequence[int], right: Sequence[int]) -> tuple[list[int], list[int]]:
    """The words of either side that name something and that the other side lacks."""
    sides = naming_words(left, right)
    if not sides[0] or not sides[1]:
        return sides
    skeletons = [{code >> SKELETON for code in side} for side in sides]
    if skeletons[0].isdisjoint(skeletons[1]):
        return sides
    counts = [Counter(code >> SKELETON for code in side) for side in sides]
    both = counts[0] & counts[1]
    return _without(sides[0], both), _without(sides[1], both)


def _without(codes: Sequence[int], taken: "Counter[int]") -> list[int]:
    rest, kept = Counter(taken), []
    for code in codes:
        if rest[code >> SKELETON]:
            rest[code >> SKELETON] -= 1
        else:
            kept.append(code)
    return kept


def naming_words(left: Sequence[int], right: Sequence[int]) -> tuple[list[int], list[int]]:
    """The words of either side that name something.

    A month in the place of another word is one («تشرين» is a team), and so is a title in the place of another
    word or after a name that has one before («الشاب حسن الشيخ»: a family).
    """
    classes = [[code & CLASS for code in side] for side in (left, right)]
    if not any(map(any, classes)):  # plain words, as in most gaps
        return [*left], [*right]
    dated = all(_FIGURE in kinds or _DATE in kinds for kinds in classes)
    naming = {_PLAIN} if dated else {_PLAIN, _DATE}
    mine, other = (
        [
            code
            for at, (code, kind) in enumerate(zip(side, kinds, strict=True))
            if kind in naming or (kind == _PERSON and kinds[max(0, at - 2) : at + 1] == _FAMILY_NAME)
        ]
        for side, kinds in zip((left, right), classes, strict=True)
    )
    if not mine and other:
        mine = [code for code in left if code & CLASS == _PERSON]
    elif not other and mine:
        other = [code for code in right if code & CLASS == _PERSON]
    return mine, other


def has_class(codes: Sequence[int], kind: WordClass) -> bool:
    """Whether a word of a class is among some."""
    return kind in [code & CLASS for code in codes]
