"""Processes that a fork server starts: their streams, files and ends, and what happens when one is killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from crawler.forkserver import ForkedProcess, ForkServer, ForkServerError, fork_server
from crawler.forkserver.messages import IncomingRequest, StartRequest

MODULE = "tests.support.forked"


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    launched = ForkServer.launch(["json.tool", "no.such.module"])
    yield launched
    launched.close()


def start(server: ForkServer, task: str, *descriptors: int, **options: bool) -> ForkedProcess:
    return server.start(MODULE, (0, 2, 2), descriptors, environment={**os.environ, "TASK": task}, **options)


def test_a_process_has_the_streams_and_the_environment_that_it_is_given(
    server: ForkServer, tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    os.write(writing, "خبر news\n".encode())
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = server.start(
            MODULE,
            (reading, out.fileno(), err.fileno()),
            environment={**os.environ, "TASK": "answer"},
            new_session=True,
        )
    assert process.wait(30) == 0
    assert (tmp_path / "out").read_text() == "خبر NEWS True\n"
    assert (tmp_path / "err").read_text() == "log\n"
    for end in (reading, writing):
        os.close(end)


def test_an_open_file_is_handed_over_and_the_exit_code_comes_back(server: ForkServer) -> None:
    reading, writing = os.pipe()
    assert start(server, "number", writing).wait(30) == 7
    os.close(writing)
    # The end of the pipe is seen, so nobody else holds it: neither the server nor another process of its.
    assert os.read(reading, 100) == b"written"
    assert os.read(reading, 100) == b""
    os.close(reading)


def test_what_the_server_has_imported_is_there_at_once(server: ForkServer) -> None:
    assert start(server, "loaded").wait(30) == 1


def test_a_process_that_is_killed_ends_with_its_signal(server: ForkServer) -> None:
    process = start(server, "sleep")
    with pytest.raises(TimeoutError):
        process.wait(0.01)
    assert not process.has_ended
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == -signal.SIGTERM
    process.kill()
    assert process.wait() == -signal.SIGTERM


def test_a_module_that_does_not_exist_fails_in_its_process_alone(server: ForkServer) -> None:
    assert server.start("tests.support.nothing", (0, 2, 2)).wait(30) == 1
    assert start(server, "loaded").wait(30) == 1


def test_a_hundred_processes_end_each_with_its_own_code(server: ForkServer) -> None:
    with Path(os.devnull).open("wb") as nothing:
        processes = [start(server, "number", nothing.fileno()) for _ in range(100)]
    assert [process.wait(60) for process in processes] == [7] * 100
    assert len({process.pid for process in processes}) == 100


def test_processes_outlive_a_killed_server_and_the_next_call_starts_another(tmp_path: Path) -> None:
    script = tmp_path / "client.py"
    script.write_text(
        "import os, signal, psutil\n"
        "from crawler.forkserver import ForkServerError, fork_server\n"
        "os.environ['TASK'] = 'sleep'\n"
        f"start = lambda: fork_server().start({MODULE!r}, (0, 2, 2))\n"
        "process = start()\n"
        "server = psutil.Process().children()[0]\n"
        "server.kill(); server.wait()\n"
        "assert psutil.pid_exists(process.pid)\n"
        "os.kill(process.pid, signal.SIGKILL)\n"
        "assert process.wait(30) == 255\n"
        "process = start()\n"
        "process.kill()\n"
        "assert process.wait(30) == -signal.SIGKILL\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, script], check=True, timeout=60, env=environment)


def test_a_server_ends_with_its_owner_and_a_gone_one_is_an_error() -> None:
    owned = ForkServer.launch([])
    process = start(owned, "sleep")
    server = psutil.Process(process.pid).parent()
    owned.close()
    assert server is not None
    assert not server.is_running()
    process.kill()
    with pytest.raises(ForkServerError, match="no process can be forked"):
        start(owned, "loaded")
    deadline = time.monotonic() + 30
    while psutil.pid_exists(process.pid) and psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_request_that_comes_in_pieces_keeps_nobody_waiting() -> None:
    client, server = socket.socketpair()
    reading, writing = os.pipe()
    with client, server:
        incoming, request = IncomingRequest(server), StartRequest("module", {"اسم": "قيمة" * 9}, True)
        with pytest.raises(BlockingIOError):
            incoming.receive()
        request.send(client, [writing])
        whole = server.recv(1 << 16, socket.MSG_PEEK)
        received = [incoming.receive(), incoming.receive()]
        assert received[0] is None
        assert received[1] is not None
        assert received[1][0] == request
        os.close(received[1][1][0])
        # A client that is frozen in the middle: what has come waits, and its end is the connection's.
        for size in (2, 4):
            half = IncomingRequest(server)
            socket.send_fds(client, [whole[:size]], [writing])
            assert half.receive() is None
            half.close()
    os.close(writing)
    assert os.read(reading, 1) == b"", "nobody holds its open files"
    os.close(reading)


def test_who_ends_does_not_wait_for_what_the_server_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_to_import.py").write_text("import time; time.sleep(100)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    launched = ForkServer.launch(["slow_to_import"])
    begun = time.monotonic()
    launched.close()
    assert time.monotonic() - begun < 50


def test_a_process_has_one_server() -> None:
    assert fork_server() is fork_server()
    assert fork_server().is_alive
