"""What the words of a news text weigh, which of them name a place or a weapon, and how a text writes them.

`frequencies.toml` holds the words that many news texts have, by how rare they are; a word that is not in it
is as rare as any. So a word weighs the same whatever else is in an archive, and in whatever order that came.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from dedup.text.shingles import normalise, words_of_each
from dedup.text.word_classes import WORDS, WordClass

_MARKS = "\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u061c"
_WRITTEN = re.compile(rf"[0-9٠-٩]+(?:[.,٫٬][0-9٠-٩]+)+|[\w{_MARKS}]+")
_LEADING_MARKS = re.compile(f"^[{_MARKS}]+")
_ARTICLE = "ال"
_LONGEST_NAME = 3
"""Words of a place's name at most."""
_SHORTEST_STEM = 3
_ENDINGS = ("ات", "ون", "ين", "ان", "يه", "ها", "هم", "ه", "ي")
_DISTINCT = 3
"""So many letters tell that a word begins no place's name. A shorter word is none."""
_ANNOUNCING = (
    "قرية بلدة مدينة حي مخيم ناحية مزرعة محور لقرية ببلدة بقرية بمدينة وقرية وبلدة ومدينة لبلدة لمدينة"
)
_WITHOUT_MEANING = (WordClass.FUNCTION, WordClass.PREPOSITION, WordClass.DATE, WordClass.UNIT)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The package's data.

    Attributes:
        weights: The inverse document frequency of stems that are not rare, a natural logarithm.
        rarest: The weight of all others.
        places: The name of each place, without blanks, by each of its spellings.
        regions: The places that are a region: many events happen in one.
        weapons: The kind of attack that a word stands for.
        ignored: Stems that say nothing about an event.
    """

    weights: Mapping[str, float]
    rarest: float
    places: Mapping[str, str]
    regions: frozenset[str]
    weapons: Mapping[str, str]
    ignored: frozenset[str]

    def weight(self, word: str) -> float:
        """The weight of a stem."""
        return self.weights.get(word, self.rarest)


@cache
def lexicon() -> Lexicon:
    """Read the package's data, once."""
    frequencies = read_data("frequencies")
    by_region = read_data("places")
    places = {
        "".join(normalise(spelling).split()): "".join(normalise(entry.split("|")[0]).split())
        for region in by_region.values()
        for entry in region["names"]
        for spelling in entry.split("|")
    }
    weapons = {
        word: kind for kind, listed in read_data("weapons").items() for word in normalise(listed).split()
    }
    return Lexicon(
        weights={
            word: float(weight) for weight, listed in frequencies["words"].items() for word in listed.split()
        },
        rarest=float(frequencies["rarest"]),
        places=places,
        regions=frozenset(places["".join(normalise(name).split())] for name in _first(by_region["regions"])),
        weapons=weapons,
        ignored=frozenset(stem(word) for kind in _WITHOUT_MEANING for word in WORDS[kind].split()),
    )


def read_data(name: str) -> dict[str, Any]:
    """Read one of the package's TOML files."""
    return tomllib.loads((files("dedup.event") / f"{name}.toml").read_text("utf-8"))


def _first(region: Mapping[str, Sequence[str]]) -> Iterator[str]:
    return (entry.split("|")[0] for entry in region["names"])


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A normalised word without article, attached particles and ending, as far as letters show them.

    As much is cut as the light stemmer of Larkey, Ballesteros and Connell (2007) does, but never below three
    letters.
    """
    if len(word) >= 5 and word[0] in "وف":
        word = word[1:]
    if word.startswith("لل") and len(word) >= 5:
        word = word[2:]
    else:
        if len(word) >= 5 and word[0] in "بلك":
            word = word[1:]
        if word.startswith("ال") and len(word) >= 2 + _SHORTEST_STEM:
            word = word[2:]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=1 << 16)
def _readings(word: str) -> tuple[str, ...]:
    """What of a word may begin a place's name: as it stands, and without the particles attached to it."""
    readings = [word]
    if len(word) >= 4 and word[0] in "وف":
        word = word[1:]
        readings.append(word)
    if len(word) >= 4 and word[0] == "ب":
        readings.append(word[1:])
    elif len(word) >= 5 and word.startswith("لل"):
        readings.append(f"ال{word[2:]}")
    elif len(word) >= 4 and word[0] == "ل":
        readings.append(word[1:])
    return tuple(reading for reading in readings if reading in _beginnings())


