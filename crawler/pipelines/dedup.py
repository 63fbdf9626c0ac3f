"""Dedup: what is new in a page, and which story its article belongs to."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self
from weakref import WeakValueDictionary

from scrapy.crawler import Crawler

from crawler.errors import KhabarError
from crawler.fetch.outcome import Outcome
from crawler.html.sentences import sentence
from crawler.model.article import Disposition
from crawler.pipelines.item import PageItem
from crawler.pipelines.run import CrawlRun, crawl_run
from crawler.pipelines.stored_article import (
    compare_with_stored,
    former_ids,
    is_another_article,
    keep_identity,
)
from crawler.pipelines.unconfirmed import confirm_removal, hold_unconfirmed, mark_removed, remember_text
from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import open_index
from crawler.storage.dedup_texts import stored_texts
from crawler.storage.frontier import Frontier
from crawler.storage.stored_article import ArticleHeader, UnsealedArticleReader
from dedup import DedupError, IndexFullError

logger = logging.getLogger(__name__)


class ArticleLocks:
    """Lets the second of two pages of one article wait until the first is stored.

    Otherwise neither would find the other in the store, both would count as new, and the text of the first
    would be overwritten without a revision. A process crawls one site.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def acquire(self, item: PageItem) -> None:
        """Wait for the lock of the item's article, which `PageItem.release_lock` gives back."""
        if item.outcome is None and item.article_id is not None:
            lock = self._locks.setdefault(item.article_id, asyncio.Lock())
            await lock.acquire()
            item.lock = lock


class DedupPipeline:
    """Decides on new and changed articles; an article whose text is the stored one is left alone."""

    def __init__(self, run: CrawlRun) -> None:
        self._run = run
        self._locks = ArticleLocks()
        self._lost = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for the spider's run."""
        return cls(crawl_run(crawler))

    async def process_item(self, item: PageItem) -> PageItem:
        """Fill in the item's decision, or its outcome where it brings nothing new."""
        leads_home = mark_removed(item)
        candidates = former_ids(self._run.site, item)
        if candidates and not self._lost:
            try:
                await self._in_store(lambda stores: keep_identity(stores.db, item, candidates))
            except KhabarError as error:
                self._run.context.give_up(error)
                return item
        await self._locks.acquire(item)
        if not self._lost and (leads_home or item.outcome is None):
            await self._decide(item, confirm_removal if leads_home else decide)
        return item

    async def _in_store(self, work: Callable[[Stores], None]) -> None:
        await asyncio.to_thread(self._run.session.run, work)

    async def _decide(self, item: PageItem, decide: Callable[[Stores, CrawlRun, PageItem], None]) -> None:
        try:
            await self._in_store(lambda stores: decide(stores, self._run, item))
        except KhabarError as error:
            self._run.context.give_up(error)
        except DedupError as error:
            # Going on would begin an index that does not know what the archive holds.
            self._lost = True
            self._run.context.give_up(KhabarError(sentence("index_made_anew", why=str(error))))
        except Exception as error:
            logger.exception("%s could not be looked up", item.url)
            reason = sentence("no_story_found", why=f"{type(error).__name__}: {str(error)[:200]}")
            item.outcome = Outcome(Disposition.QUARANTINED, reason)


@dataclass(frozen=True, slots=True)
class _Match:
    """What is stored under the id of an item's article, compared with the item.

    Attributes:
        stored: What is stored.
        is_own: The page is at the article's own address, not at another that names it as canonical.
        is_elsewhere: The article is stored under another address.
        is_unchanged: Its text is the item's.
        is_same_page: The whole page is the stored one, byte for byte.
    """

    stored: ArticleHeader
    is_own: bool
    is_elsewhere: bool
    is_unchanged: bool
    is_same_page: bool

    @property
    def may_differ(self) -> bool:
        """Whether one id may stand for two articles: another address has it, with another text."""
        return self.is_elsewhere and not self.is_unchanged


