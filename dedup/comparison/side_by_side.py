"""Two texts laid side by side: what they share, in order, and what stands between."""

from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.comparison.alignment import gaps
from dedup.text.letters import mix
from dedup.text.tokens import read_words


class PartKind(StrEnum):
    """What a part of two aligned texts is."""

    SAME = "same"
    CHANGED = "changed"
    ONLY_FIRST = "only_first"
    ONLY_SECOND = "only_second"


class AlignedPart(NamedTuple):
    """A part of two texts laid side by side: as either has it; empty where it has nothing there."""

    kind: PartKind
    first: str
    second: str


def aligned(text_a: str, text_b: str) -> list[AlignedPart]:
    """Lay two texts side by side: what they share, in order, and what stands between.

    Spellings that are compared as one (marks, hamza, digits) are the same here, too.
    """
    words_a, words_b = text_a.split(), text_b.split()
    between = gaps(_token_numbers(words_a), _token_numbers(words_b))
    end = (len(words_a), len(words_a), len(words_b), len(words_b))
    parts = []
    for before, gap in pairwise([(0, 0, 0, 0), *between, end]):
        same = slice(before[1], gap[0]), slice(before[3], gap[2])
        other = slice(gap[0], gap[1]), slice(gap[2], gap[3])
        for is_same, (mine, theirs) in ((True, same), (False, other)):
            first, second = " ".join(words_a[mine]), " ".join(words_b[theirs])
            if first or second:
                parts.append(AlignedPart(_kind(first, second, is_same=is_same), first, second))
    return parts


def _kind(first: str, second: str, *, is_same: bool) -> PartKind:
    if is_same:
        return PartKind.SAME
    return PartKind.CHANGED if first and second else PartKind.ONLY_FIRST if first else PartKind.ONLY_SECOND


def _token_numbers(tokens: list[str]) -> NDArray[np.uint32]:
    """A number for each token, equal where its words are."""
    read = read_words(tokens)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(read.hashes, dtype=np.uint64)])
    bounds = read.bounds[: len(tokens) + 1]
    return (mix(sums[bounds[1:]] - sums[bounds[:-1]]) >> np.uint64(32)).astype(np.uint32)
