"""A sketch of a text: tells whether two pages say the same but for what changes by itself.

A server's own page is seldom the same twice: a request's number, the time, the address that was asked for or
its headline stand in it. They are left out before the sketch is made; the rest is compared by one-permutation
hashing (Li, Owen and Zhang, 2012): each pair of words falls into one of `BINS` bins, and each bin keeps its
smallest hash. The share of equal bins estimates the Jaccard similarity of two texts.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dedup.text.shingles import normalise, run_hashes

BINS = 24
"""Hashes in a sketch: at a true similarity of .95 the estimate stays above `SAME` in 98 of 100 cases."""

BAND = 4
"""Bins in a band. Texts that share a band are compared: six bands of four find 98 of 100 pairs at a
similarity of .85, and take 1 of 1,700 unrelated pairs (similarity .1) for a candidate."""

SAME = 0.85
"""Similarity from which two texts say the same. Notices made from one template, which differ in a name, stay
below .8; a server's pages that differ in a word or two of forty stay above .9."""

SHORTEST_HEADLINE = 3
"""Words of a headline that is taken out of a text which repeats it: two words may stand there by
themselves."""

FEWEST_WORDS = 5
"""A text of fewer words is sketched together with its headline: "photos" alone tells nothing."""

WORDS_TOGETHER = 2
"""Words that are hashed together: single words recur in unrelated texts, and of three a counter spoils
three."""

EMPTY_BIN = 0xFFFFFFFF
"""A bin into which no pair of words fell."""

_PACKED = struct.Struct(f"<{BINS}I")


@dataclass(frozen=True, slots=True)
class TextSketch:
    """What is remembered of a text in order to recognise it under another address.

    Attributes:
        digest: Hex digits of a hash of the text's words, its numbers included.
        bins: The smallest hash of each bin.
    """

    digest: str
    bins: tuple[int, ...]

    def similarity(self, other: "TextSketch") -> float:
        """The estimated Jaccard similarity of two texts, 0 to 1."""
        if self.digest == other.digest:
            return 1.0
        pairs = [pair for pair in zip(self.bins, other.bins, strict=True) if pair != (EMPTY_BIN, EMPTY_BIN)]
        return sum(mine == theirs for mine, theirs in pairs) / len(pairs) if pairs else 0.0

    def is_same(self, other: "TextSketch") -> bool:
        """Whether two texts say the same, but for what changes by itself."""
        return self.similarity(other) >= SAME

    def bands(self, scope: str) -> list[int]:
        """Keys under which texts of one scope that may be the same meet; 63 bits, as a store takes them."""
        keys = []
        for start in range(0, BINS, BAND):
            part = self.bins[start : start + BAND]
            if any(value != EMPTY_BIN for value in part):
                packed = struct.pack(f"<B{BAND}I", start, *part) + scope.encode()
                keys.append(int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest()) >> 1)
        return keys

    def pack(self) -> bytes:
        """The bins as bytes, for a store."""
        return _PACKED.pack(*self.bins)

    @classmethod
    def unpack(cls, digest: str, packed: bytes) -> "TextSketch":
        """Read a sketch back from its stored form."""
        return cls(digest, _PACKED.unpack(packed))


def sketch_text(text: str, headlines: Iterable[str] = (), path: str = "") -> TextSketch | None:
    """Sketch a text; None for one without words.

    Args:
        text: The body of a page, paragraphs parted by blank lines.
        headlines: What the page and its source call it.
        path: The path of the page's address.
    """
    headline_words = [normalised(headline).split() for headline in headlines]
    kept = without_headlines(normalise(_without_addresses(text, path)), headline_words).split()
    lasting = [word for word in kept if word.isalpha()]
    if len(lasting) < FEWEST_WORDS:
        # The headline of the page, which says what there is to say.
        kept, lasting = [[*(headline_words[0] if headline_words else ()), *rest] for rest in (kept, lasting)]
    if not lasting:
        return None
    hashes = run_hashes(" ".join(lasting), WORDS_TOGETHER)
    bins = np.full(BINS, EMPTY_BIN, np.uint32)
    np.minimum.at(bins, hashes % BINS, hashes // BINS)
    digest = hashlib.sha256(" ".join(kept).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return TextSketch(digest, tuple(bins.tolist()))


@lru_cache(maxsize=16)
def normalised(text: str) -> str:
    """`normalise`, remembered: a page's text and its headline are compared with several others in turn."""
    return normalise(text)


def without_headlines(text: str, headlines: Iterable[Sequence[str]]) -> str:
    """A text without the places that repeat a headline word for word.

    Args:
        text: The text, normalised.
        headlines: The normalised words of each headline.

    Returns:
        The rest of its words, each between spaces.
    """
    spaced = f" {text} "
    for headline in headlines:
        if len(headline) >= SHORTEST_HEADLINE:
            spaced = spaced.replace(f" {' '.join(headline)} ", " ")
    return spaced


def _without_addresses(text: str, path: str) -> str:
    """A text without addresses, and without the path of the page's own."""
    parts = text.replace(path, " ").split() if len(path) > 1 else text.split()
    return " ".join(part for part in parts if "://" not in part and not part.startswith("www."))
