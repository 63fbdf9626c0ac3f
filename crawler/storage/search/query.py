"""What a person types into the search field, as a query of FTS5.

    query      = together { ("OR" | "|" | "أو") together }
    together   = part { ["AND" | "&" | "و"] part }
    part       = ("-" | "NOT") part | [field ":"] value
    value      = word | word "*" | "phrase" | «phrase» | "(" query ")"
    field      = "author" | "site" | "section" | "tag" | "title" | "before" | "after", or in Arabic

Words are looked for in any spelling (hamza, marks, ya, ta marbuta, digits, broken up against filters), in the
other spellings of a name, and with or without the particles that Arabic writes onto a word; a phrase asks for
exactly these words in this order. ``before:`` and ``after:`` take a year, month, day or moment and narrow the
whole search. Nothing typed is ever an error: what isn't understood is said in `Query.notices`, and what holds
no word finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from crawler.errors import UsageError
from crawler.model.period import ANY_TIME, Period, parse_period
from crawler.model.sentence import quoted
from crawler.storage.search.facets import AUTHOR, EVERYTHING, NOTHING, SECTION, TAG, facet
from crawler.storage.search.letters import fold
from crawler.storage.search.query_tokens import Field, Notice, NoticeKind, Token, tokens_of
from crawler.storage.search.spellings import NameVariants, bundled_variants

DEEPEST: Final = 4
"""Parentheses inside each other that are read: FTS5's own parser has a limit, and nobody types more."""
LONGEST_NAME: Final = 3
"""Words of a name that is recognised though it is typed without quotes, such as «عين العرب»."""

