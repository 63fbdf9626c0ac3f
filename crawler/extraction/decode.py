"""From bytes to text: which encoding a page is really in.

Declarations are hints, not facts: a page may declare UTF-8 and be windows-1256, or the reverse. UTF-8 is
hard to mistake (https://www.w3.org/International/questions/qa-utf8-bom gives the reason), so it is tried
first; then what was declared; then the encodings that Arabic, Kurdish and Turkish sites have used, by how
much they look like a text.
"""

import codecs
import re

from crawler.extraction.errors import NotArticleReason, NotHtml

SNIFFED_BYTES = 4096
"""How far into a page a `meta charset` is looked for. The HTML standard says 1024; templates put more
first."""
JUDGED_BYTES = 200_000
"""How much of a page is decoded to compare encodings."""
BROKEN_SHARE = 0.02
"""UTF-8 with at most this share of broken sequences among its non-ASCII characters is damaged UTF-8."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
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
_META_CHARSET = re.compile(
    rb"""(?:charset|encoding)\s{0,20}=\s{0,20}["']?\s{0,20}([A-Za-z0-9_\-:.]{2,40})""", re.IGNORECASE
)
_ALIASES = {
    "x-windows-1256": "cp1256",
    "windows-1256": "cp1256",
    "arabic": "iso-8859-6",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "x-sjis": "shift_jis",
}
"""Names that Python doesn't know, and those that the Encoding standard reads as the larger Windows code
page."""
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
_GUESSES = ("cp1256", "iso-8859-6", "cp1254", "cp1252")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_ARABIC_WORD = re.compile("[ء-غف-ي]{3,}")
_LATIN_WORD = re.compile("[A-Za-zÀ-ÖØ-öø-ÿĞğİıŞş]{3,}")
_UNLIKELY = re.compile("[\x80-\x9f¡-¿×÷ƒ†‡ˆ‰Œœ\ufffdٹپچژڈگکںھہےڑ]")


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
    head = html[:SNIFFED_BYTES].lstrip()
    _refuse_known_files(head)
    for bom, encoding in _BOMS:
        if html.startswith(bom):
            return _finish(html[len(bom) :].decode(encoding, "replace"))
    if b"\x00" in html[:SNIFFED_BYTES]:
        return _finish(_without_bom_utf16(html))
    controls = len(head) - len(head.translate(None, _BINARY))
    # A stray form feed or bell occurs in old pages; a tenth of all bytes does not.
    if controls > max(16, len(head) // 10):
        raise NotHtml(NotArticleReason.BINARY)
    text = _utf8(html)
    if text is None:
        text = _best(html, [name for name in (charset, _declared(html)) if name])
    return _finish(text)


def _refuse_known_files(head: bytes) -> None:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise NotHtml(NotArticleReason.KNOWN_FILE, detail=f"{what}, not a page")
    if head[4:8] == b"ftyp":
        raise NotHtml(NotArticleReason.MEDIA)


def _without_bom_utf16(html: bytes) -> str:
    head = html[:SNIFFED_BYTES]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    # In UTF-16 the ASCII of the markup has its NUL always on the same side.
    if max(even, odd) > len(head) // 8 and min(even, odd) <= max(even, odd) // 20:
        return html.decode("utf-16-le" if odd > even else "utf-16-be", "replace")
    if even + odd > len(head) // 50:
        raise NotHtml(NotArticleReason.BINARY)
    return _utf8(html) or _best(html, [])


def _utf8(html: bytes) -> str | None:
    """The page as UTF-8, or None where it is something else."""
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end >= len(html) - 4 and error.reason == "unexpected end of data":
            return html[: error.start].decode("utf-8", "ignore")
    text = html.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(not char.isascii() for char in text) - broken
    return text if broken <= max(2, good * BROKEN_SHARE) and good > broken else None


def _declared(html: bytes) -> str | None:
    match = _META_CHARSET.search(html[:SNIFFED_BYTES])
    return match.group(1).decode("ascii") if match else None


def _best(html: bytes, declared: list[str]) -> str:
    """The most plausible single-byte reading; a declared one wins when it is as good."""
    sample = html[:JUDGED_BYTES]
    high = len(_HIGH_BYTES.findall(sample))
    best, best_score = "cp1252", float("-inf")
    for rank, name in enumerate([*declared, *_GUESSES]):
        encoding = _ALIASES.get(name.lower().strip(), name.lower().strip())
        try:
            info = codecs.lookup(encoding)
            if not info._is_text_encoding or info.name.startswith(("utf-8", "utf_8", "idna", "punycode")):
                continue
            text = sample.decode(info.name, "replace")
        except (LookupError, ValueError, UnicodeError):
            continue
        score = _plausibility(text) + (0.05 * high if rank < len(declared) else 0.0)
        if score > best_score:
            best, best_score = info.name, score
    return html.decode(best, "replace")


def _plausibility(text: str) -> float:
    """How many letters stand in words of one script, less what seldom occurs in any text."""
    arabic = sum(map(len, _ARABIC_WORD.findall(text)))
    latin = sum(len(word) for word in _LATIN_WORD.findall(text) if not word.isascii() and _mostly_ascii(word))
    return arabic + latin - 2.0 * len(_UNLIKELY.findall(text))


def _mostly_ascii(word: str) -> bool:
    return sum(char.isascii() for char in word) * 2 >= len(word)


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
