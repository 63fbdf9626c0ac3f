"""A sentence for people that remembers which message it is, so that it can be read in another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

LONGEST_QUOTED: Final = 80
"""Characters of a value that an error shows: enough to recognise it."""

DEEPEST: Final = 5
"""Sentences within each other that are read back; ours are three deep."""


class Sentence(str):
    """A sentence in English with the key of its message and the values in it.

    It is a string to all who only print or store it, and stays what it is where `str` is called on it: the
    text of an exception that was raised with one is the sentence. What it was made from is kept beside it
    where it is stored (`message_of`), and gives the sentence in another language (`crawler.html.sentences`).

    Args:
        text: The sentence in English.
        key: Its message in the catalogues.
        values: What stands in it; sentences among them are translated as well.
    """

    __slots__ = ("key", "values")

    key: str
    values: Mapping[str, str]

    def __new__(cls, text: str, key: str = "", values: Mapping[str, str] | None = None) -> Sentence:  # noqa: D102
        self = super().__new__(cls, text)
        self.key, self.values = key, dict(values or {})
        return self

    def __str__(self) -> Sentence:
        return self

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, str, Mapping[str, str]]]:
        """Let it cross process borders."""
        return type(self), (str.__str__(self), self.key, self.values)


def quoted(value: str) -> str:
    """A value as an error shows it: in quotes, the invisible spelled out, a long one cut."""
    return repr(value if len(value) <= LONGEST_QUOTED else f"{value[:LONGEST_QUOTED]}…")


def message_of(text: str | None) -> dict[str, Any] | None:
    """The key and the values of a sentence, as JSON; None for any other text."""
    if not isinstance(text, Sentence):
        return None
    return {
        "key": text.key,
        "values": {name: message_of(value) or str(value) for name, value in text.values.items()},
    }


def sentence_of(text: str | None, message: object) -> str | None:
    """A sentence as it was before it was stored; the text alone where its message is not there, or broken.

    Args:
        text: The sentence in English.
        message: What `message_of` gave of it.
    """
    if text is None or not isinstance(message, Mapping):
        return text
    return _read(text, message, DEEPEST) or text


def _read(text: str, message: Mapping[str, Any], depth: int) -> Sentence | None:
    key, values = message.get("key"), message.get("values")
    if not isinstance(key, str) or not isinstance(values, Mapping) or not depth:
        return None
    read: dict[str, str] = {}
    for name, value in values.items():
        inner = _read("", value, depth - 1) if isinstance(value, Mapping) else str(value)
        if inner is None:
            return None
        read[str(name)] = inner
    return Sentence(text, key, read)
