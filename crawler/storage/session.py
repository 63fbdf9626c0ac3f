"""A store session: runs work against the stores and outlasts a store that goes away for a while."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import redis.exceptions
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from crawler.errors import KhabarError, StoreUnavailableError
from crawler.html.sentences import sentence
from crawler.settings import Settings
from crawler.storage.connect import Stores, open_stores
from crawler.storage.errors import refusal

T = TypeVar("T")

AWAY = (
    ConnectionFailure,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    StoreUnavailableError,
)

FULL_DISK = ("internal server error", "MISCONF")
"""What the embedded MongoDB server and Redis say, among other things, when they can no longer write."""

FIRST_PAUSE = 0.25
"""Seconds before the second attempt; doubled up to `LONGEST_PAUSE`. An embedded server restarts in 1 s."""
LONGEST_PAUSE = 5.0

logger = logging.getLogger(__name__)


class StoreSession:
    """Connections that several threads share, reopened when a store was lost.

    Work handed to `run` must be idempotent: it is repeated as a whole when a store went away in the
    middle of it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._generation = 0
        self._stores: Stores | None = open_stores(settings)
        self._hurried = threading.Event()
        self.lost_for_good = False
        self.guard: Callable[[], None] | None = None
        """Called before each attempt at guarded work; what it raises ends the work."""

    def run(self, work: Callable[[Stores], T], *, guarded: bool = True) -> T:
        """Do `work`, waiting up to `store_patience` seconds for a store that is away.

        Args:
            work: What to do.
            guarded: Whether `guard` has a say.

        Raises:
            StoreUnavailableError: A store stayed away for longer, or was given up before.
        """
        deadline: float | None = None
        pause = FIRST_PAUSE
        while True:
            generation = self._generation
            try:
                stores = self._open()
                if guarded and self.guard is not None:
                    self.guard()
                return work(stores)
            except Exception as error:
                if (why := refusal(error)) is not None:
                    raise StoreUnavailableError(sentence("store_refuses", why=why)) from error
                if not is_away(error) and not self._was_closed(generation, error):
                    raise
                now = time.monotonic()
                if deadline is None:
                    deadline = now + self._settings.store_patience
                    logger.warning("A store went away: %s; trying again", error)
                if now >= deadline or self.lost_for_good or self._hurried.is_set():
                    self.lost_for_good = True
                    raise StoreUnavailableError(
                        sentence(
                            "store_stayed_away",
                            seconds=f"{now - deadline + self._settings.store_patience:.0f}",
                            why=_first_line(error),
                        )
                    ) from error
                self._reopen_later(generation)
                self._hurried.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def stop_waiting(self) -> None:
        """Wait no longer for a store that is away; may be called from any thread."""
        self._hurried.set()

    def close(self) -> None:
        """Close the connections; the servers keep running."""
        self.stop_waiting()
        with self._lock:
            if self._stores is not None:
                self._stores.close()
                self._stores = None

    def _open(self) -> Stores:
        with self._lock:
            if self._stores is None:
                self._stores = open_stores(self._settings)
            return self._stores

    def _was_closed(self, generation: int, error: Exception) -> bool:
        """Whether another thread, which saw a store go away first, closed the connections that work used.

        What a closed client raises says nothing of that (`pymongo.errors.InvalidOperation`, among others).
        """
        return generation != self._generation and not isinstance(error, KhabarError)

    def _reopen_later(self, generation: int) -> None:
        """Let go of the connections that failed, once for all the threads that saw them fail."""
        with self._lock:
            if generation == self._generation and self._stores is not None:
                self._generation += 1
                self._stores.close()
                self._stores = None


def is_away(error: Exception) -> bool:
    """Tell whether a store is away or cannot write, as opposed to refusing what it was asked."""
    if isinstance(error, AWAY) or (isinstance(error, PyMongoError) and error.timeout):
        return True
    refused = isinstance(error, OperationFailure | redis.exceptions.ResponseError)
    return refused and any(phrase in str(error) for phrase in FULL_DISK)


def _first_line(error: BaseException) -> str:
    text = str(error)
    lines = text.splitlines() or [type(error).__name__]
    return text if lines == [text] else lines[0]
