"""The server's side: ``python -m crawler.forkserver.server SOCKET MODULE…``.

It imports the modules and waits for requests. It has one thread, which makes forking safe, and ends with the
process that started it; the processes that it forked go on.
"""

import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from setproctitle import setproctitle

from crawler.forkserver import client
from crawler.forkserver.messages import IncomingRequest, StartRequest, send_number

_STREAMS = 3


@dataclass(frozen=True)
class _ChildStart:
    """What a process does after the fork."""

    request: StartRequest
    descriptors: Sequence[int]
    control: socket.socket


class _Server:
    """Forks processes until the first client, which started it, is gone.

    Args:
        owner: The connection of the process that started it.
    """

    def __init__(self, owner: socket.socket) -> None:
        self._owner = owner
        self._selector = selectors.DefaultSelector()
        self._statuses: dict[int, socket.socket] = {}
        self._wakeup, wakeup = socket.socketpair()
        for end in (self._wakeup, wakeup):
            end.setblocking(False)
        self._wakeup_writer = wakeup
        signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        self._listen(owner)

    def _listen(self, connection: socket.socket) -> None:
        self._selector.register(connection, selectors.EVENT_READ, IncomingRequest(connection))

    def serve(self) -> _ChildStart | None:
        """Answer requests; returns in each forked process what it has to do, and None in the server's end."""
        while True:
            for key, _ in self._selector.select():
                connection = key.fileobj
                assert isinstance(connection, socket.socket)  # noqa: S101 - we registered it
                if connection is self._wakeup:
                    self._reap()
                    continue
                incoming: IncomingRequest = key.data
                try:
                    received = incoming.receive()
                except BlockingIOError:
                    continue
                except ConnectionError:
                    incoming.close()
                    if connection is self._owner:
                        return None
                    self._selector.unregister(connection)
                    connection.close()
                    continue
                if received is not None and (child := self._fork(*received)) is not None:
                    return child

    def _fork(self, request: StartRequest, descriptors: list[int]) -> _ChildStart | None:
        """Fork the process; returns its start in the process itself, and None in the server."""
        ours, theirs = socket.socketpair()
        status = socket.socket(fileno=descriptors[0])
        try:
            pid = os.fork()
        except OSError as error:
            send_number(status, -(error.errno or 1))
            for end in (ours, theirs, status):
                end.close()
            _close(descriptors[1:])
            return None
        if pid == 0:
            self._leave()
            ours.close()
            status.close()
            return _ChildStart(request, descriptors[1:], theirs)
        theirs.close()
        _close(descriptors[1:])
        self._listen(ours)
        self._statuses[pid] = status
        send_number(status, pid)
        return None

    def _reap(self) -> None:
        """Send the exit codes of the processes that have ended."""
        with contextlib.suppress(BlockingIOError):
            while self._wakeup.recv(4096):
                pass
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, code = ended
                with self._statuses.pop(pid) as status:
                    send_number(status, os.waitstatus_to_exitcode(code))

    def _leave(self) -> None:
        """Close in a forked process what is the server's alone: its end could not be noticed otherwise."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - we registered it
            key.fileobj.close()
            if key.data is not None:
                key.data.close()
        for status in self._statuses.values():
            status.close()
        self._wakeup_writer.close()
        self._selector.close()


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _run(start: _ChildStart) -> int:
    """Be the process that was asked for; returns its exit code."""
    if start.request.new_session:
        os.setsid()
    for number, descriptor in enumerate(start.descriptors[:_STREAMS]):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(start.request.environment)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    setproctitle(f"khabar -m {start.request.module}")
    client.inherit(start.control)
    gc.enable()
    code: int = importlib.import_module(start.request.module).main(*start.descriptors[_STREAMS:])
    return code


def main(control: int, modules: Sequence[str]) -> int:
    """Import the modules, then fork processes until the owner is gone.

    Args:
        control: The file descriptor of the connection to the owner.
        modules: What every process will need; one that cannot be imported fails later, in the process.
    """
    # Also finds where titles go, which has to be before the environment is changed.
    setproctitle("khabar fork server")
    # Ctrl-C reaches all processes of a terminal, and a service manager's SIGTERM all of a service. The owner
    # decides when this one ends.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # What is imported stays: a search for garbage in it finds none, and would unshare its memory.
    gc.disable()
    for module in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    gc.freeze()
    start = _Server(socket.socket(fileno=control)).serve()
    return 0 if start is None else _run(start)


if __name__ == "__main__":
    # The module that is imported is another one than this, which runs as `__main__`.
    sys.exit(importlib.import_module("crawler.forkserver.server").main(int(sys.argv[1]), sys.argv[2:]))
