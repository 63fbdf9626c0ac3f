"""SIGINT and SIGTERM while crawls run: the first asks them to stop, the second ends them at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """What somebody who wants crawls to end has asked for; belongs to one event loop.

    Args:
        notice: Given a sentence when the crawls are asked to stop.
    """

    def __init__(self, notice: Callable[[str], None] = lambda _: None) -> None:
        self._notice = notice
        self._stop, self._kill = asyncio.Event(), asyncio.Event()

    @property
    def is_set(self) -> bool:
        """Whether the crawls are to stop."""
        return self._stop.is_set()

    @property
    def is_immediate(self) -> bool:
        """Whether they are to end at once, whatever they are doing."""
        return self._kill.is_set()

    def stop(self) -> None:
        """Ask the crawls to stop; asked a second time, end them at once."""
        if self._stop.is_set():
            self.kill()
            return
        self._notice(
            "Stopping: no new request is sent, what has been fetched is stored; it takes a few seconds. "
            "Ctrl-C again ends it now."
        )
        self._stop.set()

    def kill(self) -> None:
        """End the crawls at once."""
        self._stop.set()
        self._kill.set()

    async def wait(self) -> None:
        """Wait until the crawls are to stop."""
        await self._stop.wait()

    async def wait_for_kill(self, seconds: float) -> None:
        """Wait until they are to end at once, but no longer than so many seconds."""
        try:
            await asyncio.wait_for(self._kill.wait(), seconds)
        except TimeoutError:
            return


@contextmanager
def stop_on_signal(handler: Callable[[], None]) -> Iterator[None]:
    """Call `handler` in the running event loop for each SIGINT and SIGTERM."""
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)
