"""What a crawl keeps of a page beside its article: its capture, and the paragraphs that the site repeats."""

import logging
import threading
from collections.abc import Sequence

from redis.exceptions import OutOfMemoryError

from crawler.model.article import Disposition
from crawler.pipelines.item import Amendment, PageExchanges, PageItem
from crawler.storage.connect import Stores
from crawler.storage.repeated_paragraphs import MIN_PAGES, BoilerplateCounts
from crawler.storage.robots_captures import is_robots_kept, remember_robots
from crawler.storage.stored_article import UnsealedArticleReader
from crawler.storage.warc.captures import Conversion, PageCapture
from crawler.storage.warc.exchange import Exchange
from crawler.storage.warc.references import CaptureReference
from crawler.storage.warc.writer import CaptureWriter

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


UNAVAILABLE_FOR_LEGAL_REASONS = 451
"""The status of a page that may not be shown: its article is not removed, and the answer is kept (RFC
7725)."""

RELOAD_EVERY = 25
"""New articles after which the learned boilerplate is read again: it changes slowly."""

logger = logging.getLogger(__name__)


class Keeping:
    """The raw pages and the boilerplate of one site during one crawl.

    Args:
        site: The site's id.
        raw: Takes the captures; None: they are not kept.
    """

    def __init__(self, site: str, raw: CaptureWriter | None) -> None:
        self._site = site
        self._raw = raw
        self._counted = 0
        self.learned: frozenset[str] = frozenset()
        """Keys of the paragraphs that extraction is to leave out."""
        self.has_counts = False
        """Whether enough articles of the site were counted to know its template."""
        self._first = FirstArticles()
        self._robots_lock = threading.Lock()

    @property
    def keeps_raw_pages(self) -> bool:
        """Whether captures are kept."""
        return self._raw is not None

    def load(self, stores: Stores) -> None:
        """Read what was learned before."""
        counts = BoilerplateCounts(stores.redis, self._site)
        self.learned, self.has_counts = counts.learned(), counts.pages() >= MIN_PAGES

    def keep_raw(self, stores: Stores, item: PageItem) -> str | None:
        """Append the item's capture to the site's segments, once; call it before the article is stored.

        Kept is what becomes an article, a revision, a removal or a page in quarantine, and that a stored
        article's page has not changed. Sets `item.capture`.

        Returns:
            What went wrong; the article is stored all the same.
        """
        # Where the store went away in the middle, all of the page's writes are repeated.
        if self._raw is None or item.is_kept or item.exchanges is None:
            return None
        try:
            item.capture = self._keep(stores, self._raw, item, item.exchanges)
            item.is_kept = True
        except OSError as error:
            logger.error("%s: its capture could not be kept: %s", item.url, error)
            return f"{item.url}: its capture could not be kept: {error.strerror or error}"
        return None

    def _keep(
        self, stores: Stores, raw: CaptureWriter, item: PageItem, exchanges: PageExchanges
    ) -> CaptureReference | None:
        disposition = item.outcome.disposition if item.outcome is not None else None
        if disposition is None:
            is_reread = item.amendment is Amendment.REREAD
            return None if is_reread else raw.write(_page_capture(item, exchanges, item.article_id))
        if disposition is Disposition.QUARANTINED:
            return raw.write(_page_capture(item, exchanges, None))
        article_id = item.article_id or item.page.article_id
        if article_id is None:
            return None
        if disposition is Disposition.UNCHANGED:
            self._keep_unchanged(stores, raw, article_id, exchanges.answer)
            return None
        is_removal = disposition is Disposition.GONE
        if is_removal or exchanges.answer.status == UNAVAILABLE_FOR_LEGAL_REASONS:
            stored = UnsealedArticleReader(stores.db).header(article_id)
            if stored is None or (is_removal and stored.removed_at is not None):
                return None
            return raw.write_exchange(exchanges.answer, exchanges.redirects, removed_article=article_id)
        return None

    def _keep_unchanged(self, stores: Stores, raw: CaptureWriter, article_id: str, answer: Exchange) -> None:
        """Note that a page was asked for again and brought what is kept already."""
        stored = UnsealedArticleReader(stores.db).get(article_id)
        earlier = stored.capture if stored is not None else None
        if earlier is None or (answer.status != 304 and answer.payload_sha256 != earlier.payload_sha256):
            return
        raw.write_revisit(answer, earlier, article_id)

    def keep_robots(self, stores: Stores, answers: list[tuple[Exchange, tuple[Exchange, ...]]]) -> str | None:
        """Append answers to robots.txt that say something else than those that are kept.

        Args:
            stores: The open stores.
            answers: The answers with the redirects that led to them; emptied as they are kept.

        Returns:
            What went wrong.
        """
        with self._robots_lock:
            while answers and self._raw is not None:
                exchange, redirects = answers[0]
                try:
                    if not is_robots_kept(stores.db, self._site, exchange):
                        capture = self._raw.write_exchange(exchange, redirects)
                        remember_robots(stores.db, self._site, exchange, capture)
                except OSError as error:
                    answers.clear()
                    return f"{exchange.url}: it could not be kept: {error.strerror or error}"
                del answers[0]
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


def _page_capture(item: PageItem, exchanges: PageExchanges, article_id: str | None) -> PageCapture:
    """What is kept of an item's page."""
    post, conversion = item.post_page, None
    if post is not None:
        conversion = Conversion(post.html, post.post_id)
    elif exchanges.drawn_with is not None:
        conversion = Conversion(item.html, requests=exchanges.drawn_with)
    return PageCapture(
        article_id,
        item.url,
        exchanges.answer,
        item.page.hints if post is None else post.hints,
        exchanges.redirects,
        exchanges.parts,
        conversion,
    )
