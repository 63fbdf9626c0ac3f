"""Files that appear whole or not at all, that nobody else may read, or that do not grow without end."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from crawler.errors import KhabarError

LOG_BYTES = 10 * 1024 * 1024
"""A log is begun anew from this size on: that of a site holds some 50,000 pages then."""

LOGS_KEPT = 2
"""Earlier logs that are kept beside the present one."""


def make_private_folder(path: Path) -> None:
    """Make a folder, with those above it, for its owner alone; one that is there stays as it is."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)


def append_private(path: Path) -> BinaryIO:
    """Open a file for appending, unbuffered; one that is made can be read and written by its owner alone."""
    return os.fdopen(os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "ab", buffering=0)


def turn_over(path: Path, size: int = LOG_BYTES) -> None:
    """Begin a log anew once it is large: the present one gets the ending ``.1``, the one before ``.2``.

    Args:
        path: The log; nobody needs to have it open, and who has goes on writing to the old one.
        size: Bytes from which on it is large.
    """
    try:
        if path.stat().st_size < size:
            return
    except FileNotFoundError:
        return
    for number in range(LOGS_KEPT, 0, -1):
        earlier = path.with_name(f"{path.name}.{number - 1}") if number > 1 else path
        with suppress(FileNotFoundError):  # two crawls may begin at once
            earlier.replace(path.with_name(f"{path.name}.{number}"))


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """A file beside `path` to write to; it takes its place when the block ends, and is gone if that fails.

    Only its owner can read it. It is on the disk before it takes the place of an earlier file.

    Args:
        path: The file that is to appear; one of this name is replaced.

    Raises:
        OSError: The folder cannot be written, or the disk is full; what was at `path` stays.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """As `draft_of`, for a file that a person named.

    Raises:
        KhabarError: The folder cannot be written, or the disk is full; the message names the file.
    """
    try:
        with draft_of(path) as draft:
            yield draft
    except OSError as error:
        raise KhabarError(f"{path}: cannot be written: {error.strerror or error}") from None
