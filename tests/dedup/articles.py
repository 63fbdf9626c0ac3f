"""Made-up Arabic articles for the tests: random words, so that only what is copied on purpose is shared."""

import random

from dedup import Prepared, prepare

_STEMS = ["با", "تو", "ثي", "جا", "حو", "خي", "دا", "رو", "زي", "سا", "شو", "صي", "ضا", "طو", "عي", "غا"]
WORDS = [first + second + third for first in _STEMS for second in _STEMS[::2] for third in "رلمنسدفقك"]


def sentences(seed: int, count: int = 12, length: int = 12) -> list[str]:
    """So many sentences of random words; another seed shares no five words in a row."""
    dice = random.Random(seed)
    return [" ".join(dice.choices(WORDS, k=length)) + "." for _ in range(count)]


def article(seed: int, count: int = 12) -> str:
    return "\n\n".join(sentences(seed, count))


def hex_id(number: int) -> str:
    return f"{number:032x}"


def prepared(number: int, text: str, **details: object) -> Prepared:
    return prepare(hex_id(number), text, **details)  # type: ignore[arg-type]  # passed on
