"""WorkerPool: runs tasks in worker processes, each of which has a socket and a thread that supervises it."""

import contextlib
import logging
import os
import pickle
import queue
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.forkserver import fork_server
from crawler.worker_pool.channel import START_SECONDS, Channel, ChannelClosedError, ChannelTimeoutError
from crawler.worker_pool.errors import (
    PoolClosedError,
    TaskRaisedError,
    TaskTimeoutError,
    WorkerDiedError,
    WorkersUnavailableError,
)

ATTEMPTS = 2
"""A task that costs so many workers their lives is given up: the first may have been anybody's fault."""

STARTS = 10
"""After so many workers in a row that ended before they could take a task, none can be started here."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between two such starts; doubled from the first to the longest: half a minute in all."""

DEATH_SECONDS = 5.0
"""A killed process may take so long to vanish: the system has to free its memory."""

logger = logging.getLogger(__name__)


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
        with theirs, Path(os.devnull).open("rb") as nothing:
            try:
                self._process = fork_server().start(
                    "crawler.worker_pool.worker",
                    # What a library prints goes to the log: standard output belongs to this process alone.
                    (nothing.fileno(), 2, 2),
                    (theirs.fileno(),),
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
        return not self._process.has_ended

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
        self._process.kill()

    def end(self) -> str:
        """End the process, wait until it is gone, and return how it ended, as words after its name."""
        self._channel.close()
        with contextlib.suppress(TimeoutError):
            # One that closed its end on its own account is ending, and its exit code is why.
            self._process.wait(timeout=0.2)
        self.kill()
        try:
            code = self._process.wait(timeout=DEATH_SECONDS)
        except TimeoutError:
            return "does not end"
        if code >= 0:
            return f"ended with code {code}"
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"


@dataclass(frozen=True, slots=True)
class _Job:
    task: bytes
    future: "Future[Any]" = field(default_factory=Future)


class WorkerPool:
    """A pool of worker processes; they are started with the first task, or by `start`.

    Args:
        workers: How many processes.
        limit: Seconds that one task may take.
        initializer: Called in each worker before its first task; a function of a module.
        tasks_per_worker: A worker is replaced after so many tasks.
    """

    def __init__(
        self, workers: int, limit: float, initializer: Callable[[], object], tasks_per_worker: int
    ) -> None:
        self._workers, self._limit = workers, limit
        self._initializer, self._tasks_per_worker = initializer, tasks_per_worker
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._running: set[WorkerProcess] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def start(self) -> None:
        """Start the workers, unless they run already."""
        with self._lock:
            if self._threads or self._closed.is_set():
                return
            self._threads = [
                threading.Thread(target=self._supervise, name=f"worker-{number}", daemon=True)
                for number in range(self._workers)
            ]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Callable[..., Any], *args: Any, **kwargs: Any) -> "Future[Any]":
        """Run a task in a worker.

        Args:
            task: A function of a module; it and its arguments are pickled.
            args: Its arguments.
            kwargs: Its keyword arguments.

        Returns:
            A future of its result. It raises what the task raised, where that can be pickled, or else
            `TaskRaisedError`; `TaskTimeoutError` or `WorkerDiedError` for a task that costs `ATTEMPTS`
            workers their lives; `WorkersUnavailableError`; `PoolClosedError`.
        """
        self.start()
        job = _Job(pickle.dumps((task, args, kwargs), pickle.HIGHEST_PROTOCOL))
        if self._closed.is_set():
            job.future.set_exception(PoolClosedError("the pool is closed"))
        else:
            self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """End the workers, whatever they are doing, and fail the tasks that have not ended."""
        self._closed.set()
        with self._lock:
            running = list(self._running)
        for worker in running:
            worker.kill()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(2 * DEATH_SECONDS)
        with contextlib.suppress(queue.Empty):
            while True:
                if (job := self._jobs.get_nowait()) is not None:
                    _fail(job, PoolClosedError("the pool is closed"))

    def _supervise(self) -> None:
        """Keep one worker, and give it one job after another; runs in its own thread."""
        worker: WorkerProcess | None = None
        with contextlib.suppress(WorkersUnavailableError, PoolClosedError):  # each job's future has it
            worker = self._started()
        while (job := self._jobs.get()) is not None:
            try:
                worker = self._run(job, worker)
            except BaseException as error:  # a job must end whatever happens, and the next one be taken
                logger.exception("A task could not be given to a worker")
                _fail(job, error)
                self._discard(worker)
                worker = None
        self._discard(worker)

    def _run(self, job: _Job, worker: WorkerProcess | None) -> WorkerProcess | None:
        """Run a job, in as many workers as it takes; return the worker that is left, if any."""
        if not job.future.set_running_or_notify_cancel():
            return worker
        losses = 0
        for _ in range(STARTS):
            try:
                worker = self._usable(worker)
                reply = worker.run(job.task)
            except (WorkersUnavailableError, PoolClosedError) as error:
                _fail(job, error)
                return None
            except WorkerGoneError as error:
                logger.warning("A worker was lost before it took a task: %s", error)
            except (WorkerDiedError, TaskTimeoutError) as error:
                losses += 1
                if losses == ATTEMPTS:
                    _fail(job, error)
                    self._discard(worker)
                    return None
                logger.warning("A task has lost its worker and is run again: %s", error)
            else:
                _settle(job, reply)
                return worker
            self._discard(worker)
            worker = None
        _fail(job, WorkerDiedError(f"{STARTS} workers in a row were lost before they took the task"))
        return None

    def _usable(self, worker: WorkerProcess | None) -> WorkerProcess:
        """The worker, if it lives and is not worn out, or else a new one."""
        if worker is not None and worker.is_alive and worker.tasks < self._tasks_per_worker:
            return worker
        self._discard(worker)
        return self._started()

    def _started(self) -> WorkerProcess:
        pause, problem = FIRST_PAUSE, ""
        for _ in range(STARTS):
            if self._closed.is_set():
                raise PoolClosedError("the pool is closed")
            worker = None
            try:
                worker = WorkerProcess(self._initializer, self._limit)
                with self._lock:
                    self._running.add(worker)
                if self._closed.is_set():
                    worker.kill()
                worker.await_ready()
            except WorkerGoneError as error:
                problem = str(error)
                self._discard(worker)
            else:
                return worker
            logger.warning("A worker could not be started: %s", problem)
            self._closed.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        raise WorkersUnavailableError(
            f"no process for extraction can be started: {STARTS} in a row failed, the last: {problem}; "
            "is there enough memory? Their messages are in the log"
        )

    def _discard(self, worker: WorkerProcess | None) -> None:
        if worker is not None:
            worker.end()
            with self._lock:
                self._running.discard(worker)


def _settle(job: _Job, reply: bytearray) -> None:
    succeeded, value = pickle.loads(reply)  # noqa: S301 - our own worker wrote it
    if succeeded:
        with contextlib.suppress(InvalidStateError):
            job.future.set_result(value)
        return
    error, summary, trace = value
    error = error or TaskRaisedError(summary, trace)
    error.add_note(trace)
    _fail(job, error)


def _fail(job: _Job, error: BaseException) -> None:
    with contextlib.suppress(InvalidStateError):
        job.future.set_exception(error)
