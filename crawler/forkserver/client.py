"""The client's side: starts the server, asks it for processes, waits for their ends."""

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

from crawler.forkserver.messages import StartRequest, receive_number

START_SECONDS = 120.0
"""A server has so long to import its modules and fork: some seconds on an idle core, many on a busy one."""

END_SECONDS = 0.3
"""A server has so long to see that its owner is gone; then it is killed, and what it forked goes on."""

UNKNOWN_CODE = 255
"""The exit code of a process whose server was gone when it ended."""


class ForkServerError(OSError):
    """No process could be forked: the server ended, or the system has no room for another process."""


class ForkedProcess:
    """A process that a fork server started.

    Args:
        pid: Its process id.
        status: Where the server sends its exit code.
    """

    def __init__(self, pid: int, status: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        """The exit code, negative for a signal; None while it runs."""
        self._status = status
        self._lock = threading.Lock()

    @property
    def has_ended(self) -> bool:
        """Whether its exit code is there; never waits."""
        if self.returncode is not None:
            return True
        try:
            return bool(select.select([self._status], [], [], 0)[0])
        except (OSError, ValueError):
            # Another thread has waited for the end meanwhile, and closed the connection.
            return True

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code.

        Args:
            timeout: Seconds; None: without end.

        Raises:
            TimeoutError: It still runs.
        """
        with self._lock:
            if self.returncode is None:
                self._status.settimeout(timeout)
                code = receive_number(self._status)
                self.returncode = UNKNOWN_CODE if code is None else code
                self._status.close()
            return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended; another thread may wait for its end meanwhile."""
        # A process whose server is gone may run still.
        if not self.has_ended or self.wait() == UNKNOWN_CODE:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """A connection to a fork server; may be used from several threads.

    Args:
        control: The connection.
        process: The server, if it is this process's own.
    """

    def __init__(self, control: socket.socket, process: subprocess.Popen[bytes] | None = None) -> None:
        self._control, self._process = control, process
        self._lock = threading.Lock()

    @property
    def is_alive(self) -> bool:
        """Whether the server still listens."""
        with self._lock, contextlib.suppress(BlockingIOError):
            return bool(self._control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        return True

    def close(self) -> None:
        """End the connection, and the server if it is this process's own; its processes go on."""
        self._control.close()
        if self._process is None:
            return
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            # It is importing still, or is stopped: it would see the end of the connection later.
            self._process.kill()
            self._process.wait()

    @classmethod
    def launch(cls, modules: Sequence[str]) -> "ForkServer":
        """Start a server of this process's own, which ends with it.

        Args:
            modules: What its processes will need; imported in this order.

        Raises:
            OSError: It could not be started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "crawler.forkserver.server", str(theirs.fileno()), *modules],
                stdin=subprocess.DEVNULL,
                # What a library prints goes to the log: standard output belongs to this process alone.
                stdout=2,
                pass_fds=(theirs.fileno(),),
            )
        return cls(ours, process)

    def start(
        self,
        module: str,
        streams: tuple[int, int, int],
        descriptors: Sequence[int] = (),
        *,
        environment: Mapping[str, str] | None = None,
        new_session: bool = False,
    ) -> ForkedProcess:
        """Fork a process that calls a module's `main`.

        Args:
            module: Its name.
            streams: Descriptors for its standard input, output and error stream.
            descriptors: Open files that `main` is given as numbers; they stay open here.
            environment: Its environment; None: this process's.
            new_session: Whether the terminal's signals are kept from it.

        Raises:
            ForkServerError: It could not be started.
        """
        environment = os.environ if environment is None else environment
        request = StartRequest(module, dict(environment), new_session)
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._lock:
                request.send(self._control, [theirs.fileno(), *streams, *descriptors])
            ours.settimeout(START_SECONDS)
            pid = receive_number(ours)
        except OSError as error:
            ours.close()
            raise ForkServerError(error.errno or 0, f"no process can be forked: {error}") from error
        if pid is None or pid < 0:
            ours.close()
            reason = os.strerror(-pid) if pid else "the fork server is gone"
            raise ForkServerError(-(pid or 0), f"no process can be forked: {reason}")
        return ForkedProcess(pid, ours)


class _Own:
    """The server of this process."""

    def __init__(self) -> None:
        self.server: ForkServer | None = None
        self.lock = threading.Lock()

    def close(self) -> None:
        with self.lock:
            if self.server is not None:
                self.server.close()
                self.server = None


_own = _Own()
atexit.register(_own.close)


def fork_server(modules: Sequence[str] = ()) -> ForkServer:
    """This process's fork server: the one that it was forked from, or its own, started with the first call.

    Args:
        modules: What a server that has to be started imports.

    Raises:
        OSError: It could not be started.
    """
    with _own.lock:
        if _own.server is not None and not _own.server.is_alive:
            _own.server.close()
            _own.server = None
        if _own.server is None:
            _own.server = ForkServer.launch(modules)
        return _own.server


def inherit(control: socket.socket) -> None:
    """Use the server that this process was forked from."""
    _own.server, _own.lock = ForkServer(control), threading.Lock()
