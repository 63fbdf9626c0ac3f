"""What was cut, added or changed between two versions of a text, word by word."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal, Protocol

from crawler.report.names import telling

WORDS_COMPARED: Final = 1500
"""Longer texts are compared up to here: the matcher's time grows with the square of their length."""

MATCHES_WEIGHED: Final = 50_000
"""Pairs of equal words that a plain comparison may weigh: three times those of two 1,500-word articles. Texts
that repeat themselves more (tables, or a page made to keep us busy) are aligned by their rarer words."""

_WORD = re.compile(r"\S+")
# Marks, tatweel and bidi marks change nothing of what is said, nor does punctuation around a word; inside
# one it may («5.3» is not «53»).
_INAUDIBLE = re.compile("[\u064b-\u065f\u0670\u0640\u200e\u200f\u061c]")
_PUNCTUATION = "«»\"'“”‘’()[].,،؛:!؟?…"
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of words that both versions share, that only one has, or that differ.

    `old` and `new` are the words as each version writes them; one of them is empty for words cut or added.
    """

    kind: Literal["same", "cut", "added", "changed"]
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
    old_said, new_said = [_sound(word) for word in old_words], [_sound(word) for word in new_words]
    olds, news = Counter(old_said), Counter(new_said)
    repetitive = sum(count * news[word] for word, count in olds.items()) > MATCHES_WEIGHED
    matcher = SequenceMatcher(None, old_said, new_said, autojunk=repetitive)
    kinds: dict[str, Literal["same", "cut", "added", "changed"]] = {
        "equal": "same",
        "delete": "cut",
        "insert": "added",
        "replace": "changed",
    }
    return [
        Stretch(kinds[tag], tuple(old_words[i1:i2]), tuple(new_words[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    ]


class Said(Protocol):
    """A stretch, in whatever form it is carried."""

    @property
    def old(self) -> Sequence[str]:
        """The earlier version's words."""

    @property
    def new(self) -> Sequence[str]:
        """The later one's."""


def marked(stretches: Sequence[Said], side: Literal["old", "new"]) -> list[list[tuple[str, bool]]]:
    """The words of one version by stretch, each with whether it states a figure or a name.

    Those are worth a second look when they differ. What a word is depends on the words before it, so all of
    the version's words are looked at, not those of a stretch alone.
    """
    runs = [stretch.old if side == "old" else stretch.new for stretch in stretches]
    marks = iter(telling([word for run in runs for word in run]))
    return [[(word, next(marks)) for word in run] for run in runs]


def _sound(word: str) -> str:
    # A word of punctuation alone stays itself, so that it does not equal every other.
    return _INAUDIBLE.sub("", word.translate(_DIGITS)).strip(_PUNCTUATION) or word
