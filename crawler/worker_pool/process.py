"""The pool's side of one worker: its process and the socket to it."""

import contextlib
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

from crawler.worker_pool.channel import START_SECONDS, Channel, ChannelClosedError, ChannelTimeoutError
from crawler.worker_pool.errors import TaskTimeoutError, WorkerDiedError

DEATH_SECONDS = 5.0
"""A killed process may take so long to vanish: the system has to free its memory."""


class WorkerGoneError(Exception):
    """The worker was gone before it had been given the whole task."""


class WorkerProcess:
    """A worker process that is ready for a task.

    Args:
        initializer: Called in the worker before its first task.
        limit: Seconds that a task may take.

    Raises:
        WorkerGoneError: The process could not be started, or ended before it was ready.
    """

    def __init__(self, initializer: Callable[[], object], limit: float) -> None:
        self._limit = limit
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own module
                    [sys.executable, "-m", "crawler.worker_pool.worker", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    # What a library prints goes to the log: standard output belongs to this process alone.
                    stdout=2,
                    pass_fds=(theirs.fileno(),),
                )
            except OSError as error:
                ours.close()
                raise WorkerGoneError(error.strerror or str(error)) from error
        self._channel = Channel(ours)
        self.tasks = 0
        """How many tasks it has been given."""
        self._initializer = initializer

    def await_ready(self) -> None:
        """Wait until the worker has imported what it needs.

        Raises:
            WorkerGoneError: It ended before, or took too long.
        """
        try:
            self._channel.send(pickle.dumps((self._limit, self._initializer)), START_SECONDS)
            problem = bytes(self._channel.receive(START_SECONDS)).decode("utf-8")
        except ChannelClosedError:
            raise WorkerGoneError(f"it {self.end()} while it started") from None
        except ChannelTimeoutError:
            self.end()
            raise WorkerGoneError(f"it was not ready after {START_SECONDS:.0f} s") from None
        if problem:
            self.end()
            raise WorkerGoneError(problem)

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def run(self, task: bytes) -> bytearray:
        """Run a pickled task and return the pickled reply.

        Raises:
            WorkerGoneError: The worker was gone before it had been given the task.
            WorkerDiedError: It died while it ran the task.
            TaskTimeoutError: It ran too long, and was ended.
        """
        self.tasks += 1
        try:
            self._channel.send(task, self._limit)
        except ChannelClosedError:
            raise WorkerGoneError(f"it {self.end()} while it waited") from None
        except ChannelTimeoutError:
            self.end()
            raise WorkerGoneError(f"it took no task for {self._limit:.0f} s") from None
        try:
            return self._channel.receive(self._limit)
        except ChannelClosedError:
            raise WorkerDiedError(self.end()) from None
        except ChannelTimeoutError:
            self.end()
            raise TaskTimeoutError(f"{self._limit:.0f} s") from None

    def kill(self) -> None:
        """End the process, whatever it is doing; may be called from another thread, and more than once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def end(self) -> str:
        """End the process, wait until it is gone, and return how it ended, as words after its name."""
        self._channel.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            # One that closed its end on its own account is on its way out, and tells why by its code.
            self._process.wait(timeout=0.2)
        self.kill()
        try:
            code = self._process.wait(timeout=DEATH_SECONDS)
        except subprocess.TimeoutExpired:
            return "does not end"
        if code >= 0:
            return f"ended with code {code}"
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"
