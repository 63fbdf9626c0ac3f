"""An article as numbers: small enough to be kept, quick to be compared with many at once.

Each term has a 32-bit hash of its kind and its letters. A word's weights are those in the whole text and in
the lead; a place's are its weight where the text names it, and where headline or lead do.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from dedup.event.dates import Days
from dedup.event.profile import Profile

VERSION = 2
"""Of the stored form: another one is read anew from the text."""
MOST_WORDS = 200
"""Words of an article that are compared, those of most weight."""

Floats = NDArray[np.float32]


class Kind(IntEnum):
    """What a term is; a code is a kind with flags above it."""

    WORD = 0
    PLACE = 1
    NAME = 2
    DEAD = 3
    WOUNDED = 4
    WEAPON = 5


class Summary(IntEnum):
    """What an article has by itself, as places of `Features.summary`: weights, counts, and times."""

    PLACES = 0
    """The weight of the places of headline and lead."""
    ALL_PLACES = 1
    LOCALITIES = 2
    """How many of the places of headline and lead are no region..."""
    REGIONS = 3
    """...and how many are."""
    DEAD = 4
    WOUNDED = 5
    WEAPONS = 6
    FOCUS = 7
    PUBLISHED = 8
    """NaN where it isn't known."""
    SOURCE = 9
    """NaN where it isn't known."""


KIND, REGION, FOCUS, LARGE = 7, 8, 16, 32
"""The bits of a code: its kind; of a place, whether it is a region, and what the article is about; of a
number of dead or wounded, whether it is so large that it tells something."""
_SMALL_TOLL = 2
_WORD, _PLACE, _NAME, _DEAD, _WOUNDED, _WEAPON = map(int, Kind)


@dataclass(frozen=True, slots=True)
class Features:
    """What an article is compared by.

    Attributes:
        id: The article's id.
        published: When it was published, in seconds since 1970; None where that isn't known.
        day: The day that it is compared around, in days since 1970; None: with all.
        source: A hash of who published it; 0 where that isn't known.
        lead_days: The days that headline and lead name.
        days: Those of headline and whole text.
        terms: Hashes of its terms, ascending.
        codes: The code of each.
        whole: The weight of each in the whole text...
        front: ...and in headline and lead.
        keys: Hashes of the terms by which candidates are found.
        key_weights: The weight of each.
        summary: What it has by itself (`Summary`).
    """

    id: str
    published: float | None
    day: int | None
    source: int
    lead_days: Days
    days: Days
    terms: NDArray[np.uint32]
    codes: NDArray[np.uint8]
    whole: Floats
    front: Floats
    keys: NDArray[np.uint32]
    key_weights: Floats
    summary: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        near = (self.codes & KIND == _PLACE) & (self.front > 0)
        region = (self.codes & REGION) > 0
        counts = np.bincount(self.codes & KIND, minlength=len(Kind))
        summary = (
            self.front[near].sum(),
            self.whole[self.codes & KIND == _PLACE].sum(),
            (near & ~region).sum(),
            (near & region).sum(),
            *counts[_DEAD:],
            (self.codes & FOCUS).any(),
            np.nan if self.published is None else self.published,
            self.source or np.nan,
        )
        object.__setattr__(self, "summary", np.array(summary, np.float64))

    def to_bytes(self) -> bytes:
        """A form that can be kept."""
        head = {
            "version": VERSION,
            "published": self.published,
            "day": self.day,
            "source": self.source,
            "lead_days": [self.lead_days.dates, self.lead_days.weekdays],
            "days": [self.days.dates, self.days.weekdays],
            "terms": len(self.terms),
        }
        halves = [array.astype("<f2").tobytes() for array in (self.whole, self.front, self.key_weights)]
        numbers = [array.astype("<u4").tobytes() for array in (self.terms, self.keys)]
        return b"\0".join([json.dumps(head).encode(), b"".join([*numbers, *halves, self.codes.tobytes()])])

    @classmethod
    def from_bytes(cls, id_: str, stored: bytes) -> "Features | None":
        """The features that were kept; None for a form of another version."""
        end = stored.find(b"\0")
        head: dict[str, Any] = json.loads(stored[:end]) if end > 0 else {}
        if head.get("version") != VERSION:
            return None
        count = head["terms"]
        keys = (len(stored) - end - 1 - count * 9) // 6
        at = end + 1
        arrays = []
        for kind, size in (
            ("<u4", count),
            ("<u4", keys),
            ("<f2", count),
            ("<f2", count),
            ("<f2", keys),
            ("u1", count),
        ):
            arrays.append(np.frombuffer(stored, kind, size, at))
            at += arrays[-1].nbytes
        terms, key_terms, whole, front, weights, codes = arrays
        return cls(
            id=id_,
            published=head["published"],
            day=head["day"],
            source=head["source"],
            lead_days=_days(head["lead_days"]),
            days=_days(head["days"]),
            terms=terms,
            codes=codes,
            whole=whole.astype(np.float32),
            front=front.astype(np.float32),
            keys=key_terms,
            key_weights=weights.astype(np.float32),
        )