def _match(stores: Stores, run: CrawlRun, item: PageItem) -> _Match | None:
    assert item.article is not None and item.article_id is not None  # noqa: S101, PT018
    stored = UnsealedArticleReader(stores.db).header(item.article_id)
    if stored is None:
        return None
    return _Match(
        stored,
        is_own=item.page.id == f"{run.site.id}/{item.article_id}",
        is_elsewhere=stored.url != item.article.url,
        is_unchanged=stored.text_sha256 == item.article.text_sha256,
        is_same_page=item.html_sha256 is not None and item.html_sha256 == stored.html_sha256,
    )


def decide(stores: Stores, run: CrawlRun, item: PageItem) -> None:
    """Fill in the decision on a page with an article, or the outcome of one that brings nothing new.

    Args:
        stores: The open stores.
        run: The crawl.
        item: The page.
    """
    match = _match(stores, run, item)
    if match is not None and match.may_differ and not match.is_own and _is_another_article(stores, item):
        logger.info("%s: its canonical address is another article's", item.url)
        _take_own_address(item)
        decide(stores, run, item)
    elif not _waits(stores, run, item, match):
        if match is not None:
            _compare(stores, run, item, match)
        if item.outcome is None and not _keeps_story(stores, item, match):
            _ask_index(stores, run, item)


def _waits(stores: Stores, run: CrawlRun, item: PageItem, match: _Match | None) -> bool:
    """Whether the page's text has to be confirmed before it is stored."""
    if match is not None and match.is_own and (match.is_unchanged or match.is_same_page):
        remember_text(run, item)
        return False
    # What is stored at its own address may have come from another page, which has less of a claim to it.
    is_compared = match is None or not match.is_elsewhere
    return hold_unconfirmed(stores, run, item, is_new=match is None, is_compared=is_compared)


def _compare(stores: Stores, run: CrawlRun, item: PageItem, match: _Match) -> None:
    """Set the outcome or the amendment of a page whose article is stored."""
    if not match.is_own and (match.is_elsewhere or match.is_unchanged):
        # Two addresses that claim one canonical address take turns otherwise: each fetch of either
        # would look like a revision of the other.
        item.outcome = Outcome(Disposition.UNCHANGED, f"another address of {match.stored.url}")
        return
    if match.may_differ and _is_another_article(stores, item):
        # The stored one came from a page with a wrong canonical address: that page is fetched again.
        Frontier(stores.db, run.site.id).reopen_page(match.stored.url)
    compare_with_stored(stores, item, match.stored)


def _keeps_story(stores: Stores, item: PageItem, match: _Match | None) -> bool:
    """Whether a stored article has left the index: its copies are no longer there, so it keeps its story."""
    if match is None or not stores.settings.dedup_window:
        return False
    assert item.article_id is not None  # noqa: S101
    stored = ArticleStore(stores.db).story_of(item.article_id)
    if stored is None or open_index(stores).lookup([item.article_id]) != [None]:
        return False
    item.decision = stored
    return True


def _ask_index(stores: Stores, run: CrawlRun, item: PageItem) -> None:
    """Have the index decide, which also inserts the article, in one atomic step."""
    assert item.article is not None and item.article_id is not None and item.prepared is not None  # noqa: S101, PT018
    try:
        texts = stored_texts(stores, {item.article_id: item.article.text})
        item.decision = open_index(stores).check_and_insert([item.prepared], texts=texts)[0]
    except IndexFullError as error:
        logger.error("%s is stored without a look for duplicates: %s", item.url, error)
        run.counts.problem_that("stored_without_look", url=item.url, why=str(error))
        item.dedup_pending = True


def _is_another_article(stores: Stores, item: PageItem) -> bool:
    """Whether the article under the item's canonical address shares neither headline nor text with it.

    Templates with a forgotten placeholder give every article one canonical address.
    """
    assert item.article is not None and item.article_id is not None  # noqa: S101, PT018
    stored = UnsealedArticleReader(stores.db).get(item.article_id)
    return stored is not None and is_another_article(item.article, stored)


def _take_own_address(item: PageItem) -> None:
    """Let the item's article be known by the address of its page."""
    assert item.article is not None and item.prepared is not None  # noqa: S101, PT018
    article_id = item.page.id.partition("/")[2]
    item.change(
        article_id=article_id,
        article=replace(item.article, canonical_url=item.page.url),
        prepared=replace(item.prepared, id=article_id),
    )
