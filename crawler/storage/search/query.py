"""What a person types into the search field, as a query of FTS5.

Words are looked for in any spelling (hamza, marks, ya, ta marbuta, digits), in the other spellings of a name
(`variants.toml`), and with or without the particles that Arabic writes onto a word; `"…"` or «…» asks for
exactly these words in this order, `-word` leaves out, `word*` finds what begins so. Words that stand side by
side are all wanted; `OR`, `|` or «أو» between them asks for either, parentheses group. Nothing typed is ever
an error; what holds no word finds nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Final

from crawler.storage.search.letters import fold

LONGEST: Final = 300
"""Characters read of a query."""
MOST_TERMS: Final = 12
"""Terms read of a query; each may become fifty spellings."""
DEEPEST: Final = 4
"""Parentheses inside each other that are read: FTS5's own parser has a limit, and nobody types more."""
SHORTEST_PREFIX: Final = 3
"""Letters before a *: two begin thousands of words."""

EVERYTHING: Final = '"a:"'
"""A facet that every article has: FTS5 has no NOT without something before it."""
NOTHING: Final = '"z:"'
"""A facet that no article has."""

_TOKEN = re.compile(r'(-?)(?:"([^"]*)"?|«([^»]*)»?|“([^”]*)”?)|([()|])|([^\s"«“()|]+)')
_OR: Final = frozenset({"OR", "أو", "|"})
_OPEN, _CLOSE = "(", ")"
_AND: Final = frozenset({"AND", "&", "&&"})


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


@dataclass(frozen=True, slots=True)
class Query:
    """A query: FTS5's expression (empty: everything), and what to mark in the texts found.

    `exact` are folded words, `prefixes` what marked words begin with. `wider` is the query to ask where this
    one finds nothing: words without a first letter that may be a particle.
    """

    expression: str
    exact: frozenset[str]
    prefixes: tuple[str, ...]
    wider: Query | None = None

    def marks(self, word: str) -> bool:
        """Whether a folded word is one that was looked for."""
        return word in self.exact or bool(self.prefixes and word.startswith(self.prefixes))


@dataclass(frozen=True, slots=True)
class _Term:
    """A word or phrase of a query."""

    expression: str
    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    is_excluded: bool = False


def parse_query(typed: str) -> Query:
    """Read what was typed."""
    if not typed.strip():
        return Query("", frozenset(), ())
    strict, wider = _query(typed, bare=False), _query(typed, bare=True)
    return strict if wider == strict else replace(strict, wider=wider)


def _query(typed: str, *, bare: bool) -> Query:
    parser = _Parser(_tokens(typed[:LONGEST], bare=bare))
    expression = parser.alternatives(DEEPEST) or NOTHING
    included = [term for term in parser.terms if not term.is_excluded]
    return Query(
        expression,
        frozenset().union(*(term.exact for term in included)),
        tuple(prefix for term in included for prefix in term.prefixes),
    )


def _tokens(typed: str, *, bare: bool) -> list[str | _Term]:
    """Operators as they stand, and terms; what has no letters is left out."""
    tokens: list[str | _Term] = []
    terms = 0
    for match in _TOKEN.finditer(typed):
        minus, *quotations, operator, word = match.groups()
        quoted = next((part for part in quotations if part is not None), None)
        if operator or word in _OR or word in _AND:
            tokens.append(operator or word)
        elif terms < MOST_TERMS:
            term = _phrase(quoted, excluded=bool(minus)) if quoted is not None else _word(word, bare=bare)
            if term is not None:
                tokens.append(term)
                terms += 1
    return tokens


def _phrase(text: str, *, excluded: bool) -> _Term | None:
    words = fold([text])[0].split()
    if not words:
        return None
    return _Term(_quoted(words), frozenset(words), is_excluded=excluded)


def _word(raw: str, *, bare: bool) -> _Term | None:
    excluded = raw.startswith("-")
    words = fold([raw])[0].split()
    if not words:
        return None
    if raw.endswith("*") and len(words) == 1 and len(words[0]) >= SHORTEST_PREFIX:
        return _Term(f'"{words[0]}"*', prefixes=(words[0],), is_excluded=excluded)
    if len(words) > 1:
        return _Term(_quoted(words), frozenset(words), is_excluded=excluded)
    phrases = [[word] for word in spellings(words[0], bare=bare)] + phrase_variants(words[0])
    alternatives = " OR ".join(sorted({_quoted(phrase) for phrase in phrases}))
    marked = frozenset(word for phrase in phrases for word in phrase)
    return _Term(f"({alternatives})", marked, is_excluded=excluded)


def _quoted(words: Sequence[str]) -> str:
    return '"' + " ".join(words) + '"'


class _Parser:
    """Reads tokens by recursive descent; what is out of place is passed over."""

    def __init__(self, tokens: list[str | _Term]) -> None:
        self._tokens = tokens
        self._place = 0
        self.terms = [token for token in tokens if isinstance(token, _Term)]

    def alternatives(self, depth: int) -> str:
        """What stands between OR: any of it is wanted."""
        parts = [self._together(depth)]
        while self._next() in _OR:
            self._place += 1
            parts.append(self._together(depth))
        expressions = [part for part in parts if part]
        return expressions[0] if len(expressions) == 1 else " OR ".join(f"({part})" for part in expressions)

    def _together(self, depth: int) -> str:
        """What stands side by side: all of it is wanted, but what has a minus before it."""
        included: list[str] = []
        excluded: list[str] = []
        while (part := self._next()) is not None and part not in _OR:
            if part == _CLOSE and depth < DEEPEST:
                break
            self._place += 1
            if isinstance(part, _Term):
                (excluded if part.is_excluded else included).append(part.expression)
            elif part == _OPEN and depth > 0:
                inner = self.alternatives(depth - 1)
                self._place += self._next() == _CLOSE
                if inner:
                    included.append(f"({inner})")
        if not included and not excluded:
            return ""
        expression = " AND ".join(included or [EVERYTHING])
        return f"({expression}) NOT ({' OR '.join(excluded)})" if excluded else expression

    def _next(self) -> str | _Term | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None


def facet(kind: str, value: str) -> str:
    """The word of the index that says of an article that it is of this site, language or kind."""
    return f"{kind}:{re.sub('[^a-z0-9]+', '-', value.lower())}"


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
