"""From characters to letters: one table over all of Unicode's basic plane.

Every UTF-16 unit has a class, the unit that stands for it, and that unit's random 64-bit value. Ligatures and
other compatibility forms, and letters beyond the basic plane, are rare: texts with them take a slower path.

So do texts with words that are broken up to escape the filters of social platforms («مـ ـقـ ـتـ ـل»), which
are joined again. Syrian monitors break the words for death and weapons in this way, some of them in a third
of their
articles: with the lengthening stroke (tatweel) and blanks, with dots between letters, with Latin letters or
signs inside a word. Only what Arabic text does not have otherwise is joined. Invisible characters and vowel
marks are no
breaks: they are dropped from any word.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

SEPARATOR, DROPPED, POINT, LETTER, DIGIT, COMPLEX = range(6)

DECIMAL = 0x066B  # the Arabic decimal separator stands for any, within a number

# Letters that Unicode keeps apart and Arabic news writes for one another; the seats of hamza and the madda
# are combining marks in NFD and fall with the other marks.
_ALIKE = {
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ے": "ي",
    "ک": "ك",
    "ڪ": "ك",
    "ة": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ۃ": "ه",
    "ڤ": "ف",
    "ء": "",
    "ـ": "",
}
# Blocks of letters without case, marks or compatibility forms: CJK, Yi, Hangul.
_PLAIN_BLOCKS = ((0x3400, 0xA640), (0xAC00, 0xD7A4))
_SURROGATES = (0xD800, 0xE000)
_JAMO = (0x1100, 0x1200)  # parts of Hangul syllables, to be composed
_PRIVATE = (0xE000, 0xF900)
_BEYOND = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]")  # lone surrogates, what is beyond the plane
_LONGEST_GROUP = 20  # digits after a point that are looked at; no number in a text has more

MULTIPLIER = 0x9E3779B97F4A7C15  # odd, so it has an inverse modulo 2^64 (2^64 / golden ratio)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # SplitMix64's finaliser


def units_of(texts: Sequence[str]) -> tuple[NDArray[np.uint16], NDArray[np.intp]]:
    """UTF-16 units of the texts without dropped ones, a blank after each text, and where each text begins."""
    classes, _, _ = tables()
    encoded = [f"{text} ".encode("utf-16-le", "surrogatepass") for text in texts]
    units = np.frombuffer(b"".join(encoded), np.dtype("<u2"))
    kinds = classes.take(units)
    unusual = np.concatenate([(kinds == COMPLEX).nonzero()[0], _possible_breaks(units, kinds >= LETTER)])
    if len(unusual):
        ends = np.cumsum([len(piece) // 2 for piece in encoded])
        for position in np.unique(np.searchsorted(ends, unusual, side="right")).tolist():
            plain = join_broken_words(_simplify(texts[position]))
            encoded[position] = f"{plain} ".encode("utf-16-le", "surrogatepass")
        units = np.frombuffer(b"".join(encoded), np.dtype("<u2"))
        # What is left of the complex are letters: pairs of surrogates, parts of syllables.
        kinds = np.where(classes[units] == COMPLEX, np.uint8(LETTER), classes[units])
    bounds = np.cumsum([0, *(len(piece) // 2 for piece in encoded)])
    dropped = (kinds == DROPPED).nonzero()[0]
    if len(dropped):
        keep = kinds != DROPPED
        units, kinds = units[keep], kinds[keep]
        bounds = bounds - np.searchsorted(dropped, bounds)
    grouping, decimal = _points(kinds, units)
    lone = (units == DECIMAL).nonzero()[0]
    if len(lone) or len(decimal):
        units = units.copy()
        units[lone] = 0x20
        units[decimal] = DECIMAL
    if len(grouping):
        units = np.delete(units, grouping)
        bounds = bounds - np.searchsorted(grouping, bounds)
    return units, bounds


def _points(kinds: NDArray[np.uint8], units: NDArray[np.uint16]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where a comma or point groups the digits of a number, and where it is its decimal separator.

    Papers write either for either. What three digits follow is taken for grouping (12,500 and 12.500), what
    stands alone and last for the decimal separator (9,8 and 1,250.5); several are a date or a list
    (4.12.2024).
    """
    points = ((kinds[1:-1] == POINT) | (units[1:-1] == DECIMAL)).nonzero()[0] + 1
    points = points[(kinds[points - 1] == DIGIT) & (kinds[points + 1] == DIGIT)]
    if not len(points):
        return points, points
    ends = points + 1
    for _ in range(_LONGEST_GROUP):  # every text ends in a blank
        ends += kinds[ends] == DIGIT
    grouping = ends - points == 4
    goes_on = np.zeros(len(points) + 1, np.bool_)  # the next point belongs to the same number
    goes_on[1:-1] = points[1:] == ends[:-1]
    after_decimal = goes_on[:-1] & ~np.concatenate([[True], grouping[:-1]])
    grouping &= ~after_decimal
    return points[grouping], points[~grouping & ~goes_on[1:] & ~after_decimal]


