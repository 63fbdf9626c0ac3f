"""The phrases that news sites put around their articles, from `phrases/*.toml`.

A phrase says what a block *may* be; position, links, length and what follows decide (`related_links`,
`start_and_end`). Collected from the templates of Arabic, Kurdish, Turkish, Persian and English news sites.
`crawler.parsing.phrases` explains how the files are written.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from crawler.parsing.arabic import bare, fold
from crawler.parsing.phrases import PhraseList, read_phrases

FOLDER = Path(__file__).with_suffix("")
LISTS: dict[str, PhraseList] = {
    name: phrases for path in sorted(FOLDER.glob("*.toml")) for name, phrases in read_phrases(path).items()
}
"""All phrase lists of boilerplate by name."""

LABEL_CHARS = 70
"""No label is longer."""
SENTENCE_WORDS = 5
"""Words of the shortest sentence that is one for sure; labels that end in a full stop have fewer."""
OPENING_CHARS = 200
"""Characters in which the opening of a block is looked for."""


class Boilerplate(StrEnum):
    """What a block is that is no part of the article's text."""

    RELATED = "related"
    SHARE = "share"
    FOLLOW = "follow"
    TAGS = "tags"
    COMMENTS = "comments"
    ADVERT = "advert"
    NAVIGATION = "navigation"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a block opens with: the kind, the folded characters that it takes, whether a separator ends it."""

    kind: Boilerplate
    length: int
    is_separated: bool


_LABELS = {
    kind: LISTS[kind]
    for kind in (
        Boilerplate.ADVERT,
        Boilerplate.RELATED,
        Boilerplate.SHARE,
        Boilerplate.FOLLOW,
        Boilerplate.TAGS,
        Boilerplate.COMMENTS,
        Boilerplate.NAVIGATION,
    )
}
_SEPARATOR = r"\s{0,9}(?:[:：|\\/»>›←…•\-–—!؟?\n]|\.{2,}|👇|⬅️|◄|▼|\()"
_OPENINGS = {
    Boilerplate.RELATED: LISTS["related"].opening(before=r"[\W_]|\Z"),
    Boilerplate.TAGS: LISTS["tags"].opening(before=_SEPARATOR),
    Boilerplate.SHARE: LISTS["share_opening"].opening(before=_SEPARATOR),
}
_BEFORE_LINK = LISTS["related_before_link"].opening(before=_SEPARATOR)
_SEPARATORS = re.compile(rf"(?:{_SEPARATOR})+\s{{0,9}}")
_SENTENCE_ENDS = (".", "۔", "؟")
_CLOSING = " »”\"')"


def is_sentence(text: str, name: str) -> bool:
    """Whether a short text that could be a label or a prompt is a sentence of an article.

    It ends as sentences do, has some words and no number, and does not speak of the site itself: «حمّل تطبيق
    واتساب مسؤولية التسريب للحكومة.»

    Args:
        text: The text as published.
        name: The same, `bare`.
    """
    if not text.rstrip(_CLOSING).endswith(_SENTENCE_ENDS) or len(name.split()) < SENTENCE_WORDS:
        return False
    return not any(map(str.isdecimal, name)) and LISTS["speaks_of_site"].find(name) is None


@lru_cache(maxsize=4096)
def label(text: str) -> Boilerplate | None:
    """What a text is that is nothing but a label: «مقالات ذات صلة:», "Share this article", «التالي».

    Args:
        text: A block's whole visible text.

    Returns:
        The kind, or None for anything else.
    """
    if len(text) > LABEL_CHARS + 30:
        return None
    name = bare(text)
    if not name or len(name) > LABEL_CHARS or is_sentence(text, name):
        return None
    return next((kind for kind, phrases in _LABELS.items() if phrases.find(name)), None)


@lru_cache(maxsize=4096)
def opening(text: str) -> Opening | None:
    """What a text opens with: «اقرأ أيضاً: …», «الكلمات المفتاحية: …».

    Args:
        text: The beginning of a block's visible text.
    """
    folded = _fold_lines(text)
    for kind, pattern in _OPENINGS.items():
        if match := pattern.match(folded):
            separators = _SEPARATORS.match(folded, match.end())
            return Opening(kind, (separators or match).end(), separators is not None)
    return None


def opens_like_link(text: str) -> bool:
    """Whether a text opens like «شاهد: …» or «فيديو | …», which says little without a link behind it."""
    return _BEFORE_LINK.match(_fold_lines(text)) is not None


def is_follow_prompt(text: str) -> bool:
    """Whether a text asks its reader to follow, join or subscribe, as a block of its own."""
    return LISTS["follow_prompt"].find(fold(text)) is not None


def is_comment_policy(text: str) -> bool:
    """Whether a paragraph is the site's rules for readers' comments."""
    folded = fold(text)
    topic, rule = LISTS["comment_policy_topic"], LISTS["comment_policy_rule"]
    return topic.find(folded) is not None and rule.find(folded) is not None


@lru_cache(maxsize=1024)
def is_disclaimer(text: str) -> bool:
    """Whether a text is a notice of rights, or of who is responsible for opinions."""
    return LISTS["disclaimer"].find(fold(text)) is not None


def is_byline_phrase(text: str) -> bool:
    """Whether a short line belongs to a headline's byline: reading time, views, "last updated"."""
    name = bare(text)
    return LISTS["byline"].find(name) is not None and not is_sentence(text, name)


def _fold_lines(text: str) -> str:
    """`fold` of a block's beginning that keeps line breaks, which set a label off as a colon does."""
    return "\n".join(map(fold, text[:OPENING_CHARS].strip().split("\n")))
