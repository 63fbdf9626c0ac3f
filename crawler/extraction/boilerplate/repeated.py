"""Boilerplate known by repetition alone: the paragraphs of an article as keys, and an article without some.

What counts as repeated is not decided here (`crawler.storage.repeated_paragraphs` counts); this is the pure
half.
"""

import hashlib
from dataclasses import replace
from typing import NamedTuple

from crawler.extraction.metadata.authors import is_credit
from crawler.model.article import Article
from crawler.parsing.arabic import skeleton

EDGE = 12
"""Paragraphs at either end of a text that are looked at. Templates add to the ends; what stands in the middle
of a long text is the article's."""
MAX_CHARS = 1_000
"""A longer paragraph is no template's."""


class Block(NamedTuple):
    """A paragraph by its key, which two spellings of one text share, and as it is read."""

    key: str
    text: str


def block_key(text: str) -> str:
    """Sixteen hex digits that name a paragraph, whatever its marks, spaces and letter variants."""
    return hashlib.blake2b(skeleton(text).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def blocks_of(text: str) -> list[Block]:
    """The distinct paragraphs of a text that could be a template's.

    Args:
        text: An article's text, paragraphs joined by a blank line.

    Returns:
        In order; without datelines and agency credits, which repeat by right.
    """
    paragraphs = text.split("\n\n")
    if len(paragraphs) > 2 * EDGE:
        paragraphs[EDGE:-EDGE] = []
    blocks: dict[str, Block] = {}
    for paragraph in filter(_may_be_template, paragraphs):
        key = block_key(paragraph)
        blocks.setdefault(key, Block(key, paragraph))
    return list(blocks.values())


def without_blocks(article: Article, keys: frozenset[str]) -> Article:
    """An article without the paragraphs that have these keys.

    An article that has no other paragraph is left as it is: what its page says alone is not known to be a
    template's, and a text is not thrown away on suspicion.
    """
    doomed = keys and {block.key for block in blocks_of(article.text)} & keys
    if not doomed:
        return article
    paragraphs = article.text.split("\n\n")
    kept = [text for text in paragraphs if is_credit(text) or block_key(text) not in doomed]
    if all(map(is_credit, kept)):
        return article
    return replace(article, text="\n\n".join(kept))


def _may_be_template(paragraph: str) -> bool:
    if len(paragraph) > MAX_CHARS or not skeleton(paragraph):
        return False
    return not is_credit(paragraph)