def _simplify(text: str) -> str:
    """Spell ligatures and compatibility forms out; blank what is no letter beyond the basic plane."""
    return _BEYOND.sub(_letter_or_blank, unicodedata.normalize("NFKC", text))


def _letter_or_blank(match: re.Match[str]) -> str:
    return match[0] if match[0].isalnum() else " "


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    return values ^ (values >> np.uint64(31))


@cache
def tables() -> tuple[NDArray[np.uint8], NDArray[np.uint16], NDArray[np.uint64]]:
    """For each UTF-16 unit: its class, the unit that stands for it, and that unit's random 64-bit value."""
    classes = np.full(1 << 16, LETTER, np.uint8)
    folded = np.arange(1 << 16, dtype=np.uint16)
    skipped = (*_PLAIN_BLOCKS, _SURROGATES, _PRIVATE)
    edges = [0, *(edge for block in skipped for edge in block), 1 << 16]
    for begin, end in zip(sorted(edges)[0::2], sorted(edges)[1::2], strict=True):
        for unit in range(begin, end):
            classes[unit], folded[unit] = _classify(chr(unit))
    classes[slice(*_SURROGATES)] = COMPLEX
    classes[slice(*_JAMO)] = COMPLEX
    classes[slice(*_PRIVATE)] = SEPARATOR
    classes[DECIMAL], folded[DECIMAL] = LETTER, ord(".")
    values = mix((folded.astype(np.uint64) + np.uint64(1)) * np.uint64(MULTIPLIER))
    values[classes < LETTER] = 0
    return classes, folded, values


def _classify(letter: str) -> tuple[int, int]:
    """The class of one character of the basic plane and the character that stands for it."""
    compatible = unicodedata.normalize("NFKC", letter)
    if len(compatible) > 1 or compatible > "\uffff":
        return (COMPLEX if any(map(str.isalnum, compatible)) else SEPARATOR), ord(letter)
    bare = [part for part in unicodedata.normalize("NFD", compatible) if unicodedata.category(part)[0] != "M"]
    if not bare or unicodedata.category(compatible) == "Cf":
        return DROPPED, ord(letter)
    base = bare[0] if len(bare) == 1 else compatible
    base = _ALIKE.get(base, base)
    if not base:
        return DROPPED, ord(letter)
    decimal = unicodedata.decimal(base, None)
    if decimal is not None:
        return DIGIT, ord("0") + int(decimal)
    if base in ",٬.":
        return POINT, ord(" ")
    lowered = base.casefold()
    if not base.isalnum():
        return SEPARATOR, ord(" ")
    return LETTER, ord(lowered if len(lowered) == 1 else base)


_STROKE = "\u0640"
_ARABIC = "\u0621-\u063a\u0641-\u064a\u066e-\u06d3\u06fa-\u06ff"
_SILENT = "\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\u061c"
_GAP = r"[ \t\u00a0.·•*_|/\\,،~^+=\-]"

_LATIN = "A-Za-z\u00c0-\u024f"
_DIGIT = "0-9\u0660-\u0669\u06f0-\u06f9"
_NO_YEAR = f"(?<![{_DIGIT}]ه)(?<![{_DIGIT}][ \u00a0]ه)(?<!^ه)"
"""What stands before a stroke is no «هـ» behind a year, or as the name of an item where a line begins."""

