"""Extraction in processes of its own, so that the reactor never waits for it.

A worker that hangs is ended, and one that dies is replaced; its page is tried once more in a fresh one. A
page that costs a second worker its life is quarantined.
"""

import asyncio
import gc
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from crawler.errors import KhabarError
from crawler.model.article import Article, Disposition, Hints, NotArticleReason, latest_publication
from crawler.model.site import Site
from crawler.parsing.urls import page_id
from crawler.pipelines.fingerprint import Fingerprint
from crawler.worker_pool import (
    PoolClosedError,
    TaskRaisedError,
    TaskTimeoutError,
    WorkerDiedError,
    WorkerPool,
    WorkersUnavailableError,
)
from dedup import Prepared

if TYPE_CHECKING:
    from crawler.extraction import Page

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

PAGES_PER_WORKER = 500
"""A worker is replaced after so many pages: trafilatura's and lxml's memory grows over long runs."""

NEW_OBJECTS = 10_000
"""Objects made and not gone yet, after which Python searches them for garbage that refers to itself; its own
figure is 700. Those of a page, or of two, some megabytes."""


class ExtractionFailedError(Exception):
    """Extraction could not cope with a page: it raised, hung, or took its process down."""


class ExtractionStoppedError(KhabarError):
    """The crawl ended before a page was extracted; the page is as it was."""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What extraction needs to know of a response.

    `charset` is the one the HTTP header names; `learned` holds the keys of the paragraphs
    that the site repeats. `parts` are the further pages of the article, address and bytes, fetched so far.
    `asked_url` is the address by which the page was found, before any redirect.
    """

    html: bytes
    url: str
    hints: Hints
    charset: str | None
    fetched_at: datetime
    learned: frozenset[str] = frozenset()
    parts: tuple[tuple[str, bytes], ...] = ()
    asked_url: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a worker made of a page: an article with its signature, or how the page ends without one and why.

    `reason` is for people; code decides by `cause`.

    `links` are the addresses of articles that the page links to, whatever it is; `blocks` its paragraphs, key
    and wording, those that are learned boilerplate too. `missing` names further pages of the article that are
    still to be fetched: the text ends where they begin. `unreadable` is the first further page that was
    fetched and is none: the text ends before it. `is_part` says that the page is a further page of another
    one.
    """

    article: Article | None = None
    article_id: str | None = None
    prepared: Prepared | None = None
    ending: Disposition | None = None
    reason: str | None = None
    cause: NotArticleReason | None = None
    links: list[str] = field(default_factory=list)
    blocks: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    unreadable: str | None = None
    is_part: bool = False
    fingerprint: Fingerprint | None = None


def warm_up() -> None:
    """Import what extraction needs, so that the first page does not wait for it; runs in a worker."""
    import crawler.discovery.listing
    import crawler.extraction  # noqa: F401

    search_less_for_garbage()


