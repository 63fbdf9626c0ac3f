"""What a search for passages gives, and how a passage stands in the text of an article.

Where it stands has to be found again, since words are read from normalised letters without their places; and
whether as somebody's words is told by quotation marks and by what introduces it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dedup.passages.catalogue import Catalogue
from dedup.text.shingles import normalise
from dedup.text.tokens import read_words

_TOKEN = re.compile(r"\S+")
_MATCHED = 3
"""Words by which a place is found again."""
_NEAR = 24
"""Tokens to either side in which it is looked for first."""

_MARKS = {"«": "»", "“": "”", "„": "“”", "‹": "›", '"': '"', "”": "“”"}
"""Marks that open a quotation, with those that close it."""
_LONGEST = 2_000
"""Letters of a quotation: what is longer is a mark that nobody closed."""
_MARK = re.compile('[«»“”„‹›"\n]')
_SENTENCE_END = re.compile(r"[.!?؟…\n]")
_WORD = re.compile(r"\w+")
_INTRODUCTION = 12
"""Words at the beginning of a sentence that may say whose words it is."""
_QUOTED_SHARE = 0.5

_SAID = frozenset(
    normalise(
        "قال قالت قالوا قائلا قائلة اضاف اضافت مضيفا مضيفة "
        "اكد اكدت مؤكدا مؤكدة اوضح اوضحت موضحا صرح صرحت ذكر ذكرت "
        "اعلن اعلنت اعتبر اعتبرت اشار اشارت مشيرا مشيرة لفت لفتت تابع تابعت رأى شدد شددت مشددا نقل نقلت "
        "وفق وفقا بحسب "
        "حسب نقلا تصريح بيان يقول تقول "
        "said says told added stated according quoted saying told announced stressed explained noted"
    ).split()
)
_CONJUNCTIONS = "وف"


class PassageKind(StrEnum):
    """What a passage that several articles have is."""

    QUOTATION = "quotation"
    """Somebody's words: in quotation marks, or introduced by who said them."""
    BACKGROUND = "background"
    """A paragraph that many stories have: what agencies and papers add to every report on a matter."""
    REUSED = "reused"
    """A passage that one article has from the other, or both from a third."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A passage in an article.

    Attributes:
        id: The article.
        begin: Where the passage begins in its text, in letters.
        end: Where it ends.
        published: When the article was published; None where that isn't known.
        source: Who published it, or None.
        story_id: Its story: copies of one another have one; its own id where none was given.
    """

    id: str
    begin: int
    end: int
    published: datetime | None
    source: str | None
    story_id: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that articles of several stories have.

    Attributes:
        kind: What it is.
        text: Its text, as the earliest article has it.
        words: How many words it has there.
        stories: In how many stories it stands.
        occurrences: Where it stands, the earliest article first.
    """

    kind: PassageKind
    text: str
    words: int
    stories: int
    occurrences: Sequence[Occurrence]


def occurrence_of(documents: Catalogue, document: int, begin: int, end: int) -> Occurrence:
    """A passage in a document, where it begins and ends in letters."""
    return Occurrence(
        id=documents.id(document),
        begin=begin,
        end=end,
        published=documents.published(document),
        source=documents.source(document),
        story_id=documents.story(document),
    )


def letters_of(
    text: str, words: NDArray[np.uint32], begin: int, end: int, *, everywhere: bool = False
) -> tuple[int, int]:
    """Where some words begin and end in a text.

    Args:
        text: The text.
        words: All of its words, as `word_numbers` gives them.
        begin: The first of the words that are looked for.
        end: The one behind the last.
        everywhere: Whether to look in the whole text, and not only near where the words should be.

    Returns:
        The places of the first letter and behind the last; the whole text where the words are not in it.
    """
    tokens = list(_TOKEN.finditer(text))
    if not tokens or end <= begin:
        return 0, len(text)
    # Most tokens are a word: the words are read near the places that they have then, and searched for there.
    reach = len(tokens) if everywhere else _NEAR
    near = range(max(0, begin - reach), min(len(tokens), end + reach))
    read = read_words([tokens[at][0] for at in near])
    numbers = word_numbers(read.hashes)
    first = _nearest(numbers, words[begin : begin + _MATCHED], begin - near.start)
    last = _nearest(numbers, words[max(begin, end - _MATCHED) : end], end - _MATCHED - near.start)
    if first is None or last is None:
        if everywhere:
            return 0, len(text)
        return letters_of(text, words, begin, end, everywhere=True)
    owners = np.searchsorted(read.bounds, [first, last + min(_MATCHED, end - begin) - 1], side="right") - 1
    begin_token, end_token = (tokens[near[int(at)]] for at in owners)
    return begin_token.start(), max(begin_token.end(), end_token.end())


def word_numbers(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Words as numbers of 32 bits, for passages to be compared word by word."""
    return (hashes >> np.uint64(32)).astype(np.uint32)


def _nearest(numbers: NDArray[np.uint32], words: NDArray[np.uint32], place: int) -> int | None:
    """The place of some words in a row nearest to another; None where they are not there."""
    last = len(numbers) - len(words) + 1
    if last <= 0:
        return None
    met = np.all([numbers[at : at + last] == word for at, word in enumerate(words)], axis=0)
    places = np.flatnonzero(met)
    return int(places[np.abs(places - place).argmin()]) if len(places) else None


def quoted_parts(text: str) -> list[tuple[int, int]]:
    """Where a text is quoted: from behind a mark that opens a quotation to the mark that closes it.

    A quotation ends with its paragraph at the latest, whether or not a mark closes it there: newspapers open
    each paragraph of a long one anew. Straight marks that nobody closes open nothing.
    """
    parts = []
    opened, closing = -1, ""
    for match in _MARK.finditer(text + "\n"):
        at, mark = match.start(), match[0]
        if opened < 0:
            if mark in _MARKS:
                opened, closing = at + 1, _MARKS[mark]
            continue
        if mark in closing or (mark == "\n" and closing != '"' and at - opened <= _LONGEST):
            parts.append((opened, at))
        if mark in closing or mark == "\n":
            opened = -1
    return parts


def is_quoted(text: str, begin: int, end: int) -> bool:
    """Whether most of a passage stands in quotation marks.

    Args:
        text: The article.
        begin: Where the passage begins.
        end: Where it ends.
    """
    share = sum(max(0, min(end, last) - max(begin, first)) for first, last in quoted_parts(text))
    return share >= _QUOTED_SHARE * (end - begin) > 0


def is_attributed(text: str, begin: int, end: int) -> bool:
    """Whether a passage is introduced as somebody's words: «وقال الوزير إن...», `According to the police...`.

    What counts is how the sentence begins in which the middle of the passage stands.

    Args:
        text: The article.
        begin: Where the passage begins.
        end: Where it ends.
    """
    before = text[max(0, begin - _LONGEST) : (begin + end) // 2]
    ends = [match.end() for match in _SENTENCE_END.finditer(before)]
    words = _WORD.findall(normalise(before[ends[-1] if ends else 0 :]))[:_INTRODUCTION]
    return any(word in _SAID or (word[0] in _CONJUNCTIONS and word[1:] in _SAID) for word in words)