def features_of(profile: Profile) -> Features:
    """The features of an article that was read."""
    terms: dict[int, tuple[int, float, float]] = {}
    for word, weight in _weightiest(profile.text):
        terms[_hash(_WORD, word)] = (_WORD, weight, profile.lead.get(word, 0.0))
    for place in profile.all_places.keys() | profile.places.keys():
        code = _PLACE | REGION * (place in profile.regions) | FOCUS * (place in profile.focus)
        terms[_hash(_PLACE, place)] = (
            code,
            profile.all_places.get(place, 0.0),
            profile.places.get(place, 0.0),
        )
    for name in profile.names:
        terms[_hash(_NAME, " ".join(name))] = (_NAME, 1.0, 0.0)
    for kind, numbers in ((_DEAD, profile.dead), (_WOUNDED, profile.wounded)):
        for number in numbers:
            terms[_hash(kind, str(number))] = (kind | LARGE * (number > _SMALL_TOLL), 1.0, 0.0)
    for weapon in profile.weapons:
        terms[_hash(_WEAPON, weapon)] = (_WEAPON, 1.0, 0.0)
    hashes = sorted(terms)
    columns = [terms[term] for term in hashes]
    keys = {_key_hash(key): weight for key, weight in profile.keys.items()}
    return Features(
        id=profile.id,
        published=None if profile.published is None else profile.published.timestamp(),
        day=profile.day,
        source=0 if profile.source is None else crc32(profile.source.encode("utf-8", "surrogatepass")) or 1,
        lead_days=profile.lead_days,
        days=profile.days,
        terms=np.array(hashes, np.uint32),
        codes=np.array([column[0] for column in columns], np.uint8),
        whole=_halves([column[1] for column in columns]),
        front=_halves([column[2] for column in columns]),
        keys=np.array(list(keys), np.uint32),
        key_weights=_halves(list(keys.values())),
    )


def _weightiest(words: Mapping[str, float]) -> Iterable[tuple[str, float]]:
    if len(words) <= MOST_WORDS:
        return words.items()
    return sorted(words.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORDS]


def _halves(values: list[float]) -> Floats:
    """As exact as what is kept, so that an article compares the same before and after."""
    return np.array(values, np.float16).astype(np.float32)


@lru_cache(maxsize=1 << 16)
def _hash(kind: int, term: str) -> int:
    return crc32(term.encode("utf-8", "surrogatepass"), kind)


def _key_hash(key: str) -> int:
    """A key is a word, or a place with a sign before it."""
    return _hash(_PLACE, key[1:]) if key.startswith("@") else _hash(_WORD, key)


def _days(stored: Any) -> Days:
    dates, weekdays = stored
    return Days(tuple((month, day, tuple(years)) for month, day, years in dates), tuple(weekdays))
