"""Dedup: ask the index which story an article belongs to, in one atomic step that also inserts it."""

import asyncio
import logging
from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler

from crawler.errors import KhabarError
from crawler.fetch.outcome import Outcome
from crawler.model.article import Disposition
from crawler.pipelines.article_lock import take_turn
from crawler.pipelines.item import PageItem
from crawler.pipelines.ledger import Ledger
from crawler.pipelines.outlet_moves import former_ids, keep_identity, tells_another_story
from crawler.pipelines.stored_article import compare_with_stored
from crawler.pipelines.taken_down import confirm_removal, note_taken_down
from crawler.pipelines.unconfirmed import hold_unconfirmed, remember_text
from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import open_index
from crawler.storage.dedup_texts import stored_texts
from crawler.storage.frontier import Frontier
from dedup import DedupError, IndexFullError

logger = logging.getLogger(__name__)


class DedupPipeline:
    """Decides on new and changed articles; an article that says what it said before is left alone."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._run: Ledger = crawler.spider.run  # type: ignore[union-attr]  # the spider is a SiteSpider
        self._lost = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for the spider's run."""
        return cls(crawler)

    async def process_item(self, item: PageItem) -> PageItem:
        """Fill in the item's decision, or its outcome where the article is known already."""
        leads_home = note_taken_down(item)
        earlier = former_ids(self._run.site, item)
        if earlier and not self._lost:
            try:
                await asyncio.to_thread(
                    self._run.session.run, lambda stores: keep_identity(stores.db, item, earlier)
                )
            except KhabarError as error:
                self._crawler.spider.give_up(error)  # type: ignore[union-attr]
                return item
        await take_turn(item)
        if (item.outcome is None or leads_home) and not self._lost:
            decide = self._confirm_removal if leads_home else self._decide
            try:
                await asyncio.to_thread(self._run.session.run, lambda stores: decide(stores, item))
            except KhabarError as error:
                self._crawler.spider.give_up(error)  # type: ignore[union-attr]
            except DedupError as error:
                # Going on would begin an index that does not know what the archive holds.
                self._lost = True
                self._crawler.spider.give_up(  # type: ignore[union-attr]
                    KhabarError(f"{error}; the next crawl makes it anew by itself")
                )
            except Exception as error:
                logger.exception("%s could not be looked up", item.url)
                reason = f"no story could be found for it: {type(error).__name__}: {str(error)[:200]}"
                item.outcome = Outcome(Disposition.QUARANTINED, reason)
        return item

    def _confirm_removal(self, stores: Stores, item: PageItem) -> None:
        confirm_removal(stores, self._run, item)

    def _decide(self, stores: Stores, item: PageItem) -> None:
        assert item.article is not None and item.article_id is not None and item.prepared is not None  # noqa: S101, PT018
        known = ArticleStore(stores.db).known(item.article_id)
        own = item.page.id == f"{self._run.site.id}/{item.article_id}"
        unchanged = known is not None and known.text_sha256 == item.article.text_sha256
        elsewhere = known is not None and known.url != item.article.url
        if elsewhere and not own and not unchanged and _is_another_story(stores, item):
            logger.info("%s: its canonical address is another story's", item.url)
            _take_own_address(item)
            self._decide(stores, item)
            return
        same_bytes = (
            known is not None and item.html_sha256 is not None and item.html_sha256 == known.html_sha256
        )
        if own and (unchanged or same_bytes):
            remember_text(self._run, item)
        # What stands at its own address may have come from another page, which has less of a claim to it.
        elif hold_unconfirmed(stores, self._run, item, is_new=known is None, is_compared=not elsewhere):
            return
        if known is not None:
            if own and elsewhere and not unchanged and _is_another_story(stores, item):
                # What stands there came from a page with a wrong canonical address: that page is read again.
                Frontier(stores.db, self._run.site.id).reopen_page(known.url)
            if not own and (elsewhere or unchanged):
                # Two addresses that claim one canonical address take turns otherwise: each fetch of either
                # would look like a revision of the other.
                item.outcome = Outcome(Disposition.UNCHANGED, f"another address of {known.url}")
            else:
                compare_with_stored(stores, item, known)
            if item.outcome is not None:
                return
            if stores.settings.dedup_window:
                # An article that has left the index keeps the story it had: nobody there knows its copies.
                stored = ArticleStore(stores.db).story_of(item.article_id)
                if stored is not None and open_index(stores).lookup([item.article_id]) == [None]:
                    item.decision = stored
                    return
        try:
            texts = stored_texts(stores, {item.article_id: item.article.text})
            item.decision = open_index(stores).check_and_insert([item.prepared], texts=texts)[0]
        except IndexFullError as error:
            logger.error("%s is stored without a look for duplicates: %s", item.url, error)
            self._run.problem(f"{item.url}: stored without a look for duplicates: {error}")
            item.dedup_pending = True


def _is_another_story(stores: Stores, item: PageItem) -> bool:
    """Whether the article under the item's canonical address shares neither headline nor text with it.

    Templates with a forgotten placeholder call each story by one address.
    """
    known = stores.db.articles.find_one({"_id": item.article_id}, {"title": 1, "text": 1})
    return known is not None and item.article is not None and tells_another_story(item.article, known)


def _take_own_address(item: PageItem) -> None:
    """Let the item's article be known by the address of its page."""
    assert item.article is not None and item.prepared is not None  # noqa: S101, PT018
    item.article_id = item.page.id.partition("/")[2]
    item.article = replace(item.article, canonical_url=item.page.url)
    item.prepared = replace(item.prepared, id=item.article_id)
