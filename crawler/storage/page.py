"""A page of the frontier: what is known before a fetch, how the fetch ended, and what becomes of it then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crawler.model.article import Disposition, Hints
from crawler.model.crawl import SourceKind
from crawler.storage.page_texts import CONFIRMED_AFTER, PageText, Waiting
from crawler.storage.recheck import LINKED, next_look_at_missed, next_recheck
from crawler.storage.schema import Document

UNSETTLED = frozenset({Disposition.FAILED, Disposition.BLOCKED, Disposition.UNCONFIRMED})
"""Dispositions after which the page is tried again."""

MISSES = frozenset({Disposition.GONE, Disposition.NOT_ARTICLE, Disposition.REFUSED})
"""Dispositions that settle a page which gave an article once, and no other at first sight."""

FIRST_RETRY = timedelta(minutes=10)
LONGEST_RETRY = timedelta(days=7)
"""The wait doubles from the first to the longest; a page is never given up, since blocks get lifted."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page to fetch: its address and what we know of it.

    `depth` counts links from a source. `read_at` is when it last came with its body, rather than as "not
    modified". `text` is the fingerprint of what it said then. `misses` counts the looks at a
    page that never gave an article. `reopened_for` is the source by whose word it has changed since, and
    `vain_looks` how often in a row that was not so.
    """

    id: str
    url: str
    discovered_by: str
    hints: Hints = field(default_factory=Hints)
    etag: str | None = None
    last_modified: str | None = None
    article_id: str | None = None
    attempts: int = 0
    depth: int = 0
    article_since: datetime | None = None
    read_at: datetime | None = None
    text: PageText | None = None
    misses: int = 0
    reopened_for: str | None = None
    vain_looks: int = 0


@dataclass(frozen=True, slots=True)
class PageResult:
    """How one fetch of a page ended, as the frontier remembers it.

    `article_since` says when the article was published, or first seen: a young one is fetched again. `whole`
    says that the page came with its body, `text` is the fingerprint of what it said, `waiting` what of it
    is to be confirmed by a second look. `final` says that no later look will bring another answer,
    `incomplete` that a further page of the article is missing, for which it is asked for again.
    """

    disposition: Disposition
    reason: str | None = None
    article_id: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    not_before: datetime | None = None
    article_since: datetime | None = None
    whole: bool = False
    text: PageText | None = None
    waiting: Waiting | None = None
    final: bool = False
    incomplete: bool = False


def page_of(document: Document) -> Page:
    """A page as it is stored."""
    hints = dict(document.get("hints") or {})
    hints["authors"] = tuple(hints.get("authors") or ())
    return Page(
        id=document["_id"],
        url=document["url"],
        discovered_by=document["discovered_by"],
        hints=Hints(**hints),
        etag=document.get("etag"),
        last_modified=document.get("last_modified"),
        article_id=document.get("article_id"),
        attempts=document.get("attempts", 0),
        depth=document.get("depth", 0),
        article_since=document.get("article_since"),
        read_at=document.get("read_at"),
        text=PageText.from_document(document["text"]) if document.get("text") else None,
        misses=document.get("misses", 0),
        reopened_for=document.get("reopened_for"),
        vain_looks=document.get("vain_looks", 0),
    )


def settled_fields(page: Page, result: PageResult, now: datetime) -> tuple[Document, Document]:
    """What a fetch changes in the page's document: the fields to set, and those to unset.

    Args:
        page: The page as it was taken.
        result: How its fetch ended.
        now: The present time.
    """
    again = result.disposition in UNSETTLED or result.incomplete
    change: Document = {
        "state": "pending" if again else "done",
        "incomplete": result.incomplete,
        "attempts": page.attempts + 1 if again else 0,
        "next_attempt_at": None,
        "last_disposition": str(result.disposition),
        "last_error": result.reason,
        "last_fetched_at": now,
        **_content_fields(result, now),
        **_recheck_fields(page, result, now),
    }
    if again:
        change["next_attempt_at"] = max(_next_attempt(page, result, now), result.not_before or now)
    if result.disposition in UNSETTLED:
        return change, {}
    # The full text of a feed entry is wanted until the page itself has been read, and no longer.
    read = {} if _is_missed(page, result) else {"hints.text": ""}
    return change, {"waiting": "", **read}


def _content_fields(result: PageResult, now: datetime) -> Document:
    """What the answer brought: a 304 may leave validators out, and a failure says nothing of them."""
    brought: Mapping[str, Any] = {
        "text": result.text and result.text.as_document(),
        "waiting": result.waiting and result.waiting.as_document(),
        "article_id": result.article_id,
        "read_at": now if result.whole else None,
        "etag": result.etag,
        "last_modified": result.last_modified,
    }
    return {name: value for name, value in brought.items() if value}


def _recheck_fields(page: Page, result: PageResult, now: datetime) -> Document:
    """When a settled page is looked at again: a young article, or one that never gave an article."""
    if result.disposition in UNSETTLED:
        return {}
    if _is_missed(page, result):
        linked = page.discovered_by == SourceKind.LINK and result.disposition is Disposition.NOT_ARTICLE
        misses = max(page.misses, LINKED if linked else 0)
        return {"misses": misses + 1, "recheck_at": next_look_at_missed(misses, now)}
    if since := result.article_since or page.article_since:
        # An article of the future, by a wrong clock here or there, would stay young until then.
        since = min(since, now)
        return {"article_since": since, "recheck_at": next_recheck(since, now)}
    return {}


def _is_missed(page: Page, result: PageResult) -> bool:
    """Whether a page never gave an article, and nothing but its answer kept it from doing so."""
    answered = result.disposition in MISSES and not result.final
    return answered and page.article_id is None and result.article_id is None


def _next_attempt(page: Page, result: PageResult, now: datetime) -> datetime:
    """When a page that is not settled is tried again; what waits for a second look as soon as that counts."""
    if result.waiting is not None:
        confirmable = result.waiting.since + CONFIRMED_AFTER
        if confirmable > now:
            return confirmable
    first = FIRST_RETRY if result.waiting is None else CONFIRMED_AFTER
    wait: timedelta = min(first * 2 ** min(page.attempts, 16), LONGEST_RETRY)
    return now + wait
