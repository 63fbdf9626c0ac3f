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
    children = [c for c in psutil.Process(process.pid).children() if "crawler.spiders.process" in c.cmdline()]
    assert len(children) == 1
    return children[0]


def wait_until(condition: Callable[[], object], seconds: float = 90.0) -> None:
    """Wait until a condition holds, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
