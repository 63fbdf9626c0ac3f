"""Sentences about crawls: made from a message and its values, and given in Arabic or English."""

import re
import sys

from markupsafe import Markup

from crawler.html.safe import cut, showable, single_line
from crawler.html.words import word
from crawler.model.sentence import Sentence

_ISOLATES = re.compile("[\u2068\u2069]")


def sentence(key: str, **values: str | int) -> Sentence:
    """A sentence in English that can be told in another language.

    Args:
        key: Its message.
        values: What stands in its places.

    Raises:
        KeyError: The catalogue has no such message.
    """
    texts = {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
    return Sentence(word(key, "en").format(**texts), key, texts)


def phrase(key: str, lang: str, **values: str | int) -> str:
    """What a message says in ``ar`` or ``en``; in Arabic its values are isolated as in `in_language`.

    Raises:
        KeyError: The catalogue has no such message.
    """
    return in_language(sentence(key, **values), lang)


def in_language(text: str, lang: str) -> str:
    """A sentence in ``ar`` or ``en``; any other text, or that of an unknown message, as it is.

    In Arabic the values that are no sentences, such as addresses and dates, are isolated: each keeps its own
    direction, also where no markup can say so.
    """
    if not isinstance(text, Sentence) or (lang == "en" and str(text)):
        return str(text)
    values = {name: _value(value, lang) for name, value in text.values.items()}
    try:
        return word(text.key, lang).format(**values)
    except (KeyError, IndexError, ValueError):  # written by another version of Khabar
        return str(text)


def _value(value: str, lang: str) -> str:
    if isinstance(value, Sentence):
        return in_language(value, lang)
    return value if lang == "en" or value.isdecimal() else isolated(value)


def isolated(text: str) -> str:
    """A text in the direction of its own letters whatever stands around it (FSI and PDI, UAX 9)."""
    return f"\u2068{single_line(text)}\u2069"


def sentence_markup(text: str, lang: str, longest: int | None = None) -> Markup:
    """A sentence in ``ar`` or ``en`` as a page shows it, its values in elements that isolate them.

    Args:
        text: The sentence, or any other text.
        lang: ``ar`` or ``en``.
        longest: Characters after which the rest is left out.
    """
    pieces = _ISOLATES.split(in_language(text, lang)) if lang == "ar" else [str(text)]
    markup, room = Markup(), longest or sys.maxsize
    for number, piece in enumerate(pieces):
        shown = cut(showable(piece), room)
        markup += Markup("<bdi>{}</bdi>").format(shown) if number % 2 and shown else shown
        room -= len(shown)
        if room <= 0:
            break
    return markup
