"""A page's bytes as text that a parser's tree can hold; what is no page at all is refused.

Which encoding the bytes are in is decided by `crawler.parsing.encoding`.
"""

import re

from crawler.extraction.errors import NotArticleReason, NotHtml
from crawler.parsing.encoding import SNIFFED_BYTES, unmarked_utf16
from crawler.parsing.encoding import decode as decode_text

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


def decode(html: bytes, charset: str | None = None) -> str:
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
    _refuse_known_files(head.lstrip())
    if not head.startswith(_UTF16_MARKS) and unmarked_utf16(html) is None:
        controls = len(head) - len(head.translate(None, _BINARY))
        # A stray form feed or bell occurs in old pages; a tenth of all bytes does not, nor do many NULs.
        if controls > max(16, len(head) // 10) or head.count(0) > len(head) // 50:
            raise NotHtml(NotArticleReason.BINARY)
    return _finish(decode_text(html, charset))


def _refuse_known_files(head: bytes) -> None:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise NotHtml(NotArticleReason.KNOWN_FILE, detail=f"{what}, not a page")
    if head[4:8] == b"ftyp":
        raise NotHtml(NotArticleReason.MEDIA)


def _finish(text: str) -> str:
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
