"""Made-up Arabic articles for the tests: random words, so that only what is copied on purpose is shared."""

import random
from functools import cache

from dedup import Parameters, Prepared, compare, prepare
from dedup.comparison.rule import judge
from dedup.index.recheck import estimated_evidence

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


@cache
def misjudged(*, copy: bool) -> tuple[str, str]:
    """Two texts that are copies, or not, of which the estimate says the opposite: the first that come up."""
    limits = Parameters().thresholds
    for seed in range(1, 400):
        lines = sentences(seed, 14)
        texts = " ".join(lines), " ".join([*lines[:8], *sentences(seed + 1000, 7 if copy else 8)])
        if not copy:
            texts = texts[0], " ".join([*lines[:7], *sentences(seed + 1000, 8)])
        first, second = (prepared(number, text, source=f"s{number}") for number, text in enumerate(texts, 1))
        estimated = judge(estimated_evidence(second, first), limits).duplicate
        if compare(texts[1], texts[0], same_source=False).duplicate is copy and estimated is not copy:
            return texts
    raise AssertionError("no such pair")
