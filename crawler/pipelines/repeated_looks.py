"""Captures of known pages that bring nothing new: told apart at a glance, and written several at once."""

from collections.abc import Sequence

from crawler.fetch.outcome import Outcome
from crawler.model.article import Disposition, UnconfirmedReason
from crawler.pipelines.item import PageItem
from crawler.pipelines.run import CrawlRun
from crawler.pipelines.store import page_result
from crawler.pipelines.stored_article import with_better_metadata
from crawler.pipelines.unconfirmed import complete_withdrawal, remember_text
from crawler.storage.captured_pages import CapturedPages
from crawler.storage.connect import Stores
from crawler.storage.looks import RepeatedLook
from crawler.storage.page import Page
from crawler.storage.stored_article import StoredArticle


def nothing_new(run: CrawlRun, item: PageItem, page: Page, stored: StoredArticle) -> Outcome | None:
    """How a capture ends that says what is stored at its own address already; None for any other.

    None also where that takes a closer look: what was removed has come back, what was cut short is whole.

    Args:
        run: The import.
        item: The capture.
        page: The page at its address, as it is known.
        stored: The article of that page.
    """
    article = item.article
    if item.outcome is not None or article is None or item.html_sha256 is None:
        return None
    is_own = item.article_id == stored.id and page.id == f"{run.site.id}/{stored.id}"
    if not is_own or stored.removed_at is not None or stored.text_sha256 != article.text_sha256:
        return None
    if stored.html_sha256 == item.html_sha256:
        return Outcome(Disposition.UNCHANGED, "the same page")
    if stored.title != article.title or stored.text != article.text or item.cut_short or stored.incomplete:
        return None
    if with_better_metadata(stored.as_article(), article) is not None:
        return None
    return Outcome(Disposition.UNCHANGED, "the same text")


def is_repeated_look(run: CrawlRun, item: PageItem, page: Page, stored: StoredArticle) -> bool:
    """Whether a capture is a later look at an article that brings nothing new; it gets its outcome then."""
    if stored.checked_at is None or item.fetched_at <= stored.checked_at:
        return False
    outcome = nothing_new(run, item, page, stored)
    if outcome is None:
        return False
    item.page, item.outcome = page, outcome
    remember_text(run, item)
    return True


def write_repeated_looks(stores: Stores, run: CrawlRun, items: Sequence[PageItem]) -> list[Outcome]:
    """Write looks at different articles that bring nothing new; returns how their pages ended."""
    if not items:
        return []
    looks = [RepeatedLook(_article_id(item), item.fetched_at, item.page.url) for item in items]
    run.keeping.custody.write_looks(stores, looks)
    outcomes = [_outcome(item) for item in items]
    CapturedPages(stores.db, run.site.id).record_all(
        [
            (item.page, page_result(item, outcome), item.fetched_at)
            for item, outcome in zip(items, outcomes, strict=True)
        ]
    )
    endings = [
        complete_withdrawal(stores, run, item, outcome.disposition)
        for item, outcome in zip(items, outcomes, strict=True)
    ]
    return [
        outcome if ending is outcome.disposition else Outcome(ending, UnconfirmedReason.SHARED.value)
        for outcome, ending in zip(outcomes, endings, strict=True)
    ]


def complete_look(
    run: CrawlRun, item: PageItem, pages: CapturedPages, stored: StoredArticle
) -> Outcome | None:
    """Complete a look that was cut off between its article and its page; None where it was none.

    Args:
        run: The import.
        item: The capture, with its page as it is known; its article was looked at then, and not since.
        pages: The pages of its site.
        stored: Its article.
    """
    outcome = item.outcome or nothing_new(run, item, item.page, stored)
    if outcome is None or outcome.disposition is not Disposition.UNCHANGED:
        return None
    if not pages.is_behind(item.page, item.fetched_at):
        return None
    remember_text(run, item)
    pages.record(item.page, page_result(item, outcome), item.fetched_at)
    return outcome


def _article_id(item: PageItem) -> str:
    assert item.article_id is not None  # noqa: S101 - `nothing_new` has compared it
    return item.article_id


def _outcome(item: PageItem) -> Outcome:
    assert item.outcome is not None  # noqa: S101 - `is_repeated_look` has set it
    return item.outcome
