"""What an article says of an event, in the form in which two articles are compared."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import log, sqrt

from dedup.documents import Document
from dedup.event.casualties import find_casualties
from dedup.event.dates import Days, find_days
from dedup.event.lexicon import find_places, lexicon, stem
from dedup.text.shingles import words as words_of

LEAD_WORDS = 60
"""So many words from where the report begins say what happened; the rest is background."""
_LONGEST_TEXT = 8000
"""Letters of a text that are looked at. What news has further down is background."""
_STEP = 8
"""The report's beginning is looked for at every so many words..."""
_FURTHEST_BEGINNING = 400
"""...and within so many: saved pages may begin with other headlines."""
_KEYS = 40
"""Terms of an article by which others are looked up, at most..."""
_KEY_WEIGHT = 2.5
"""...and none that more than a twelfth of all texts have."""
_PLACE_BOOST = 3.0
"""A place says more of which event it is than another word as rare."""
_REGION_WEIGHT = 1.0
"""A region is named in every fourth text or so."""
_DAY = 86400
_WEIGHTS_KEPT = 1 << 18
_NAME_WEIGHT = 4.0
"""A word of a name is at least so rare."""
_BEFORE_LETTER = re.compile(r"[0-9](?=[ء-ي])")
_AFTER_LETTER = re.compile(r"[0-9](?<=[ء-ي][0-9])")
"""Both begin with the digit, which is rare: what begins with a letter stops at each."""

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Profile:
    """What an article is compared by.

    Attributes:
        id: The article's id.
        published: When it was published, or None.
        day: The day that it is compared around, in days since 1970; None: with all.
        source: Who published it, or None.
        lead: Weights of the terms of headline and lead, of length 1.
        text: The same of the whole text.
        keys: The rarest terms of the lead, with their weights: what candidates share.
        places: The places of headline and lead, with their weights.
        regions: Those of them that are a region.
        all_places: The places of the whole text, with their weights.
        focus: The places of the headline, or the lead's first.
        lead_days: The days that headline and lead name, the headline's first.
        days: Those of headline and whole text.
        names: Two rare words in a row: names of people, of villages, of units.
        dead: The numbers of dead that headline and lead give.
        wounded: The numbers of wounded.
        weapons: The kinds of attack that headline and lead name.
        written: Headline and text as they are, for whoever is told why.
    """

    id: str
    published: datetime | None
    day: int | None
    source: str | None
    lead: Vector
    text: Vector
    keys: Vector
    places: Vector
    regions: frozenset[str]
    all_places: Vector
    focus: frozenset[str]
    lead_days: Days
    days: Days
    names: frozenset[tuple[str, str]]
    dead: frozenset[int]
    wounded: frozenset[int]
    weapons: frozenset[str]
    written: str


