"""What a worker of Spark does: our code made importable there, and pages read with it.

This module is sent to the workers as it stands, so nothing of ours may be imported before that is done.
"""

import hashlib
import os
import pickle
import signal
import stat
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType


def run_messages(messages: Iterable[tuple[bytes, str]], code: str | None, limit: float) -> Iterator[bytes]:
    """Run tasks, as a worker of a pool does.

    Args:
        messages: Each a pickled task, and the file that it reads.
        code: The name under which Spark has our code as a zip; None: it is installed.
        limit: Seconds that a task may take.

    Yields:
        The pickled reply to each; empty where its file is not here.
    """
    if code is not None:
        make_importable(code)
    from crawler.pipelines.extraction_pool import warm_up
    from crawler.worker_pool.worker import run_task

    warm_up()
    signal.signal(signal.SIGALRM, _stop)
    for message, path in messages:
        if not os.path.exists(path):  # noqa: PTH110 - the name may be no text
            yield b""
            continue
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            yield run_task(message)
        except TimeoutError as error:
            yield pickle.dumps((False, (None, str(error), "")))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    from trafilatura.meta import reset_caches

    # This process goes on with other pages: what trafilatura remembers grows.
    reset_caches()


def make_importable(code: str) -> None:
    """Unpack our code, once on each machine, and put it before whatever else is installed.

    Args:
        code: The name under which Spark has it.
    """
    from pyspark import SparkFiles

    package = Path(SparkFiles.get(code))
    digest = hashlib.sha256(package.read_bytes()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir(), f"khabar-code-{os.getuid()}-{digest}")
    if not is_own_folder(folder):
        draft = Path(tempfile.mkdtemp(prefix="khabar-code-"))
        with zipfile.ZipFile(package) as archive:
            archive.extractall(draft)
        try:
            draft.rename(folder)
        except OSError:
            # Another worker was faster, or somebody else has taken the name.
            folder = folder if is_own_folder(folder) else draft
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def is_own_folder(folder: Path) -> bool:
    """Whether a folder is there and is this user's: in one that others may fill lies code of theirs."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError("it took too long")
