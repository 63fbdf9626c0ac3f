"""A number for every word of a text, in order: what two texts are aligned by.

A code has 32 bits: 20 of the word's *skeleton*, by which other spellings of one name are equal (`Asad`,
`Assad`; «ترامب», «ترمب»), 8 more of the word itself, one that says whether it has a capital within a
sentence, and three of its class. Two different words of a pair of articles share one with a chance below 1
in 1,000.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.text.letters import mix, tables
from dedup.text.number_words import TWO_WORD_MONTHS
from dedup.text.tokens import Words
from dedup.text.word_classes import SAME_MEANING, WORDS, WordClass

HashWords: TypeAlias = Callable[[Sequence[str]], Sequence[NDArray[np.uint64]]]

CLASS = np.uint32(0b111)
"""The bits of a code that hold the word's class."""
CAPITAL = np.uint32(0b1000)
"""Set where a word has a capital and does not begin a sentence."""
SKELETON_SHIFT = np.uint32(12)
"""The skeleton stands above all else."""

_FOREIGN_CONSONANTS = 4
"""From so many consonants on a name may be a foreign one, whose vowels papers write as they like («ترامب»,
«ترمب»). An Arabic name has mostly three, and another vowel makes another name: «عمر» and «عامر»."""
_VOWELS = "اويaeiou"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_LATIN_VOWELS = "aeiou"
_LATIN_ALIKE = {"o": "u", "y": "i"}
"""Vowels that transcriptions of one name write for each other, wherever they stand."""
_SENTENCE_ENDS = ".!?:؟…\n"
_OPENING = "\n\"'«“‘(["
_ALEF, _LAM, _WAW = (ord(letter) for letter in "الو")
_REST_OF_A_MONTH = np.uint64(1) << np.uint64(44)
"""Skeleton of the second word of a month."""
_ATTACHED = "بلكف"


class Meanings(NamedTuple):
    """The words of the tables.

    Attributes:
        hashes: Their hashes, ascending.
        classes: The class of each.
        stand_for: What each means; 0 where it is not one of several words for the same.
        begins_month: Whether a month of two words may begin with it.
        months: What a month of two words means, by the hashes of the two.
        maybe: Whether a word may be one of them, by the lowest 16 bits of its hash; most are not.
    """

    hashes: NDArray[np.uint64]
    classes: NDArray[np.uint32]
    stand_for: NDArray[np.uint64]
    begins_month: NDArray[np.bool_]
    months: dict[tuple[int, int], int]
    maybe: NDArray[np.bool_]


def word_codes(words: Words, figures: NDArray[np.bool_], meanings: Meanings) -> NDArray[np.uint32]:
    """The code of every word of a batch.

    Args:
        words: The words.
        figures: Which of them are numbers.
        meanings: The words of the tables; what one stands for is the skeleton of all that mean the same.
    """
    skeletons = _skeletons(words)
    classes = np.zeros(len(skeletons), np.uint32)
    likely = meanings.maybe[words.hashes.astype(np.uint16)].nonzero()[0]
    at = np.minimum(np.searchsorted(meanings.hashes, words.hashes[likely]), len(meanings.hashes) - 1)
    listed = meanings.hashes[at] == words.hashes[likely]
    likely, at = likely[listed], at[listed]
    classes[likely] = meanings.classes[at]
    meant = meanings.stand_for[at] != 0
    skeletons[likely[meant]] = meanings.stand_for[at[meant]]
    _read_months(words, likely[meanings.begins_month[at]], meanings.months, skeletons, classes)
    classes[figures & (classes != WordClass.DATE)] = WordClass.FIGURE
    skeletons[figures] = words.hashes[figures]
    high = (skeletons >> np.uint64(44)).astype(np.uint32) << SKELETON_SHIFT
    residue = ((words.hashes >> np.uint64(20)) & np.uint64(0xFF)).astype(np.uint32) << np.uint32(4)
    return high | residue | _capitals(words) | classes


