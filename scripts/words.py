"""The catalogues of words beside the code that uses them: `make words`.

Adds the keys that templates and code ask for to both catalogues, without a text, and writes the catalogues in
one form. Ends with 1 where a text is missing or nothing uses a key.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from crawler.discovery.accounting import AddressOutcome, SourceVerdict
from crawler.html.words import LANGUAGES, read_catalogue
from crawler.model.article import NotArticleReason, UnconfirmedReason

ROOT = Path(__file__).resolve().parent.parent

PACKAGES = (
    *("html", "report", "web", "evidence", "health", "fetch", "discovery", "storage", "cli"),
    *("pipelines", "spiders", "operations", "rendering", "scrapy_project", "alerts"),
)
PRESENTATION = tuple(f"crawler/{name}" for name in PACKAGES)
"""The packages that ask for texts."""

KEYWORDS = dict.fromkeys(
    ("t", "n", "word", "counted", "both", "sentence", "phrase", "note_that", "problem_that"), (1,)
)
"""Calls whose first argument is a key."""

_LITERAL = re.compile(r"""["']([\w-]+)["']""")


def path_of(lang: str) -> Path:
    """The file of a language's catalogue."""
    return ROOT / "crawler" / "html" / "locale" / lang / "LC_MESSAGES" / "khabar.po"


def required_keys() -> set[str]:
    """The keys that templates and code name where they ask for a text."""
    return {key for path in _sources(*PRESENTATION) for key in _keys_in(path)}


def mentioned_words() -> set[str]:
    """All string literals, since a key may be chosen from a table, and the keys that enumerations make."""
    words = {
        word for path in _sources("crawler", "dedup") for word in _LITERAL.findall(path.read_text("utf-8"))
    }
    made = {reason.sentence.key for reason in (*NotArticleReason, *UnconfirmedReason)}
    made |= {f"source_{verdict}" for verdict in SourceVerdict} | {f"address_{end}" for end in AddressOutcome}
    return words | made


def keys_of(catalogue: Catalog) -> list[str]:
    """The keys of a catalogue, in its order."""
    return [_key(message) for message in catalogue if message.id]


def missing_texts(catalogue: Catalog) -> list[str]:
    """The keys without a text, or without one of its plural forms."""
    return [_key(message) for message in catalogue if message.id and not all(texts_of(message))]


def texts_of(message: Message) -> tuple[str, ...]:
    """A message's text, or its texts by plural form."""
    if isinstance(message.string, list | tuple):
        return tuple(message.string)
    return (message.string or "",)


def form(catalogue: Catalog) -> bytes:
    """A catalogue as its file has it, without the names and dates that a program would put at its head."""
    head = ("Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")
    lines = [f'"{name}: {value}\\n"' for name, value in catalogue.mime_headers if name in head]
    messages = BytesIO()
    write_po(messages, catalogue, width=110, omit_header=True)
    start = "\n".join([catalogue.header_comment, 'msgid ""', 'msgstr ""', *lines, "", ""])
    return start.encode() + messages.getvalue()


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".j2"))


def _keys_in(path: Path) -> Iterator[str]:
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    with path.open("rb") as file:
        for _, key, _, _ in extract(method, file, KEYWORDS):
            yield key if isinstance(key, str) else key[0]


def main() -> int:
    """Update both catalogues; print what is missing and what is unused."""
    required, mentioned, code = required_keys(), mentioned_words(), 0
    for lang in LANGUAGES:
        catalogue = read_catalogue(lang)
        for key in sorted(required - set(keys_of(catalogue))):
            catalogue.add(key)
        path_of(lang).write_bytes(form(catalogue))
        problems = {
            "no text": missing_texts(catalogue),
            "nothing uses it": [key for key in keys_of(catalogue) if key not in mentioned],
        }
        for problem, keys in problems.items():
            for key in keys:
                sys.stdout.write(f"{lang}: {key}: {problem}\n")
                code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
