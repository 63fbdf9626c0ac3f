"""Strings that drive a pattern's repetitions, derived from the pattern itself."""

import re
from collections.abc import Iterable
from importlib import import_module
from random import Random
from typing import Any

# By name: whether mypy knows them hangs on what else it reads in the same run.
codes: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

ALPHABET = "aA1 .-\n@(«،أبه/<>:|,\"'_é؟"
"""Characters of the classes that the patterns are about: letters of both scripts, digits, spaces, marks."""
MANY = 64
"""A repetition of fewer than so many is bounded for good."""
_CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_NOT_DIGIT: r"\D", codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S", codes.CATEGORY_WORD: r"\w", codes.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


def pumps(pattern: re.Pattern[Any], *, rounds: int = 3) -> list[tuple[str, str]]:
    """Beginnings with a unit to repeat behind them: for each repetition in the pattern, and for its whole.

    Args:
        pattern: A compiled pattern of text or bytes.
        rounds: How often the pattern's choices are drawn again.
    """
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    pumps: dict[tuple[str, str], None] = {
        ("", " "): None,
        ("a", "."): None,
        ("", "a"): None,
        ("1", "1"): None,
    }
    for seed in range(rounds):
        sampler = _Sampler(Random(seed))
        whole = sampler.text(tree)
        pumps[("", whole)] = None
        for before, unit in sampler.repeats:
            pumps |= {(before, unit): None, ("a" + before, unit): None, ("", before + unit): None}
    return [(before, unit) for before, unit in pumps if unit]


class _Sampler:
    """Makes a text that a pattern may match, and keeps what stood before each unbounded repetition."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.repeats: list[tuple[str, str]] = []

    def text(self, tree: Iterable[tuple[Any, Any]], before: str = "") -> str:
        text = ""
        for code, value in tree:
            text += self._piece(code, value, before + text)
        return text

    def _piece(self, code: Any, value: Any, before: str) -> str:
        if code is codes.LITERAL:
            return chr(value)
        if code is codes.NOT_LITERAL:
            return self._random.choice([char for char in ALPHABET if ord(char) != value])
        if code is codes.ANY:
            return self._random.choice(ALPHABET.replace("\n", ""))
        if code is codes.IN:
            return self._of_class(value)
        if code is codes.BRANCH:
            return self.text(self._random.choice(value[1]), before)
        if code is codes.SUBPATTERN:
            return self.text(value[-1], before)
        if code is codes.ATOMIC_GROUP:
            return self.text(value, before)
        if code in _REPEATS:
            low, high, body = value
            return self._repeat(low, high, body, before)
        return ""  # positions, looking around, references

    def _repeat(self, low: int, high: Any, body: Any, before: str) -> str:
        unit = self.text(body, before)
        if high is codes.MAXREPEAT or high >= MANY:
            self.repeats.append((before, unit))
        return unit * min(max(low, self._random.randint(0, 1)), 4)

    def _of_class(self, items: list[tuple[Any, Any]]) -> str:
        chars = [char for char in ALPHABET if _is_in(items, char)]
        chars += [chr(value) for code, value in items if code is codes.LITERAL and _is_in(items, chr(value))]
        chars += [
            chr(value[0]) for code, value in items if code is codes.RANGE and _is_in(items, chr(value[0]))
        ]
        return self._random.choice(chars) if chars else "\x01"


def _is_in(items: list[tuple[Any, Any]], char: str) -> bool:
    inside = False
    for code, value in items:
        if code is codes.LITERAL:
            inside |= ord(char) == value
        elif code is codes.RANGE:
            inside |= value[0] <= ord(char) <= value[1]
        elif code is codes.CATEGORY:
            inside |= re.match(_CATEGORIES[value], char) is not None
    return inside is not ((codes.NEGATE, None) in items)


def pumped(pattern: re.Pattern[Any], before: str, unit: str, length: int, end: str) -> Any:
    """A beginning, units up to a length, and an end: text or bytes, as the pattern wants it."""
    text = (before + unit * (length // len(unit) + 1))[:length] + end
    return text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
