"""A small markup for texts with variants: ``[a|b]`` alternatives, ``{name}`` phrases, ``{11-99}`` numbers."""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PIECE = re.compile(r"\[|\]|\||\{[^{}]*\}|[^\[\]|{}]+")
_NUMBER = re.compile(r"\A(\d{1,9})-(\d{1,9})\Z")
# The one-letter prepositions ب and ل are written joined to their word, and with a tatweel before digits.
_LOOSE_PREFIX = re.compile(r"(?<!\w)([وف]?[بل]) (?=\w)")
_PREFIXED_NUMBER = re.compile(r"(?<!\w)([وف]?[بل])(?=\d)")


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple["Text", ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    name: str


@dataclass(frozen=True, slots=True)
class _Number:
    low: int
    high: int


Text = tuple["str | _Choice | _Phrase | _Number", ...]


def parse(markup: str) -> Text:
    """Read a text with variants.

    Raises:
        ValueError: Brackets don't match; the message quotes the text.
    """
    pieces = _PIECE.findall(markup)
    if "".join(pieces) != markup:
        raise ValueError(f"stray brace in {markup!r}")
    options, rest = _parse_options(pieces)
    if rest or len(options) != 1:
        raise ValueError(f"unbalanced brackets in {markup!r}")
    return options[0]


def _parse_options(pieces: list[str]) -> tuple[tuple[Text, ...], list[str]]:
    options: list[Text] = []
    current: list[str | _Choice | _Phrase | _Number] = []
    while pieces:
        piece = pieces[0]
        if piece == "]":
            break
        pieces = pieces[1:]
        if piece == "[":
            inner, pieces = _parse_options(pieces)
            if not pieces:
                raise ValueError("a bracket is never closed")
            pieces = pieces[1:]
            current.append(_Choice(inner))
        elif piece == "|":
            options.append(tuple(current))
            current = []
        elif piece[0] == "{":
            number = _NUMBER.match(piece[1:-1])
            current.append(_Number(int(number[1]), int(number[2])) if number else _Phrase(piece[1:-1]))
        else:
            current.append(piece)
    return (*options, tuple(current)), pieces


class Grammar:
    """Named phrases, and how texts that use them are written out.

    Args:
        phrases: For each name, the markup of the variants it stands for.
        bound: Names that keep one value within a `Writer`, such as the town a story plays in.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]], bound: Iterable[str] = ()) -> None:
        self._phrases = {name: tuple(parse(text) for text in texts) for name, texts in phrases.items()}
        self._bound = frozenset(bound)

    def writer(self, rng: random.Random, **values: str) -> "Writer":
        """Begin one story: `values` fixes names beforehand."""
        return Writer(self, rng, values)

    def variants(self, name: str) -> tuple[Text, ...]:
        """The variants of a phrase; KeyError where there is none of that name."""
        return self._phrases[name]

    def is_bound(self, name: str) -> bool:
        """Whether a name keeps its value within one story."""
        return name in self._bound


class Writer:
    """Writes the texts of one story; bound names mean the same in all of them."""

    def __init__(self, grammar: Grammar, rng: random.Random, values: Mapping[str, str]) -> None:
        self._grammar = grammar
        self._rng = rng
        self._values = dict(values)

    def write(self, text: Text) -> str:
        """Write a text out, one of its many variants."""
        out: list[str] = []
        self._expand(text, out)
        written = _LOOSE_PREFIX.sub(r"\1", "".join(out))
        return _PREFIXED_NUMBER.sub("\\1\N{ARABIC TATWEEL}", written)

    def _expand(self, text: Text, out: list[str]) -> None:
        draw = self._rng.random
        for part in text:
            if isinstance(part, str):
                out.append(part)
            elif isinstance(part, _Choice):
                self._expand(part.options[int(draw() * len(part.options))], out)
            elif isinstance(part, _Number):
                out.append(str(part.low + int(draw() * (part.high - part.low + 1))))
            else:
                self._phrase(part.name, out)

    def _phrase(self, name: str, out: list[str]) -> None:
        known = self._values.get(name)
        if known is not None:
            out.append(known)
            return
        variants = self._grammar.variants(name)
        chosen = variants[int(self._rng.random() * len(variants))]
        if not self._grammar.is_bound(name):
            self._expand(chosen, out)
            return
        inner: list[str] = []
        self._expand(chosen, inner)
        self._values[name] = "".join(inner)
        out.append(self._values[name])
