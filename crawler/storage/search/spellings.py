"""The forms in which one word may stand in a text: particles written onto it, other spellings of a name."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Final

from crawler.storage.search.letters import fold

SHORTEST_STEM: Final = 3
"""Letters that a word keeps without its particles: shorter ones would turn «بنت» into «نت»."""

PARTICLES: Final = (
    "",
    "و",
    "ف",
    "ب",
    "ل",
    "ك",
    "ال",
    "وال",
    "فال",
    "بال",
    "كال",
    "لل",
    "وب",
    "ول",
    "ولل",
    "وبال",
)
"""What is written onto a word without changing it: and, so, by, for, as, the, and their usual compounds."""
_ARTICLES: Final = ("وبال", "وال", "فال", "بال", "كال", "ولل", "ال", "لل")
_SINGLE: Final = ("وب", "ول", "و", "ف", "ب", "ل", "ك")
_ARABIC = re.compile("[\u0621-\u064a]+")


def spellings(word: str, *, bare: bool = False) -> tuple[str, ...]:
    """A folded word with each of the particles that may be written onto it, and the spellings of a name.

    Args:
        word: A folded word; other letters than Arabic ones are left as they are.
        bare: Whether its first letter may be a particle, too, where it is no known name. Many words begin
            with such a letter («بلدية») and are another word without it («لديه»): for what no text has.
    """
    is_inflected = _ARABIC.fullmatch(word) and len(word) >= SHORTEST_STEM
    stems = _stems(word, bare=bare) if is_inflected else [word]
    forms = [word]
    for name in dict.fromkeys(name for stem in stems for name in (stem, *_single_variants(stem))):
        particles = PARTICLES if _ARABIC.fullmatch(name) and len(name) >= SHORTEST_STEM else ("",)
        forms += [particle + name for particle in particles]
    return tuple(dict.fromkeys(forms))


def phrase_variants(word: str) -> list[list[str]]:
    """The spellings of several words that a name has beside a folded word: «عين العرب» for «كوباني»."""
    variants = (variant for stem in _stems(word) for variant in _variants().get(stem, ()))
    return [list(variant) for variant in variants if len(variant) > 1]


def _stems(word: str, *, bare: bool = False) -> list[str]:
    """What a word may be without what is written onto it."""
    if word in _variants():
        return [word.removeprefix("ال")]
    article = next((part for part in _ARTICLES if word.startswith(part)), "")
    if article and len(word) - len(article) >= SHORTEST_STEM:
        return [word[len(article) :]]
    for particle in _SINGLE:
        stem = word.removeprefix(particle)
        if stem != word and (stem in _variants() or (bare and len(stem) >= SHORTEST_STEM)):
            return [word, stem]
    return [word]


def _single_variants(word: str) -> list[str]:
    return [variant[0].removeprefix("ال") for variant in _variants().get(word, ()) if len(variant) == 1]


@lru_cache(maxsize=1)
def _variants() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Each folded name, without its article, and all spellings of that name, as folded words."""
    text = files("crawler.storage.search").joinpath("variants.toml").read_text(encoding="utf-8")
    table: dict[str, tuple[tuple[str, ...], ...]] = {}
    for group in tomllib.loads(text)["names"]:
        spelled = tuple(tuple(name.split()) for name in dict.fromkeys(fold(group)))
        for name in spelled:
            if len(name) == 1:
                table[name[0]] = table[name[0].removeprefix("ال")] = spelled
    return table