def _read_months(
    words: Words,
    begins: NDArray[np.intp],
    months: dict[tuple[int, int], int],
    skeletons: NDArray[np.uint64],
    classes: NDArray[np.uint32],
) -> None:
    """Let months of two words be what they are by their other name («كانون الثاني», «يناير»).

    The first word stands for the month; the second is a particle, the same of all months.
    """
    for at in begins[~np.isin(begins + 1, words.bounds)].tolist():
        if month := months.get((int(words.hashes[at]), int(words.hashes[at + 1]))):
            skeletons[at : at + 2] = month, _REST_OF_A_MONTH
            classes[at : at + 2] = WordClass.DATE, WordClass.FUNCTION


def pairs_of(
    codes: NDArray[np.uint32], starts: NDArray[np.intp]
) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """A 32-bit number for every two words in a row within a text, and how many each text has.

    Args:
        codes: The codes of texts, one after the other.
        starts: Where each text's begin, with the end of the last as one more.
    """
    plain = (codes & ~CAPITAL).astype(np.uint64)
    both = mix((plain[:-1] << np.uint64(32)) | plain[1:]) >> np.uint64(32)
    counts = np.maximum(np.diff(starts) - 1, 0)
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return both[owners[:-1] == owners[1:]].astype(np.uint32), counts


def meanings_of(hash_words: HashWords) -> Meanings:
    """The tables of `dedup.text.word_classes`, by the hashes of their words.

    Args:
        hash_words: Gives the hashes of the words of some texts, text by text.
    """
    classes: dict[int, int] = {}
    stand_for: dict[int, int] = {}
    for kind, listed in WORDS.items():
        for word in hash_words([listed])[0].tolist():
            classes.setdefault(word, int(kind))
    for group, listed in enumerate(SAME_MEANING, 1):
        for word in hash_words([listed])[0].tolist():
            stand_for[word] = int(mix(np.array([group], np.uint64))[0])
    months: dict[tuple[int, int], int] = {}
    for word, names in TWO_WORD_MONTHS.items():
        month = int(hash_words([word])[0][0])
        stand_for[month] = month
        for first, second in hash_words(names):
            months[int(first), int(second)] = month
    begins_month = {first for first, _ in months}
    hashes = sorted(classes.keys() | stand_for.keys() | begins_month)
    ascending = np.array(hashes, np.uint64)
    maybe = np.zeros(1 << 16, np.bool_)
    maybe[ascending.astype(np.uint16)] = True
    return Meanings(
        ascending,
        np.array([classes.get(word, 0) for word in hashes], np.uint32),
        np.array([stand_for.get(word, 0) for word in hashes], np.uint64),
        np.array([word in begins_month for word in hashes], np.bool_),
        months,
        maybe,
    )


def _skeletons(words: Words) -> NDArray[np.uint64]:
    """A hash of every word's stem as far as it is the same in all spellings of one name.

    Taken off are the article and attached particles, in Latin also doublings and the choice between `o` and
    `u`, `y` and `i`, `ei` and `ai`; of what may be a foreign name the Arabic alef and the choice between
    `a` and `e`. So `Hassan` is `Hasan` and `Mohammed` is `Muhammad`, but `Hussein` is neither, and «حسن» is
    not «حسين».
    """
    _, folded, values = tables()
    units, first, last = words.units, words.first, words.last
    if not len(first):
        return np.empty(0, np.uint64)
    letters = folded.take(units)
    begins = first + _prefix_lengths(letters, first, last)
    spelled, kept = _transcribed(letters, first)
    consonants = np.zeros(len(units) + 1, np.intp)
    np.cumsum(kept & ~_table_of(_VOWELS).take(letters), out=consonants[1:])
    # "Ahmed": the vowel that a word begins with counts for a consonant, as the hamza that it is in Arabic.
    vowel_first = _table_of(_LATIN_VOWELS).take(letters[first])
    foreign = consonants[last] - consonants[begins] + vowel_first >= _FOREIGN_CONSONANTS
    _spell_foreign(spelled, kept, begins[foreign], last[foreign])
    # What stands before a word's stem is not counted: the sums are read from the stem on.
    places = np.zeros(len(units) + 1, np.intp)
    np.cumsum(kept, out=places[1:])
    powers, inverses = words.factors
    sums = np.zeros(len(units) + 1, np.uint64)
    np.cumsum(np.where(kept, values.take(spelled) * powers[places[:-1]], np.uint64(0)), out=sums[1:])
    return mix((sums[last] - sums[begins]) * inverses[places[begins]])


