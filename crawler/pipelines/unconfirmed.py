"""Pages that wait for a second look: texts and removals that have to be confirmed.

A text is held before it is stored, and withdrawn where it was. An article that is removed seldom answers
with 404: its page says so, or redirects to the home page, and that may be a wall until it is seen twice.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from crawler.fetch.outcome import Outcome
from crawler.html.sentences import sentence
from crawler.model.article import Disposition, NotArticleReason, UnconfirmedReason
from crawler.parsing.urls import page_id
from crawler.pipelines.confirmation import (
    NO_WORDS,
    Candidate,
    is_another_text,
    likeness,
    page_text,
    to_withdraw,
    unconfirmed,
)
from crawler.pipelines.item import PageItem
from crawler.pipelines.run import CrawlRun
from crawler.storage.connect import Stores
from crawler.storage.page_texts import CONFIRMED_AFTER, PageText, TextHolder, Waiting
from crawler.storage.stored_article import StoredArticle, UnsealedArticleReader
from crawler.storage.withdrawals import undo_removal, withdraw

BEGINNING = 300
"""Letters of a waiting text that people are shown: enough to see who speaks."""


def remember_text(run: CrawlRun, item: PageItem) -> None:
    """Remember the text of a page that is stored already, so that others are compared with it."""
    if item.extracted.fingerprint is not None:
        candidate = Candidate(item.extracted.fingerprint, item.page.text, item.fetched_at)
        item.text = page_text(candidate, run.site.id)
        run.site_texts.enter(TextHolder(item.page.id, item.page.url, item.text, item.article_id, stored=True))


def hold_unconfirmed(
    stores: Stores, run: CrawlRun, item: PageItem, *, is_new: bool, is_compared: bool
) -> bool:
    """Let an item wait if its text has to be seen again; nothing that is stored changes then.

    Args:
        stores: The open stores.
        run: The crawl.
        item: A page that was read as an article.
        is_new: Whether the archive holds no article of that name.
        is_compared: Whether the text stands in for what is stored under the page's address.

    Returns:
        Whether it waits.
    """
    article, mark = item.article, item.extracted.fingerprint
    if article is None or mark is None:
        return False
    stored = _stored_article(stores, item) if is_new or is_compared else None
    candidate = Candidate(
        mark=mark if is_new else replace(mark, is_contradicted=False),
        earlier=item.page.text,
        at=item.fetched_at,
        likeness=None if stored is None else likeness(stored.text, article.text),
        replaces=stored is not None
        and is_another_text(stored.title, stored.text, article.title, article.text),
    )
    item.text = page_text(candidate, run.site.id)
    page = TextHolder(
        page_id=item.page.id,
        url=item.page.url,
        text=item.text,
        article_id=item.article_id,
        stored=True,
        redirected=item.url != item.page.url,
    )
    run.site_texts.enter(page)
    holders = run.site_texts.holders(stores.db, page)
    reason = unconfirmed(candidate, holders)
    if reason is None:
        return False
    addresses = len(holders) + 1 if reason is UnconfirmedReason.SHARED else 1
    item.waiting = Waiting(
        reason=reason,
        title=article.title,
        beginning=article.text[:BEGINNING],
        since=candidate.first_at,
        addresses=addresses,
    )
    item.outcome = waiting_outcome(item.waiting)
    run.site_texts.end(item.page.id, Disposition.UNCONFIRMED)
    if reason is UnconfirmedReason.SHARED:
        for holder in to_withdraw(candidate, holders):
            _take_back(stores, run, holder, item.waiting, item.fetched_at)
    return True


def waiting_outcome(waiting: Waiting) -> Outcome:
    """How a page ends whose text waits, with the text's beginning for people."""
    words = " ".join(f"{waiting.title} {waiting.beginning}".split())
    return Outcome(
        Disposition.UNCONFIRMED, sentence("waits_with_text", reason=waiting.reason.sentence, text=words[:100])
    )


def complete_withdrawal(
    stores: Stores, run: CrawlRun, item: PageItem, disposition: Disposition
) -> Disposition:
    """Note how a page ended; withdraw its article if another address had the same text while it was stored.

    Returns:
        How the page ends after all.
    """
    waiting = run.site_texts.end(item.page.id, disposition)
    if waiting is None or item.text is None or disposition is Disposition.UNCONFIRMED:
        return disposition
    if waiting.reason is UnconfirmedReason.REDIRECTED:
        undone = undo_removal(stores, item.page.id, item.page.article_id, waiting, item.fetched_at)
    else:
        undone = withdraw(stores, item.page.id, item.article_id, waiting, item.fetched_at)
    return Disposition.UNCONFIRMED if undone else disposition


def _take_back(stores: Stores, run: CrawlRun, holder: TextHolder, waiting: Waiting, at: datetime) -> None:
    own = Waiting(waiting.reason, waiting.title, waiting.beginning, holder.text.first_at, waiting.addresses)
    ending = run.site_texts.ending(holder.page_id)
    if not run.site_texts.take_back(holder.page_id, own):
        return
    if withdraw(stores, holder.page_id, holder.article_id, own, at):
        run.counts.note_withdrawn(holder.url, ending, own.reason.sentence)


def _stored_article(stores: Stores, item: PageItem) -> StoredArticle | None:
    """The article that is stored under the page's own address: it is what the text would stand in for."""
    keys = [key for key in (item.article_id, item.page.article_id) if key]
    return UnsealedArticleReader(stores.db).first_of(keys)


def mark_removed(item: PageItem) -> bool:
    """End the page of a stored article as gone where it says so, or redirects to the home page.

    A page that never gave an article stays what it is: nothing was removed.

    Returns:
        Whether it leads to the home page, which `confirm_removal` has to look at.
    """
    outcome = item.outcome
    if outcome is None or outcome.disposition is not Disposition.NOT_ARTICLE or item.page.article_id is None:
        return False
    leads_home = item.extracted.cause is NotArticleReason.HOME and item.url != item.page.url
    if leads_home:
        item.outcome = Outcome(Disposition.GONE, f"gone: it leads to {item.url}")
    elif item.extracted.cause is NotArticleReason.NOT_FOUND:
        item.outcome = Outcome(Disposition.GONE, f"gone: {item.extracted.cause.value}")
    return leads_home


def confirm_removal(stores: Stores, run: CrawlRun, item: PageItem) -> None:
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
    item.outcome = Outcome(
        Disposition.UNCONFIRMED, sentence("waits_at", reason=item.waiting.reason.sentence, url=item.url)
    )
    run.site_texts.end(item.page.id, Disposition.UNCONFIRMED)
    for holder in holders:
        if holder.stored and holder.text.last_at - holder.text.first_at < CONFIRMED_AFTER:
            _unmark_removed(stores, run, holder, item.waiting)


def _unmark_removed(stores: Stores, run: CrawlRun, holder: TextHolder, waiting: Waiting) -> None:
    own = Waiting(waiting.reason, waiting.title, "", holder.text.first_at, waiting.addresses)
    ending = run.site_texts.ending(holder.page_id)
    if run.site_texts.take_back(holder.page_id, own) and undo_removal(
        stores, holder.page_id, holder.article_id, own, holder.text.last_at
    ):
        run.counts.note_withdrawn(holder.url, ending, own.reason.sentence)


def _band(site: str, target: str) -> int:
    packed = hashlib.blake2b(f"{site} leads to {target}".encode(), digest_size=8).digest()
    return int.from_bytes(packed) >> 1
