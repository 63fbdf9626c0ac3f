"""Store: write the article, then the state of its page; count how the page ended."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Self

from redis.exceptions import OutOfMemoryError
from scrapy.crawler import Crawler

from crawler.errors import KhabarError
from crawler.fetch.outcome import Outcome
from crawler.html.sentences import sentence
from crawler.model.article import DatePrecision, Disposition, UnconfirmedReason
from crawler.pipelines.item import Amendment, PageItem, page_ended
from crawler.pipelines.run import CrawlRun, crawl_run
from crawler.pipelines.unconfirmed import complete_withdrawal, waiting_outcome
from crawler.storage.article_fields import Capture
from crawler.storage.articles import ArticleStore
from crawler.storage.captured_pages import CapturedPages
from crawler.storage.connect import Stores
from crawler.storage.crawls import NEW
from crawler.storage.dedup_index import follow_story
from crawler.storage.frontier import Frontier, PageResult
from crawler.storage.quarantine import quarantine
from crawler.storage.reextractions import correct
from crawler.storage.stored_article import UnsealedArticleReader
from dedup import Decision

logger = logging.getLogger(__name__)


class StorePipeline:
    """Every page passes here once and leaves with exactly one disposition, or stays pending.

    The page is settled last: a crash before that leaves it pending, and doing it again changes nothing
    that is already written. Then the signal `page_ended` is sent.
    """

    def __init__(self, crawler: Crawler, run: CrawlRun) -> None:
        self._crawler = crawler
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for the spider's run."""
        return cls(crawler, crawl_run(crawler))

    async def process_item(self, item: PageItem) -> PageItem:
        """Write what became of the page."""
        try:
            await self._write(item)
        finally:
            item.release_lock()
        self._crawler.signals.send_catch_log(signal=page_ended, item=item)
        return item

    async def _write(self, item: PageItem) -> None:
        undecided = item.outcome is None and item.decision is None and not item.dedup_pending
        if undecided:
            self._run.counts.put_back()
            return
        if item.outcome is None and (waiting := self._run.site_texts.taken_back(item.page.id)) is not None:
            item.waiting, item.outcome = waiting, waiting_outcome(waiting)
        try:
            outcome = await asyncio.to_thread(
                self._run.session.run, lambda stores: write_page(stores, self._run, item)
            )
        except KhabarError as error:
            self._run.counts.put_back()
            self._run.context.give_up(error)
            return
        except OutOfMemoryError as error:
            # Redis is full: the page is as it was, and the next crawl tries it again.
            self._run.counts.put_back()
            self._run.counts.problem_that("redis_full_for_page", url=item.url, why=str(error))
            return
        except Exception as error:
            if item.outcome is not None and item.outcome.disposition is Disposition.QUARANTINED:
                self._run.counts.put_back()
                self._run.context.give_up(
                    KhabarError(sentence("store_takes_nothing", url=item.url, why=str(error)))
                )
                return
            # A page that the store refuses must not end every crawl of its site: a person shall see it.
            logger.exception("%s could not be stored", item.url)
            reason = sentence("not_stored", why=f"{type(error).__name__}: {str(error)[:200]}")
            item.outcome = Outcome(Disposition.QUARANTINED, reason)
            await self._write(item)
            return
        self._count(item, outcome)

    def _count(self, item: PageItem, outcome: Outcome) -> None:
        item.disposition = outcome.disposition
        self._crawler.stats.inc_value(f"khabar/pages/{outcome.disposition}")
        if item.waiting is not None:
            self._run.counts.note_waiting(item.waiting)
        if outcome.disposition in NEW and item.article is not None:
            self._run.counts.note_article(item.article)
        if item.outcome is None and item.decision is not None:
            self._run.counts.note_decision(item.decision)
        self._run.counts.end_page(outcome.disposition, item.url, outcome.reason, item.extracted.cause)


def write_page(stores: Stores, run: CrawlRun, item: PageItem) -> Outcome:
    """Write what became of a page, its state in the frontier last.

    Args:
        stores: The open stores.
        run: The crawl.
        item: The page, with an outcome or a decision.

    Returns:
        How the page ended.
    """
    run.lease.check()
    is_read = item.outcome is None and item.amendment is not Amendment.REREAD
    # Before the article: a crash between the two leaves a capture too many, no article without one.
    captures, answers = run.keeping.captures, run.context.robots_answers
    for problem in (captures.keep_robots(stores, answers), captures.keep(stores, item)):
        if problem is not None:
            run.problem(problem)
    outcome = item.outcome or _write_article(stores, run, item)
    if is_read:
        _learn(stores, run, item, outcome)
    _mark_seen(stores, item, outcome.disposition)
    if outcome.disposition is Disposition.QUARANTINED:
        quarantine(
            stores.db,
            item.page.id,
            site=run.site.id,
            url=item.url,
            reason=outcome.reason or "",
            html=item.html,
            fetched_at=item.fetched_at,
            capture=item.capture,
        )
    run.keeping.custody.log(stores, item)
    result = page_result(item, outcome)
    if item.is_capture:
        CapturedPages(stores.db, run.site.id).record(item.page, result, item.fetched_at)
    else:
        Frontier(stores.db, run.site.id, run.lease.token).settle(item.page, result)
    ending = complete_withdrawal(stores, run, item, outcome.disposition)
    return outcome if ending is outcome.disposition else Outcome(ending, UnconfirmedReason.SHARED.sentence)


