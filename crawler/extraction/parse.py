"""A page's bytes as text, and its text as the tree that browsers build, within bounds of size and time.

Which encoding the bytes are in is decided by `crawler.parsing.encoding`.

libxml2 reads well-formed pages as HTML's own algorithm does
(https://html.spec.whatwg.org/multipage/parsing.html), but at a mis-nested end tag it leaves elements open
that a browser closes: ``<nav><ul><li><div>…</ul></nav>`` then holds all of the page. Where it reports one,
lexbor, which follows the algorithm, serialises the page with all its tags, and that is parsed.
"""

import re
from collections import Counter
from dataclasses import dataclass

from lxml.etree import ErrorLevels, ErrorTypes, LxmlError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from selectolax.lexbor import LexborHTMLParser

from crawler.extraction.errors import NotAnArticle, NotArticleReason, NotHtml
from crawler.parsing.encoding import SNIFFED_BYTES, decode, unmarked_utf16
from crawler.parsing.markup import page_parser

_MAGIC = (
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a media file"),
    (b"PK\x03\x04", "an archive or office file"),
    (b"\x1f\x8b", "compressed bytes"),
    (b"\x28\xb5\x2f\xfd", "compressed bytes"),
    (b"\xd0\xcf\x11\xe0", "an office file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"ID3", "a media file"),
    (b"OggS", "a media file"),
)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BINARY = bytes({*range(9), *range(14, 27), *range(28, 32)})
"""Control characters that no text has, but for a stray one."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN_ASCII = bytes({*range(9), 11, 12, *range(14, 32), 127})
_FORBIDDEN_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|7f|d[89a-f][0-9a-f]{2}|fff[ef])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|127|"
    r"6553[45]))\b;?",
    re.IGNORECASE,
)
"""Characters that XML, and so the parser's tree, can't hold (https://www.w3.org/TR/xml/#charsets)."""
MAX_TAGS = 40_000
"""Opening and closing tags that are read of a page; the rest is cut off. Ordinary pages have 500 to 8,000, a
table of 2,000 names 20,000. All work on a page grows with them: this keeps the worst page at seconds."""
MAX_CHARS = 6_000_000
"""Characters that are read of a page."""
MAX_UNCLOSED = 40
"""Formatting elements left open, up to which a page is serialised again: HTML's algorithm opens each of them
again in every block that follows, so hundreds of them make a page of gigabytes."""
MAX_GROWTH = 3
"""How many times as long as its source a page may be that was serialised again."""

_MARKUP = re.compile(r"<(?:(script|style)\b(?:.*?</\1|.*)|(/?[a-z]))", re.IGNORECASE | re.DOTALL)
_BEHIND_BODY = re.compile(
    r"</(?:body|html)\s{0,99}>\s{0,99}<(?!script|style|link|noscript|iframe|img|body|html)[a-z]",
    re.IGNORECASE,
)
"""A page that goes on behind its end tag. libxml2 drops the rest; browsers read it."""
_NO_BREAK_SPACE = re.compile(r"&(?:nbsp|#160|#[xX][aA]0);?")
"""A pattern that begins with one certain character is searched twenty times as fast as one that doesn't."""
_FORMATTING = re.compile(
    r"<(/?)(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE
)
"""The algorithm's formatting elements."""


def decode_page(html: bytes, charset: str | None = None) -> str:
    """Decode a page.

    Args:
        html: The page's bytes, not compressed.
        charset: What the HTTP header declares, if anything.

    Returns:
        The text, without a byte order mark and without NUL characters. A character that was cut at the end
        is dropped; broken ones inside are U+FFFD.

    Raises:
        NotHtml: The bytes are binary, or no text.
    """
    head = html[:SNIFFED_BYTES]
    _refuse_other_files(head.lstrip())
    if not head.startswith(_UTF16_MARKS) and unmarked_utf16(html) is None:
        controls = len(head) - len(head.translate(None, _BINARY))
        # A stray form feed or bell occurs in old pages; a tenth of all bytes does not, nor do many NULs.
        if controls > max(16, len(head) // 10) or head.count(0) > len(head) // 50:
            raise NotHtml(NotArticleReason.BINARY)
    return _parsable(decode(html, charset))


def _refuse_other_files(head: bytes) -> None:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise NotHtml(NotArticleReason.KNOWN_FILE, detail=f"{what}, not a page")
    if head[4:8] == b"ftyp":
        raise NotHtml(NotArticleReason.MEDIA)


def _parsable(text: str) -> str:
    text = text.removeprefix("\ufeff")
    # Few pages have any, and what would betray one is found in a tenth of the time: ASCII, the byte with
    # which UTF-8 begins a surrogate (and much of Hangul), the two that are no characters.
    raw = text.encode("utf-8", "surrogatepass")
    if (
        len(raw.translate(None, _FORBIDDEN_ASCII)) < len(raw)
        or b"\xed" in raw
        or "\ufffe" in text
        or "\uffff" in text
    ):
        text = _FORBIDDEN.sub("", text)
    return _FORBIDDEN_REFERENCE.sub(" ", text) if "&#" in text else text


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """A page's tree."""

    tree: HtmlElement
    source: str
    """What the tree was parsed from: bounded, and closed as browsers close it where libxml2 would not."""
    is_whole: bool
    """Whether the tree is all of the page: cut neither by a bound on its size nor by libxml2, which stops
    where elements nest too deep."""


def parse_page(source: str) -> ParsedPage:
    """Parse a decoded page.

    Raises:
        NotAnArticle: The page is empty.
        NotHtml: There is no element in it.
    """
    if not source.strip():
        raise NotAnArticle(NotArticleReason.EMPTY_PAGE)
    bounded = _bounded(source)
    is_cut = len(bounded) < len(source)
    # Word processors leave them between all words; they part words as plain spaces do.
    bounded = _NO_BREAK_SPACE.sub(" ", bounded).replace("\xa0", " ")
    tree, parser = _parse(bounded)
    if _BEHIND_BODY.search(bounded) or any(
        entry.type == ErrorTypes.ERR_TAG_NAME_MISMATCH for entry in parser.error_log
    ):
        nested = _as_browsers_nest(bounded)
        if nested is not None:
            bounded = nested
            tree, parser = _parse(nested)
    last = parser.error_log.last_error
    is_complete = last is None or last.level < ErrorLevels.FATAL
    return ParsedPage(tree, bounded, is_complete and not is_cut)


def parse_again(page: ParsedPage) -> HtmlElement:
    """Another tree of a page that has been parsed, for a reader that changes it."""
    return _parse(page.source)[0]


def _bounded(source: str) -> str:
    """A page cut where it has more markup than any real page: hostile, or broken."""
    if source.count("<") <= MAX_TAGS:
        return source[:MAX_CHARS]
    tags = 0
    for match in _MARKUP.finditer(source, 0, MAX_CHARS):
        tags += match.group(2) is not None
        if tags > MAX_TAGS:
            return source[: match.start()]
    return source[:MAX_CHARS]


def _parse(source: str) -> tuple[HtmlElement, HTMLParser]:
    """Parse with libxml2. Bytes go in, for lxml refuses a decoded page that declares its own encoding."""
    parser = page_parser()
    try:
        return document_fromstring(source.encode("utf-8", "replace"), parser=parser), parser
    except (LxmlError, ValueError) as error:
        raise NotHtml(NotArticleReason.NO_HTML) from error


def _as_browsers_nest(source: str) -> str | None:
    """The page serialised again, each element closed where browsers close it; None where that is unsafe."""
    if _unclosed_peak(source) > MAX_UNCLOSED:
        return None
    written = LexborHTMLParser(source).html
    if not written or len(written) > MAX_GROWTH * len(source) + 10_000:
        return None
    return written


def _unclosed_peak(source: str) -> int:
    """How many formatting elements are open at most, at once, if no end tag closes another's."""
    opened: Counter[str] = Counter()
    peak: Counter[str] = Counter()
    for match in _FORMATTING.finditer(source):
        name = match.group(2).lower()
        opened[name] = max(0, opened[name] + (-1 if match.group(1) else 1))
        peak[name] = max(peak[name], opened[name])
    return peak.total()
