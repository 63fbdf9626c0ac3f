"""PageItem: a page on its way from the spider through the pipelines."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.fetch.outcome import Outcome
from crawler.model.article import Article, Hints, NotArticleReason
from crawler.pipelines.fingerprint import Fingerprint
from crawler.storage.frontier import Page
from crawler.storage.page_texts import PageText, Waiting
from crawler.storage.warc.exchange import Exchange
from dedup import Decision, Prepared


class Amendment(StrEnum):
    """Why a stored article is put right, though no editor revised it; each value is a phrase for people."""

    REREAD = "the same page, read anew"
    COMPLETED = "its further pages came"
    METADATA = "the same text; author, time or the like are told better"


@dataclass(frozen=True, slots=True)
class PostPage:
    """A page that was made of a post, what the interface said beside it, and the answer that it stands in."""

    html: bytes
    hints: Hints
    answer: Exchange


@dataclass(slots=True)
class PageItem:
    """A taken page: what came back for it, and what has been made of it so far.

    `outcome` is set as soon as it is known how the page ends; a pipeline leaves such an item alone.
    `html` is the body as fetched, for the quarantine and the archive of raw pages, `parts` the further pages
    of its article, address and body; `html_sha256` is of all of them. `blocks` are the paragraphs of the text
    as read, key and wording, by which a site's boilerplate is learned.
    `amendment`: what is stored is put right; the site revised nothing.
    `cut_short`: a further page of the article could not be read; `retries_parts` says that it may be
    another time.
    `has_stale_validators`: the article changed while the page's ETag or Last-Modified did not.
    `cause` says why it is no article. `fingerprint` is of its text, `text` what is remembered of it,
    `waiting` what of it is to be confirmed.
    `post_page` is what was read instead of a page: one that was made of a post.
    `is_kept`: what was fetched is in the archive of raw pages.
    `lock` is held while no other page of the article may be stored (`crawler.pipelines.dedup.ArticleLocks`).
    """

    page: Page
    url: str
    fetched_at: datetime
    html: bytes = b""
    parts: tuple[tuple[str, bytes], ...] = ()
    html_sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    outcome: Outcome | None = None
    article: Article | None = None
    article_id: str | None = None
    prepared: Prepared | None = None
    decision: Decision | None = None
    dedup_pending: bool = False
    known_revision: int = 0
    amendment: Amendment | None = None
    cut_short: bool = False
    retries_parts: bool = False
    content_type: str | None = None
    blocks: tuple[tuple[str, str], ...] = ()
    has_stale_validators: bool = False
    cause: NotArticleReason | None = None
    fingerprint: Fingerprint | None = None
    text: PageText | None = None
    waiting: Waiting | None = None
    post_page: PostPage | None = None
    is_kept: bool = False
    lock: asyncio.Lock | None = None

    def release_lock(self) -> None:
        """Let the next page of the article be decided on."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None
