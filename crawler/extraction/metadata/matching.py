"""Whether two texts are the headline of one article."""

import re
from functools import lru_cache

MAX_CHARS = 500
"""Characters of a headline that are compared."""

_NO_MARKS = dict.fromkeys([0x640, *range(0x64B, 0x653), 0x670])
"""Tatweel and Arabic vowel marks."""
_WORD = re.compile(r"[^\W_]+")


def same_headline(headline: str, other: str) -> bool | None:
    """Whether two headlines are one, give or take the site's name, marks, or a cut end.

    Args:
        headline: A headline.
        other: Another wording of it, or another article's.

    Returns:
        True or False; None where one of them has no word.
    """
    words, other_words = _headline_words(headline[:MAX_CHARS]), _headline_words(other[:MAX_CHARS])
    if not words or not other_words:
        return None
    # Two thirds of the shorter one's words: a cut headline or a shortened one for search engines passes,
    # two articles on one event seldom do.
    return 3 * len(words & other_words) >= 2 * min(len(words), len(other_words))


@lru_cache(maxsize=256)
def _headline_words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.translate(_NO_MARKS).casefold()))