@cache
def _beginnings() -> frozenset[str]:
    """What the names of places begin with: of words that may be written together, the first may be a part."""
    return frozenset(name[:end] for name in lexicon().places for end in range(_DISTINCT, len(name) + 1))


@cache
def _announcing() -> frozenset[str]:
    """Words that a place's name follows, whatever it is: one village, not several."""
    return frozenset(normalise(_ANNOUNCING).split())


class Mention(NamedTuple):
    """A place where a text names it.

    Attributes:
        at: The number of the word where the name begins.
        name: The place.
        words: How many words the name has here.
        begins: What of the first word is the name's: particles attached to it are left out.
    """

    at: int
    name: str
    words: int
    begins: str


def find_places(words: Sequence[str]) -> list[Mention]:
    """The places that a text names.

    Listed places, and whatever follows «قرية», «بلدة» or the like.

    Args:
        words: The normalised words of the text.
    """
    announcing, ignored = _announcing(), lexicon().ignored
    mentions = []
    end = 0
    for at, word in enumerate(words):
        if at < end:
            continue
        readings = _readings(word)
        if readings and (mention := _longest_name(readings, words, at)):
            end = at + mention.words
            mentions.append(mention)
        elif at and words[at - 1] in announcing and len(word) >= _DISTINCT and stem(word) not in ignored:
            mentions.append(Mention(at, word, 1, word))
    return mentions


def _longest_name(readings: Sequence[str], words: Sequence[str], at: int) -> Mention | None:
    """The listed place of the longest name that begins at a word; None without one."""
    places = lexicon().places
    for length in range(_LONGEST_NAME, 0, -1):
        rest = "".join(words[at + 1 : at + length])
        for reading in readings:
            if name := places.get(reading + rest):
                return Mention(at, name, length, reading)
    return None


class Wording:
    """The words of a text, as they are written, found by stems and by names without blanks.

    Of several spellings the first is told.

    Args:
        text: The text, as it stands in the archive.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def word(self, stemmed: str) -> str:
        """The word of a stem."""
        return self._by_stem.get(stemmed, stemmed)

    def name(self, stems: tuple[str, str]) -> str:
        """Two words in a row, by their stems."""
        return self._by_pair.get(stems, " ".join(map(self.word, stems)))

    def place(self, name: str) -> str:
        """A place, by its name without blanks; without the particles attached to it."""
        return self._by_place.get(name, name)

    @cached_property
    def _words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The normalised words of the text, and how each is written."""
        pieces = _WRITTEN.findall(self._text)
        pairs = [
            (word, piece if len(read) == 1 else word)
            for piece, read in zip(pieces, words_of_each(pieces), strict=True)
            for word in read
        ]
        return tuple(word for word, _ in pairs), tuple(written for _, written in pairs)

    @cached_property
    def _stems(self) -> list[str]:
        return list(map(stem, self._words[0]))

    @cached_property
    def _by_stem(self) -> dict[str, str]:
        return dict(zip(reversed(self._stems), reversed(self._words[1]), strict=True))

    @cached_property
    def _by_pair(self) -> dict[tuple[str, str], str]:
        stems, written = self._stems, self._words[1]
        pairs: dict[tuple[str, str], str] = {}
        for at in range(len(stems) - 1):
            pairs.setdefault((stems[at], stems[at + 1]), f"{written[at]} {written[at + 1]}")
        return pairs

    @cached_property
    def _by_place(self) -> dict[str, str]:
        words, written = self._words
        places: dict[str, str] = {}
        for mention in find_places(words):
            first = _without_particles(written[mention.at], words[mention.at], mention.begins)
            rest = written[mention.at + 1 : mention.at + mention.words]
            places.setdefault(mention.name, " ".join((first, *rest)))
        return places


def _without_particles(written: str, word: str, begins: str) -> str:
    """A word as it is written, from where a name begins in it."""
    if word.endswith(begins):
        return _without_letters(written, len(word) - len(begins))
    if word.endswith(begins[len(_ARTICLE) :]):  # «للرقة» is «الرقة»
        return _ARTICLE + _without_letters(written, len(word) - len(begins) + len(_ARTICLE))
    return written


def _without_letters(written: str, count: int) -> str:
    for _ in range(count):
        written = _LEADING_MARKS.sub("", written[1:])
    return written
