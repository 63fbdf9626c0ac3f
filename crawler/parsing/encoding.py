"""From bytes to text: which encoding a document is really in. For pages, feeds, sitemaps and all else.

Declarations are hints, not facts: a page may declare UTF-8 and be windows-1256, or the reverse. UTF-8 is
hard to mistake (https://www.w3.org/International/questions/qa-utf8-bom gives the reason), so it is tried
first; then what was declared; then the encodings that Arabic, Kurdish and Turkish sites have used, by how
much they look like a text.
"""

import codecs
import re

SNIFFED_BYTES = 4096
"""How far into a document a declaration is looked for. The HTML standard says 1024; templates put more
first."""

JUDGED_BYTES = 200_000
"""How much of a document is decoded to compare encodings."""

BROKEN_SHARE = 0.25
"""UTF-8 with at most so many broken sequences for each good one beyond ASCII is damaged UTF-8. Templates and
databases break some percent; in the other encodings of Arabic hardly a letter in twenty reads as UTF-8."""

DECLARED_BONUS = 0.05
"""What a declaration counts beside the look of the text: as one letter in twenty. It settles ties."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
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
_TRUSTED = re.compile(
    r"(?:utf-?(?:16|32)|cp\d|iso8859|mac|koi8|gb|hz|big5|euc|shift|johab|kz)", re.IGNORECASE
)
"""Python's names of encodings that web pages are written in; a page may declare any, and some of Python's
others take quadratic time (punycode, idna)."""
_GUESSES = ("cp1256", "iso-8859-6", "cp1254", "cp1252")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_ARABIC_WORD = re.compile("[ء-غف-ي]{3,}")
_LATIN_WORD = re.compile("[A-Za-zÀ-ÖØ-öø-ÿĞğİıŞş]{3,}")
_OTHER_WORD = re.compile("[Ͱ-Ͽ]{3,}|[Ѐ-ӿ]{3,}|[א-ת]{3,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""Words of scripts that are believed where their encoding is declared, and never guessed."""
_UNLIKELY = re.compile("[\x80-\x9f¡-¿×÷ƒ†‡ˆ‰Œœ\ufffdٹپچژڈگکںھہےڑ]")


def decode(body: bytes, charset: str | None = None) -> str:
    """Decode a document. Never raises.

    Args:
        body: The document's bytes, not compressed.
        charset: What the HTTP header declares, if anything.

    Returns:
        The text without a byte order mark. A character that was cut at the end is dropped; broken ones inside
        are U+FFFD.
    """
    return decode_as(body, charset)[0]


def decode_as(body: bytes, charset: str | None = None) -> tuple[str, str]:
    """Decode a document as `decode` does, and return Python's name of its encoding with the text."""
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace").removeprefix("\ufeff"), encoding
    wide = unmarked_utf16(body)
    if wide is not None:
        return body.decode(wide, "replace"), wide
    text = _utf8(body)
    if text is not None:
        return text, "utf-8"
    codec = _best(body, [name for name in (charset, _declared(body)) if name])
    return body.decode(codec, "replace"), codec


def unmarked_utf16(body: bytes) -> str | None:
    """The kind of UTF-16 that a document without a byte order mark is in; None where it is in none."""
    head = body[:SNIFFED_BYTES]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    # ASCII has its NUL always on the same side; in Arabic text spaces and markup are that.
    if max(even, odd) <= len(head) // 50 or min(even, odd) > max(even, odd) // 20:
        return None
    kind = "utf-16-le" if odd > even else "utf-16-be"
    text = head.decode(kind, "replace")
    return kind if len(_CONTROL.findall(text)) * 50 <= len(text) else None


def _utf8(body: bytes) -> str | None:
    """The document as UTF-8, or None where it is something else."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end >= len(body) - 4 and error.reason == "unexpected end of data":
            return body[: error.start].decode("utf-8", "ignore")
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = len(_BEYOND_ASCII.findall(text)) - broken
    return text if broken <= max(2, good * BROKEN_SHARE) and good > broken else None


def _declared(body: bytes) -> str | None:
    match = _DECLARED.search(body[:SNIFFED_BYTES])
    return match.group(1).decode("ascii") if match else None


def _best(body: bytes, declared: list[str]) -> str:
    """The encoding with the most plausible reading; a declared one wins when it is as good."""
    sample = body[:JUDGED_BYTES]
    high = len(_HIGH_BYTES.findall(sample))
    best, best_score = "cp1252", float("-inf")
    for rank, name in enumerate([*declared, *_GUESSES]):
        codec = _codec(name)
        if codec is None:
            continue
        try:
            text = sample.decode(codec, "replace")
        except UnicodeError:
            continue
        score = _plausibility(text)
        if rank < len(declared):
            score += DECLARED_BONUS * high + sum(map(len, _OTHER_WORD.findall(text)))
        if score > best_score:
            best, best_score = codec, score
    return best


def _codec(name: str) -> str | None:
    """Python's name of an encoding, if it is one that documents are written in."""
    folded = name.lower().strip()
    try:
        canonical = codecs.lookup(_ALIASES.get(folded, folded)).name
    except (LookupError, ValueError):
        return None
    return canonical if _TRUSTED.match(canonical) else None


def _plausibility(text: str) -> float:
    """How many letters stand in words of one script, less what seldom occurs in any text."""
    arabic = sum(map(len, _ARABIC_WORD.findall(text)))
    latin = sum(len(word) for word in _LATIN_WORD.findall(text) if not word.isascii() and _mostly_ascii(word))
    return arabic + latin - 2.0 * len(_UNLIKELY.findall(text))


def _mostly_ascii(word: str) -> bool:
    return sum(char.isascii() for char in word) * 2 >= len(word)
