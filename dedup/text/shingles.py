"""From letters to shingles: one vectorised path over a batch of texts.

Arabic news is written with and without vowel marks, with either ya, with any seat of hamza, with Western,
Arabic or Persian digits; copies differ in these while saying the same. So every character is first mapped to
the letter that stands for it (`normalise`), then runs of letters and digits become words, then every five
words in a row become a *shingle*, a 32-bit number. Nothing here estimates and nothing here does I/O.

A character table drives both the readable functions (`normalise`, `words`) and the batch (`shingle`), so the
two can't disagree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.text.letters import LETTER, MULTIPLIER, mix, tables, units_of
from dedup.text.number_words import MORE_NUMBER_WORDS, NUMBER_WORDS
from dedup.text.tokens import CHUNK_UNITS, Words, read_words
from dedup.text.word_codes import Meanings, meanings_of, pairs_of, word_codes

NORMALISATION_VERSION = 4
"""Raised whenever the same text would give other shingles: existing indexes must then be rebuilt."""

SHINGLE_WORDS = 5
"""Words in a shingle. Five separate copies from templates best in Arabic (F1 .84 where three gave .73)."""


@dataclass(frozen=True, slots=True)
class Shingles:
    """The shingles of a batch of texts, one text after the other.

    Text ``i`` has `hashes[starts[i]:starts[i + 1]]` (distinct, ascending), beside each in `late` whether it
    stands in the second half of the text only, `words[i]` words, the text hash `digests[i]` (16 bytes, equal
    when the normalised words are equal; empty for a text without words) and the figures `figures[i]`: its
    numbers, number words and names of weekdays, each a 32-bit hash of the two words before it above one of
    itself, distinct and ascending.
    """

    hashes: NDArray[np.uint32]
    late: NDArray[np.bool_]
    starts: NDArray[np.intp]
    words: NDArray[np.intp]
    digests: list[bytes]
    figures: list[tuple[int, ...]]

    def of(self, position: int) -> NDArray[np.uint32]:
        """The shingles of one text."""
        return self.hashes[self.starts[position] : self.starts[position + 1]]


@dataclass(frozen=True, slots=True)
class Content:
    """All that a text is compared by: distinct shingles and pairs of words, figures, and the text hash.

    `late` says for each shingle whether it stands in the second half of the text only; `words` are the
    codes of all words in order.
    """

    shingles: NDArray[np.uint32]
    late: NDArray[np.bool_]
    pairs: NDArray[np.uint32]
    words: NDArray[np.uint32]
    figures: tuple[int, ...]
    digest: bytes


def normalise(text: str) -> str:
    """Write a text in the letters that comparison sees: its words, separated by single spaces.

    Vowel marks, tatweel, lone hamza and invisible characters go; seats of hamza, ya, ta marbuta, Persian
    letters, digits, presentation forms and case become one; everything else separates words.
    """
    units, _ = units_of([text])
    classes, folded, _ = tables()
    kinds = classes.take(units)
    letters = np.where(kinds >= LETTER, folded.take(units), np.uint16(0x20))
    mapped = letters.astype("<u2").tobytes().decode("utf-16-le", "surrogatepass")
    return " ".join(mapped.split())


def words(text: str) -> list[str]:
    """The normalised words of a text, in order."""
    return normalise(text).split()


def words_of_each(pieces: Sequence[str]) -> list[list[str]]:
    """The normalised words of each of many short texts, read in one go."""
    units, bounds = units_of(pieces)
    classes, folded, _ = tables()
    letters = np.where(classes.take(units) >= LETTER, folded.take(units), np.uint16(0x20)).astype("<u2")
    return [
        letters[first:last].tobytes().decode("utf-16-le", "surrogatepass").split()
        for first, last in pairwise(bounds.tolist())
    ]


def shingle(texts: Sequence[str], size: int = SHINGLE_WORDS) -> Shingles:
    """Cut texts into shingles of `size` words.

    A text with fewer words than `size` (but at least one) has a single shingle, all of it. Hashes have 32
    bits: in an article of 1,000 words, two shingles share one with a chance of about 1 in 10,000.

    Args:
        texts: Any strings: empty, without letters, with lone surrogates, of any length.
        size: Words in a shingle, at least 1.
    """
    return _joined([_shingle_chunk(texts[first:last], size)[0] for first, last in _chunks(texts)])


def run_hashes(text: str, size: int) -> NDArray[np.uint32]:
    """The hashes of every run of `size` words of one text, in order: its shingles, not yet made distinct."""
    read = read_words([text])
    return _windows(read.hashes, read.bounds, np.diff(read.bounds), size)[0].astype(np.uint32)


def shingle_and_code(
    texts: Sequence[str], size: int = SHINGLE_WORDS
) -> tuple[Shingles, NDArray[np.uint32], NDArray[np.intp]]:
    """The shingles of a batch, and beside them, from one reading of the letters, its words in order.

    Returns:
        `shingle`; the code of every word (`dedup.text.word_codes`); where each text's words begin, with the
        end of the last as one more.
    """
    parts, codes, lengths = [], [np.empty(0, np.uint32)], [np.zeros(1, np.intp)]
    for first, last in _chunks(texts):
        part, read = _shingle_chunk(texts[first:last], size)
        parts.append(part)
        codes.append(_codes(read))
        lengths.append(np.diff(read.bounds))
    return _joined(parts), np.concatenate(codes), np.cumsum(np.concatenate(lengths))


def _joined(parts: list[Shingles]) -> Shingles:
    if len(parts) == 1:
        return parts[0]
    offsets = np.cumsum([0, *(len(part.hashes) for part in parts)])
    starts = [part.starts[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
    return Shingles(
        hashes=np.concatenate([np.empty(0, np.uint32), *(part.hashes for part in parts)]),
        late=np.concatenate([np.empty(0, np.bool_), *(part.late for part in parts)]),
        starts=np.concatenate([*starts, offsets[-1:]]).astype(np.intp),
        words=np.concatenate([np.empty(0, np.intp), *(part.words for part in parts)]),
        digests=[digest for part in parts for digest in part.digests],
        figures=[figures for part in parts for figures in part.figures],
    )


def contents(texts: Sequence[str], size: int = SHINGLE_WORDS) -> tuple[Shingles, list[Content]]:
    """The shingles of a batch, and what each of its texts is compared by, independent of the batch."""
    cut, codes, begins = shingle_and_code(texts, size)
    pairs, counts = pairs_of(codes, begins)
    pair_begins = np.cumsum([0, *counts.tolist()])
    return cut, [
        Content(
            cut.of(at).copy(),
            cut.late[cut.starts[at] : cut.starts[at + 1]].copy(),
            _distinct(pairs[pair_begins[at] : pair_begins[at + 1]]),
            codes[begins[at] : begins[at + 1]].copy(),
            cut.figures[at],
            cut.digests[at],
        )
        for at in range(len(texts))
    ]


def _distinct(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Each value once, ascending; of some hundred values np.unique takes several times as long."""
    ordered = np.sort(values)
    fresh = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return ordered[fresh]


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    first = units = 0
    for position, text in enumerate(texts):
        if units and units + len(text) > CHUNK_UNITS:
            yield first, position
            first, units = position, 0
        units += len(text) + 1
    if first < len(texts):
        yield first, len(texts)


