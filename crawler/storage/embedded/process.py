"""Server processes: start them detached, tell them from others, end them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from crawler.errors import StoreUnavailableError
from crawler.html.sentences import sentence

LOG_LIMIT = 5 * 1024 * 1024
"""A server's log that has grown beyond this many bytes is set aside at the next start."""

# The shell ends at once, so the server belongs to init and never becomes a zombie of a long-lived
# crawler. It passes on the descriptor of the lock and sets the log as standard output and error.
_DETACH = 'log=$1; shift; "$@" >>"$log" 2>&1 </dev/null & echo $!'


def spawn(
    command: Sequence[str], *, folder: Path, log: Path, lock: int, environment: Mapping[str, str]
) -> int:
    """Start a server in a session of its own, so that no Ctrl-C of a terminal reaches it.

    Args:
        command: Program and arguments.
        folder: The server's working directory.
        log: Where its output is added.
        lock: Descriptor of a lock that it shall hold for as long as it lives.
        environment: Its environment variables, all of them.

    Returns:
        The server's process id.
    """
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))
    try:
        # The command is built by us; the shell sees it as arguments, not as text to read.
        done = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", _DETACH, "khabar", str(log), *command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            pass_fds=(lock,),
            start_new_session=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise StoreUnavailableError(sentence("cannot_start", command=command[0], why=str(error))) from None
    return int(done.stdout)


def birth(pid: int) -> str | None:
    """When a process was born, as the system tells it; None when there is no such (living) process.

    Together with the id it names one process for good: ids are used again, births are not.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None if Path("/proc/self/stat").exists() else _ps(pid, "lstart=")
    # The name in brackets may hold spaces and brackets itself. After it: state (field 3) … start time
    # in ticks since boot (field 22), see proc(5).
    fields = stat.rpartition(")")[2].split()
    if fields[0] in {"Z", "X"}:
        return None
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{fields[19]}@{boot.read_text().strip()}" if boot.exists() else fields[19]


def memory(pid: int) -> int | None:
    """Resident memory of a process in bytes, None when it cannot be told."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except OSError:
        kilobytes = _ps(pid, "rss=")
        return int(kilobytes) * 1024 if kilobytes and kilobytes.isdecimal() else None
    return None


def _ps(pid: int, field: str) -> str | None:
    """One field of ``ps`` for a process, None when there is none."""
    try:
        # A fixed program with a number as its argument.
        listing = subprocess.run(  # noqa: S603
            ["ps", "-o", field, "-p", str(pid)],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return listing.stdout.strip() or None


def end(pid: int, patience: float, is_deaf: Callable[[], bool]) -> bool:
    """Ask a process to end (SIGTERM), and after `patience` seconds make it (SIGKILL).

    Args:
        pid: The process.
        patience: Seconds it may take.
        is_deaf: Asked while it lives: whether it has not noticed, so that it is asked again.

    Returns:
        Whether it ended when asked; False when it had to be killed.

    Raises:
        StoreUnavailableError: It belongs to another user.
    """
    born = birth(pid)
    deadline = time.monotonic() + patience
    signalled_at = 0.0
    try:
        while born is not None and birth(pid) == born:
            now = time.monotonic()
            if now >= deadline:
                os.kill(pid, signal.SIGKILL)
                return False
            if not signalled_at or (is_deaf() and now - signalled_at >= 1.0):
                signalled_at = now
                os.kill(pid, signal.SIGTERM)
            time.sleep(0.02)
    except ProcessLookupError:
        return True
    except PermissionError:
        raise StoreUnavailableError(sentence("process_of_another", pid=pid)) from None
    return True


def written_since(log: Path, offset: int, max_bytes: int = 16_384) -> list[str]:
    """The lines added to a log since it was `offset` bytes long, of its last `max_bytes` bytes."""
    try:
        with log.open("rb") as file:
            end_of_file = file.seek(0, os.SEEK_END)
            file.seek(max(min(offset, end_of_file), end_of_file - max_bytes))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    return [line.strip() for line in text.splitlines() if line.strip()]