_FACETS: Final = {Field.AUTHOR: AUTHOR, Field.SECTION: SECTION, Field.TAG: TAG}
_DATES: Final = (Field.BEFORE, Field.AFTER)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What words of a query mean in an archive.

    `variants` are the names with several spellings. `sites` are the ids of the sites by what they may be
    called, folded; without it any site is taken for one.
    """

    variants: NameVariants = field(default_factory=bundled_variants)
    sites: Mapping[str, str] | None = None

    @classmethod
    def of_sites(cls, variants: NameVariants, names: Mapping[str, Sequence[str]]) -> Vocabulary:
        """A vocabulary with sites that go by their ids and by these names."""
        called = [(name, site) for site, titles in names.items() for name in (*titles, site)]
        folded = fold([name for name, _ in called])
        return cls(variants, {name: site for name, (_, site) in zip(folded, called, strict=True)})


@dataclass(frozen=True, slots=True)
class Query:
    """A query: FTS5's expression (empty: everything), and what to mark in the texts found.

    `exact` are folded words, `prefixes` what marked words begin with. `period` is what ``before:`` and
    ``after:`` ask for. `wider` is the query to ask where this one finds nothing: words without a first letter
    that may be a particle. `notices` say what isn't understood.
    """

    expression: str
    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    period: Period = ANY_TIME
    notices: tuple[Notice, ...] = ()
    wider: Query | None = None

    def marks(self, word: str) -> bool:
        """Whether a folded word is one that was looked for."""
        return word in self.exact or bool(self.prefixes and word.startswith(self.prefixes))


def parse_query(typed: str, vocabulary: Vocabulary | None = None) -> Query:
    """Read what was typed."""
    if not typed.strip():
        return Query("")
    vocabulary = vocabulary or Vocabulary()
    strict, wider = _query(typed, vocabulary, bare=False), _query(typed, vocabulary, bare=True)
    return strict if wider == strict else replace(strict, wider=wider)


def _query(typed: str, vocabulary: Vocabulary, *, bare: bool) -> Query:
    notices: list[Notice] = []
    parser = _Parser(tokens_of(typed, notices), vocabulary, notices, bare=bare)
    expression = parser.whole()
    if not expression and parser.period == ANY_TIME:
        expression = NOTHING
        if not any(notice.kind is NoticeKind.UNREADABLE_DATE for notice in notices):
            notices.append(Notice(NoticeKind.NO_WORDS, quoted(typed.strip())))
    return Query(
        expression,
        frozenset(parser.exact),
        tuple(parser.prefixes),
        parser.period,
        tuple(dict.fromkeys(notices)),
    )


class _Parser:
    """Reads tokens by recursive descent; what is out of place is passed over, and said."""

    def __init__(
        self, tokens: list[Token], vocabulary: Vocabulary, notices: list[Notice], *, bare: bool
    ) -> None:
        self._tokens = _with_names(tokens, vocabulary.variants)
        self._vocabulary = vocabulary
        self._notices = notices
        self._bare = bare
        self._place = 0
        self._has_alternatives = any(token.operator == "OR" for token in tokens)
        self.exact: set[str] = set()
        self.prefixes: list[str] = []
        self.period = ANY_TIME

    def whole(self) -> str:
        """The expression of all tokens; empty where they hold no term."""
        return self._alternatives(DEEPEST, None, excluded=False)

    def _alternatives(self, depth: int, scope: Field | None, *, excluded: bool) -> str:
        """What stands between OR: any of it is wanted."""
        parts = [self._together(depth, scope, excluded=excluded)]
        while (token := self._next()) is not None and token.operator == "OR":
            self._place += 1
            parts.append(self._together(depth, scope, excluded=excluded))
            if not parts[-1] or not parts[-2]:
                self._say(NoticeKind.STRAY_OPERATOR, token.raw)
        expressions = [part for part in parts if part]
        return expressions[0] if len(expressions) == 1 else " OR ".join(f"({part})" for part in expressions)

    def _together(self, depth: int, scope: Field | None, *, excluded: bool) -> str:
        """What stands side by side: all of it is wanted, but what has a minus before it."""
        included: list[str] = []
        left_out: list[str] = []
        while (token := self._next()) is not None and token.operator != "OR":
            if token.operator == ")" and depth < DEEPEST:
                break
            negative = self._take_minuses()
            part = self._part(depth, scope, excluded=excluded != negative)
            if part:
                (left_out if negative else included).append(part)
        if not included and not left_out:
            return ""
        expression = " AND ".join(f"({part})" for part in included) or EVERYTHING
        if not left_out:
            return expression
        return f"({expression}) NOT ({' OR '.join(f'({part})' for part in left_out)})"

    def _take_minuses(self) -> bool:
        negative = False
        while (token := self._next()) is not None and token.operator == "NOT":
            self._place += 1
            negative = not negative
        return negative

    def _part(self, depth: int, scope: Field | None, *, excluded: bool) -> str:
        """A term, or what stands in parentheses, with its field."""
        token = self._next()
        if token is None:
            self._say(NoticeKind.STRAY_MINUS, "-")
            return ""
        if token.field is not None:
            return self._of_field(token, depth, excluded=excluded)
        if token.operator == "OR" or (token.operator == ")" and depth < DEEPEST):
            self._say(NoticeKind.STRAY_MINUS, "-")  # the caller reads on here
            return ""
        self._place += 1
        if token.operator == "(":
            return self._group(depth, scope, excluded=excluded)
        if token.operator:
            if token.operator == ")":
                self._say(NoticeKind.STRAY_PARENTHESIS, token.raw)
            elif not self._stands_between():
                self._say(NoticeKind.STRAY_OPERATOR, token.raw)
            return ""
        return self._term(token, scope, excluded=excluded)

    def _group(self, depth: int, scope: Field | None, *, excluded: bool) -> str:
        if depth == 0:
            self._say(NoticeKind.TOO_DEEP, str(DEEPEST))
            return ""
        inner = self._alternatives(depth - 1, scope, excluded=excluded)
        token = self._next()
        if token is not None and token.operator == ")":
            self._place += 1
        else:
            self._say(NoticeKind.OPEN_PARENTHESIS, "(")
        return inner

    def _of_field(self, token: Token, depth: int, *, excluded: bool) -> str:
        self._place += 1
        following = self._next()
        scope = token.field
        if following is None or following.field is not None or following.operator not in ("", "("):
            self._say(NoticeKind.EMPTY_FIELD, token.raw)
            return ""
        if scope in _DATES:
            if following.operator:
                self._say(NoticeKind.UNREADABLE_DATE, token.raw + following.raw)
                return ""
            self._place += 1
            self._narrow(token, following, excluded=excluded, inside=depth < DEEPEST)
            return ""
        return self._part(depth, scope, excluded=excluded)

    def _stands_between(self) -> bool:
        """Whether the AND just read has something on both sides."""
        before = self._tokens[self._place - 2] if self._place > 1 else None
        after = self._next()
        return bool(
            before is not None
            and after is not None
            and (before.words or before.operator == ")")
            and (after.words or after.field or after.operator in ("(", "NOT"))
        )

    def _narrow(self, name: Token, value: Token, *, excluded: bool, inside: bool) -> None:
        """Narrow the period; what is not before a date is from it on."""
        start = _start_of(value.raw.strip('"«»“”'))
        if start is None:
            self._say(NoticeKind.UNREADABLE_DATE, name.raw + value.raw)
            return
        if inside or self._has_alternatives:
            self._say(NoticeKind.DATE_INSIDE, name.raw + value.raw)
        since, until = self.period.since, self.period.until
        if (name.field is Field.AFTER) != excluded:
            since = start if since is None else max(since, start)
        else:
            until = start if until is None else min(until, start)
        self.period = Period(since, until)
        if since and until and since >= until:
            self._say(NoticeKind.EMPTY_PERIOD)

    def _term(self, token: Token, scope: Field | None, *, excluded: bool) -> str:
        if scope is Field.SITE:
            return self._site(token)
        start = _FACETS.get(scope, "") if scope else ""
        if token.prefix:
            expression = f'"{start}{token.words[0]}"*'
            words: tuple[str, ...] = ()
        else:
            spelled = _Spelled(self._vocabulary.variants, start, bare=self._bare)
            expression, words = spelled.expression(token), spelled.words
        if not excluded and not start:
            self.exact.update(words)
            self.prefixes += token.words if token.prefix else ()
        return f"title : ({expression})" if scope is Field.TITLE else expression

    def _site(self, token: Token) -> str:
        sites = self._vocabulary.sites
        site = token.raw.strip('"«»“”') if sites is None else sites.get(" ".join(token.words))
        if site is None:
            self._say(NoticeKind.UNKNOWN_SITE, token.raw)
            return NOTHING
        return f'"{facet("s", site)}"'

    def _say(self, kind: NoticeKind, text: str = "") -> None:
        self._notices.append(Notice(kind, text))

    def _next(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None


class _Spelled:
    """Writes a term in its spellings; `words` are the words of all of them.

    Args:
        variants: The names with several spellings.
        start: What stands before each word in the index: nothing, or the beginning of a facet.
        bare: Whether a word's first letter may be a particle.
    """

    def __init__(self, variants: NameVariants, start: str, *, bare: bool) -> None:
        self._variants = variants
        self._start = start
        self._bare = bare
        self.words: tuple[str, ...] = ()

    def expression(self, token: Token) -> str:
        """FTS5's expression of a term."""
        if token.quoted:
            return self._any_of([list(token.words)])
        if len(token.words) == 1:
            return self._any_of(self._single(token.words[0]))
        # A name of several words: all of them, or one of its other spellings.
        together = " AND ".join(f"({self._any_of(self._single(word))})" for word in token.words)
        spelled: list[list[str]] = []
        for name in self._variants.of_phrase(token.words):
            spelled += self._single(name[0]) if len(name) == 1 else [list(name)]
        return f"({together}) OR {self._any_of(spelled)}" if spelled else together

    def _single(self, word: str) -> list[list[str]]:
        spelled = self._variants.spellings(word, bare=self._bare)
        return [[form] for form in spelled] + self._variants.phrases(word)

    def _any_of(self, phrases: list[list[str]]) -> str:
        self.words += tuple(word for phrase in phrases for word in phrase)
        return " OR ".join(sorted({self._quoted(phrase) for phrase in phrases}))

    def _quoted(self, words: Sequence[str]) -> str:
        return '"' + " ".join(self._start + word for word in words) + '"'


def _with_names(tokens: list[Token], variants: NameVariants) -> list[Token]:
    """The tokens, words side by side that are a known name made one token."""
    merged: list[Token] = []
    place = 0
    while place < len(tokens):
        for length in range(LONGEST_NAME, 1, -1):
            group = tokens[place : place + length]
            words = tuple(token.words[0] for token in group if len(token.words) == 1 and not token.prefix)
            if len(words) == length and not any(t.quoted for t in group) and variants.of_phrase(words):
                merged.append(Token(" ".join(token.raw for token in group), words=words))
                place += length
                break
        else:
            merged.append(tokens[place])
            place += 1
    return merged


def _start_of(text: str) -> datetime | None:
    """The beginning of a year, a month, a day or a moment, in Damascus; None if it is none of them."""
    plain = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in text)
    try:
        return parse_period(plain + {4: "-01-01", 7: "-01"}.get(len(plain), ""), None).since
    except UsageError:
        return None
