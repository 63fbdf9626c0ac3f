"""What a crawl keeps of a page beside its article: the raw page, and what it tells of the site's template."""

import logging

from redis.exceptions import OutOfMemoryError

from crawler.pipelines.first_articles import FirstArticles, clean_articles
from crawler.pipelines.item import PageItem
from crawler.storage.connect import Stores
from crawler.storage.repeated_paragraphs import MIN_PAGES, BoilerplateCounts
from crawler.storage.warc.raw_pages import RawPage, RawPageWriter

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
        """Whether enough articles of the site were counted to tell its template."""
        self._first = FirstArticles()

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
            self._first.note(item.article_id, item.blocks, item.article.text)
        counts = BoilerplateCounts(stores.redis, self._site)
        try:
            learned = counts.learn(item.blocks)
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
    """What is kept of an item's page; of a post what was made of it, and the answer it stands in."""
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
        answer=None if post is None else post.answer,
    )