def profile(document: Document, *, seen_at: datetime | None = None) -> Profile:
    """Read an article.

    Args:
        document: The article.
        seen_at: When it was seen: what it is compared around where it isn't known when it was published.
    """
    around = document.published or seen_at
    text = document.text[:_LONGEST_TEXT]
    words = words_of(_split_digits(text))
    stems = [stem(word) for word in words]
    in_text = set(stems)
    # A saved page's title has the site's name, too: of the title counts what the text says as well.
    headline = words_of(_split_digits(document.title)) if document.title else []
    title_days = find_days(headline)
    title = [word for word in dict.fromkeys(headline) if stem(word) in in_text]
    begins = _beginning(stems, {stem(word) for word in title} - lexicon().ignored)
    lead = words[begins : begins + LEAD_WORDS]
    top = [*title, *lead]
    regions = lexicon().regions
    mentions = find_places(words)
    in_title = {mention.name for mention in find_places(title)}
    near = {each.name for each in mentions if begins <= each.at < begins + LEAD_WORDS} | in_title
    local = [each.name for each in mentions if each.at >= begins and each.name not in regions]
    all_places = _place_weights(mention.name for mention in mentions)
    places = _place_weights(near)
    casualties = find_casualties(top)
    lead_vector = _vector([*map(stem, title), *stems[begins : begins + LEAD_WORDS]])
    return Profile(
        id=document.id,
        published=document.published,
        day=None if around is None else int(around.timestamp() // _DAY),
        source=document.source,
        lead=lead_vector,
        text=_vector(stems),
        keys=_keys(lead_vector, all_places),
        places=places,
        regions=frozenset(near & regions),
        all_places=all_places,
        focus=frozenset(in_title - regions) or frozenset(local[:1]),
        lead_days=find_days(lead).after(title_days),
        days=find_days(words[begins:]).after(title_days),
        names=_names(stems[begins:]),
        dead=casualties["dead"],
        wounded=casualties["wounded"],
        weapons=frozenset(lexicon().weapons[word] for word in top if word in lexicon().weapons),
        written=f"{document.title}\n{text}" if document.title else text,
    )


def _split_digits(text: str) -> str:
    """A text in which digits don't touch letters («4تموز»)."""
    return _AFTER_LETTER.sub(r" \g<0>", _BEFORE_LETTER.sub(r"\g<0> ", text))


def _beginning(stems: Sequence[str], title: set[str]) -> int:
    """Where the report begins: the earliest place after which most of the title's words come."""
    if len(title) < 2 or len(stems) <= LEAD_WORDS:
        return 0
    hits = [0]
    for word in stems[: _FURTHEST_BEGINNING + LEAD_WORDS]:
        hits.append(hits[-1] + (word in title))
    last = len(hits) - 1
    best, best_count = 0, 2 * (hits[min(LEAD_WORDS, last)])
    for at in range(_STEP, min(_FURTHEST_BEGINNING, last), _STEP):
        count = hits[min(at + LEAD_WORDS, last)] - hits[at]
        if count > best_count:
            best, best_count = at, count
    if not best:
        return 0
    first = next(at for at in range(best, last) if stems[at] in title)
    return max(best, first - _STEP // 2)


def _vector(stems: Iterable[str]) -> Vector:
    weights = _weights()
    vector = {word: _times(count) * weights[word] for word, count in Counter(stems).items() if weights[word]}
    length = sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {word: weight / length for word, weight in vector.items()}


@cache
def _times(count: int) -> float:
    return 1 + log(count)


class _Weights(dict[str, float]):
    """What each stem weighs: looked up once, 0 for what says nothing of an event."""

    def __missing__(self, word: str) -> float:
        says_nothing = len(word) < 2 or word in lexicon().ignored
        weight = 0.0 if says_nothing else lexicon().weight(word)
        if len(self) < _WEIGHTS_KEPT:
            self[word] = weight
        return weight


@cache
def _weights() -> _Weights:
    return _Weights()


def _keys(lead: Vector, places: Vector) -> Vector:
    weight = lexicon().weight
    terms = {word: weight(word) for word in lead if len(word) > 2}
    terms |= {f"@{name}": value + _PLACE_BOOST for name, value in places.items() if value >= _KEY_WEIGHT}
    frequent = [term for term, value in terms.items() if value < _KEY_WEIGHT]
    for term in frequent:
        del terms[term]
    chosen = sorted(terms, key=lambda term: (-terms[term], term))[:_KEYS]
    return {term: terms[term] for term in chosen}


def _names(stems: Sequence[str]) -> frozenset[tuple[str, str]]:
    weights = _weights()
    rare = [weights[word] >= _NAME_WEIGHT and len(word) > 2 for word in stems]
    return frozenset(
        (first, second)
        for first, second, *both in zip(stems, stems[1:], rare, rare[1:], strict=False)
        if both[0] and both[1]
    )


def _place_weights(names: Iterable[str]) -> Vector:
    return {name: _place_weight(name) for name in names}


def _place_weight(name: str) -> float:
    """How much a place says: a region little, a name of several words as a rare word."""
    if name in lexicon().regions:
        return _REGION_WEIGHT
    return lexicon().weight(stem(name))
