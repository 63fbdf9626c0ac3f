"""What a crawl keeps of a page beside its article: the raw page, and the paragraphs that the site repeats."""

import logging
from collections.abc import Sequence

from redis.exceptions import OutOfMemoryError

from crawler.pipelines.item import PageItem
from crawler.storage.connect import Stores
from crawler.storage.repeated_paragraphs import MIN_PAGES, BoilerplateCounts
from crawler.storage.stored_article import ArticleReader
from crawler.storage.warc.raw_pages import RawPage
from crawler.storage.warc.writer import RawPageWriter

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
    for batch in ArticleReader(stores.db).in_batches(article_ids):
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


class Keeping:
    """The raw pages and the boilerplate of one site during one crawl.

    Args:
        site: The site's id.
        raw: Takes the raw pages; None: they are not kept.
    """

    def __init__(self, site: str, raw: RawPageWriter | None) -> None:
        self._site = site
        self._raw = raw
        self._counted = 0
        self.learned: frozenset[str] = frozenset()
        """Keys of the paragraphs that extraction is to leave out."""
        self.has_counts = False
        """Whether enough articles of the site were counted to know its template."""
        self._first = FirstArticles()

    @property
    def keeps_raw_pages(self) -> bool:
        """Whether raw pages are kept."""
        return self._raw is not None

    def load(self, stores: Stores) -> None:
        """Read what was learned before."""
        counts = BoilerplateCounts(stores.redis, self._site)
        self.learned, self.has_counts = counts.learned(), counts.pages() >= MIN_PAGES

    def keep_raw(self, item: PageItem) -> str | None:
        """Append the item's page to the archive of raw pages, once; call it before the article is stored.

        Returns:
            What went wrong; the article is stored all the same.
        """
        if self._raw is None or item.article is None or item.article_id is None or not item.html_sha256:
            return None
        # Where the store went away in the middle, all of the page's writes are repeated.
        if item.is_kept:
            return None
        try:
            self._raw.write(_raw_page(item, item.article_id, item.html_sha256))
            item.is_kept = True
        except OSError as error:
            logger.error("%s: the raw page could not be kept: %s", item.url, error)
            return f"{item.url}: stored, but its raw page could not be kept: {error.strerror or error}"
        return None

    def learn(self, stores: Stores, item: PageItem) -> None:
        """Count the paragraphs of a new article; call it once the article is stored."""
        if item.article is not None and item.article_id is not None:
            self._first.note(item.article_id, item.extracted.blocks, item.article.text)
        counts = BoilerplateCounts(stores.redis, self._site)
        try:
            learned = counts.learn(item.extracted.blocks)
        except OutOfMemoryError as error:
            # The article is stored; what the site repeats is learned again when there is memory.
            logger.warning("%s: its paragraphs are not counted: %s", item.url, error)
            return
        if learned:
            self._counted += 1
            if self._counted % RELOAD_EVERY == 0:
                self.learned, self.has_counts = counts.learned(), True

    def clean_first_articles(self, stores: Stores) -> int:
        """Clean the articles that were stored before the template was known; call it when the crawl ends.

        Returns:
            How many articles were changed.
        """
        template = BoilerplateCounts(stores.redis, self._site).learned()
        article_ids = self._first.holding(template)
        return clean_articles(stores, article_ids, template) if article_ids else 0

    def close(self) -> None:
        """Finish the segment of raw pages that is being written."""
        if self._raw is not None:
            self._raw.close()


def _raw_page(item: PageItem, article_id: str, sha256: str) -> RawPage:
    """What is kept of an item's page, and the answer that it was made of or drawn from."""
    post = item.post_page
    return RawPage(
        article_id=article_id,
        url=item.url,
        html=item.html if post is None else post.html,
        sha256=sha256,
        fetched_at=item.fetched_at,
        content_type=item.content_type,
        hints=item.page.hints if post is None else post.hints,
        parts=item.parts,
        answer=item.rendered_from if post is None else post.answer,
        is_rendered=item.rendered_from is not None,
    )
