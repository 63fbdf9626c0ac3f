"""The worker's side: a process that runs one task after another until its pool is gone.

Forked by the fork server, which calls `main`.
"""

import contextlib
import pickle
import signal
import socket
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crawler.worker_pool.channel import START_SECONDS, Channel, ChannelClosedError

MEMORY_BLAME = 500
"""Added to what the kernel thinks of this process when memory runs out (-1000 to 1000): a worker costs its
page another try, while the death of a crawl or a store costs much more."""

ORPHAN_FACTOR, ORPHAN_SECONDS = 2, 30.0
"""After so many times a task's limit, plus so many seconds, a worker ends itself: its pool, which should have
ended it, was killed meanwhile."""


def main(number: int) -> int:
    """Run tasks until the pool closes its end of the socket; returns the exit code.

    Args:
        number: The file descriptor of the socket.
    """
    # Ctrl-C reaches all processes of a terminal, and a service manager's SIGTERM all of a service. The pool
    # decides when its workers end; they notice by the socket when it is gone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(MEMORY_BLAME), encoding="ascii")
    channel = Channel(socket.socket(fileno=number))
    with contextlib.suppress(ChannelClosedError):
        signal.setitimer(signal.ITIMER_REAL, ORPHAN_FACTOR * START_SECONDS)
        limit, initializer = pickle.loads(channel.receive())  # noqa: S301 - the pool is our parent
        problem = start_problem(initializer)
        signal.setitimer(signal.ITIMER_REAL, 0)
        channel.send(problem.encode("utf-8", "replace"))
        while True:
            task = channel.receive()
            # The signal's default action ends a process even if it is inside a C library.
            signal.setitimer(signal.ITIMER_REAL, ORPHAN_FACTOR * limit + ORPHAN_SECONDS)
            reply = run_task(task)
            signal.setitimer(signal.ITIMER_REAL, 0)
            channel.send(reply)
    return 0


def start_problem(initializer: Callable[[], object]) -> str:
    """Call the initializer; return what it raised, as a sentence, or nothing where all went well."""
    try:
        initializer()
    except Exception as error:  # noqa: BLE001 - the pool reports it
        traceback.print_exc()
        return f"{type(error).__name__}: {error}"
    return ""


def run_task(message: bytes | bytearray) -> bytes:
    """Run a pickled task.

    Args:
        message: Function, arguments and keyword arguments, pickled as one tuple.

    Returns:
        A pickled pair: True and the result, or False and the exception with its traceback as text.
    """
    try:
        task, args, kwargs = pickle.loads(message)  # noqa: S301 - the pool is our parent
        return _packed(task, args, kwargs)
    except Exception as error:  # noqa: BLE001 - the pool's caller decides what it means
        return _packed_error(error)


def _packed(task: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    return pickle.dumps((True, task(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)


def _packed_error(error: Exception) -> bytes:
    summary, trace = f"{type(error).__name__}: {error}", traceback.format_exc()
    try:
        packed = pickle.dumps((False, (error, summary, trace)), pickle.HIGHEST_PROTOCOL)
        pickle.loads(packed)  # noqa: S301 - some exceptions can be pickled and not read back
    except Exception:  # noqa: BLE001 - its text can always be sent
        packed = pickle.dumps((False, (None, summary, trace)), pickle.HIGHEST_PROTOCOL)
    return packed
