"""What a person types into the search field, as a query of FTS5.

Words are looked for in any spelling (hamza, marks, ya, ta marbuta, digits) and with the particles that Arabic
writes onto a word; `"…"` or «…» asks for exactly these words in this order, `-word` leaves out, `word*` finds
what begins so. Nothing typed is ever an error: what has no letters is left out.
"""

import re
from dataclasses import dataclass
from typing import Final

from crawler.storage.search.letters import fold

LONGEST: Final = 300
"""Characters read of a query."""
MOST_TERMS: Final = 12
SHORTEST_PREFIX: Final = 3
"""Letters before a *: two begin thousands of words."""
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

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|«([^»]*)»?|“([^”]*)”?|([^\s"«“]+))')
_ARABIC = re.compile("[\u0621-\u064a]+")


@dataclass(frozen=True, slots=True)
class Query:
    """A query: FTS5's expression (empty: everything), and what to mark in the texts found.

    `exact` are folded words, `prefixes` what marked words begin with.
    """

    expression: str
    exact: frozenset[str]
    prefixes: tuple[str, ...]

    def marks(self, word: str) -> bool:
        """Whether a folded word is one that was looked for."""
        return word in self.exact or bool(self.prefixes and word.startswith(self.prefixes))


def parse_query(typed: str) -> Query:
    """Read what was typed."""
    wanted: list[str] = []
    unwanted: list[str] = []
    exact: set[str] = set()
    prefixes: list[str] = []
    for found in list(_TERM.finditer(typed[:LONGEST]))[:MOST_TERMS]:
        quoted = next((part for part in found.group(2, 3, 4) if part is not None), None)
        raw = quoted if quoted is not None else found.group(5)
        words = fold([raw])[0].split()
        if not words:
            continue
        if quoted is None and raw.endswith("*") and len(words) == 1 and len(words[0]) >= SHORTEST_PREFIX:
            expression, marked = f'"{words[0]}"*', set()
            beginning = [words[0]]
        elif quoted is None and len(words) == 1:
            marked = set(spellings(words[0]))
            expression, beginning = "(" + " OR ".join(f'"{word}"' for word in sorted(marked)) + ")", []
        else:
            expression, marked, beginning = '"' + " ".join(words) + '"', set(words), []
        if found.group(1):
            unwanted.append(expression)
        else:
            wanted.append(expression)
            exact |= marked
            prefixes += beginning
    if not wanted and unwanted:
        wanted = ['"a:"']  # a facet that every article has: FTS5 has no NOT without something before it
    expression = " AND ".join(wanted)
    if unwanted:
        expression = f"({expression}) NOT ({' OR '.join(unwanted)})"
    return Query(expression, frozenset(exact), tuple(prefixes))


def spellings(word: str) -> tuple[str, ...]:
    """A folded word with each of the particles that may be written onto it; other letters as they are."""
    if not _ARABIC.fullmatch(word) or len(word) < SHORTEST_STEM:
        return (word,)
    article = next((part for part in _ARTICLES if word.startswith(part)), "")
    stem = word[len(article) :] if len(word) - len(article) >= SHORTEST_STEM else word
    return tuple(dict.fromkeys((word, *(particle + stem for particle in PARTICLES))))


def facet(kind: str, value: str) -> str:
    """The word of the index that says of an article that it is of this site, language or kind."""
    return f"{kind}:{re.sub('[^a-z0-9]+', '-', value.lower())}"
