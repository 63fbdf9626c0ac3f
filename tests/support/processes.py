"""Processes that tests start, and waiting for what they do."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping

import psutil

from crawler.settings import Settings
from tests.support.servers import khabar_environment


def start_khabar(
    settings: Settings,
    *arguments: str,
    stderr: int = subprocess.PIPE,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Start `khabar` with arguments and settings."""
    return subprocess.Popen(
        [sys.executable, "-c", "from crawler.cli import main; main()", *arguments],
        env={**khabar_environment(settings), **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


def crawl_process(process: subprocess.Popen[str]) -> psutil.Process:
    """The process that crawls a site for a `khabar crawl`."""
    (crawl,) = forked_processes("crawler.spiders.process", process.pid)
    return crawl


def forked_processes(module: str, pid: int | None = None) -> list[psutil.Process]:
    """The processes that run a module's `main` for a process, or for this one."""
    descendants = psutil.Process(pid).children(recursive=True)
    return [process for process in descendants if f"khabar -m {module}" in " ".join(_command(process))]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def wait_until(condition: Callable[[], object], seconds: float = 90.0) -> None:
    """Wait until a condition holds, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