def _write_article(stores: Stores, run: CrawlRun, item: PageItem) -> Outcome:
    outcome = _amend(stores, item) if item.amendment else _save(stores, run, item)
    if item.decision is not None:
        follow_story(stores, item.decision)
    return outcome


def _amend(stores: Stores, item: PageItem) -> Outcome:
    """Put an article right that its site did not revise."""
    assert item.amendment is not None  # noqa: S101
    stored = UnsealedArticleReader(stores.db).get(item.article_id) if item.article_id else None
    if stored is not None and item.article is not None:
        is_reread = item.amendment is Amendment.REREAD
        correct(
            stores.db,
            stored,
            item.article,
            item.prepared,
            item.decision,
            at=item.fetched_at,
            capture=None if is_reread else _capture_fields(item),
        )
    return Outcome(Disposition.UNCHANGED, item.amendment.value)


def _capture_fields(item: PageItem) -> dict[str, Any]:
    return {
        "html_sha256": item.html_sha256,
        "incomplete": item.cut_short,
        "capture": item.capture and item.capture.as_document(),
    }


def _save(stores: Stores, run: CrawlRun, item: PageItem) -> Outcome:
    """Write a new article, or a revision."""
    assert item.article is not None and item.article_id is not None and item.prepared is not None  # noqa: S101, PT018
    saved = ArticleStore(stores.db).save(
        item.article_id,
        item.article,
        capture_of(run, item),
        item.prepared,
        item.decision,
        revision=item.stored_revision + 1,
    )
    if not saved:
        return Outcome(Disposition.UNCHANGED, "a later fetch of it is stored already")
    if item.stored_revision:
        return Outcome(Disposition.REVISED, f"revision {item.stored_revision + 1}")
    return new_outcome(item.decision)


def capture_of(run: CrawlRun, item: PageItem) -> Capture:
    """Where and when an item's page was fetched."""
    unverified = run.site.tls == "unverified" and item.url.startswith("https:")
    return Capture(
        run.site.id,
        item.page.url,
        item.fetched_at,
        item.html_sha256,
        "unverified" if unverified else None,
        item.cut_short,
        item.capture,
    )


def new_outcome(decision: Decision | None) -> Outcome:
    """How the page of a new article ends: as a copy of another one, or not."""
    if decision is not None and decision.duplicate_of:
        alike = f"{decision.reason}, {decision.similarity or 0:.2f} of {decision.duplicate_of}"
        return Outcome(Disposition.DUPLICATE, alike)
    return Outcome(Disposition.STORED)


def _learn(stores: Stores, run: CrawlRun, item: PageItem, outcome: Outcome) -> None:
    """Learn from a stored page what its site repeats, and whether its validators are reliable."""
    if outcome.disposition in NEW:
        run.keeping.boilerplate.learn(stores, [item])
    if item.has_stale_validators and outcome.disposition is Disposition.REVISED:
        run.context.note_unreliable_validators(item.url)


def _mark_seen(stores: Stores, item: PageItem, disposition: Disposition) -> None:
    """Note when the page of an article that was not written was seen, or that the article is removed."""
    article_id = item.article_id or item.page.article_id
    if article_id is None or (item.outcome is None and item.amendment is None):
        return
    if disposition is Disposition.UNCHANGED:
        ArticleStore(stores.db).seen_again(article_id, item.fetched_at, alias=item.page.url)
    elif disposition is Disposition.GONE:
        ArticleStore(stores.db).removed(article_id, item.fetched_at, item.capture)


def page_result(item: PageItem, outcome: Outcome) -> PageResult:
    """What the frontier is to remember of a page."""
    result = PageResult(
        disposition=outcome.disposition,
        reason=outcome.reason,
        article_id=item.article_id or item.page.article_id,
        etag=item.etag,
        last_modified=item.last_modified,
        not_before=outcome.not_before,
        article_since=_article_since(item),
        whole=bool(item.html),
        text=item.text,
        waiting=item.waiting,
        final=outcome.final,
        incomplete=item.cut_short and item.retries_parts,
    )
    if outcome.disposition is not Disposition.UNCONFIRMED:
        return result
    # What waits must be read in full: the validators stay those of what is stored.
    return replace(result, article_id=item.page.article_id, etag=None, last_modified=None, article_since=None)


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
