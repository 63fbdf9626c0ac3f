"""A few lines of an article around the words that were looked for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crawler.storage.search.letters import fold
from crawler.storage.search.query import Query

WORDS_READ: Final = 2_000
"""Words of an article in which the first match is looked for: more than nearly any has."""
BEFORE: Final = 8
SHOWN: Final = 45
"""Words before the first match, and in all: three lines on a desk screen."""

# A word that is broken up against filters («مـ ـقـ ـتل») is one: its blanks stand between two strokes.
_WORD = re.compile(r"\S+(?:(?<=ـ)\s{1,3}ـ\S*)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of an excerpt; `hit` says whether it is what was looked for."""

    text: str
    hit: bool


class Marker:
    """Marks what was looked for in texts; all of them are folded at once, since each folding has a price.

    Args:
        query: What was looked for.
        texts: The texts and headlines that are going to be marked.
    """

    def __init__(self, query: Query, texts: Iterable[str]) -> None:
        self._is_marking = bool(query.expression)
        self._words = {text: self._cut(text) for text in texts}
        words = (word for words in self._words.values() for word in words)
        self._marks = _marks(query, words) if self._is_marking else {}

    def excerpt(self, text: str) -> list[Piece]:
        """The words around the first match in a text, or its beginning, matches marked."""
        words = self._words[text]
        marked = self._marked(words)
        first = next((number for number, hit in enumerate(marked) if hit), 0)
        start = max(0, min(first - BEFORE, len(words) - SHOWN))
        pieces = _pieces(words[start : start + SHOWN], marked[start : start + SHOWN])
        if start and pieces:
            pieces.insert(0, Piece("… ", False))
        if start + SHOWN < len(words):
            pieces.append(Piece(" …", False))
        return pieces

    def whole(self, text: str) -> list[Piece]:
        """All of a short text, such as a headline, with the matches marked."""
        words = _WORD.findall(text)
        return _pieces(words, self._marked(words))

    def _cut(self, text: str) -> list[str]:
        return _WORD.findall(text)[:WORDS_READ] if self._is_marking else _opening(text)

    def _marked(self, words: list[str]) -> list[bool]:
        return [self._marks.get(word, False) for word in words]


def _opening(text: str) -> list[str]:
    return _WORD.findall(text[: SHOWN * 20])[: SHOWN + 1]


def _marks(query: Query, words: Iterable[str]) -> dict[str, bool]:
    """For each word whether it, or a part of it, was looked for; texts repeat most of their words."""
    unique = list(dict.fromkeys(words))
    return {
        word: any(map(query.marks, parts.split())) for word, parts in zip(unique, fold(unique), strict=True)
    }


def _pieces(words: list[str], marked: list[bool]) -> list[Piece]:
    pieces: list[Piece] = []
    for number, (word, hit) in enumerate(zip(words, marked, strict=True)):
        text = word if number == 0 else f" {word}"
        if pieces and pieces[-1].hit == hit:
            pieces[-1] = Piece(pieces[-1].text + text, hit)
        elif hit and number:
            # The blank before a match is not part of it.
            pieces[-1] = Piece(pieces[-1].text + " ", False) if not pieces[-1].hit else pieces[-1]
            pieces.append(Piece(word, True))
        else:
            pieces.append(Piece(text, hit))
    return pieces
