"""Pages whose text has to be said again: held before they are stored, and withdrawn where they were."""

from dataclasses import replace
from datetime import datetime

from crawler.fetch.outcome import Outcome
from crawler.model.article import Disposition, UnconfirmedReason
from crawler.pipelines.confirmation import (
    Candidate,
    is_another_text,
    likeness,
    page_text,
    to_withdraw,
    unconfirmed,
)
from crawler.pipelines.item import PageItem
from crawler.pipelines.ledger import Ledger
from crawler.storage.connect import Stores
from crawler.storage.page_texts import TextHolder, Waiting
from crawler.storage.schema import Document
from crawler.storage.withdrawals import undo_removal, withdraw

BEGINNING = 300
"""Letters of a waiting text that people are shown: enough to see who speaks."""


def remember_text(run: Ledger, item: PageItem) -> None:
    """Remember what a page says that is in the archive already, so that others are compared with it."""
    if item.fingerprint is not None:
        candidate = Candidate(item.fingerprint, item.page.text, item.fetched_at)
        item.text = page_text(candidate, run.site.id)
        run.site_texts.enter(TextHolder(item.page.id, item.page.url, item.text, item.article_id, stored=True))


def hold_unconfirmed(stores: Stores, run: Ledger, item: PageItem, *, is_new: bool, is_compared: bool) -> bool:
    """Let an item wait if the site has to say its text again; nothing that is stored is touched by it then.

    Args:
        stores: The open stores.
        run: The crawl.
        item: A page that was read as an article.
        is_new: Whether the archive holds no article of that name.
        is_compared: Whether the text stands in for what is stored under the page's address.

    Returns:
        Whether it waits.
    """
    article, mark = item.article, item.fingerprint
    if article is None or mark is None:
        return False
    stored = _stored_article(stores, item) if is_new or is_compared else None
    candidate = Candidate(
        mark=mark if is_new else replace(mark, is_contradicted=False),
        earlier=item.page.text,
        at=item.fetched_at,
        likeness=None if stored is None else likeness(stored["text"], article.text),
        replaces=stored is not None
        and is_another_text(stored["title"], stored["text"], article.title, article.text),
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
    return Outcome(Disposition.UNCONFIRMED, f"{waiting.reason.value}: «{words[:100]}»")


def complete_withdrawal(stores: Stores, run: Ledger, item: PageItem, disposition: Disposition) -> Disposition:
    """Note how a page ended; withdraw its article if another address said the same while it was stored.

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


def _take_back(stores: Stores, run: Ledger, holder: TextHolder, waiting: Waiting, at: datetime) -> None:
    own = Waiting(waiting.reason, waiting.title, waiting.beginning, holder.text.first_at, waiting.addresses)
    ending = run.site_texts.ending(holder.page_id)
    if not run.site_texts.take_back(holder.page_id, own):
        return
    if withdraw(stores, holder.page_id, holder.article_id, own, at):
        run.note_withdrawn(holder.url, ending, own.reason.value)


def _stored_article(stores: Stores, item: PageItem) -> Document | None:
    """The article that is stored under the page's own address: it is what the text would stand in for."""
    keys = [key for key in (item.article_id, item.page.article_id) if key]
    fields = {"title": 1, "text": 1}
    documents = {
        document["_id"]: document for document in stores.db.articles.find({"_id": {"$in": keys}}, fields)
    }
    return next((documents[key] for key in keys if key in documents), None)
