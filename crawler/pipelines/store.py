"""Store: write the article, then the state of its page; count how the page ended."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Self

from redis.exceptions import OutOfMemoryError
from scrapy.crawler import Crawler

from crawler.errors import KhabarError
from crawler.fetch.outcome import Outcome
from crawler.model.article import DatePrecision, Disposition, UnconfirmedReason
from crawler.pipelines.article_lock import end_turn
from crawler.pipelines.item import Amendment, PageItem
from crawler.pipelines.ledger import Ledger
from crawler.pipelines.unconfirmed import complete_withdrawal, waiting_outcome
from crawler.storage.articles import ArticleStore, Capture
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import follow_story
from crawler.storage.frontier import Frontier, PageResult
from crawler.storage.quarantine import quarantine
from crawler.storage.reextractions import correct

logger = logging.getLogger(__name__)


class StorePipeline:
    """Every page passes here once and leaves with exactly one disposition, or stays pending.

    The page is settled last: a crash before that leaves it pending, and doing it again changes nothing
    that is already written.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._run: Ledger = crawler.spider.run  # type: ignore[union-attr]  # the spider is a SiteSpider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for the spider's run."""
        return cls(crawler)

    async def process_item(self, item: PageItem) -> PageItem:
        """Write what became of the page."""
        try:
            return await self._stored(item)
        finally:
            end_turn(item)

    async def _stored(self, item: PageItem) -> PageItem:
        undecided = item.outcome is None and item.decision is None and not item.dedup_pending
        if undecided:
            self._run.put_back()
            return item
        if item.outcome is None and (waiting := self._run.site_texts.is_taken_back(item.page.id)) is not None:
            item.waiting, item.outcome = waiting, waiting_outcome(waiting)
        try:
            outcome = await asyncio.to_thread(self._run.session.run, lambda stores: self._write(stores, item))
        except KhabarError as error:
            self._run.put_back()
            self._crawler.spider.give_up(error)  # type: ignore[union-attr]
            return item
        except OutOfMemoryError as error:
            # Redis is full: the page is as it was, and the next crawl tries it again.
            self._run.put_back()
            self._run.problem(f"{item.url}: not settled, Redis has no memory left: {error}")
            return item
        except Exception as error:
            if item.outcome is not None and item.outcome.disposition is Disposition.QUARANTINED:
                self._run.put_back()
                self._crawler.spider.give_up(  # type: ignore[union-attr]
                    KhabarError(f"{item.url}: the store takes neither the article nor the page: {error}")
                )
                return item
            # A page that the store refuses must not end every crawl of its site: a person shall see it.
            logger.exception("%s could not be stored", item.url)
            reason = f"it could not be stored: {type(error).__name__}: {str(error)[:200]}"
            item.outcome = Outcome(Disposition.QUARANTINED, reason)
            return await self._stored(item)
        self._crawler.stats.inc_value(f"khabar/pages/{outcome.disposition}")
        if item.waiting is not None:
            self._run.note_waiting(item.waiting)
        if outcome.disposition in (Disposition.STORED, Disposition.DUPLICATE) and item.article is not None:
            self._run.note_article(item.article)
        if item.outcome is None and item.decision is not None:
            self._run.note_decision(item.decision)
        self._run.end_page(outcome.disposition, item.url, outcome.reason)
        return item

    def _write(self, stores: Stores, item: PageItem) -> Outcome:
        self._run.lease.check()
        articles = ArticleStore(stores.db)
        save = self._amend if item.amendment else self._save
        is_read = item.outcome is None and item.amendment is not Amendment.REREAD
        if is_read and (problem := self._run.keeping.keep_raw(item)):
            # Before the article: a crash between the two leaves a capture too many, no article without one.
            self._run.problem(problem)
        outcome = item.outcome or save(stores, item)
        if item.outcome is None and item.decision is not None:
            follow_story(stores, item.decision)
        if is_read:
            self._learn(stores, item, outcome)
        waits = outcome.disposition is Disposition.UNCONFIRMED
        article_id = item.page.article_id if waits else item.article_id or item.page.article_id
        if (item.outcome is not None or item.amendment) and article_id:
            if outcome.disposition is Disposition.UNCHANGED:
                articles.still_there(article_id, item.fetched_at, alias=item.page.url)
            elif outcome.disposition is Disposition.GONE:
                articles.removed(article_id, item.fetched_at)
        if outcome.disposition is Disposition.QUARANTINED:
            quarantine(
                stores.db,
                item.page.id,
                site=self._run.site.id,
                url=item.url,
                reason=outcome.reason or "",
                html=item.html,
                fetched_at=item.fetched_at,
            )
        Frontier(stores.db, self._run.site.id, self._run.lease.token).settle(
            item.page,
            PageResult(
                disposition=outcome.disposition,
                reason=outcome.reason,
                article_id=article_id,
                # What waits must be read in full: the validators stay those of what is stored.
                etag=None if waits else item.etag,
                last_modified=None if waits else item.last_modified,
                not_before=outcome.not_before,
                article_since=None if waits else _article_since(item),
                whole=bool(item.html),
                text=item.text,
                waiting=item.waiting,
                final=outcome.final,
                incomplete=item.cut_short and item.retries_parts,
            ),
        )
        ending = complete_withdrawal(stores, self._run, item, outcome.disposition)
        return outcome if ending is outcome.disposition else Outcome(ending, UnconfirmedReason.SHARED.value)

    def _learn(self, stores: Stores, item: PageItem, outcome: Outcome) -> None:
        """Take from a stored page what it tells of its site: what is repeated, and unreliable validators."""
        if outcome.disposition in (Disposition.STORED, Disposition.DUPLICATE):
            self._run.keeping.learn(stores, item)
        if item.has_stale_validators and outcome.disposition is Disposition.REVISED:
            self._run.note_unreliable_validators(item.url)

    def _amend(self, stores: Stores, item: PageItem) -> Outcome:
        """Put an article right that its site did not revise."""
        assert item.amendment is not None  # noqa: S101
        document = stores.db.articles.find_one({"_id": item.article_id})
        if document is not None and item.article is not None:
            capture = None
            if item.amendment is not Amendment.REREAD:
                capture = {"html_sha256": item.html_sha256, "incomplete": item.cut_short}
            correct(
                stores.db,
                document,
                item.article,
                item.prepared,
                item.decision,
                at=item.fetched_at,
                capture=capture,
            )
        return Outcome(Disposition.UNCHANGED, item.amendment.value)

    def _tls(self, item: PageItem) -> str | None:
        unverified = self._run.site.tls == "unverified" and item.url.startswith("https:")
        return "unverified" if unverified else None

    def _save(self, stores: Stores, item: PageItem) -> Outcome:
        assert item.article is not None and item.article_id is not None and item.prepared is not None  # noqa: S101, PT018
        saved = ArticleStore(stores.db).save(
            item.article_id,
            item.article,
            Capture(
                self._run.site.id,
                item.page.url,
                item.fetched_at,
                item.html_sha256,
                self._tls(item),
                item.cut_short,
            ),
            item.prepared,
            item.decision,
            revision=item.known_revision + 1,
        )
        if not saved:
            return Outcome(Disposition.UNCHANGED, "a later fetch of it is stored already")
        if item.known_revision:
            return Outcome(Disposition.REVISED, f"revision {item.known_revision + 1}")
        decision = item.decision
        if decision is not None and decision.duplicate_of:
            alike = f"{decision.reason}, {decision.similarity or 0:.2f} of {decision.duplicate_of}"
            return Outcome(Disposition.DUPLICATE, alike)
        return Outcome(Disposition.STORED)


def _article_since(item: PageItem) -> datetime | None:
    """When the item's article was published or, where only the day is known, fetched first."""
    article = item.article
    if article is None or item.page.article_since is not None:
        return None
    published = article.published_at
    exact = published is not None and article.published_precision is not DatePrecision.DAY
    if exact or (published is not None and item.fetched_at - published > timedelta(days=2)):
        return published
    return item.fetched_at
