"""Whether two addresses name one page, and two headlines one story."""

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_ARTICLE_NUMBER = re.compile(r"\d{5,20}")
_NO_MARKS = dict.fromkeys([0x640, *range(0x64B, 0x653), 0x670])
"""Tatweel and Arabic vowel marks."""
_WORD = re.compile(r"[^\W_]+")


def same_page(one: str, other: str) -> bool | None:
    """Whether two addresses name one page; None where one is no page's (the home page, a bare fragment)."""
    first, second = _page_path(one), _page_path(other)
    if not first or not second:
        return None
    if first == second:
        return True
    number = _ARTICLE_NUMBER.findall(first)[:3]
    return bool(number) and number == _ARTICLE_NUMBER.findall(second)[:3]


@lru_cache(maxsize=256)
def _page_path(url: str) -> str:
    """Path and query alone: host, scheme, fragment, encoding, a last slash and AMP's suffix don't count."""
    if len(url) > 4_000:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = unquote(parts.path).rstrip("/").lower().removesuffix("/amp")
    return f"{path}?{parts.query}" if parts.query and parts.query != "amp=1" else path


def same_headline(one: str, other: str) -> bool | None:
    """Whether two headlines are one, give or take the site's name, marks, or a cut end.

    Args:
        one: A headline.
        other: Another wording of it, or another story's.

    Returns:
        True or False; None where one of them has no word.
    """
    first, second = _headline_words(one[:500]), _headline_words(other[:500])
    if not first or not second:
        return None
    # Two thirds of the shorter one's words: a cut headline or a shortened one for search engines passes,
    # two stories on one event seldom do.
    return 3 * len(first & second) >= 2 * min(len(first), len(second))


@lru_cache(maxsize=256)
def _headline_words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.translate(_NO_MARKS).casefold()))
