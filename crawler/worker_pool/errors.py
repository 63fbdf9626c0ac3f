"""How a task of a worker pool can fail."""

from crawler.errors import KhabarError


class WorkerDiedError(Exception):
    """The worker's process ended while it ran the task."""


class TaskTimeoutError(Exception):
    """The task ran for longer than it may."""


class TaskRaisedError(Exception):
    """The task raised an exception; its class and message are the message of this one.

    Args:
        summary: Class and message of what was raised.
        trace: The traceback in the worker, as text.
    """

    def __init__(self, summary: str, trace: str = "") -> None:
        super().__init__(summary)
        self.trace = trace


class PoolClosedError(Exception):
    """The pool was closed before the task ended."""


class WorkersUnavailableError(KhabarError):
    """No worker process can be started on this machine."""
