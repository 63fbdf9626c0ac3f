"""What a crawl keeps as evidence: captures of pages, of removals, of what has not changed, of robots.txt."""

import logging
import threading

from crawler.model.article import Disposition
from crawler.pipelines.item import Amendment, PageExchanges, PageItem
from crawler.storage.connect import Stores
from crawler.storage.robots_captures import is_robots_kept, remember_robots
from crawler.storage.stored_article import UnsealedArticleReader
from crawler.storage.warc.captures import Conversion, PageCapture
from crawler.storage.warc.exchange import Exchange
from crawler.storage.warc.references import CaptureReference
from crawler.storage.warc.writer import CaptureWriter

UNAVAILABLE_FOR_LEGAL_REASONS = 451
"""The status of a page that may not be shown: its article is not removed, and the answer is kept (RFC
7725)."""

logger = logging.getLogger(__name__)


class Captures:
    """The captures of one site during one crawl.

    Args:
        site: The site's id.
        writer: Takes them; None: they are not kept.
    """

    def __init__(self, site: str, writer: CaptureWriter | None) -> None:
        self._site = site
        self._writer = writer
        self._robots_lock = threading.Lock()

    @property
    def are_kept(self) -> bool:
        """Whether captures are kept."""
        return self._writer is not None

    def keep(self, stores: Stores, item: PageItem) -> str | None:
        """Append the item's capture to the site's segments, once; call it before the article is stored.

        Kept is what becomes an article, a revision, a removal or a page in quarantine, and that a stored
        article's page has not changed. Sets `item.capture`.

        Returns:
            What went wrong; the article is stored all the same.
        """
        # Where the store went away in the middle, all of the page's writes are repeated.
        if self._writer is None or item.is_kept or item.exchanges is None:
            return None
        try:
            item.capture = self._keep(stores, self._writer, item, item.exchanges)
            item.is_kept = True
        except OSError as error:
            logger.error("%s: its capture could not be kept: %s", item.url, error)
            return f"{item.url}: its capture could not be kept: {error.strerror or error}"
        return None

    def _keep(
        self, stores: Stores, writer: CaptureWriter, item: PageItem, exchanges: PageExchanges
    ) -> CaptureReference | None:
        disposition = item.outcome.disposition if item.outcome is not None else None
        if disposition is None:
            is_reread = item.amendment is Amendment.REREAD
            return None if is_reread else writer.write(_page_capture(item, exchanges, item.article_id))
        if disposition is Disposition.QUARANTINED:
            return writer.write(_page_capture(item, exchanges, None))
        article_id = item.article_id or item.page.article_id
        if article_id is None:
            return None
        if disposition is Disposition.UNCHANGED:
            self._keep_unchanged(stores, writer, article_id, exchanges.answer)
            return None
        is_removal = disposition is Disposition.GONE
        if is_removal or exchanges.answer.status == UNAVAILABLE_FOR_LEGAL_REASONS:
            stored = UnsealedArticleReader(stores.db).header(article_id)
            if stored is None or (is_removal and stored.removed_at is not None):
                return None
            return writer.write_exchange(exchanges.answer, exchanges.redirects, removed_article=article_id)
        return None

    def _keep_unchanged(
        self, stores: Stores, writer: CaptureWriter, article_id: str, answer: Exchange
    ) -> None:
        """Note that a page was asked for again and brought what is kept already."""
        stored = UnsealedArticleReader(stores.db).get(article_id)
        earlier = stored.capture if stored is not None else None
        if earlier is None or (answer.status != 304 and answer.payload_sha256 != earlier.payload_sha256):
            return
        writer.write_revisit(answer, earlier, article_id)

    def keep_robots(self, stores: Stores, answers: list[tuple[Exchange, tuple[Exchange, ...]]]) -> str | None:
        """Append answers to robots.txt that say something else than those that are kept.

        Args:
            stores: The open stores.
            answers: The answers with the redirects that led to them; emptied as they are kept.

        Returns:
            What went wrong.
        """
        with self._robots_lock:
            while answers and self._writer is not None:
                exchange, redirects = answers[0]
                try:
                    if not is_robots_kept(stores.db, self._site, exchange):
                        capture = self._writer.write_exchange(exchange, redirects)
                        remember_robots(stores.db, self._site, exchange, capture)
                except OSError as error:
                    answers.clear()
                    return f"{exchange.url}: it could not be kept: {error.strerror or error}"
                del answers[0]
        return None


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
