"""Marks on an article's text: paywalled, corrected, sponsored; by the page's data and by its words."""

import re
from collections.abc import Iterable
from pathlib import Path

from crawler.extraction.metadata.jsonld import Node, node_types
from crawler.extraction.metadata.meta import Metadata
from crawler.model.article import ArticleMark
from crawler.parsing.arabic import fold
from crawler.parsing.phrases import read_phrases

EDGE = 4
"""Paragraphs at either end in which a page's own word on its text is looked for."""
MAX_CHARS = 600
"""A longer paragraph is the story's."""

_PHRASES = {
    ArticleMark(name): phrases
    for name, phrases in read_phrases(Path(__file__).parent / "phrases" / "marks.toml").items()
}
"""Phrases that a paragraph at the article's ends or a section's name has."""
_FALSE = frozenset({"false", "no", "0"})
_LOCKED = frozenset({"locked", "metered", "premium", "subscription", "paid"})
_BRACKETED_START = re.compile(r"[\[(]([^\[\]()]{3,40})[\])]")
_BRACKETED_END = re.compile(rf"{_BRACKETED_START.pattern}\Z")
_LIVE = re.compile(r"(?:^|[-_ ])live[-_]?(?:blog|post|update|coverage|event)", re.IGNORECASE)


def find_marks(
    metadata: Metadata, url: str, *, headline: str, section: str | None, tags: Iterable[str], lines: list[str]
) -> set[ArticleMark]:
    """The marks that a page's data and words give its article.

    Args:
        metadata: The page's own statements.
        url: The page's address.
        headline: The article's headline.
        section: Its section.
        tags: Its tags.
        lines: Its paragraphs, those that cleaning takes away at the edges too.
    """
    node = metadata.article(url) or {}
    marks = _marks_by_data(metadata, node)
    if len(lines) > 2 * EDGE:
        lines = [*lines[:EDGE], *lines[-EDGE:]]
    marks = marks.union(*map(marks_of_line, lines))
    labels = filter(None, (section, *tags, *_bracketed(headline)))
    if ArticleMark.SPONSORED in set().union(*map(marks_of_line, labels)):
        marks.add(ArticleMark.SPONSORED)
    return marks


def marks_of_line(line: str) -> set[ArticleMark]:
    """The marks that the words of one paragraph or label give."""
    if len(line) > MAX_CHARS:
        return set()
    folded = fold(line)
    return {mark for mark, phrases in _PHRASES.items() if phrases.find(folded)}


def _marks_by_data(metadata: Metadata, node: Node) -> set[ArticleMark]:
    kinds = node_types(node)
    tier = metadata.first("article:content_tier", "content_tier") or ""
    is_live = any(map(_LIVE.search, metadata.body_classes))
    marks = {
        ArticleMark.PAYWALLED: tier.lower() in _LOCKED or _is_locked(node),
        ArticleMark.LIVE_BLOG: is_live or "liveblogposting" in kinds,
        ArticleMark.SPONSORED: node.get("sponsor") or "advertisercontentarticle" in kinds,
        ArticleMark.CORRECTED: node.get("correction"),
    }
    return {mark for mark, is_given in marks.items() if is_given}


def _is_locked(node: Node) -> bool:
    """Whether an article's data say that some of it cannot be read without paying."""
    parts = node.get("hasPart")
    nodes = [node, *parts] if isinstance(parts, list) else [node, parts]
    statements = [part.get("isAccessibleForFree", "") for part in nodes if isinstance(part, dict)]
    return not _FALSE.isdisjoint(str(statement).lower() for statement in statements)


def _bracketed(headline: str) -> list[str]:
    """What stands in brackets at either end of a headline: «[محتوى ممول] …»."""
    match = _BRACKETED_START.match(headline) or _BRACKETED_END.search(headline[-60:])
    return [match.group(1)] if match else []
