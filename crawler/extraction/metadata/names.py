"""Names of people, places and news agencies: which words are one, and which only stand where one stands."""

import re
from collections.abc import Iterator
from itertools import filterfalse
from pathlib import Path

from crawler.extraction.text import one_line
from crawler.parsing.arabic import bare, fold, skeleton
from crawler.parsing.phrases import read_word_tables, read_words

MAX_NAME_CHARS = 60
MAX_NAME_WORDS = 6
"""«عبد الرحمن بن محمد آل ياسين» has six."""
MAX_LIST_CHARS = 300
"""Characters of a list of names that are read."""

_FOLDER = Path(__file__).parent / "words"
_WORDS = read_words(_FOLDER / "names.toml")
_PLACES = frozenset(map(bare, _WORDS["places"]))
_NO_NAME_WORDS = frozenset(map(fold, [*_WORDS["no_name"], *_WORDS["months_and_days"]]))
_NAMES_WITH_WAW = frozenset(map(fold, _WORDS["with_waw"]))
_NOBODY = frozenset(_WORDS["nobody"])
_AGENCIES = {
    spelling: name
    for name, spellings in read_word_tables(_FOLDER / "agencies.toml")["agencies"].items()
    for spelling in map(bare, spellings)
}
_AGENCY_KINDS = ("وكاله ", "انباء ", "الانباء ")
"""What may stand before an agency's name: «وكالة أنباء …», in this order."""
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+){0,6}\.?")
_SPLIT = re.compile(r"(?:(?<!\s)\s+)?(?:[,،;؛|+]|\band\b|\bve\b)\s*|(?<!\s)\s+[/&]\s+")
_DASH = re.compile(r"(?<!\s)\s+[-–—]\s+|[-–—/]")
_WAW = re.compile(r"(?<!\s)\s+و\s?(?=\S)")
_EDGES = ' -–—:|«»"“”.()[]'


def agency_name(text: str) -> str | None:
    """The usual name of a news agency, or None where a text is no agency's name.

    Args:
        text: For example «وكالة الأناضول», "(Reuters)".
    """
    name = bare(text)
    if name in _AGENCIES:
        return _AGENCIES[name]
    for kind in _AGENCY_KINDS:
        name = name.removeprefix(kind)
    return _AGENCIES.get(name.strip())


def is_place(text: str) -> bool:
    """Whether a text is the name of a place that datelines of the region's papers begin with."""
    name = bare(text)
    return name in _PLACES or name.removeprefix("مدينه ") in _PLACES


def is_nobody(text: str) -> bool:
    """Whether a text is the name of an account or a post: «admin», «المحرر»."""
    return skeleton(text) in _NOBODY


def is_person_name(text: str, *, words: int = 2) -> bool:
    """Whether a text can be a person's name: some words of letters, none of a sentence, a label or a time.

    Args:
        text: The text.
        words: How many words it must have at least.
    """
    text = text.strip()
    if len(text) > MAX_NAME_CHARS or _NAME.fullmatch(text) is None or is_place(text):
        return False
    parts = fold(text).replace("-", " ").split()
    if not words <= len(parts) <= MAX_NAME_WORDS:
        return False
    return _NO_NAME_WORDS.isdisjoint(parts)


def without_place(text: str) -> str:
    """A name without the place behind or before it: «سامر العلي – دمشق» is «سامر العلي»."""
    parts: list[str] = [part.strip() for part in _DASH.split(text)]
    people = list(filterfalse(is_place, filter(None, parts)))
    if len(people) != 1 or len(parts) == 1:
        return text
    return people[0]


def names_in(text: str) -> Iterator[str]:
    """The names of a list of names, as published: «سامر الحلبي وليلى حسن، كرم ديب».

    Args:
        text: The list, without a label.
    """
    for part in _SPLIT.split(one_line(text[:MAX_LIST_CHARS])):
        yield from map(without_place, _split_at_waw(part.strip(_EDGES)))


def _split_at_waw(text: str) -> list[str]:
    """«سامر الحلبي وليلى حسن» as two names, if both have two words and the second is no name with «و»."""
    for match in _WAW.finditer(text):
        before, after = text[: match.start()].strip(), text[match.end() :].strip()
        if min(len(before.split()), len(after.split())) < 2:
            continue
        joined = text[match.start() :].split()[0]
        if joined == "و" or fold(joined) not in _NAMES_WITH_WAW:
            return [before, *_split_at_waw(after)]
    return [text] if text else []
