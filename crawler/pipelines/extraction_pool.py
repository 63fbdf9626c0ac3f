"""Extraction in worker processes, so that the reactor never waits for it.

A worker that hangs is ended, and one that dies is replaced; its page is tried once more in a fresh one. A
page that costs a second worker its life is quarantined.
"""

import asyncio
import gc
import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import ParamSpec, TypeVar

from crawler.errors import KhabarError
from crawler.forkserver import fork_server
from crawler.html.sentences import sentence
from crawler.worker_pool import (
    PoolClosedError,
    TaskRaisedError,
    TaskTimeoutError,
    WorkerDiedError,
    WorkerPool,
    WorkersUnavailableError,
)

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

PAGES_PER_WORKER = 500
"""A worker is replaced after so many pages: trafilatura's and lxml's memory grows over long runs."""

WORKER_CODE = ("crawler.pipelines.worker_code",)
"""What the workers of an import share, for their fork server."""

NEW_OBJECTS = 10_000
"""Objects made and not gone yet, after which Python searches them for garbage that refers to itself; its own
figure is 700. Those of a page, or of two, some megabytes."""


class ExtractionFailedError(Exception):
    """Extraction could not cope with a page: it raised, hung, or took its process down."""


class ExtractionStoppedError(KhabarError):
    """The crawl ended before a page was extracted; the page is as it was."""


def prepare_workers() -> None:
    """Have imported what the workers need that this process will start; returns at once.

    Worth it where many pages come: each worker would import it for itself.
    """
    # Where no server can be started, each worker says so.
    with suppress(OSError):
        fork_server(WORKER_CODE)


def warm_up() -> None:
    """Import what extraction needs, so that the first page does not wait for it; runs in a worker."""
    import crawler.discovery.listing
    import crawler.extraction  # noqa: F401

    search_less_for_garbage()


def search_less_for_garbage() -> None:
    """Leave out of the search for garbage what has been imported, and search more seldom.

    A page makes ten thousands of objects, nearly all of which are freed by their reference counts; Python's
    own thresholds have all of them searched dozens of times in vain.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
    gc.enable()


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
            KhabarError: What the task raises about its input.
            ExtractionStoppedError: The pool was closed meanwhile.
            WorkersUnavailableError: No worker can be started.
        """
        future: Future[T] = self._pool.submit(task, *args, **kwargs)
        try:
            return await asyncio.wrap_future(future)
        except TaskTimeoutError as error:
            raise ExtractionFailedError(sentence("extraction_slow", limit=str(error))) from None
        except WorkerDiedError as error:
            raise ExtractionFailedError(sentence("extraction_killed", how=str(error))) from None
        except PoolClosedError:
            raise ExtractionStoppedError(sentence("crawl_ended_before")) from None
        except WorkersUnavailableError as error:
            self.failure = error
            raise
        except KhabarError:
            raise
        except Exception as error:
            # Whatever a page makes a parser raise is that page's business, not the crawl's.
            logger.exception("A task failed in its worker")
            summary = str(error) if isinstance(error, TaskRaisedError) else f"{type(error).__name__}: {error}"
            raise ExtractionFailedError(sentence("extraction_failed", why=summary)) from None

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        self._pool.close()
