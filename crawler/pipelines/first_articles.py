"""The first articles of a site, stored before its template was known: cleaned when the crawl has learned it.

A paragraph counts as the template's when many pages have had it, so the first pages of a site are read with
it. By the end of their crawl it is known, and nobody should have to ask for those articles to be clean.
"""

from collections.abc import Sequence
from datetime import datetime

from crawler.storage.articles import article_of, published_by
from crawler.storage.batches import in_batches
from crawler.storage.connect import Stores

LIMIT = 500
"""Articles of a crawl that are remembered: a template is known after some dozens, and memory stays small."""


class FirstArticles:
    """The paragraphs of the first articles that a crawl has stored, by key."""

    def __init__(self) -> None:
        self._keys: dict[str, frozenset[str]] = {}

    def note(self, article_id: str, blocks: Sequence[tuple[str, str]], text: str) -> None:
        """Remember an article that was stored.

        Args:
            article_id: Its `_id`.
            blocks: Key and wording of the paragraphs that were read.
            text: Its text: what was known to be the template's is not in it.
        """
        if len(self._keys) < LIMIT:
            self._keys[article_id] = frozenset(key for key, wording in blocks if wording in text)

    def holding(self, template: frozenset[str]) -> list[str]:
        """The articles whose text has a paragraph of the template, in the order in which they were stored."""
        return [article_id for article_id, keys in self._keys.items() if keys & template]


def clean_articles(stores: Stores, article_ids: Sequence[str], template: frozenset[str]) -> int:
    """Take a template's paragraphs out of stored articles; what they said before is kept as a reading.

    Args:
        stores: The open stores.
        article_ids: The articles, of one site.
        template: Keys of the paragraphs.

    Returns:
        How many articles were changed.
    """
    # Imported here: most crawls learn nothing new at their end.
    from crawler.extraction.boilerplate.repeated import without_blocks
    from crawler.pipelines.rereading import apply_reading
    from dedup import prepare

    changed = 0
    for batch in in_batches(stores.db.articles, article_ids):
        for document in batch:
            article = article_of(document)
            cleaned = without_blocks(article, template)
            if cleaned.text == article.text:
                continue
            published: datetime | None = published_by(document)
            prepared = prepare(document["_id"], cleaned.text, published, document["site"])
            apply_reading(stores, document, cleaned, prepared)
            changed += 1
    return changed
