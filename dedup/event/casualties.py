"""The numbers of dead and wounded that a report gives."""

from collections.abc import Mapping, Sequence
from functools import cache

from dedup.text.shingles import normalise

_WORDS = {
    "dead": """قتل قتلت مقتل استشهاد استشهد استشهدت شهيد شهداء قتلى قتيل قضى مصرع ضحايا ارتقاء سقوط
        killed dead""",
    "wounded": """إصابة أصيب أصيبت جرحى جرح مصابين إصابات جريح مصاب جرحوا مصابون wounded injured""",
}
_SINGLE = """شخص مدني طفل طفلة امرأة شاب رجل مواطن مواطنة مدنية سيدة عنصر مسن فتى فتاة مقاتل شابة رضيع"""
_NUMERALS = {
    2: "اثنين اثنان طفلين شخصين شخصان امرأتين امرأتان مدنيان طفلان طفلتين شابين شابان عنصرين عنصران two",
    3: "ثلاثة ثلاث three",
    4: "أربعة أربع four",
    5: "خمسة خمس five",
    6: "ستة ست six",
    7: "سبعة سبع seven",
    8: "ثمانية ثمان ثماني eight",
    9: "تسعة تسع nine",
    10: "عشرة عشر ten",
}
_REACH = 4
"""A number stands at most so many words after the word for the dead or wounded."""
_MOST = 300
"""More is not the toll of one event: a year, a statistic."""


def find_casualties(words: Sequence[str]) -> Mapping[str, frozenset[int]]:
    """The numbers of `dead` and `wounded` that some words give; empty where they give none.

    Args:
        words: Normalised words.
    """
    numbers_by_kind: dict[str, set[int]] = {kind: set() for kind in _WORDS}
    kinds, numerals = _kinds(), _numerals()
    for at, word in enumerate(words):
        kind = kinds.get(word) or (kinds.get(word[1:]) if word[0] in "وبل" else None)
        if kind is None:
            continue
        if at and (before := _figure(words[at - 1]) or numerals.get(words[at - 1])):
            numbers_by_kind[kind].add(before)
            continue
        for other in words[at + 1 : at + _REACH]:
            number = _figure(other) or numerals.get(other)
            if number:
                numbers_by_kind[kind].add(number)
            if number or other in kinds or other[0] == "و":
                break
    return {kind: frozenset(numbers) for kind, numbers in numbers_by_kind.items()}


def _figure(word: str) -> int | None:
    if len(word) <= 3 and word.isascii() and word.isdecimal() and 0 < int(word) < _MOST:
        return int(word)
    return None


@cache
def _kinds() -> dict[str, str]:
    return {word: kind for kind, listed in _WORDS.items() for word in normalise(listed).split()}


@cache
def _numerals() -> dict[str, int]:
    numerals = {word: number for number, listed in _NUMERALS.items() for word in normalise(listed).split()}
    return numerals | dict.fromkeys(normalise(_SINGLE).split(), 1)
