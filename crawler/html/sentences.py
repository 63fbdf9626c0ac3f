"""Sentences about crawls: made from a message and its values, and given in Arabic or English."""

from crawler.html.words import word
from crawler.model.sentence import Sentence


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


def in_language(text: str, lang: str) -> str:
    """A sentence in ``ar`` or ``en``; any other text, or that of an unknown message, as it is."""
    if not isinstance(text, Sentence) or (lang == "en" and str(text)):
        return str(text)
    values = {name: in_language(value, lang) for name, value in text.values.items()}
    try:
        return word(text.key, lang).format(**values)
    except (KeyError, IndexError, ValueError):  # written by another version of Khabar
        return str(text)