def search_less_for_garbage() -> None:
    """Leave out of the search for garbage what has been imported, and search more seldom.

    A page makes ten thousands of objects, nearly all of which go by themselves when nobody refers to them any
    more; Python's own thresholds have all of them looked through dozens of times in vain.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
    gc.enable()


def extract_page(page: FetchedPage, site: Site, follow: bool) -> Extracted:
    """Make an article of a fetched page; runs in a worker process.

    Args:
        page: The response.
        site: The site it came from.
        follow: Whether the links on the page are wanted.
    """
    # Imported here, in the worker: the process that fetches does not need the parsers and their memory.
    from crawler.extraction import Page, extract_article
    from crawler.extraction.boilerplate.repeated import blocks_of, without_blocks
    from crawler.extraction.errors import Blocked, ExtractionError, Unavailable
    from crawler.extraction.multipage import part_of
    from crawler.pipelines.fingerprint import fingerprint
    from dedup import prepare

    parsed = Page(page.html, page.url, site=site, hints=page.hints, charset=page.charset, now=page.fetched_at)
    # Read before the article is: extraction changes the tree.
    links, named = _read_links(parsed, site, follow)
    try:
        article = extract_article(parsed)
    except Blocked as error:
        return Extracted(ending=Disposition.BLOCKED, reason=error.message, cause=error.reason)
    except Unavailable as error:
        return Extracted(ending=Disposition.FAILED, reason=error.message, cause=error.reason)
    except ExtractionError as error:
        # The bare error is none of the endings that a page may have: something extraction did not expect.
        broken = type(error) is ExtractionError
        ending = Disposition.QUARANTINED if broken else Disposition.NOT_ARTICLE
        return Extracted(ending=ending, reason=error.message, cause=error.reason, links=links)
    if whole := part_of(page.html, page.url, page.charset):
        reason = f"a further page of {whole}"
        return Extracted(ending=Disposition.NOT_ARTICLE, reason=reason, links=links, is_part=True)
    further = _with_parts(article, page, site, named)
    article = further.article
    blocks = tuple(blocks_of(article.text))
    # Of all that the page says: what a server says everywhere is learned as boilerplate soon.
    mark = fingerprint(article, page.hints, page.asked_url or page.url, page.html)
    article = without_blocks(article, page.learned)
    article_id = page_id(article.canonical_url)
    published = latest_publication(article.published_at, article.published_precision, page.fetched_at)
    prepared = prepare(article_id, article.text, published, site.id)
    return Extracted(
        article=article,
        article_id=article_id,
        prepared=prepared,
        links=_without_parts(links, named),
        blocks=blocks,
        missing=further.missing,
        unreadable=further.unreadable,
        fingerprint=mark,
    )


def _read_links(page: "Page", site: Site, follow: bool) -> tuple[list[str], dict[int, str]]:
    """The articles that a page links to, if they are wanted, and the further pages of its own, by number."""
    from crawler.discovery.listing import links_in, parse_links
    from crawler.extraction.errors import ExtractionError
    from crawler.extraction.multipage import further_parts, further_parts_in

    try:
        tree = page.tree if page.is_whole else None
    except ExtractionError:
        tree = None
    if tree is None:
        # Extraction reads less than the whole page: it is parsed apart.
        links = parse_links(page.html, page.url, site, charset=page.charset) if follow else []
        return links, further_parts(page.html, page.url, page.url, page.charset)
    links = links_in(tree, page.url, site) if follow else []
    return links, further_parts_in(tree, page.url, page.url)


@dataclass(frozen=True, slots=True)
class _Further:
    """An article with the further pages that could be read, and what became of the others."""

    article: Article
    missing: tuple[str, ...] = ()
    unreadable: str | None = None


def _with_parts(article: Article, page: FetchedPage, site: Site, named: dict[int, str]) -> _Further:
    """Join an article with its further pages, up to the first that is none.

    `named` are the further pages that the first one names.
    """
    from crawler.extraction.multipage import further_parts, join, without_page_links

    texts = []
    unreadable = None
    for url, html in page.parts:
        siblings = further_parts(html, url, page.url, page.charset)
        text = _part_text(article, page, url, html, site, bool(siblings))
        if text is None:
            unreadable = url
            break
        named = {**siblings, **named}
        texts.append(text)
    if named:
        article = replace(article, text=without_page_links(article.text, len(named)))
        texts = [without_page_links(text, len(named)) for text in texts]
    fetched = {url for url, _ in page.parts}
    missing = tuple(named[number] for number in sorted(named) if named[number] not in fetched)
    return _Further(join(article, texts), () if unreadable else missing, unreadable)


def _part_text(
    first: Article, page: FetchedPage, url: str, html: bytes, site: Site, has_siblings: bool
) -> str | None:
    """The text of a further page; None where it is cut, no article, or another one.

    It is judged as the first page is. A page of the article has its headline, or links to its other pages.
    """
    from crawler.extraction import extract
    from crawler.extraction.errors import ExtractionError
    from crawler.extraction.metadata.matching import same_headline
    from crawler.parsing.page_end import PageEnd, page_end

    end = page_end(html)
    if end is PageEnd.CUT or (end is not PageEnd.WHOLE and page_end(page.html) is PageEnd.WHOLE):
        return None
    try:
        part = extract(html, url, site=site, charset=page.charset, now=page.fetched_at)
    except ExtractionError as error:
        logger.info("%s: it is no page of the article: %s", url, error)
        return None
    return part.text if has_siblings or same_headline(first.title, part.title) else None


def _without_parts(links: list[str], named: dict[int, str]) -> list[str]:
    """Links without those to the article's further pages, which come with it."""
    parts = {page_id(url) for url in named.values()}
    return [link for link in links if page_id(link) not in parts] if parts else links


class ExtractionPool:
    """A pool of worker processes for extraction.

    Args:
        workers: How many processes.
        timeout: Seconds one task may take.
    """

    def __init__(self, workers: int, timeout: float) -> None:
        self._pool = WorkerPool(workers, timeout, warm_up, PAGES_PER_WORKER)
        self.failure: WorkersUnavailableError | None = None
        """Why no worker can be started, once that is so."""

    def warm_up(self) -> None:
        """Let the workers import what extraction needs; a crawl without a page is spared that second."""
        self._pool.start()

    async def run(self, task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `task` in a worker.

        Raises:
            ExtractionFailedError: It hung or took its worker down, twice, or raised an unexpected exception.
            KhabarError: What the task itself says about its input.
            ExtractionStoppedError: The pool was closed meanwhile.
            WorkersUnavailableError: No worker can be started.
        """
        future: Future[T] = self._pool.submit(task, *args, **kwargs)
        try:
            return await asyncio.wrap_future(future)
        except TaskTimeoutError as error:
            raise ExtractionFailedError(f"extraction took longer than {error}, twice") from None
        except WorkerDiedError as error:
            raise ExtractionFailedError(f"extraction took its process down, twice: it {error}") from None
        except PoolClosedError:
            raise ExtractionStoppedError("the crawl ended before it was read") from None
        except WorkersUnavailableError as error:
            self.failure = error
            raise
        except KhabarError:
            raise
        except Exception as error:
            # Whatever a page makes a parser raise is that page's business, not the crawl's.
            logger.exception("A task failed in its worker")
            summary = str(error) if isinstance(error, TaskRaisedError) else f"{type(error).__name__}: {error}"
            raise ExtractionFailedError(f"extraction failed: {summary}") from None

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        self._pool.close()
