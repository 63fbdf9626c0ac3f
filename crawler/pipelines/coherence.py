"""Whether a headline speaks of a text: by their words, in any language, without a list of phrases.

A headline repeats words of its story: names, places, what happened. A server's own page says something that
has nothing to do with the headline of the article that it stands in for.
"""

import re
from urllib.parse import unquote, urlsplit

from crawler.model.article import Hints
from crawler.pipelines.text_sketch import normalised, without_headlines

SHORTEST_WORD = 4
"""Letters of a word that tells something: shorter ones ("with", «على») stand in every text."""

STEM = 4
"""Letters by which two forms of a word are recognised: «القصف» and «بالقصف», "rebuild" and "rebuilding"."""

AGREES = 1 / 3
"""Share of a headline's words that its story repeats at the least."""

CONTRADICTS = 0.2
"""Below this share a headline and a text have nothing to do with each other: one word of six may be
chance."""

FEWEST_WORDS = 3
"""Words of a headline that are needed to say so: «عاجل» speaks of no text."""

LONGEST_TEXT = 20_000
"""Letters of a text that are looked at: a headline speaks of what its story says first."""

_ARTICLES = ("وال", "بال", "كال", "فال", "لل", "ال")
_SLUG_BREAK = re.compile(r"[-_/+.]")


def agreement(headline: str | None, text: str, *, quotations: bool = False) -> float | None:
    """The share of a headline's words that a text repeats, 0 to 1; None where there are too few to tell.

    Args:
        headline: What a page, or its source, calls the story.
        text: The story.
        quotations: Whether a place counts that repeats the headline as a whole. A server's page may name the
            headline of the page that was asked for, and speaks of something else.
    """
    headline_words = normalised(headline or "").split()
    telling = {word for word in headline_words if len(word) >= SHORTEST_WORD and not word.isdecimal()}
    if len(telling) < FEWEST_WORDS:
        return None
    rest = without_headlines(normalised(text[:LONGEST_TEXT]), [] if quotations else [headline_words])
    # Anywhere in a word: what a language puts before and after a word does not matter.
    return sum(_stem(word) in rest for word in telling) / len(telling)


def speaks_of(headline: str | None, text: str) -> bool:
    """Whether a headline is one of this text."""
    share = agreement(headline, text)
    return share is not None and share >= AGREES


def is_vouched_for(hints: Hints, url: str, text: str) -> bool:
    """Whether what was known of a page beforehand agrees with the text that it brought.

    Args:
        hints: What a source of discovery said of the page.
        url: The address by which it was found; many hold words of the headline.
        text: The text.
    """
    return speaks_of(hints.title, text) or speaks_of(_slug(url), text)


def contradicts(hints: Hints, title: str, text: str) -> bool:
    """Whether a page says something that has nothing to do with what its source said of it.

    Args:
        hints: What a source of discovery said of the page.
        title: The page's own headline.
        text: Its text.
    """
    page = f"{title}\n\n{text}"
    share = agreement(hints.title, page, quotations=True)
    if share is None or share >= CONTRADICTS:
        return False
    rest = agreement(f"{hints.summary or ''} {hints.text or ''}", page, quotations=True)
    return rest is None or rest < CONTRADICTS


def _stem(word: str) -> str:
    core = next((word.removeprefix(start) for start in _ARTICLES if word.startswith(start)), word)
    return (core if len(core) >= STEM else word)[:STEM]


def _slug(url: str) -> str:
    """The words of an address's path."""
    try:
        return _SLUG_BREAK.sub(" ", unquote(urlsplit(url).path))
    except ValueError:
        return ""
