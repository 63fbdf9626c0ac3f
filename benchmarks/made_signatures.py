"""Prepared articles without texts, for indexes of millions: signatures that are drawn as MinHash draws them.

The value of a permutation is the least of so many random numbers as a text has shingles, and that of a text
made of several passages the least of theirs. So an article is put together from passages, each with 64 minima
of its own: its own paragraphs, those of the report that it copies or quotes, formulas that others use, the
frame of a daily report. What articles share follows, at 15 microseconds an article.

About a third are copies, as in `benchmarks.corpus`. Formulas are drawn by Zipf's law from a stock that
grows with the number of articles (Heaps' law), so that bands that other stories had become more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

import dedup
from benchmarks.corpus import ARTICLES_A_DAY, SITES, START
from dedup.signature import to_bytes

PARAMETERS = dedup.Parameters()
VALUES = PARAMETERS.permutations
PARAGRAPHS = 6
STORIES = 1024
"""Stories made at once; their articles come mixed, within some days."""
FRAMES = 60
STOCK = 1 << 17
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of what there is, as shares of stories.

    Attributes:
        report: Daily reports: a frame makes up nearly half of each.
        copied: Stories that others copy at all; then a Pareto share of them often.
        verbatim: Of the copies, those with the very text.
        quoted: Stories of which a follow-up quotes two paragraphs.
        formulas: Formulas of an article, on average.
    """

    report: float = 0.12
    copied: float = 0.6
    verbatim: float = 0.3
    quoted: float = 0.1
    formulas: float = 6.0


class Maker:
    """Makes articles; the same seed gives the same ones."""

    def __init__(self, seed: int, shares: Shares | None = None) -> None:
        self.dice = np.random.default_rng(seed)
        self._shares = shares or Shares()
        self._formulas = self._passages(np.full(STOCK, 16.0))
        self._frames = self._passages(np.full(FRAMES, 40.0))
        self._made = 0

    def articles(self, count: int) -> Iterator[list[dedup.Prepared]]:
        """Batches of some thousand articles, with `count` in all."""
        while count > 0:
            batch = self._batch()[:count]
            count -= len(batch)
            yield batch

    def _passages(self, shingles: NDArray[np.float64]) -> Values:
        """The minima of passages of so many shingles, as shares of the range of a hash."""
        drawn = self.dice.standard_exponential((len(shingles), VALUES), np.float32)
        return np.minimum(drawn / shingles[:, np.newaxis].astype(np.float32), np.float32(1))

    def _batch(self) -> list[dedup.Prepared]:
        dice, shares = self.dice, self._shares
        sizes = np.clip(dice.lognormal(5.1, 0.5, STORIES), 40, 600)
        paragraphs = self._passages(np.repeat(sizes / PARAGRAPHS, PARAGRAPHS))
        paragraphs = paragraphs.reshape(STORIES, PARAGRAPHS, VALUES)
        copies = np.minimum(12, dice.pareto(1.3, STORIES).astype(int))
        copies[dice.random(STORIES) >= shares.copied] = 0
        stories = np.repeat(np.arange(STORIES), copies + 1)
        is_copy = np.concatenate([[False], stories[1:] == stories[:-1]])
        quoting = np.flatnonzero(dice.random(STORIES) < shares.quoted)

        kept = np.ones((len(stories), PARAGRAPHS), bool)
        is_verbatim = is_copy & (dice.random(len(stories)) < shares.verbatim)
        cut = np.flatnonzero(is_copy & ~is_verbatim)
        kept[cut] = dice.random((len(cut), PARAGRAPHS)) < 0.85
        kept[cut, :2] = True
        quotes = np.zeros((len(quoting), PARAGRAPHS), bool)
        quotes[:, :2] = True
        own = np.where(is_copy & ~is_verbatim, 0.1 * sizes[stories], 0.5)
        own = np.concatenate([own, 0.7 * sizes[quoting]])
        stories, kept = np.concatenate([stories, quoting]), np.concatenate([kept, quotes])

        parts = np.where(kept[:, :, np.newaxis], paragraphs[stories], np.float32(1))
        values = np.minimum(parts.min(axis=1), self._passages(own))
        late = parts[:, PARAGRAPHS // 2 :].min(axis=1) <= values
        size = (kept.sum(axis=1) / PARAGRAPHS * sizes[stories] + own).astype(int)
        self._add_formulas(values, stories)
        framed = np.flatnonzero(dice.random(STORIES) < shares.report)
        frames = dice.integers(0, FRAMES, STORIES)
        is_framed = np.isin(stories, framed)
        values[is_framed] = np.minimum(values[is_framed], self._frames[frames[stories[is_framed]]])
        texts = np.where(np.concatenate([is_copy & ~is_verbatim, np.ones(len(quoting), bool)]), -1, stories)
        return self._prepared(values, late, size, texts)

    def _add_formulas(self, values: Values, stories: NDArray[np.int64]) -> None:
        """Add formulas, the same to all copies of a story."""
        stock = 20 + int((self._made + 1) ** 0.75)
        many = self.dice.poisson(self._shares.formulas, STORIES)
        for nth in range(int(many.max())):
            ranks = (
                np.exp(self.dice.random(STORIES) * np.log(min(stock, len(self._formulas)))).astype(int) - 1
            )
            has = many[stories] > nth
            values[has] = np.minimum(values[has], self._formulas[ranks[stories[has]]])

    def _prepared(
        self, values: Values, late: NDArray[np.bool_], size: NDArray[np.int64], texts: NDArray[np.int64]
    ) -> list[dedup.Prepared]:
        hashed = (values.astype(np.float64) * 0xFFFFFFFE).astype(np.uint32)
        signatures = to_bytes(hashed, PARAMETERS)
        bits = np.packbits(late, axis=1, bitorder="little")
        ids = self.dice.bytes(16 * len(values))
        hashes = self.dice.bytes(16 * (len(values) + STORIES))
        order = self.dice.permutation(len(values)).tolist()
        batch: list[dedup.Prepared] = []
        for at in order:
            text = int(texts[at]) if texts[at] >= 0 else STORIES + at
            number = self._made + len(batch)
            batch.append(
                dedup.Prepared(
                    id=ids[16 * at : 16 * at + 16].hex(),
                    signature=signatures[at],
                    size=int(size[at]),
                    text_hash=hashes[16 * text : 16 * text + 16],
                    figures=b"",
                    late=bits[at].tobytes(),
                    published_at=START + timedelta(days=number / ARTICLES_A_DAY),
                    source=SITES[number % len(SITES)],
                )
            )
        self._made += len(batch)
        return batch
