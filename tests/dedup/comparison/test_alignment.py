"""Two texts laid side by side."""

import random

import numpy as np

from dedup.comparison import alignment
from dedup.comparison.alignment import Gap


def gaps(first: list[int], second: list[int]) -> list[Gap]:
    return alignment.gaps(np.array(first, np.uint32), np.array(second, np.uint32))


def test_equal_texts_have_no_gaps() -> None:
    assert gaps([1, 2, 3], [1, 2, 3]) == []
    assert gaps([], []) == []


def test_a_slot_filled_otherwise_is_a_gap_of_both() -> None:
    assert gaps([1, 2, 30, 4, 5], [1, 2, 31, 32, 4, 5]) == [Gap(2, 3, 2, 4)]


def test_words_that_one_text_has_alone() -> None:
    assert gaps([1, 2, 3, 4], [9, 1, 2, 3, 4, 8, 7]) == [Gap(0, 0, 0, 1), Gap(4, 4, 5, 7)]


def test_a_text_stands_whole_in_another() -> None:
    assert gaps([9, 8, 1, 2, 3, 7], [1, 2, 3]) == [Gap(0, 2, 0, 0), Gap(5, 6, 3, 3)]
    assert gaps([1, 1, 1], [5, 1, 1, 1]) == [Gap(0, 0, 0, 1)]  # no pair of words comes once
    assert gaps([1 << 8, 0], [1]) == [Gap(0, 2, 0, 1)]  # its bytes stand in the first, but no such word


def test_unlike_texts_are_one_gap() -> None:
    assert gaps([1, 2], [3]) == [Gap(0, 2, 0, 1)]
    assert gaps([1, 2], []) == [Gap(0, 2, 0, 0)]


def test_what_is_left_beside_the_gaps_is_equal_and_in_order() -> None:
    dice = random.Random(4)
    for _ in range(200):
        first = [dice.randint(0, 9) for _ in range(dice.randint(0, 40))]
        second = [number for number in first if dice.random() < 0.8]
        second.insert(dice.randint(0, len(second)), 77)
        found = gaps(first, second)
        rests = []
        for words, begin, end in ((first, 0, 1), (second, 2, 3)):
            gone = {at for gap in found for at in range(gap[begin], gap[end])}
            rests.append([word for at, word in enumerate(words) if at not in gone])
        assert rests[0] == rests[1]
