"""A typed query as tokens, and what is said of what isn't understood."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from crawler.storage.search.letters import fold
from dedup.text.letters import join_broken_words

LONGEST: Final = 300
"""Characters read of a query."""
MOST_TERMS: Final = 12
"""Terms read of a query; each may become fifty spellings."""
SHORTEST_PREFIX: Final = 3
"""Letters before a *: two begin thousands of words."""


class NoticeKind(StrEnum):
    """What of a query isn't understood, or not done as it was typed; the keys of the sentences on it."""

    UNKNOWN_FIELD = "query_unknown_field"
    EMPTY_FIELD = "query_empty_field"
    UNREADABLE_DATE = "query_unreadable_date"
    DATE_INSIDE = "query_date_inside"
    UNKNOWN_SITE = "query_unknown_site"
    UNKNOWN_LANGUAGE = "query_unknown_language"
    OPEN_QUOTE = "query_open_quote"
    EMPTY_QUOTE = "query_empty_quote"
    OPEN_PARENTHESIS = "query_open_parenthesis"
    STRAY_PARENTHESIS = "query_stray_parenthesis"
    EMPTY_PERIOD = "query_empty_period"
    STRAY_OPERATOR = "query_stray_operator"
    STRAY_MINUS = "query_stray_minus"
    SHORT_BEGINNING = "query_short_beginning"
    TOO_LONG = "query_too_long"
    TOO_MANY_WORDS = "query_too_many_words"
    TOO_DEEP = "query_too_deep"
    NO_WORDS = "query_no_words"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a query that its reader should know; `text` is the part of it that is meant."""

    kind: NoticeKind
    text: str = ""


class Field(StrEnum):
    """Where a term is to stand, or what an article is to be."""

    AUTHOR = "author"
    SITE = "site"
    SECTION = "section"
    TAG = "tag"
    TITLE = "title"
    BEFORE = "before"
    AFTER = "after"


FIELDS: Final = {
    **{field.value: field for field in Field},
    "كاتب": Field.AUTHOR,
    "الكاتب": Field.AUTHOR,
    "موقع": Field.SITE,
    "الموقع": Field.SITE,
    "قسم": Field.SECTION,
    "القسم": Field.SECTION,
    "وسم": Field.TAG,
    "الوسم": Field.TAG,
    "عنوان": Field.TITLE,
    "العنوان": Field.TITLE,
    "قبل": Field.BEFORE,
    "بعد": Field.AFTER,
}
"""The fields by the names that may be typed before the colon."""

OPERATORS: Final = {
    "OR": "OR", "|": "OR", "||": "OR", "أو": "OR", "او": "OR",
    "AND": "AND", "&": "AND", "&&": "AND", "و": "AND",
    "NOT": "NOT", "-": "NOT",
    "(": "(", ")": ")",
}  # fmt: skip
"""The operators by how they may be typed."""

_TOKEN = re.compile(
    rf"""(?P<minus>-(?=[^\s-]))
    |(?P<quoted>"[^"]*"?|«[^»]*»?|“[^”]*”?)
    |(?P<operator>[()]|\|{{1,2}}|&{{1,2}}|(?:OR|AND|NOT|أو|او|و)(?=[\s()|"«“]|$))
    |(?P<field>{"|".join(FIELDS)}):
    |(?P<word>[^\s"«“()|]+)""",
    re.VERBOSE,
)
_CLOSERS: Final = ('"', "»", "”")
_UNKNOWN_FIELD = re.compile(r"(?!https?:|ftp:)([a-z]{2,12}):\S")


@dataclass(frozen=True, slots=True)
class Token:
    """An operator (`operator` is set), a field before its value (`field`), or words.

    `words` are folded; `raw` is as it was typed. `quoted`: to stand as they are; `prefix`: what begins so.
    """

    raw: str
    operator: str = ""
    field: Field | None = None
    words: tuple[str, ...] = ()
    quoted: bool = False
    prefix: bool = False


def tokens_of(typed: str, notices: list[Notice]) -> list[Token]:
    """The tokens of a query; what has no letters is left out.

    Args:
        typed: The query.
        notices: Gets what is to be said.
    """
    if len(typed) > LONGEST:
        notices.append(Notice(NoticeKind.TOO_LONG, str(LONGEST)))
    tokens: list[Token] = []
    terms = 0
    for match in _TOKEN.finditer(join_broken_words(typed[:LONGEST])):
        token = _token(match, notices)
        if token is None:
            continue
        if token.words:
            terms += 1
            if terms > MOST_TERMS:
                continue
        tokens.append(token)
    if terms > MOST_TERMS:
        notices.append(Notice(NoticeKind.TOO_MANY_WORDS, str(MOST_TERMS)))
    return tokens


def _token(match: re.Match[str], notices: list[Notice]) -> Token | None:
    raw = match[0]
    if match["minus"]:
        return Token(raw, operator="NOT")
    if match["operator"]:
        return Token(raw, operator=OPERATORS[raw])
    if match["quoted"]:
        return _phrase(raw, notices)
    if match["field"]:
        return Token(raw, field=FIELDS[match["field"]])
    return _word(raw, notices)


def _phrase(raw: str, notices: list[Notice]) -> Token | None:
    words = _folded(raw)
    if len(raw) < 2 or not raw.endswith(_CLOSERS):
        notices.append(Notice(NoticeKind.OPEN_QUOTE, raw) if words else Notice(NoticeKind.EMPTY_QUOTE))
    return Token(raw, words=words, quoted=True) if words else None


def _word(raw: str, notices: list[Notice]) -> Token | None:
    words = _folded(raw)
    if not words:
        return None
    if unknown := _UNKNOWN_FIELD.match(raw):
        notices.append(Notice(NoticeKind.UNKNOWN_FIELD, f"{unknown[1]}:"))
    is_prefix = raw.endswith("*") and len(words) == 1
    if is_prefix and len(words[0]) < SHORTEST_PREFIX:
        notices.append(Notice(NoticeKind.SHORT_BEGINNING, raw))
        is_prefix = False
    return Token(raw, words=words, quoted=len(words) > 1, prefix=is_prefix)


def _folded(raw: str) -> tuple[str, ...]:
    return tuple(fold([raw])[0].split())
