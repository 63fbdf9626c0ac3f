"""PageItem: a page on its way from the spider through the pipelines."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from crawler.fetch.outcome import Outcome
from crawler.model.article import Article, Disposition, Hints
from crawler.pipelines.extraction import Extracted
from crawler.storage.frontier import Page
from crawler.storage.page_texts import PageText, Waiting
from crawler.storage.warc.captures import PartCapture
from crawler.storage.warc.exchange import Exchange
from crawler.storage.warc.references import CaptureReference
from dedup import Decision, Prepared

page_ended = object()
"""Scrapy signal, sent with the `item` when a page has passed all of our pipelines, however it ended."""


class Amendment(StrEnum):
    """Why a stored article is put right, though no editor revised it; each value is a phrase for people."""

    REREAD = "the same page, read anew"
    COMPLETED = "its further pages came"
    METADATA = "the same text; author, time or the like are stated better"


@dataclass(frozen=True, slots=True)
class PostPage:
    """A page that was made of a post, its hints, and the number by which the answer names it."""

    html: bytes
    hints: Hints
    post_id: int


@dataclass(frozen=True, slots=True)
class PageExchanges:
    """What went over the wire for a page.

    Attributes:
        answer: The exchange that brought the page, or what it was made of.
        redirects: Those that led to it, in order.
        parts: The further pages of its article.
        drawn_with: What a browser asked for while it drew the page; None: no browser did.
    """

    answer: Exchange
    redirects: tuple[Exchange, ...] = ()
    parts: tuple[PartCapture, ...] = ()
    drawn_with: tuple[Exchange, ...] | None = None


@dataclass(slots=True)
class PageItem:
    """A page on its way through the pipelines: its response, its extraction, and what is decided on it.

    Attributes:
        page: The page as the frontier knows it.
        url: Where it was fetched, after redirects.
        fetched_at: When.
        html: Its body as fetched, for the quarantine and the raw pages.
        parts: The further pages of its article, address and body.
        html_sha256: Of all bodies.
        etag: Its validator; `last_modified` likewise.
        content_type: The header's value.
        extracted: What a worker made of it.
        outcome: How it ends, set as soon as that is known; later steps leave such an item alone.
        disposition: How it ended, once that is written; None: it is still pending.
        decision: Which story its article belongs to.
        dedup_pending: The index was full: the article is stored without a decision.
        stored_revision: The revision that is stored of the article; 0: none.
        amendment: Why the stored article is put right, though the site revised nothing.
        cut_short: A further page of the article could not be read.
        retries_parts: It may be readable another time.
        has_stale_validators: The article changed while the page's ETag or Last-Modified did not.
        text: The fingerprint that is remembered of its text.
        waiting: What of it is to be confirmed by a second look.
        post_page: What was read instead of a page: one that was made of a post.
        exchanges: What went over the wire; None: captures are not kept.
        capture: Where it is kept, once it is.
        is_kept: What was fetched is kept, or was found not to be.
        is_capture: It comes from an import: what it was when it was captured, not what it is now.
        lock: Held while no other page of the article may be stored (`crawler.pipelines.dedup.ArticleLocks`).
    """

    page: Page
    url: str
    fetched_at: datetime
    html: bytes = b""
    parts: tuple[tuple[str, bytes], ...] = ()
    html_sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None
    extracted: Extracted = field(default_factory=Extracted)
    outcome: Outcome | None = None
    disposition: Disposition | None = None
    decision: Decision | None = None
    dedup_pending: bool = False
    stored_revision: int = 0
    amendment: Amendment | None = None
    cut_short: bool = False
    retries_parts: bool = False
    has_stale_validators: bool = False
    text: PageText | None = None
    waiting: Waiting | None = None
    post_page: PostPage | None = None
    exchanges: PageExchanges | None = None
    capture: CaptureReference | None = None
    is_kept: bool = False
    is_capture: bool = False
    lock: asyncio.Lock | None = None

    @property
    def article(self) -> Article | None:
        """The article that was read in the page."""
        return self.extracted.article

    @property
    def article_id(self) -> str | None:
        """The id under which it is stored."""
        return self.extracted.article_id

    @property
    def prepared(self) -> Prepared | None:
        """Its signature."""
        return self.extracted.prepared

    def take_extracted(self, extracted: Extracted) -> None:
        """Take what a worker made of the page, and how the page ends where that is no article."""
        self.extracted = extracted
        if extracted.ending is not None:
            self.outcome = Outcome(extracted.ending, extracted.ending_reason, final=extracted.is_part)

    def change(self, **fields: Any) -> None:
        """Put fields of what was extracted right, such as the article or its id."""
        self.extracted = replace(self.extracted, **fields)

    def release_lock(self) -> None:
        """Let the next page of the article be decided on."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None
