"""What a crawl learns of the paragraphs that its site repeats."""

import logging
from collections.abc import Sequence

from redis.exceptions import OutOfMemoryError

from crawler.pipelines.item import PageItem
from crawler.storage.connect import Stores
from crawler.storage.repeated_paragraphs import MIN_PAGES, BoilerplateCounts
from crawler.storage.stored_article import UnsealedArticleReader

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
    """Take a template's paragraphs out of stored articles; the earlier text is kept as a reading.

    Args:
        stores: The open stores.
        article_ids: The articles, of one site.
        template: Keys of the paragraphs.

    Returns:
        How many articles were changed.
    """
    # Imported here: most crawls learn nothing new at their end.
    from crawler.extraction.boilerplate.repeated import without_blocks
    from crawler.pipelines.reextraction import apply_reading
    from dedup import prepare

    changed = 0
    for batch in UnsealedArticleReader(stores.db).in_batches(article_ids):
        for stored in batch:
            article = stored.as_article()
            cleaned = without_blocks(article, template)
            if cleaned.text == article.text:
                continue
            prepared = prepare(stored.id, cleaned.text, stored.latest_publication, stored.site)
            apply_reading(stores, stored, cleaned, prepared)
            changed += 1
    return changed


RELOAD_EVERY = 25
"""New articles after which the learned boilerplate is read again: it changes slowly."""

logger = logging.getLogger(__name__)


class Boilerplate:
    """The boilerplate of one site during one crawl.

    Args:
        site: The site's id.
    """

    def __init__(self, site: str) -> None:
        self._site = site
        self._counted = 0
        self.learned: frozenset[str] = frozenset()
        """Keys of the paragraphs that extraction is to leave out."""
        self.has_counts = False
        """Whether enough articles of the site were counted to know its template."""
        self._first = FirstArticles()

    def load(self, stores: Stores) -> None:
        """Read what was learned before."""
        template = BoilerplateCounts(stores.redis, self._site).template()
        self.learned, self.has_counts = template.keys, template.pages >= MIN_PAGES

    def learn(self, stores: Stores, items: Sequence[PageItem]) -> None:
        """Count the paragraphs of new articles; call it once they are stored."""
        for item in items:
            if item.article is not None and item.article_id is not None:
                self._first.note(item.article_id, item.extracted.blocks, item.article.text)
        counts = BoilerplateCounts(stores.redis, self._site)
        try:
            counted = counts.learn_all([item.extracted.blocks for item in items])
        except OutOfMemoryError as error:
            # The articles are stored; what the site repeats is learned again when there is memory.
            logger.warning("%s: its paragraphs are not counted: %s", items[0].url, error)
            return
        before, self._counted = self._counted, self._counted + counted
        if self._counted // RELOAD_EVERY > before // RELOAD_EVERY:
            self.learned, self.has_counts = counts.learned(), True

    def clean_first_articles(self, stores: Stores) -> int:
        """Clean the articles that were stored before the template was known; call it when the crawl ends.

        Returns:
            How many articles were changed.
        """
        template = BoilerplateCounts(stores.redis, self._site).learned()
        article_ids = self._first.holding(template)
        return clean_articles(stores, article_ids, template) if article_ids else 0
