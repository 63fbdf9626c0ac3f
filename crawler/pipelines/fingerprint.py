"""The fingerprint of a page's text: what distinguishes a site's article from a server's page.

It is made in the worker that reads the page, and is all that later pages are compared with.

A server's own page is seldom the same twice: a request's number, the time, the requested address or
its headline are in it. They are left out before its sketch is made; the rest is compared by one-permutation
hashing (Li, Owen and Zhang, 2012): each pair of words falls into one of `BINS` bins, and each bin keeps its
smallest hash. The share of equal bins estimates the Jaccard similarity of two texts.
"""

import hashlib
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import numpy as np

from crawler.model.article import Article, Hints
from dedup.text.shingles import normalise, run_hashes

BINS = 24
"""Hashes in a sketch: at a true similarity of .95 the estimate stays above `SAME` in 98 of 100 cases."""

BAND = 4
"""Bins in a band. Texts that share a band are compared: six bands of four find 98 of 100 pairs at a
similarity of .85, and take 1 of 1,700 unrelated pairs (similarity .1) for a candidate."""

SAME = 0.85
"""Similarity from which two texts are the same. Notices made from one template, which differ in a name, stay
below .8; a server's pages that differ in a word or two of forty stay above .9."""

SHORTEST_HEADLINE = 3
"""Words of a headline that is taken out of a text which repeats it: two words may stand there by
themselves."""

FEWEST_TEXT_WORDS = 5
"""A text of fewer words is sketched together with its headline: "photos" alone distinguishes nothing."""

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
        """Whether two texts are the same, but for what changes by itself."""
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
    if len(lasting) < FEWEST_TEXT_WORDS:
        # The headline of the page is most of its text.
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


SHORTEST_WORD = 4
"""Letters of a word that distinguishes a text: shorter ones ("with", «على») are in every text."""

STEM = 4
"""Letters by which two forms of a word are recognised: «القصف» and «بالقصف», "rebuild" and "rebuilding"."""

AGREES = 1 / 3
"""Share of a headline's words that its article repeats at least."""

CONTRADICTS = 0.2
"""Below this share a headline and a text have nothing to do with each other: one word of six may be
chance."""

FEWEST_HEADLINE_WORDS = 3
"""Words of a headline that are needed for that: «عاجل» is the headline of no text."""

SUMMARY_REPEATED = 0.8
"""Share of a summary's words that its article repeats at least, the place included that quotes it."""

SUMMARY_SHARE = 0.15
"""Part of a text that its summary makes up at least. Walls that open with the summaries of what they hide are
the same (`SAME`) only where these are less than a twelfth of them."""

LONGEST_TEXT = 20_000
"""Letters of a text that are compared: a headline speaks of how its article begins."""

_ARTICLES = ("وال", "بال", "كال", "فال", "لل", "ال")
_SLUG_BREAK = re.compile(r"[-_/+.]")


def agreement(headline: str | None, text: str, *, quotations: bool = False) -> float | None:
    """The share of a headline's words that a text repeats, 0 to 1; None where there are too few.

    Args:
        headline: What a page, or its source, calls the article.
        text: The article's text.
        quotations: Whether a place counts that repeats the headline as a whole. A server's page may name the
            headline of the requested page over another text.
    """
    headline_words = normalised(headline or "").split()
    telling = {word for word in headline_words if len(word) >= SHORTEST_WORD and not word.isdecimal()}
    if len(telling) < FEWEST_HEADLINE_WORDS:
        return None
    rest = without_headlines(normalised(text[:LONGEST_TEXT]), [] if quotations else [headline_words])
    # Anywhere in a word: what a language puts before and after a word does not matter.
    return sum(_stem(word) in rest for word in telling) / len(telling)


def speaks_of(headline: str | None, text: str) -> bool:
    """Whether a headline is one of this text."""
    share = agreement(headline, text)
    return share is not None and share >= AGREES


def is_vouched_for(hints: Hints, url: str, text: str) -> bool:
    """Whether what was known of a page beforehand agrees with the text that it brought.

    Args:
        hints: What a source of discovery knew of the page.
        url: The address by which it was found; many hold words of the headline.
        text: The text.
    """
    return speaks_of(hints.title, text) or speaks_of(_slug(url), text) or _is_summary_of(hints.summary, text)


def _is_summary_of(summary: str | None, text: str) -> bool:
    """Whether a source's summary is one of this text: a bulletin often repeats no word of its headline."""
    share = agreement(summary, text, quotations=True)
    if summary is None or share is None or share < SUMMARY_REPEATED:
        return False
    return len(summary.split()) >= SUMMARY_SHARE * len(text.split())


def contradicts(hints: Hints, title: str, text: str) -> bool:
    """Whether a page has nothing to do with what its source calls it.

    Args:
        hints: What a source of discovery knew of the page.
        title: The page's own headline.
        text: Its text.
    """
    page = f"{title}\n\n{text}"
    share = agreement(hints.title, page, quotations=True)
    if share is None or share >= CONTRADICTS:
        return False
    rest = agreement(f"{hints.summary or ''} {hints.text or ''}", page, quotations=True)
    return rest is None or rest < CONTRADICTS


def _stem(word: str) -> str:
    core = next((word.removeprefix(start) for start in _ARTICLES if word.startswith(start)), word)
    return (core if len(core) >= STEM else word)[:STEM]


def _slug(url: str) -> str:
    """The words of an address's path."""
    try:
        return _SLUG_BREAK.sub(" ", unquote(urlsplit(url).path))
    except ValueError:
        return ""


FROM_OUTSIDE = frozenset({"feed", "sitemap", "url", "listing"})
"""Sources of a date that are not the page itself."""


_ARTICLE = re.compile(
    rb"""<article\b|article:(?:published|modified)_time|og:type["'][^<>]{0,80}\barticle\b"""
    rb"""|"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"[A-Za-z]{0,20}(?:Article|Posting)"""
    rb"""|itemtype=["'][^"'<>]{0,80}(?:Article|Posting)\b""",
    re.IGNORECASE,
)
"""What the markup of an article states, and that of a server's page hardly ever."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared of two pages of a site.

    Attributes:
        sketch: Of the text.
        headline: Hex digits of a hash of the page's own headline.
        published_at: The time of publication that the page states.
        is_vouched: Its source, or the words of its address, speak of this text.
        is_coherent: Its own headline speaks of this text.
        is_contradicted: It has nothing to do with what its source calls it, and its markup is not that of
            an article.
    """

    sketch: TextSketch
    headline: str
    published_at: datetime | None = None
    is_vouched: bool = False
    is_coherent: bool = False
    is_contradicted: bool = False


def fingerprint(article: Article, hints: Hints, url: str, html: bytes) -> Fingerprint | None:
    """Make the fingerprint of an article; None where it has neither text nor headline.

    Args:
        article: What extraction made of the page.
        hints: What the page's source knew of it.
        url: The requested address.
        html: The page.
    """
    headlines = [headline for headline in (article.title, hints.title) if headline]
    sketch = sketch_text(article.text, headlines, _path(url))
    if sketch is None:
        return None
    return Fingerprint(
        sketch=sketch,
        headline=hashlib.sha256(normalised(article.title).encode()).hexdigest()[:16],
        published_at=None if article.date_source in FROM_OUTSIDE else article.published_at,
        is_vouched=is_vouched_for(hints, url, article.text),
        is_coherent=speaks_of(article.title, article.text),
        is_contradicted=contradicts(hints, article.title, article.text) and not _ARTICLE.search(html),
    )


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""
