"""What was cut, added or changed between two versions of a text, word by word."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal, Protocol

from crawler.html.highlights import highlights, without_marks

WORDS_COMPARED: Final = 1500
"""Longer texts are compared up to here: the matcher's time grows with the square of their length."""

MATCHES_WEIGHED: Final = 50_000
"""Pairs of equal words that a plain comparison may weigh: three times those of two 1,500-word articles. Texts
that repeat themselves more (tables, or a hostile page) are aligned by their rarer words."""

_WORD = re.compile(r"\S+")
# Punctuation around a word changes nothing; inside one it may («5.3» is not «53»).
_PUNCTUATION = "«»\"'“”‘’()[].,،؛:!؟?…"
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


Kind = Literal["same", "cut", "added", "changed"]

_KINDS: Final[dict[str, Kind]] = {"equal": "same", "delete": "cut", "insert": "added", "replace": "changed"}
"""By the tags of `difflib.SequenceMatcher.get_opcodes`."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of words that both versions share, that only one has, or that differ.

    `old` and `new` are the words as each version writes them; one of them is empty for words cut or added.
    """

    kind: Kind
    old: tuple[str, ...]
    new: tuple[str, ...]


def difference(old: str, new: str) -> list[Stretch]:
    """The stretches that lead from one text to the other, in order.

    Words are the same when they differ only in marks, tatweel, punctuation around them or the kind of
    digits. The matcher is Ratcliff and Obershelp's, from the standard library: it looks for the longest
    common runs, which keeps quotations and paragraphs whole.

    Args:
        old: The first version.
        new: The later one. Both are cut after `WORDS_COMPARED` words.
    """
    old_words = _WORD.findall(old)[:WORDS_COMPARED]
    new_words = _WORD.findall(new)[:WORDS_COMPARED]
    old_keys, new_keys = list(map(_key, old_words)), list(map(_key, new_words))
    old_counts, new_counts = Counter(old_keys), Counter(new_keys)
    pairs = sum(count * new_counts[word] for word, count in old_counts.items())
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=pairs > MATCHES_WEIGHED)
    return [
        Stretch(_KINDS[tag], tuple(old_words[i1:i2]), tuple(new_words[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    ]


class WordRun(Protocol):
    """A stretch as any class carries it."""

    @property
    def old(self) -> Sequence[str]:
        """The earlier version's words."""

    @property
    def new(self) -> Sequence[str]:
        """The later one's."""


def with_highlights(
    stretches: Sequence[WordRun], side: Literal["old", "new"]
) -> list[list[tuple[str, bool]]]:
    """The words of one version by stretch, each with whether it is a number or a name.

    What a word is depends on the words before it, so all of the version's words are read, not those of a
    stretch alone.
    """
    runs = [stretch.old if side == "old" else stretch.new for stretch in stretches]
    marks = iter(highlights([word for run in runs for word in run]))
    return [[(word, next(marks)) for word in run] for run in runs]


def _key(word: str) -> str:
    # A word of punctuation alone stays itself, so that it does not equal every other.
    return without_marks(word.translate(_DIGITS)).strip(_PUNCTUATION) or word
