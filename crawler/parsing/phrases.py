"""Phrases and words as data: TOML files beside the code that uses them.

A file of phrases has one table a list; each list has entries, and each entry has the texts that show what it
is for, which a test reads::

    [related]
    match = "whole"                        # whole | start | opening | anywhere
    form = "bare"                          # how a text is folded before it is compared

    [[related.entries]]
    phrases = ["شاهد المزيد"]              # plain words, folded by the reader
    patterns = ['قد (?:يهمك|يعجبك) ايضا']  # regular expressions over folded text
    takes = ["شاهد المزيد:"]
    leaves = ["شاهد المزيد من الناس الحفل."]

``{name}`` in a pattern stands for what the table ``[pieces]`` of the file has under that name: a list of
alternatives, or one expression. A file of words has lists of words alone.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from crawler.errors import KhabarError
from crawler.parsing.arabic import bare, fold, fold_long

_PIECE = re.compile(r"\{([a-z_]+)\}")
_LIST_KEYS = frozenset({"match", "form", "entries"})
_ENTRY_KEYS = frozenset({"phrases", "patterns", "takes", "leaves"})


class PhraseFileError(KhabarError, ValueError):
    """A file of phrases or words is wrong; the message says which file, which entry and what about it."""


class MatchKind(StrEnum):
    """Where in a text a phrase must stand."""

    WHOLE = "whole"
    """The phrase is all of the text."""
    START = "start"
    """The text begins with the phrase."""
    OPENING = "opening"
    """The text begins with the phrase; a few marks may stand before it."""
    ANYWHERE = "anywhere"


class TextForm(StrEnum):
    """The form of the texts that a list is compared with."""

    FOLDED = "folded"
    BARE = "bare"
    """Folded, without marks at the edges."""
    PLAIN = "plain"
    """Folded, without accents."""


FORMS: dict[TextForm, Callable[[str], str]] = {
    TextForm.FOLDED: fold,
    TextForm.BARE: bare,
    TextForm.PLAIN: partial(fold_long, accents=False),
}
"""How each form is made of a text."""


@dataclass(frozen=True, slots=True)
class PhraseEntry:
    """Some phrases of a list, as one regular expression, and the texts that show what they are for."""

    expression: str
    takes: tuple[str, ...]
    leaves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhraseList:
    """The phrases of one kind.

    `find` looks for one of them in a text that has the list's form, and returns the match or None.
    """

    name: str
    match: MatchKind
    form: TextForm
    entries: tuple[PhraseEntry, ...]
    pattern: re.Pattern[str]
    find: Callable[[str], re.Match[str] | None]

    @property
    def expression(self) -> str:
        """All phrases as alternatives of one regular expression, without a group around them."""
        return "|".join(entry.expression for entry in self.entries)

    def opening(self, *, before: str) -> re.Pattern[str]:
        """A pattern of texts that begin with one of the phrases.

        Args:
            before: The regular expression of what must follow the phrase.
        """
        return compile_phrases(self.expression, MatchKind.OPENING, before=before)


def compile_phrases(expression: str, match: MatchKind, *, before: str = "") -> re.Pattern[str]:
    """Compile alternatives of phrases. Bound to the text's beginning where they can be, they stay linear."""
    if match is MatchKind.ANYWHERE:
        return re.compile(expression, re.DOTALL)
    marks = r"[\W_]{0,6}" if match is MatchKind.OPENING else ""
    following = f"(?={before})" if before else ""
    return re.compile(rf"\A{marks}(?:{expression}){following}", re.DOTALL)


def search_method(pattern: re.Pattern[str], match: MatchKind) -> Callable[[str], re.Match[str] | None]:
    """The method of a compiled pattern by which texts are compared."""
    if match is MatchKind.WHOLE:
        return pattern.fullmatch
    return pattern.search if match is MatchKind.ANYWHERE else pattern.match


def read_phrases(path: Path) -> dict[str, PhraseList]:
    """Read a file of phrases.

    Args:
        path: The TOML file.

    Returns:
        Its lists by name.

    Raises:
        PhraseFileError: It is no TOML, or something in it is missing, unknown or no regular expression.
    """
    tables = _read_toml(path)
    pieces = {name: _piece(piece) for name, piece in tables.pop("pieces", {}).items()}
    return {name: _read_list(f"{path}: [{name}]", name, table, pieces) for name, table in tables.items()}