_ANY_SILENT, _ANY_STROKE, _ANY_SIGN = map(re.compile, (f"[{_SILENT}]", _STROKE, f"[{_LATIN}*~^@#$]"))

_BREAKS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        _ANY_SILENT,
        re.compile(f"(?<![{_SILENT}])[{_SILENT}]+(?=[{_STROKE} .])|(?<=[{_STROKE} .])[{_SILENT}]+"),
    ),
    (_ANY_STROKE, re.compile(f"(?<!{_STROKE}){_STROKE}+{_GAP}{{1,3}}{_STROKE}+")),
    (
        _ANY_STROKE,
        re.compile(f"(?<=[{_ARABIC}]){_NO_YEAR}{_STROKE}+{_GAP}{{1,3}}(?=[{_ARABIC}])", re.MULTILINE),
    ),
    (_ANY_STROKE, re.compile(f"(?<=[{_ARABIC}]){_GAP}{{1,3}}{_STROKE}+(?=[{_ARABIC}])")),
    (
        _ANY_SIGN,
        re.compile(f"(?<=[{_ARABIC}{_STROKE}])(?:[{_LATIN}]{{1,2}}|[*~^@#$]{{1,2}})(?=[{_ARABIC}{_STROKE}])"),
    ),
)
"""What a text must have for a pattern to match anything, which is searched first, at a tenth of the cost;
then what is taken out, in this order: silent characters beside a break; a stroke, a gap and a stroke («مـ
ـقـ»); a stroke that ties to nothing, before or after a gap («مقـ تل», «الـ سوري», but not «1446 هـ الموافق»);
one or two Latin letters or signs inside a word («مقxتل», «ق*تل»)."""

_SPACED = re.compile(
    rf"(?<![\w{_STROKE}])[{_ARABIC}]{_STROKE}*(?P<gap>{_GAP})(?:[{_ARABIC}]{_STROKE}*(?P=gap))+[{_ARABIC}](?!\w)"
)
"""Three or more single letters with one and the same sign between them: «م.ق.ت.ل»; «أ. د. محمد» has two."""

_NO_LETTER = re.compile(rf"{_STROKE}|{_GAP}")
_STROKE_UNIT, _FIRST_ARABIC, _LAST_ARABIC = 0x0640, 0x0621, 0x06FF
_IS_SIGN = np.isin(np.arange(1 << 16), [ord(sign) for sign in "*~^@#$"])
"""For each UTF-16 unit: whether it is a sign that is written inside words to break them."""


def join_broken_words(text: str) -> str:
    """Join the broken words of a text; all else stays as it is."""
    for needed, pattern in _BREAKS:
        if needed.search(text):
            text = pattern.sub("", text)
    return _SPACED.sub(lambda match: _NO_LETTER.sub("", match[0]), text)


def _possible_breaks(units: NDArray[np.uint16], is_letter: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where a word may be broken: a cheap test, for the few texts that the patterns are then run on.

    Args:
        units: UTF-16 units of texts, with a blank behind each.
        is_letter: Whether each is a letter or a digit.
    """
    stroke = units == _STROKE_UNIT
    loose = stroke[:-1] & ~(is_letter[1:] | stroke[1:]) | ~(is_letter[:-1] | stroke[:-1]) & stroke[1:]
    places = [loose.nonzero()[0]]
    arabic = (units >= _FIRST_ARABIC) & (units <= _LAST_ARABIC)
    latin = is_letter & (units < _FIRST_ARABIC) & ~((units >= 0x30) & (units <= 0x39))
    places.append((arabic[:-1] & (latin | _IS_SIGN.take(units))[1:]).nonzero()[0])
    edge = np.zeros(1, np.bool_)
    letter = np.concatenate([edge, is_letter, edge])
    single = is_letter & ~letter[:-2] & ~letter[2:]
    places.append((single[:-4] & single[2:-2] & single[4:]).nonzero()[0])
    return np.concatenate(places)
