"""The form of a stored text.

Stored text is Unicode NFC (https://www.unicode.org/reports/tr15/) with the letters, marks and quotes as
published. What can't be seen is taken out only where it has no effect on what can be seen.
"""

import re
import unicodedata

from crawler.parsing.arabic import DIRECTION, INVISIBLE

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_OBJECT = re.compile("(?:(?<!\\s)\\s+)?\ufffc\\s*")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SPECIAL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\u00ad\u061c\u180e\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffc]"
)
_SPACES = re.compile("[ \t\r\f\v\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINES = re.compile("[\x85\u2028\u2029]")
_BREAK = re.compile(r" ?\n ?")
_MANY_BREAKS = re.compile(r"\n{3,}")
_JOINERS = re.compile(
    "(?<![\u200c\u200d])[\u200c\u200d]+(?=[\\s.,;:!?،؛؟)\\]}»\"']|\\Z)|(?:(?<=[\\s(\\[{«\"'])|\\A)[\u200c\u200d]+"
)
_DIRECTIONS = re.compile(f"[{DIRECTION}]")
_RTL_MARK = re.compile("(?:(?<=[\u0590-\u08ff\\s])|\\A)[\u061c\u200f]+(?=[\u0590-\u08ff\\s]|\\Z)")
_LTR_MARK = re.compile("(?:(?<=[A-Za-z0-9])|\\A)\u200e+(?=[A-Za-z0-9]|\\Z)")
_EMBEDDED = re.compile("[\u202a-\u202e\u2066-\u2069]")
_WRAPPED = re.compile("\\A[\u202a\u202b\u2066-\u2068](.*)[\u202c\u2069]?\\Z", re.DOTALL)
_NUMBERS = frozenset({"EN", "AN"})
"""Bidirectional classes of European and of Arabic digits, which run left to right in any text."""
_RTL_LETTER = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LTR_LETTER = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f]")


def tidy(text: str) -> str:
    """One paragraph or headline in the form in which it is stored.

    Args:
        text: Text as it stands on the page. Line breaks inside are kept, single.

    Returns:
        NFC, white space collapsed, invisible characters removed where nothing visible changes.
    """
    if "\n" not in text and not _SPECIAL.search(text):
        return unicodedata.normalize("NFC", " ".join(text.split()))
    if _SPECIAL.search(text):
        text = _LINES.sub("\n", text)
        text = _CONTROL.sub("", _INVISIBLE.sub("", text))
        if "\ufffc" in text:
            text = _OBJECT.sub(" ", text)
        if _DIRECTIONS.search(text):
            text = _settle_direction(text)
        if "\u200c" in text or "\u200d" in text:
            text = _JOINERS.sub("", text)
    text = _BREAK.sub("\n", _SPACES.sub(" ", text)).strip()
    return unicodedata.normalize("NFC", _MANY_BREAKS.sub("\n\n", text))


def _settle_direction(text: str) -> str:
    """Without those direction controls that can't change the order of what is shown.

    A mark between two letters of its own direction, or at an edge beside one, does nothing
    (https://www.unicode.org/reports/tr9/); nor does an embedding in a text of one direction only. Others
    stay.
    """
    rtl, ltr = bool(_RTL_LETTER.search(text)), bool(_LTR_LETTER.search(text))
    if rtl != ltr and not any(unicodedata.bidirectional(char) in _NUMBERS for char in text):
        return _DIRECTIONS.sub("", text)
    if (match := _WRAPPED.match(text.strip())) and not _EMBEDDED.search(match.group(1)):
        text = match.group(1)
    return _LTR_MARK.sub("", _RTL_MARK.sub("", text))


def one_line(text: str | None) -> str:
    """`tidy` for headlines and names: on one line; empty for None."""
    return tidy(text).replace("\n", " ") if text else ""
