"""A pool of supervised worker processes: a worker may be killed, hang or be frozen at any moment.

Each worker has its own socket and thread, so nothing that happens to one affects another. A task
whose worker dies or hangs is run once more in a fresh one; only a task that does so twice fails.
"""

from crawler.worker_pool.errors import (
    PoolClosedError,
    TaskRaisedError,
    TaskTimeoutError,
    WorkerDiedError,
    WorkersUnavailableError,
)
from crawler.worker_pool.pool import WorkerPool

__all__ = [
    "PoolClosedError",
    "TaskRaisedError",
    "TaskTimeoutError",
    "WorkerDiedError",
    "WorkerPool",
    "WorkersUnavailableError",
]