def _shingle_chunk(texts: Sequence[str], size: int) -> tuple[Shingles, Words]:
    """The shingles of a few texts, and their words."""
    words = read_words(texts)
    hashes, bounds = words.hashes, words.bounds
    counts = np.diff(bounds)
    shingles, owners, late = _windows(hashes, bounds, counts, size)
    # One sort makes the shingles of every text distinct and ascending (np.unique takes twenty times as long).
    # The lowest bit says where a shingle stands: of one that stands in both halves the first is kept.
    marked = np.sort((owners.astype(np.uint64) << np.uint64(33)) | (shingles << np.uint64(1)) | late)
    keys = marked >> np.uint64(1)
    if len(keys):
        distinct = np.concatenate([[True], keys[1:] != keys[:-1]])
        keys, marked = keys[distinct], marked[distinct]
    figure_hashes, figure_starts = _figures(hashes, bounds, words.has_digit, len(texts))
    figures = figure_hashes.tolist()
    cut = Shingles(
        hashes=keys.astype(np.uint32),
        late=(marked & np.uint64(1)).astype(np.bool_),
        starts=np.searchsorted(keys, np.arange(len(texts) + 1, dtype=np.uint64) << np.uint64(32)),
        words=counts,
        digests=[
            blake2b(hashes[first:last].tobytes(), digest_size=16).digest() if last > first else b""
            for first, last in pairwise(bounds.tolist())
        ],
        figures=[tuple(sorted(set(figures[first:last]))) for first, last in pairwise(figure_starts.tolist())],
    )
    return cut, words


