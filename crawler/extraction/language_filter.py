"""Whether a page or an article can be in one of some languages: for imports of which only these are wanted.

A page is looked at before it is extracted, at a tenth of the cost. What the look leaves open goes on to
extraction, and is then judged by the article.
"""

import html
import re

from crawler.extraction.errors import ExtractionError
from crawler.extraction.metadata.language import MIN_LETTERS, SAMPLE_CHARS, detect_language, letters_of
from crawler.extraction.parse import decode_page

_LANG = re.compile(r"<html\b[^<>]{0,2000}?\s(?:xml:)?lang\s{0,9}=\s{0,9}[\"']?([a-zA-Z]{2,3})", re.IGNORECASE)
HEAD_CHARS = 20_000
"""Characters at the beginning of a page in which its element ``html`` has to stand."""
_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_HIDDEN = re.compile(
    r"<(?:(script|style|noscript)\b(?:.*?</\1|.*)|!--(?:.*?-->|.*))", re.IGNORECASE | re.DOTALL
)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bd[io]|br|cite|em|font|i|mark|q|s|small|span|strong|su[bp]|time|u|wbr)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
_BLOCK = re.compile("<[^<>]*>")


def page_objection(page: bytes, languages: frozenset[str], charset: str | None = None) -> str:
    """What speaks against a page's article being in one of some languages; empty where only reading it tells.

    Args:
        page: The page's bytes.
        languages: Codes, of `language.LANGUAGES`.
        charset: The encoding that the HTTP header declared.
    """
    try:
        source = decode_page(page, charset)
    except ExtractionError:
        return ""
    if _letters(source, languages) < MIN_LETTERS:
        return f"its page has no text in the letters of {_listed(languages)}"
    match = _LANG.search(source[:HEAD_CHARS])
    declared = match[1].lower() if match else None
    if declared in languages:
        return ""
    language = detect_language(longest_runs(source), declared)
    return "" if language is None or language in languages else f"its page is in {language}"


def article_objection(text: str, language: str | None, languages: frozenset[str]) -> str:
    """What speaks against an article being in one of some languages; empty where nothing does.

    Args:
        text: Its headline and text.
        language: The language that it is in; None: the text leaves that open.
        languages: Codes, of `language.LANGUAGES`.
    """
    if language is not None:
        return "" if language in languages else f"it is in {language}"
    letters = sum(map(str.isalpha, text))
    if letters >= MIN_LETTERS and 2 * letters_of(text, languages) < letters:
        return f"most of it is not in the letters of {_listed(languages)}"
    return ""


def longest_runs(source: str) -> str:
    """The longest texts between a page's blocks: its article's paragraphs, where it has an article."""
    blocks = _BLOCK.split(_INLINE.sub("", _HIDDEN.sub("<p>", source)))
    sample: list[str] = []
    length = 0
    for block in sorted(blocks, key=len, reverse=True):
        if length >= SAMPLE_CHARS:
            break
        sample.append(block)
        length += len(block)
    return html.unescape("\n".join(sample))


def _letters(source: str, languages: frozenset[str]) -> int:
    """Letters of the languages' scripts in a page's source, scripts' data and escapes included."""
    letters = letters_of(source, languages)
    if letters < MIN_LETTERS and ("&" in source or "\\u" in source):
        plain = _JSON_ESCAPE.sub(lambda match: chr(int(match[1], 16)), html.unescape(source))
        letters = letters_of(plain, languages)
    return letters


def _listed(languages: frozenset[str]) -> str:
    return ", ".join(sorted(languages))
