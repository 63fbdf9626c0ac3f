"""The words of dates beside names of months and days (`words/dates.toml`), and how they are folded."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from crawler.parsing.arabic import fold_long
from crawler.parsing.phrases import read_word_tables

TABLES = read_word_tables(Path(__file__).parent / "words" / "dates.toml")
"""The words as written, by table and by what they stand for."""

DIGIT = re.compile(r"\d")
"""Most lines that are asked for a date have no number, which is seen at a tenth of the cost."""


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Text in the form in which dates are read.

    Lower case, ASCII digits, no vowel marks, accents, tatweel or invisible marks, one form for each letter
    (alef and hamza seats, ya, kaf, ta marbuta), the Latin comma.
    """
    return fold_long(text, accents=False, joiners=False).replace("،", ",")


def numbered(lists: dict[str, list[str]]) -> dict[str, int]:
    """Folded words with the number that they stand for, from lists of words by number."""
    return {fold(word): int(number) for number, words in lists.items() for word in words}


def alternatives(words: Iterable[str]) -> str:
    """A regular expression of folded words, the longest first."""
    return "|".join(re.escape(fold(word)) for word in sorted(words, key=len, reverse=True))


MINUTE, HOUR, DAY = 60, 3600, 86_400
_SECONDS = {
    "second": 1,
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": 7 * DAY,
    # The wording is no more exact than that.
    "month": 30 * DAY,
    "year": 365 * DAY,
}

UNITS = {
    fold(word): (_SECONDS[unit], count)
    for count, table in ((1, "units"), (2, "two_units"))
    for unit, words in TABLES[table].items()
    for word in words
}
"""Units of "… ago": (seconds, how many the word itself means: the Arabic dual is two)."""
PLURALS = frozenset(map(fold, TABLES["words"]["plurals"]))
"""Units that say nothing without a number: «قبل أيام» is some days ago."""
NUMBER_WORDS = numbered(TABLES["numbers"])
"""Small numbers in words, as "… ago" uses them."""
DAY_WORDS = numbered(TABLES["days_ago"])
"""Words for a day, with how many days ago it was."""
FILLERS = frozenset(map(fold, TABLES["words"]["fillers"]))
"""Words that stand beside a date and say nothing against the line being one."""