def _transcribed(
    letters: NDArray[np.uint16], first: NDArray[np.intp]
) -> tuple[NDArray[np.uint16], NDArray[np.bool_]]:
    """Latin letters by the one of those that stand for each other, and which letters are no doublings."""
    kept = np.ones(len(letters), np.bool_)
    if not _table_of(_LATIN).take(letters).any():
        return letters.copy(), kept
    spelled = _alike().take(letters)
    spelled[first] = np.where(letters[first] == ord("y"), letters[first], spelled[first])
    long_e = np.flatnonzero((letters[1:] == ord("e")) & (letters[:-1] == ord("e")))
    spelled[long_e] = spelled[long_e + 1] = ord("i")
    before_i = np.flatnonzero((letters[:-1] == ord("e")) & _table_of("iy").take(letters[1:]))
    spelled[before_i] = ord("a")
    kept[1:] = (spelled[1:] != spelled[:-1]) | ~_table_of(_LATIN).take(letters[1:])
    return spelled, kept


def _spell_foreign(
    spelled: NDArray[np.uint16], kept: NDArray[np.bool_], begins: NDArray[np.intp], ends: NDArray[np.intp]
) -> None:
    """Leave the alef out and write `a` for `e`, in the words that begin and end at some places."""
    marks = np.zeros(len(spelled) + 1, np.int8)
    marks[begins] += 1
    marks[ends] -= 1  # no two words end at one place
    within = np.cumsum(marks[:-1], dtype=np.int8).astype(np.bool_)
    kept &= ~(within & (spelled == _ALEF))
    spelled[within & (spelled == ord("e"))] = ord("a")


def _prefix_lengths(
    letters: NDArray[np.uint16], first: NDArray[np.intp], last: NDArray[np.intp]
) -> NDArray[np.intp]:
    """How many letters stand before each word's stem: «و», «ب», «ال» and what they make up."""
    padded = np.concatenate([letters, np.zeros(4, np.uint16)])
    lengths = last - first
    shift = ((padded[first] == _WAW) & (lengths >= 5)).astype(np.intp)
    at = first + shift
    attached = _table_of(_ATTACHED).take(padded[at]) & (last - at >= 5)
    article_at = at + attached
    article = (padded[article_at] == _ALEF) & (padded[article_at + 1] == _LAM) & (last - article_at >= 4)
    contracted = (padded[at] == _LAM) & (padded[at + 1] == _LAM) & (last - at >= 5)
    return np.asarray(np.where(contracted, shift + 2, shift + attached + 2 * article))


def _capitals(words: Words) -> NDArray[np.uint32]:
    units, first = words.units, words.first
    capital = _upper().take(units[first])
    if not capital.any():
        return np.zeros(len(first), np.uint32)
    before = np.concatenate([np.full(2, ord("\n"), np.uint16), units])
    opens = _table_of(_OPENING).take(before[first + 1]) | _table_of(_SENTENCE_ENDS).take(before[first])
    return np.where(capital & ~opens, CAPITAL, np.uint32(0))


@cache
def _table_of(letters: str) -> NDArray[np.bool_]:
    """Which letters are among these, by number: a tenth of what a search among them takes."""
    table = np.zeros(1 << 16, np.bool_)
    table[[ord(letter) for letter in letters]] = True
    return table


@cache
def _alike() -> NDArray[np.uint16]:
    table = np.arange(1 << 16, dtype=np.uint16)
    for letter, alike in _LATIN_ALIKE.items():
        table[ord(letter)] = ord(alike)
    return table


@cache
def _upper() -> NDArray[np.bool_]:
    return np.array([chr(unit).isupper() for unit in range(1 << 16)])
