"""Text as the search index sees it: in the letters that dedup compares by."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dedup.text.letters import LETTER, tables, units_of


def fold(texts: Sequence[str]) -> list[str]:
    """Write each text in the letters that stand for its own, its words separated by single spaces.

    As `dedup.text.shingles.normalise`, for many short texts in one pass. Half a character (a lone surrogate),
    which no database can hold, becomes U+FFFD.
    """
    if not texts:
        return []
    units, bounds = units_of(texts)
    classes, folded, _ = tables()
    letters = np.where(classes.take(units) >= LETTER, folded.take(units), np.uint16(0x20)).astype("<u2")
    data = letters.tobytes()
    ends = bounds.tolist()
    return [
        " ".join(data[2 * start : 2 * end].decode("utf-16-le", "replace").split())
        for start, end in pairwise(ends)
    ]


def storable(text: str) -> str:
    """The text with U+FFFD for every lone surrogate, which SQLite cannot hold."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
