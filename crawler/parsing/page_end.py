"""How a page ends: with its closing tags, without them, or in the middle of something.

A server or cache that tells a length that is too small cuts a page off without anybody noticing: what came
is exactly as long as it was said to be. Only the page's own end shows it.
"""

import codecs
import re
from enum import StrEnum

HEAD_BYTES = 4096
"""Where a page says that it is one; a fragment without a head is not judged."""

CLOSING_BYTES = 4096
"""Where a document closes: caches and counters write comments and scripts behind it."""

TAIL_BYTES = 400
"""What is looked at for a letter that was cut: enough to hold others that tell the encoding."""

_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_END = re.compile(rb"</\s*(?:html|body)\b", re.IGNORECASE)
_CLOSED = re.compile(rb"</\s*(?:html|body|rss|feed|rdf:rdf|urlset|sitemapindex)\s*>", re.IGNORECASE)
_BRACKETS = {ord("["): ord("]"), ord("{"): ord("}")}
_TAG = re.compile(rb"<(?:[A-Za-z/!?]|\Z)")
# "&nbs", "&#160": the semicolon is missing, and nothing follows. "R&D" has no two small letters.
_REFERENCE = re.compile(rb"&(?:#(?:[0-9]{0,7}|[xX][0-9A-Fa-f]{0,6})|[a-z]{2,8})\Z")
_UNPARSED = tuple(
    (re.compile(rb"<%b\b" % name, re.IGNORECASE), re.compile(rb"</%b\b" % name, re.IGNORECASE))
    for name in (b"script", b"style", b"textarea")
)


class PageEnd(StrEnum):
    """How a page ends."""

    WHOLE = "whole"
    """It closes its body or itself, or is no page that would."""
    UNENDED = "unended"
    """It stops between two elements or in a text, and closes neither its body nor itself."""
    UNPARSED = "unparsed"
    """It stops in a script, a style sheet or a comment: a browser shows all that stands before."""
    CUT = "cut"
    """It stops within a tag, a character reference or a letter: nobody writes that."""


def closes_itself(body: bytes) -> bool:
    """Whether a document comes to an end by its own account: its last closing tag, or its last bracket.

    Args:
        body: A page, feed, sitemap or JSON answer as served, decompressed.
    """
    content = body.strip()
    if content and content[0] in _BRACKETS:
        return content[-1] == _BRACKETS[content[0]]
    return _CLOSED.search(content[-CLOSING_BYTES:].replace(b"\x00", b"")) is not None


def page_end(body: bytes) -> PageEnd:
    """Tell how a page ends.

    Args:
        body: The page as served, decompressed.
    """
    # In UTF-16 no tag would be found.
    if b"\x00" in body[:HEAD_BYTES] or not _PAGE.search(body, 0, HEAD_BYTES) or _END.search(body):
        return PageEnd.WHOLE
    if _ends_unparsed(body):
        return PageEnd.UNPARSED
    is_cut = _ends_in_a_tag(body) or _REFERENCE.search(body[-10:]) or _ends_in_a_letter(body[-TAIL_BYTES:])
    return PageEnd.CUT if is_cut else PageEnd.UNENDED


def _ends_unparsed(body: bytes) -> bool:
    """Whether a page stops in a comment, a script or another element whose content is no markup."""
    if body.rfind(b"<!--") > body.rfind(b"-->"):
        return True
    return any(_last(opened, body) > _last(closed, body) for opened, closed in _UNPARSED)


def _ends_in_a_tag(body: bytes) -> bool:
    opening = body.rfind(b"<")
    return opening > body.rfind(b">") and _TAG.match(body, opening) is not None


def _last(pattern: re.Pattern[bytes], body: bytes) -> int:
    return max((match.start() for match in pattern.finditer(body)), default=-1)


def _ends_in_a_letter(tail: bytes) -> bool:
    """Whether a text in UTF-8 stops between two bytes of one letter."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    start = next((at for at, byte in enumerate(tail[:4]) if byte & 0xC0 != 0x80), 0)
    try:
        text = decoder.decode(tail[start:])
    except UnicodeDecodeError:
        return False
    # In the encodings of one byte a letter, any letter at the very end looks like the beginning of two.
    return bool(decoder.getstate()[0]) and not text.isascii()
