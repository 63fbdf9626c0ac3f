"""What a page says of its story elsewhere than in its markup: witnesses of how it begins and how much it is.

The description and a feed's summary are often the story's beginning, though not always; JSON-LD's
`articleBody`, a feed's full text and WordPress's interface have all of it. They confirm a reading, and where
one of them has another text than was read, that is known.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.extraction.metadata.jsonld import LinkedData, Node
from crawler.extraction.metadata.meta import Metadata
from crawler.extraction.text import fold_long, skeleton, skeleton_of_long, tidy
from crawler.model.article import Hints

OPENING = 36
"""Letters of a story's beginning that are compared: six words or so, which no other text begins with."""
MIN_OPENING = 24
"""A shorter description says too little: it may be a label."""
MIN_FULL_TEXT = 200
"""Letters from which a text is the whole story rather than its summary."""
MAX_FULL_TEXT = 200_000
SHINGLE = 3
"""Words of a run by which two texts are compared: enough that chance agreement is rare."""
CONFIRMED = 0.5
"""Share of a full text's runs from which what was read is that text. An edited copy has most of them."""
CONTRADICTED = 0.2
"""Share of a full text's runs below which what was read is another text."""

_TAG = re.compile(r"<(/?)(p|br|div|li|ul|ol|h[1-6]|blockquote|tr|[a-z][a-z0-9]{0,15})\b[^<>]{0,2000}>", re.I)
_UNREAD = re.compile(r"<!--(?:.*?-->|.*)|<(script|style)\b(?:.*?</\1\s{0,9}>|.*)", re.IGNORECASE | re.DOTALL)
_BREAKING = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr"}
)


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The statements of one page about its story's text."""

    openings: tuple[str, ...] = ()
    """How it begins, as skeletons (`text.skeleton`)."""
    full_texts: tuple[str, ...] = ()
    """All of it, as plain text with line breaks, the longest first."""

    def confirm(self, text: str) -> bool:
        """Whether one of them says that a text is the story, or at least its beginning."""
        if not text:
            return False
        bones = skeleton_of_long(text)
        return any(opening in bones for opening in self.openings) or any(
            share_of(full, text) >= CONFIRMED for full in self.full_texts
        )

    def contradict(self, text: str) -> bool:
        """Whether a full text is another one, and nothing else confirms what was read."""
        return (
            bool(self.full_texts)
            and all(share_of(full, text) < CONTRADICTED for full in self.full_texts)
            and not self.confirm(text)
        )


def read_witnesses(metadata: Metadata, url: str, hints: Hints, spellings: Iterable[str]) -> Witnesses:
    """Collect what a page and the source that named it say of its story's text.

    Args:
        metadata: The page's own statements.
        url: The page's address.
        hints: What the source said.
        spellings: The headline; a text that begins with it begins behind it.
    """
    headlines = sorted((skeleton(spelling) for spelling in spellings if spelling), key=len, reverse=True)
    node = metadata.article(url) or {}
    full_texts = [plain_text(text) for text in (article_body(node, metadata.linked_data), hints.text) if text]
    full_texts = [text for text in full_texts if len(skeleton_of_long(text)) >= MIN_FULL_TEXT]
    summaries = [
        *full_texts,
        metadata.first("og:description"),
        metadata.first("description"),
        metadata.first("twitter:description"),
        value if isinstance(value := node.get("description"), str) else None,
        hints.summary,
    ]
    openings = (_opening(summary, headlines) for summary in summaries if summary)
    unique = dict.fromkeys(opening for opening in openings if opening)
    return Witnesses(tuple(unique), tuple(sorted(full_texts, key=len, reverse=True)))


def article_body(node: Node, data: LinkedData) -> str | None:
    """The `articleBody` (or `text`) of an article's JSON-LD node, as written: plain, or HTML."""
    for key in ("articleBody", "text"):
        value = data.resolve(node.get(key))
        if isinstance(value, list):
            value = "\n\n".join(part for part in value if isinstance(part, str))
        if isinstance(value, str) and value.strip():
            return value[:MAX_FULL_TEXT]
    return None


def plain_text(text: str) -> str:
    """A text that may be HTML, escaped once or twice, as plain lines."""
    for _ in range(2):
        if "&" in text:
            text = html.unescape(text)
    if "<" in text:
        text = _UNREAD.sub("\n", text)
        text = _TAG.sub(lambda tag: "\n" if tag.group(2).lower() in _BREAKING else "", text)
    return "\n".join(line for line in (tidy(line) for line in text.split("\n")) if line)


def share_of(text: str, other: str) -> float:
    """Which part of a text's runs of words another one has, 0 to 1."""
    runs = _runs(text)
    return len(runs & _runs(other)) / len(runs) if runs else 0.0


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", fold_long(text[:MAX_FULL_TEXT]))
    return {tuple(words[start : start + SHINGLE]) for start in range(max(0, len(words) - SHINGLE + 1))}


def _opening(summary: str, headlines: list[str]) -> str | None:
    bones = skeleton(html.unescape(summary)[:400])
    for headline in headlines:
        if headline and bones.startswith(headline):
            bones = bones[len(headline) :]
            break
    return bones[:OPENING] if len(bones) >= MIN_OPENING else None
