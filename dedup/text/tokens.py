"""The words of texts, found and hashed in one vectorised pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dedup.text.letters import DIGIT, LETTER, MULTIPLIER, mix, tables, units_of

CHUNK_UNITS = 1 << 18
"""A batch is cut into chunks of about this many UTF-16 units, so that its arrays stay in the cache."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a batch of texts.

    Attributes:
        hashes: Of every word.
        bounds: Where each text's words begin, with the end of the last as one more.
        has_digit: Which words hold a digit.
        units: The UTF-16 units of the texts...
        first: ...in which every word begins here...
        last: ...and ends before this one.
        sums: Prefix sums of a polynomial in the letters, by which words are hashed.
    """

    hashes: NDArray[np.uint64]
    bounds: NDArray[np.intp]
    has_digit: NDArray[np.bool_]
    units: NDArray[np.uint16]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    sums: NDArray[np.uint64]

    @property
    def factors(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Powers of the multiplier and of its inverse, one for each unit and one more."""
        return powers(len(self.units) + 1)


def read_words(texts: Sequence[str]) -> Words:
    """Find and hash every word."""
    units, text_bounds = units_of(texts)
    classes, _, values = tables()
    kinds = classes.take(units)
    in_word = np.empty(len(units) + 2, np.bool_)
    in_word[0] = in_word[-1] = False
    np.greater_equal(kinds, LETTER, out=in_word[1:-1])
    edges = (in_word[1:] != in_word[:-1]).nonzero()[0]
    first, last = edges[0::2], edges[1::2]
    # A word's hash is a polynomial in its letters, read off prefix sums (Karp & Rabin 1987): multiplying by
    # the inverse power makes it independent of where the word stands.
    factors, inverses = powers(len(units))
    sums = np.zeros(len(units) + 1, np.uint64)
    np.cumsum(values.take(units) * factors[: len(units)], out=sums[1:])
    hashes = mix((sums[last] - sums[first]) * inverses[first])
    has_digit = np.zeros(len(first), np.bool_)
    has_digit[np.searchsorted(first, (kinds == DIGIT).nonzero()[0], side="right") - 1] = True
    return Words(hashes, np.searchsorted(first, text_bounds), has_digit, units, first, last, sums)


def powers(length: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Powers of the multiplier and of its inverse, modulo 2^64, at least `length` of each."""
    return _cached_powers() if length <= 2 * CHUNK_UNITS else _make_powers(length)


@cache
def _cached_powers() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    return _make_powers(2 * CHUNK_UNITS)


def _make_powers(length: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    def progression(factor: int) -> NDArray[np.uint64]:
        factors = np.full(length, factor, np.uint64)
        factors[:1] = 1
        return np.cumprod(factors, dtype=np.uint64)

    return progression(MULTIPLIER), progression(pow(MULTIPLIER, -1, 1 << 64))
