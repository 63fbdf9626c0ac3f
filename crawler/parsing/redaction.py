"""Names of persons taken out of a text, whatever spelling they have in it."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote, urlsplit

from crawler.parsing.arabic import INVISIBLE, bare

NAME_MARK: Final = "█████"
"""What stands in the place of a name. It has one length for all names, so that it tells nothing of them."""

PARTICLES: Final = ("و", "ف", "ب", "ل", "ك", "وب", "ول", "وك", "فب", "فل", "وال", "ا")
"""Arabic particles that are written together with the word after them."""

_WORD = re.compile(
    f"[\\w\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d{INVISIBLE}]+"
)
"""A word with its vowel marks, tatweel and joiners, which `\\w` alone breaks at."""


class Redactor:
    """Takes names out of texts; spelling variants, vowel marks and particles make no difference.

    Args:
        names: The names, as they are written; each form of a name that has to go, the family name alone too.
    """

    def __init__(self, names: Collection[str]) -> None:
        words = {tuple(word for part in name.split() for word in _words(part)) for name in names}
        # The longest first: of a full name all words go, not the family name alone.
        self._names = sorted((name for name in words if name), key=lambda name: (-len(name), name))

    def text(self, text: str) -> str:
        """The text with `NAME_MARK` in the place of each name."""
        if not self._names:
            return text
        words = [(match.start(), match.end(), bare(match.group())) for match in _WORD.finditer(text)]
        words = [word for word in words if word[2]]
        pieces, done, number = [], 0, 0
        while number < len(words):
            length = self._length_at([word for *_, word in words[number : number + self._longest]])
            if length:
                pieces += [text[done : words[number][0]], NAME_MARK]
                done = words[number + length - 1][1]
            number += length or 1
        return "".join([*pieces, text[done:]])

    def texts(self, texts: Collection[str]) -> list[str]:
        """Each text without the names."""
        return [self.text(text) for text in texts]

    def address(self, url: str) -> str:
        """An address that has no name in it: cut down to its host where one stands in the rest."""
        readable = unquote(url).replace("_", " ")
        return url if self.text(readable) == readable else origin_of(url)

    @property
    def _longest(self) -> int:
        return len(self._names[0])

    def _length_at(self, words: list[str]) -> int:
        """How many words make up a name that begins here; 0 where none does."""
        for name in self._names:
            if len(name) > len(words) or tuple(words[1 : len(name)]) != name[1:]:
                continue
            if _is_word(words[0], name[0]):
                return len(name)
        return 0


def origin_of(url: str) -> str:
    """Scheme and host of an address; empty for one that is no web address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}/" if parts.scheme in ("http", "https") else ""


def _words(text: str) -> list[str]:
    return [word for match in _WORD.finditer(text) if (word := bare(match.group()))]


def _is_word(word: str, of_name: str) -> bool:
    """Whether a word of a text is a name's first word, maybe behind a particle."""
    if word == of_name:
        return True
    if of_name.startswith("ال") and word.endswith(f"لل{of_name[2:]}"):
        return word.removesuffix(f"لل{of_name[2:]}") in ("", "و", "ف")
    return word.endswith(of_name) and word.removesuffix(of_name) in PARTICLES
