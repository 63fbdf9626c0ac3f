"""The spellings of a word: the particles that Arabic writes onto it, and the other spellings of a name.

The names stand in ``variants.toml`` beside this module; a newsroom's own file adds to them
(`KHABAR_NAME_VARIANTS`).
"""

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from crawler.errors import UsageError
from crawler.storage.search.letters import fold

SHORTEST_STEM: Final = 3
"""Letters that a word keeps without its particles: shorter ones would turn «بنت» into «نت»."""

MOST_SPELLINGS: Final = 12
"""Spellings of one name that are looked for: each is tried with every particle."""

LARGEST_FILE: Final = 1_000_000
"""Bytes of a file of names: ten thousand names take half of it."""

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

Spellings = tuple[tuple[str, ...], ...]
"""All spellings of a name, each as folded words."""


class NameVariants:
    """The names that are written in several ways.

    Args:
        groups: Each is all spellings of one name.
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._table: dict[str, Spellings] = {}
        for group in groups:
            self._add(group)

    def spellings(self, word: str, *, bare: bool = False) -> tuple[str, ...]:
        """A folded word with each of the particles that may be written onto it, and the spellings of a name.

        Args:
            word: A folded word; other letters than Arabic ones are left as they are.
            bare: Whether its first letter may be a particle, too, where it is no known name. Many words begin
                with such a letter («بلدية») and are another word without it («لديه»): for what no text has.
        """
        is_inflected = _ARABIC.fullmatch(word) and len(word) >= SHORTEST_STEM
        stems = self._stems(word, bare=bare) if is_inflected else [word]
        forms = [word]
        for name in dict.fromkeys(name for stem in stems for name in (stem, *self._single_variants(stem))):
            particles = PARTICLES if _ARABIC.fullmatch(name) and len(name) >= SHORTEST_STEM else ("",)
            forms += [particle + name for particle in particles]
        return tuple(dict.fromkeys(forms))

    def phrases(self, word: str) -> list[list[str]]:
        """The spellings of several words that a name has beside a folded word: «عين العرب» for «كوباني»."""
        variants = (variant for stem in self._stems(word) for variant in self._table.get(stem, ()))
        return [list(variant) for variant in variants if len(variant) > 1]

    def of_phrase(self, words: Sequence[str]) -> Spellings:
        """The other spellings of a name of several words: «كوباني» for «عين العرب»."""
        return tuple(each for each in self._table.get(" ".join(words), ()) if each != tuple(words))

    def _add(self, group: Sequence[str]) -> None:
        """Add a name's spellings to those that are known by any of them."""
        spelled = [tuple(name.split()) for name in fold(group)]
        for name in list(spelled):
            spelled += self._table.get(_key(name), ())
        unique = tuple(name for name in dict.fromkeys(spelled) if name)[:MOST_SPELLINGS]
        for name in unique:
            self._table[_key(name)] = unique
            if len(name) == 1:
                self._table[name[0].removeprefix("ال")] = unique

    def _stems(self, word: str, *, bare: bool = False) -> list[str]:
        """What a word may be without what is written onto it."""
        if word in self._table:
            return [word.removeprefix("ال")]
        article = next((part for part in _ARTICLES if word.startswith(part)), "")
        if article and len(word) - len(article) >= SHORTEST_STEM:
            return [word[len(article) :]]
        for particle in _SINGLE:
            stem = word.removeprefix(particle)
            if stem != word and (stem in self._table or (bare and len(stem) >= SHORTEST_STEM)):
                return [word, stem]
        return [word]

    def _single_variants(self, word: str) -> list[str]:
        return [variant[0].removeprefix("ال") for variant in self._table.get(word, ()) if len(variant) == 1]


def _key(name: Sequence[str]) -> str:
    return " ".join(name)


@lru_cache(maxsize=1)
def bundled_variants() -> NameVariants:
    """The names of ``variants.toml``."""
    return NameVariants(_bundled())


def read_variants(path: Path | None) -> NameVariants:
    """The bundled names and those of a file of one's own, which is read again when it was changed.

    Args:
        path: A TOML file: ``names``, a list of lists of texts. None for the bundled names alone.

    Raises:
        UsageError: The file cannot be read; the message says what is wrong with it.
    """
    if path is None:
        return bundled_variants()
    try:
        status = path.stat()
    except OSError as error:
        raise UsageError(f"{path} (KHABAR_NAME_VARIANTS): {error.strerror}") from None
    if status.st_size > LARGEST_FILE:
        raise UsageError(f"{path} (KHABAR_NAME_VARIANTS): larger than {LARGEST_FILE:,} bytes")
    return _read_own(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2)
def _read_own(path: Path, changed: int, size: int) -> NameVariants:  # noqa: ARG001  # the cache's key
    try:
        groups = tomllib.loads(path.read_text(encoding="utf-8"))["names"]
    except OSError as error:
        raise UsageError(f"{path} (KHABAR_NAME_VARIANTS): {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} (KHABAR_NAME_VARIANTS): this is no TOML: {error}") from None
    except KeyError:
        groups = None
    if not _are_groups(groups):
        raise UsageError(
            f"{path} (KHABAR_NAME_VARIANTS): write each name's spellings as a list: "
            'names = [["سوريا", "Syria"], ["حلب", "Aleppo"]]'
        )
    return NameVariants([*_bundled(), *groups])


def _are_groups(groups: Any) -> bool:
    return isinstance(groups, list) and all(
        isinstance(group, list) and all(isinstance(name, str) for name in group) for group in groups
    )


def _bundled() -> list[list[str]]:
    text = files("crawler.storage.search").joinpath("variants.toml").read_text(encoding="utf-8")
    groups: list[list[str]] = tomllib.loads(text)["names"]
    return groups