def read_words(path: Path) -> dict[str, list[str]]:
    """Read a file of words: lists of words by name, without regular expressions.

    Raises:
        PhraseFileError: It is no TOML, or a value is no list of strings.
    """
    tables = _read_toml(path)
    for name, words in tables.items():
        _check_texts(f"{path}: {name}", words)
    return tables


def read_word_tables(path: Path) -> dict[str, dict[str, list[str]]]:
    """Read a file of words in tables: lists of words by the name of the table and what they stand for.

    Raises:
        PhraseFileError: It is no TOML, or a value is no list of strings.
    """
    tables = _read_toml(path)
    for table, lists in tables.items():
        _check_keys(f"{path}: [{table}]", lists, None)
        for name, words in lists.items():
            _check_texts(f"{path}: [{table}], {name}", words)
    return tables


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PhraseFileError(f"{path}: {error}") from None


def _read_list(where: str, name: str, table: dict[str, Any], pieces: dict[str, str]) -> PhraseList:
    _check_keys(where, table, _LIST_KEYS)
    try:
        match, form = MatchKind(table.get("match", "")), TextForm(table.get("form", ""))
    except ValueError as error:
        raise PhraseFileError(f"{where}: {error}; match and form are needed") from None
    entries = tuple(
        _read_entry(f"{where}, entry {number}", entry, form, pieces)
        for number, entry in enumerate(table.get("entries", ()), start=1)
    )
    if not entries:
        raise PhraseFileError(f"{where}: it has no entries")
    try:
        pattern = compile_phrases("|".join(entry.expression for entry in entries), match)
    except re.error:
        raise PhraseFileError(_first_wrong_entry(where, entries)) from None
    return PhraseList(name, match, form, entries, pattern, search_method(pattern, match))


def _read_entry(where: str, entry: dict[str, Any], form: TextForm, pieces: dict[str, str]) -> PhraseEntry:
    _check_keys(where, entry, _ENTRY_KEYS)
    texts = {key: _check_texts(f"{where}, {key}", entry.get(key, [])) for key in sorted(_ENTRY_KEYS)}
    patterns = [_with_pieces(f"{where}, patterns", pattern, pieces) for pattern in texts["patterns"]]
    expression = "|".join([*(re.escape(FORMS[form](phrase)) for phrase in texts["phrases"]), *patterns])
    if not expression or not texts["takes"]:
        raise PhraseFileError(f"{where}: it needs phrases or patterns, and at least one text that it takes")
    return PhraseEntry(expression, tuple(texts["takes"]), tuple(texts["leaves"]))


def _first_wrong_entry(where: str, entries: tuple[PhraseEntry, ...]) -> str:
    """What is wrong with patterns that do not compile together: which entry, and why."""
    for number, entry in enumerate(entries, start=1):
        try:
            re.compile(entry.expression)
        except re.error as error:
            return f"{where}, entry {number}: {entry.expression!r} is no regular expression: {error}"
    return f"{where}: its entries are no regular expression together"


def _piece(piece: Any) -> str:
    return f"(?:{'|'.join(piece)})" if isinstance(piece, list) else str(piece)


def _with_pieces(where: str, pattern: str, pieces: dict[str, str]) -> str:
    """A pattern with its pieces put in."""

    def piece(match: re.Match[str]) -> str:
        if match[1] not in pieces:
            raise PhraseFileError(f"{where}: {match[0]} is not among the file's [pieces]")
        return pieces[match[1]]

    return _PIECE.sub(piece, pattern)


def _check_keys(where: str, table: Any, keys: frozenset[str] | None) -> None:
    """Refuse what is no table, and other keys than these; None: any will do."""
    if not isinstance(table, dict):
        raise PhraseFileError(f"{where}: it must be a table")
    if keys is None:
        return
    if unknown := table.keys() - keys:
        raise PhraseFileError(f"{where}: unknown key {min(unknown)}; the keys are {', '.join(sorted(keys))}")


def _check_texts(where: str, texts: Any) -> list[str]:
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise PhraseFileError(f"{where}: it must be a list of texts in quotation marks")
    return texts
