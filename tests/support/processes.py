"""Processes that tests start, and waiting for what they do."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import psutil

from crawler.forkserver import ForkServer, fork_server
from crawler.operations.crawling.crawl_process import CRAWL_MODULES, EXTRACTION_MODULES
from crawler.settings import Settings
from tests.support import khabar_command
from tests.support.servers import khabar_environment


def run_khabar(
    environment: Mapping[str, str], *arguments: str, text: str | None = None, timeout: float = 100.0
) -> subprocess.CompletedProcess[str]:
    """Run `khabar` to its end, in a process that is forked with its code imported.

    Args:
        environment: All of its environment.
        arguments: What stands behind `khabar`.
        text: Its standard input.
        timeout: Seconds.
    """
    request = {khabar_command.ARGUMENTS: json.dumps([arguments, str(Path.cwd())])}
    with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
        stdin.write((text or "").encode())
        stdin.seek(0)
        streams = (stdin.fileno(), stdout.fileno(), stderr.fileno())
        process = session_fork_server().start(
            khabar_command.__name__, streams, environment={**environment, **request}
        )
        try:
            code = process.wait(timeout)
        except TimeoutError:
            process.kill()
            raise
        printed = [_printed(stream) for stream in (stdout, stderr)]
    return subprocess.CompletedProcess(["khabar", *arguments], code, *printed)


def _printed(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()


def session_fork_server() -> ForkServer:
    """The tests' server of processes: crawls, extraction and commands."""
    return fork_server((*CRAWL_MODULES, *EXTRACTION_MODULES, "crawler.cli.main"))


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
