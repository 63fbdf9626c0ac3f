"""How `khabar web` begins and ends."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from crawler.storage.connect import Stores
from crawler.web.security import is_loopback
from tests.support import small_archive as small
from tests.support.processes import wait_until
from tests.support.web import Web

TOKEN = re.compile('name="token" value="([^"]*)"')
KHABAR = str(Path(sys.executable).parent / "khabar")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running(
    stores: Stores, store_environment: dict[str, str], number: signal.Signals
) -> None:
    small.fill(stores)
    process = subprocess.Popen(
        [KHABAR, "-q", "web", "--port", "0"], env=store_environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
    server = Web("", port, stores.settings, Path())
    wait_until(lambda: server.get("/ar/report").status == 200)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(number)
    process.communicate(timeout=60)  # the pipe closes with the last process that holds it
    assert process.returncode == (0 if number != signal.SIGKILL else -number)
    assert psutil.wait_procs(children, timeout=60)[1] == []


def test_several_processes_answer_with_one_token_and_are_replaced(
    stores: Stores, store_environment: dict[str, str]
) -> None:
    small.fill(stores)
    with subprocess.Popen(
        [KHABAR, "web", "--port", "0", "--workers", "2"],
        env=store_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
        server = Web("", port, stores.settings, Path())
        first = psutil.Process(process.pid)
        try:
            wait_until(lambda: _answering(first, port) == 2)
            story = f"/ar/stories/{small.FIRST}"
            wait_until(lambda: server.get(story).status == 200)
            tokens = {TOKEN.findall(server.get(story).text)[0] for _ in range(20)}
            assert len(tokens) == 1
            assert len(tokens.pop()) > 20
            beside = next(child for child in first.children() if _listens(child, port))
            beside.kill()
            beside.wait(timeout=30)  # until then it counts as one that answers
            wait_until(lambda: _answering(first, port) == 2)
            assert server.get(story).status == 200
        finally:
            children = first.children(recursive=True)
            process.terminate()
        assert "is replaced" in process.communicate(timeout=60)[1]
    assert psutil.wait_procs(children, timeout=60)[1] == []


def _answering(first: psutil.Process, port: int) -> int:
    """How many processes listen at a port, of one and those that it started."""
    return sum(_listens(process, port) for process in (first, *first.children()))


def _listens(process: psutil.Process, port: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return any(
            each.status == psutil.CONN_LISTEN and each.laddr.port == port
            for each in process.net_connections()
        )
    return False


def test_a_taken_port_is_told(store_environment: dict[str, str], stores: Stores) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [KHABAR, "web", "--port", port],
            env=store_environment | {"PATH": os.defpath},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.0.0.2", True), ("::1", True), ("[::1]", True), ("localhost", True),
     ("::", False), ("192.168.1.4", False), ("example.org", False)],
)  # fmt: skip
def test_an_address_beyond_this_machine_is_told_apart(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
