"""Articles that were taken down without a 404, which few systems of news sites send."""

import hashlib

from crawler.fetch.outcome import Outcome
from crawler.model.article import Disposition, NotArticleReason, UnconfirmedReason
from crawler.parsing.urls import page_id
from crawler.pipelines.confirmation import NO_WORDS
from crawler.pipelines.item import PageItem
from crawler.pipelines.ledger import Ledger
from crawler.storage.connect import Stores
from crawler.storage.page_texts import CONFIRMED_AFTER, PageText, TextHolder, Waiting
from crawler.storage.withdrawals import undo_removal


def note_taken_down(item: PageItem) -> bool:
    """End the page of a known article as gone where it says that it is, or leads to the home page instead.

    A page that never gave an article stays what it is: nothing was taken down.

    Returns:
        Whether it leads to the home page, which `confirm_removal` has to look at.
    """
    outcome = item.outcome
    if outcome is None or outcome.disposition is not Disposition.NOT_ARTICLE or item.page.article_id is None:
        return False
    leads_home = item.cause is NotArticleReason.HOME and item.url != item.page.url
    if leads_home:
        item.outcome = Outcome(Disposition.GONE, f"gone: it leads to {item.url}")
    elif item.cause is NotArticleReason.NOT_FOUND:
        item.outcome = Outcome(Disposition.GONE, f"gone: {item.cause.value}")
    return leads_home


def confirm_removal(stores: Stores, run: Ledger, item: PageItem) -> None:
    """Let a removal wait if other addresses lead to the same page: that is a wall, until it is seen twice.

    A site in maintenance leads all of its addresses to one. Articles that this crawl has marked as removed
    for the same reason are unmarked.
    """
    target = page_id(item.url)
    digest = hashlib.sha256(f"leads to {target}".encode()).hexdigest()[:32]
    earlier = item.page.text
    first_at = earlier.first_at if earlier and earlier.digest == digest else item.fetched_at
    item.text = PageText(digest, NO_WORDS, (_band(run.site.id, target),), "", first_at, item.fetched_at)
    page = TextHolder(item.page.id, item.page.url, item.text, item.page.article_id, stored=True)
    run.site_texts.enter(page)
    holders = run.site_texts.holders(stores.db, page)
    if not holders or item.fetched_at - first_at >= CONFIRMED_AFTER:
        return
    item.waiting = Waiting(UnconfirmedReason.REDIRECTED, item.url, "", first_at, len(holders) + 1)
    item.outcome = Outcome(Disposition.UNCONFIRMED, f"{item.waiting.reason.value}: {item.url}")
    run.site_texts.end(item.page.id, Disposition.UNCONFIRMED)
    for holder in holders:
        if holder.stored and holder.text.last_at - holder.text.first_at < CONFIRMED_AFTER:
            _undo(stores, run, holder, item.waiting)


def _undo(stores: Stores, run: Ledger, holder: TextHolder, waiting: Waiting) -> None:
    own = Waiting(waiting.reason, waiting.title, "", holder.text.first_at, waiting.addresses)
    ending = run.site_texts.ending(holder.page_id)
    if run.site_texts.take_back(holder.page_id, own) and undo_removal(
        stores, holder.page_id, holder.article_id, own, holder.text.last_at
    ):
        run.note_withdrawn(holder.url, ending, own.reason.value)


def _band(site: str, target: str) -> int:
    packed = hashlib.blake2b(f"{site} leads to {target}".encode(), digest_size=8).digest()
    return int.from_bytes(packed) >> 1
