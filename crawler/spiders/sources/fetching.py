"""Coroutines that read sources, run beside the pages: they fetch through Scrapy's scheduler like these."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.errors import KhabarError
from crawler.fetch.outcome import HeldBackError, Outcome, charset_of, failure_outcome, status_outcome
from crawler.html.sentences import sentence
from crawler.model.article import Disposition
from crawler.model.site import Site
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.pipelines.run import CrawlRun

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)


class FetchError(Exception):
    """A request brought no response.

    Args:
        url: What was to be fetched.
        error: What came instead.
    """

    def __init__(self, url: str, error: BaseException) -> None:
        super().__init__(f"{url}: {error}")
        self.error = error

    @property
    def outcome(self) -> Outcome:
        """How the request ended, as for a page."""
        return failure_outcome(self.error)

    @property
    def reason(self) -> str:
        """Why there is no response."""
        return self.outcome.reason or sentence("no_answer")


class NotReadableError(KhabarError):
    """An answer names nothing: its status says so, or it cannot be parsed.

    Args:
        reason: Why.
        is_gone: The address does not exist any more.
    """

    def __init__(self, reason: str, *, is_gone: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_gone = is_gone


def status_reason(response: Response) -> str:
    """That a response's status is the reason."""
    return sentence("status_only", status=response.status)


class SourceTasks:
    """Runs the coroutines of one crawl that read sources.

    Args:
        run: The crawl. A coroutine that fails is a fault of ours, and makes its outcome an error.
    """

    def __init__(self, run: CrawlRun) -> None:
        self._context = run.context
        self._pool = run.pool
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def are_running(self) -> bool:
        """Whether a source is being read."""
        return bool(self._tasks)

    def start(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        """Run a coroutine until it ends or the spider is closed.

        Args:
            coroutine: Reads a source.
            name: What it reads, for the report of a failure.
        """
        task = asyncio.ensure_future(self._run(coroutine, name))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _run(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await coroutine
        except* HeldBackError:
            # Nothing is concluded from what was not asked for.
            logger.debug("%s was not read to its end: the crawl ends", name)
        except* Exception as group:  # noqa: BLE001 - whatever it is, the crawl goes on and is no success
            self._context.fail(sentence("answer_unreadable", name=name), group.exceptions[0])

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._context.stopping:
            self._context.wake_engine()

    def cancel(self) -> None:
        """End all coroutines: the spider is closed."""
        for task in self._tasks:
            task.cancel()

    @asynccontextmanager
    async def fetch(self, request: Request) -> AsyncIterator[Response]:
        """Fetch a request in its turn: after requests of higher priority, at the site's pace.

        As long as the block lasts, Scrapy counts the response as one that is being parsed: it does not take
        the spider for idle, closes it only then, and bounds how much is parsed at once.

        Args:
            request: Without callbacks.

        Raises:
            FetchError: There is no response.
            HeldBackError: The crawl ends, and nothing was asked for.
        """
        if self._context.stopping:
            raise HeldBackError("the crawl ends")
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        is_parsed = asyncio.Event()

        async def answered(response: Response) -> None:
            if not answer.done():
                answer.set_result(response)
                await is_parsed.wait()

        def failed(failure: Failure) -> None:
            if answer.done() or failure.value is None:
                return
            error = failure.value
            is_not_sent = isinstance(error, HeldBackError)
            answer.set_exception(error if is_not_sent else FetchError(request.url, error))

        self._context.engine.crawl(request.replace(callback=answered, errback=failed, dont_filter=True))
        try:
            yield await answer
        finally:
            is_parsed.set()

    async def parse(
        self,
        parse: Callable[Concatenate[bytes, str, Site, str | None, P], T],
        response: Response,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Parse a response in a worker process.

        Args:
            parse: Takes the body, its address, the site, the charset that the header claims, and the rest.
            response: The response.
            *args: The rest.
            **kwargs: The rest.

        Raises:
            NotReadableError: Its status says that it holds nothing, or it cannot be parsed.
        """
        outcome = status_outcome(response.status)
        if outcome is not None:
            reason = outcome.reason or status_reason(response)
            raise NotReadableError(reason, is_gone=outcome.disposition is Disposition.GONE)
        site, charset = self._context.site, charset_of(response)
        try:
            return await self._pool.run(parse, response.body, response.url, site, charset, *args, **kwargs)
        except (KhabarError, ExtractionFailedError) as error:
            raise NotReadableError(str(error)) from error
