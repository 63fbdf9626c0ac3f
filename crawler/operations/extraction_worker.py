"""Extraction for commands: in a process of its own, within `extraction_timeout`.

A page can keep a parser busy for minutes, and nothing in Python can interrupt it. The worker is started with
the first page and kept for the next.
"""

import atexit
import functools
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.errors import KhabarError
from crawler.model.article import Article, Hints
from crawler.model.site import Site
from crawler.settings import Settings
from crawler.worker_pool import TaskRaisedError, TaskTimeoutError, WorkerDiedError, WorkerPool

if TYPE_CHECKING:
    from concurrent.futures import Future

PAGES_PER_WORKER = 500
"""A worker is replaced after so many pages, as in crawls: its memory grows."""


def extract_within_time(
    html: bytes,
    url: str,
    settings: Settings,
    *,
    site: Site | None = None,
    hints: Hints | None = None,
    charset: str | None = None,
    now: datetime | None = None,
) -> Article:
    """Extract a page as `crawler.extraction.extract` does; may be called from several threads.

    Args:
        html: The page.
        url: Its address.
        settings: The time that extraction may take.
        site: Its seed.
        hints: What a source said of it.
        charset: What the HTTP header declares.
        now: When it was fetched.

    Raises:
        ExtractionError: It is no article.
        KhabarError: Extraction took too long, or took its process down.
    """
    pool = _pool(settings.extraction_timeout)
    future: Future[Article] = pool.submit(
        _extract, html, url, site=site, hints=hints, charset=charset, now=now
    )
    try:
        return future.result()
    except TaskTimeoutError:
        raise KhabarError(
            f"{url}: extraction took longer than {settings.extraction_timeout:.0f} s; "
            "KHABAR_EXTRACTION_TIMEOUT sets the limit"
        ) from None
    except (WorkerDiedError, TaskRaisedError) as error:
        raise KhabarError(f"{url}: extraction could not cope with it ({error})") from None


@functools.lru_cache(maxsize=1)
def _pool(limit: float) -> WorkerPool:
    pool = WorkerPool(1, limit, _warm_up, PAGES_PER_WORKER)
    atexit.register(pool.close)
    return pool


def _warm_up() -> None:
    import crawler.extraction  # noqa: F401


def _extract(
    html: bytes,
    url: str,
    *,
    site: Site | None,
    hints: Hints | None,
    charset: str | None,
    now: datetime | None,
) -> Article:
    from crawler.extraction import extract  # only the worker needs it

    return extract(html, url, site=site, hints=hints, charset=charset, now=now)
