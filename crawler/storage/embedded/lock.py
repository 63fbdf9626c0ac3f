"""File locks that the kernel lets go of when their holder dies, however it dies.

`flock` belongs to an open file description, not to a process id: it cannot go stale, needs no
clean-up after ``kill -9``, and a child process that inherits the descriptor keeps it. Both
properties are used: `exclusive` makes sure that one process at a time starts or stops a server,
and a running server itself holds a second lock for as long as it lives (see `server`).
"""

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import StoreUnavailableError
from crawler.html.sentences import sentence

PROC = Path("/proc")

POLL_SECONDS = 0.02
"""How often a lock that somebody else holds is tried again."""


def open_lock(path: Path) -> int:
    """Open a lock's file, made at need, as a descriptor that children do not inherit."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def take(descriptor: int, patience: float) -> bool:
    """Take the lock of an open descriptor, waiting for at most `patience` seconds.

    Raises:
        StoreUnavailableError: The file system has no locks (some network folders).
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        except OSError as error:
            raise StoreUnavailableError(sentence("cannot_lock", why=error.strerror or str(error))) from None
        else:
            return True


@contextmanager
def exclusive(path: Path, patience: float) -> Iterator[None]:
    """Hold the lock of `path` inside a ``with`` block; wait at most `patience` seconds for it.

    It excludes other processes and other threads of this one alike.

    Raises:
        StoreUnavailableError: Another process held it all that time.
    """
    descriptor = open_lock(path)
    try:
        if not take(descriptor, patience):
            raise StoreUnavailableError(
                sentence("starting_elsewhere", seconds=f"{patience:.0f}", lock=str(path))
            )
        try:
            yield
        finally:
            # Said aloud, because a child forked meanwhile would keep a merely closed lock.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Whether any living process holds the lock of `path`."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that two processes that look at the same time do not see each other.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def holders(path: Path) -> list[int]:
    """The ids of the processes that hold the lock of `path`, other than this one.

    Linux tells in ``/proc``. Other systems, and kernels that do not tell of locks there, only know who has
    the file open: whoever asks `is_locked` at that moment is among them. Where nothing answers, the list is
    empty.
    """
    if not (PROC / "self" / "fd").is_dir():
        try:
            # A fixed program, and a path of our own making as its argument.
            listing = subprocess.run(["lsof", "-t", str(path)], capture_output=True, text=True, check=False)  # noqa: S603, S607
        except OSError:
            return []
        return [pid for pid in map(int, listing.stdout.split()) if pid != os.getpid()]
    processes = [int(folder.name) for folder in PROC.iterdir() if folder.name.isdecimal()]
    opened = {pid: fds for pid in processes if pid != os.getpid() and (fds := _descriptors(pid, path))}
    return [pid for pid, fds in opened.items() if any(_is_locked(pid, fd) for fd in fds)] or list(opened)


def holds(pid: int, path: Path) -> bool:
    """Whether a process holds the lock of `path`: no reused process id can pretend to."""
    if not (PROC / "self" / "fd").is_dir():
        return pid in holders(path)
    return any(_is_locked(pid, fd) for fd in _descriptors(pid, path))


def _descriptors(pid: int, path: Path) -> list[str]:
    """The descriptors under which a process has a file open; none where we may not look, or it ended."""
    target = path.stat()
    descriptors = []
    try:
        for link in (PROC / str(pid) / "fd").iterdir():
            file = link.stat()
            if (file.st_dev, file.st_ino) == (target.st_dev, target.st_ino):
                descriptors.append(link.name)
    except OSError:
        return []
    return descriptors


def _is_locked(pid: int, descriptor: str) -> bool:
    """Whether the open file behind a descriptor has a lock: of the process that took it, or inherited."""
    try:
        return "FLOCK" in (PROC / str(pid) / "fdinfo" / descriptor).read_text()
    except OSError:
        return False