def _windows(
    hashes: NDArray[np.uint64], bounds: NDArray[np.intp], counts: NDArray[np.intp], size: int
) -> tuple[NDArray[np.uint64], NDArray[np.intp], NDArray[np.bool_]]:
    """Hash every run of `size` words within a text; and return its text, and if in its second half."""
    lacking = np.where(counts > 0, np.maximum(size - counts, 0), 0)
    if lacking.any():  # fill texts shorter than a shingle up with empty words
        hashes = np.insert(hashes, np.repeat(bounds[1:], lacking), 0)
        counts = counts + lacking
    if not len(hashes):
        return np.empty(0, np.uint64), np.empty(0, np.intp), np.empty(0, np.bool_)
    owners = np.repeat(np.arange(len(counts)), counts)
    last = len(hashes) - size + 1
    combined = np.zeros(last, np.uint64)
    for position in range(size):
        factor = np.uint64(pow(MULTIPLIER, 2 * position + 1, 1 << 64))
        combined += hashes[position : position + last] * factor
    whole = owners[:last] == owners[size - 1 :]
    owners = owners[:last]
    middles = np.cumsum(counts) - (counts + size - 1) // 2  # where the second half of a text's runs begins
    late = np.arange(last) >= middles[owners]
    return mix(combined[whole]) >> np.uint64(32), owners[whole], late[whole]


def _figures(
    hashes: NDArray[np.uint64], bounds: NDArray[np.intp], is_figure: NDArray[np.bool_], texts: int
) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """Hash the numbers and weekdays with the words before them; a number word counts as its digits.

    The words before separate a number that was changed from one that belongs to another sentence. Where they
    are numbers themselves only that counts, so that a changed one doesn't hide the next.
    """
    likely, meant = _spelled_figures(hashes, _figure_words(every=False))
    is_figure = is_figure.copy()
    is_figure[likely] = True
    chosen = is_figure.nonzero()[0]
    numbers = hashes[chosen]
    numbers[np.searchsorted(chosen, likely)] = meant
    begins = np.repeat(bounds[:-1], np.diff(np.searchsorted(chosen, bounds)))
    context = np.zeros(len(chosen), np.uint64)
    for distance in (1, 2):
        before = np.maximum(chosen - distance, 0)
        words_before = np.where(is_figure[before], np.uint64(1), hashes[before])
        context = mix(context + np.where(chosen - distance >= begins, words_before, np.uint64(0)))
    high = np.uint64(0xFFFFFFFF00000000)
    return (context & high) | (numbers >> np.uint64(32)), np.searchsorted(chosen, bounds[: texts + 1])


class _FigureWords(NamedTuple):
    """Number words and weekdays: their hashes, ascending, what each counts as, and their low 16 bits."""

    spellings: NDArray[np.uint64]
    meaning: NDArray[np.uint64]
    maybe: NDArray[np.bool_]


def _spelled_figures(
    hashes: NDArray[np.uint64], figure_words: _FigureWords
) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
    """Which words are number words or weekdays, and the hash that each of them counts as."""
    spellings, meaning, maybe = figure_words
    # The lowest bits rule nearly every other word out, for a tenth of what a search in the sorted ones takes.
    likely = (maybe[hashes.astype(np.uint16)]).nonzero()[0]
    places = np.minimum(np.searchsorted(spellings, hashes[likely]), len(spellings) - 1)
    spelled = spellings[places] == hashes[likely]
    return likely[spelled], meaning[places[spelled]]


def _codes(words: Words) -> NDArray[np.uint32]:
    """The word codes of a batch; a number word has the code of its digits."""
    likely, meant = _spelled_figures(words.hashes, _figure_words(every=True))
    figures, hashes = words.has_digit.copy(), words.hashes.copy()
    figures[likely] = True
    hashes[likely] = meant
    return word_codes(replace(words, hashes=hashes), figures, _meanings())


@cache
def _meanings() -> Meanings:
    return meanings_of(lambda texts: [read_words([text]).hashes for text in texts])


_WEEKDAYS = "السبت الاحد الاثنين الثلاثا الاربعا الخميس الجمعه"


@cache
def _figure_words(*, every: bool) -> _FigureWords:
    """The number words and weekdays: those that an index remembers, or every one."""
    tables = (NUMBER_WORDS, MORE_NUMBER_WORDS) if every else (NUMBER_WORDS,)
    spelled = [
        (word, str(number)) for table in tables for number, forms in table.items() for word in forms.split()
    ]
    if every:  # with the article two is a weekday
        spelled += [(f"ال{word}", digits) for word, digits in spelled if digits != "2"]
    spelled += [(f"و{word}", digits) for word, digits in spelled]
    spelled += [(day, day) for day in _WEEKDAYS.split()]
    hashes = read_words([" ".join(word for word, _ in spelled)]).hashes
    meaning = read_words([" ".join(counts_as for _, counts_as in spelled)]).hashes
    order = np.argsort(hashes)
    maybe = np.zeros(1 << 16, np.bool_)
    maybe[hashes.astype(np.uint16)] = True
    return _FigureWords(hashes[order], meaning[order], maybe)
