"""The words of pages and reports in Arabic and English, from the gettext catalogues in ``locale/``.

A message's id is a key such as ``quarantined_pages``, and both languages are translations of it. The
catalogues are read as they are, without a build step. docs/decisions/0051-words-in-catalogues.md says why.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LANGUAGES: Final = ("ar", "en")


def word(key: str, lang: str) -> str:
    """The words for `key` in ``ar`` or ``en``.

    Raises:
        KeyError: The catalogue has no such message.
    """
    return _translations(lang).gettext(key)


def label(name: str, lang: str) -> str:
    """The words for a name that data may hold, such as a verdict; an unknown one is shown as it is."""
    try:
        return word(name, lang)
    except KeyError:
        return name.replace("_", " ")


def filled(key: str, lang: str, **values: str) -> str:
    """The words for `key` with values in the places that they leave for them, such as ``{text}``.

    Raises:
        KeyError: The catalogue has no such message.
    """
    return word(key, lang).format(**values)


def counted(key: str, n: int, lang: str, **values: int) -> str:
    """A phrase about `n` things, in the plural form that the language has for that number.

    Args:
        key: The message.
        n: The number, ``{n}`` in the message.
        lang: ``ar`` or ``en``.
        values: Further numbers of the message.

    Raises:
        KeyError: The catalogue has no such message.
    """
    numbers = {name: f"{value:,}" for name, value in {"n": n, **values}.items()}
    return _translations(lang).ngettext(key, key, n).format(**numbers)


def read_catalogue(lang: str) -> "Catalog":
    """The messages of a language as its file has them."""
    from babel.messages.pofile import read_po  # a crawl without a failure needs no words

    with files("crawler.html").joinpath("locale", lang, "LC_MESSAGES", "khabar.po").open("rb") as file:
        return read_po(file, locale=lang, domain="khabar")


class _Required(NullTranslations):
    """Ends the search for a message: gettext itself would show the key to the reader."""

    def gettext(self, message: str) -> NoReturn:
        raise KeyError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:
        raise KeyError(msgid1 if n == 1 else msgid2)


@cache
def _translations(lang: str) -> GNUTranslations:
    from babel.messages.mofile import write_mo

    compiled = BytesIO()
    write_mo(compiled, read_catalogue(lang))
    compiled.seek(0)
    translations = GNUTranslations(compiled)
    translations.add_fallback(_Required())
    return translations
