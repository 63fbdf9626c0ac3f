"""The process of a crawl, seen from the parent: how it is started, and what it sends."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from crawler.forkserver import ForkedProcess, fork_server

LINE_LIMIT = 1024 * 1024
"""Bytes in one event of a child: a report of 500 sources takes about 100 KB."""

CRAWL_MODULES = (
    # The first before all others: it looks through all modules loaded so far, for each frame of the stack.
    "scrapy.core.downloader.contextfactory",
    "scrapy.crawler",
    "crawler.spiders.record",
    "crawler.spiders.scrapy_settings",
    "crawler.spiders.site",
)
"""What a crawl imports; its fork server has them ready."""

EXTRACTION_MODULES = ("crawler.extraction", "crawler.discovery.listing")
"""What a crawl's workers import: each for itself beside the start of a single crawl, once for many."""


@dataclass(frozen=True)
class CrawlProcess:
    """A crawl's process with its events and its input; the input's end means that the parent is gone."""

    process: ForkedProcess
    events: asyncio.StreamReader
    input: asyncio.StreamWriter

    @classmethod
    async def start(cls, log: IO[bytes], environment: Mapping[str, str]) -> "CrawlProcess":
        """Start a process that waits for its job.

        Args:
            log: Where its log goes.
            environment: Its environment variables.

        Raises:
            OSError: It could not be started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await asyncio.to_thread(_fork, theirs.fileno(), log.fileno(), environment)
            except OSError:
                ours.close()
                raise
        events, writer = await asyncio.open_connection(sock=ours, limit=LINE_LIMIT)
        return cls(process, events, writer)

    async def wait(self) -> int:
        """Wait for its end and return the exit code."""
        return await asyncio.to_thread(self.process.wait)

    async def close(self) -> None:
        """End it at once if it runs still, and close the connection."""
        self.process.kill()
        await self.wait()
        self.input.close()


def _fork(stream: int, log: int, environment: Mapping[str, str]) -> ForkedProcess:
    return fork_server(CRAWL_MODULES).start(
        "crawler.spiders.process",
        (stream, stream, log),
        environment=environment,
        # Ctrl-C in the terminal reaches the parent alone, which then ends its children in good order.
        new_session=True,
    )
