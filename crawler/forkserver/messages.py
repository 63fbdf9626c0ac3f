"""What a fork server and its clients send each other over Unix sockets."""

import contextlib
import json
import os
import socket
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass

_LENGTH = struct.Struct("!I")
_NUMBER = struct.Struct("!i")

MOST_DESCRIPTORS = 8
"""Sent with one request: the status socket, three standard streams, and what the process is given besides."""


@dataclass(frozen=True)
class StartRequest:
    """A process to be forked.

    Attributes:
        module: Its `main` is called; returns the exit code.
        environment: The environment variables, all of them.
        new_session: Whether the process leads a session of its own, out of reach of the terminal's signals.
    """

    module: str
    environment: dict[str, str]
    new_session: bool

    def send(self, control: socket.socket, descriptors: Sequence[int]) -> None:
        """Send the request with its open files.

        Args:
            control: The connection to the server.
            descriptors: The status socket, stdin, stdout, stderr, and those for `main`.

        Raises:
            OSError: The server is gone.
        """
        message = json.dumps(asdict(self)).encode()
        socket.send_fds(control, [_LENGTH.pack(len(message))], descriptors)
        control.sendall(message)


class IncomingRequest:
    """A request that is received piece by piece: a client that stops in the middle keeps nobody waiting.

    Args:
        control: The connection; nothing waits for it from here on.
    """

    def __init__(self, control: socket.socket) -> None:
        control.setblocking(False)
        self._control = control
        self._message = bytearray()
        self._descriptors: list[int] = []

    def receive(self) -> tuple[StartRequest, list[int]] | None:
        """Take what has come; returns the request and its open files once it is whole.

        Raises:
            BlockingIOError: Nothing has come.
            ConnectionError: The connection has ended.
        """
        missing = _LENGTH.size - len(self._message)
        if missing > 0:
            piece, descriptors, _, _ = socket.recv_fds(self._control, missing, MOST_DESCRIPTORS)
            self._descriptors += descriptors
        else:
            missing = self._length - len(self._message)
            piece = self._control.recv(missing)
        if not piece:
            raise ConnectionError("the client is gone")
        self._message += piece
        if len(self._message) < _LENGTH.size or len(self._message) < self._length:
            return None
        request = StartRequest(**json.loads(self._message[_LENGTH.size :]))
        descriptors, self._descriptors = self._descriptors, []
        self._message.clear()
        return request, descriptors

    @property
    def _length(self) -> int:
        return _LENGTH.size + int(_LENGTH.unpack_from(self._message)[0])

    def close(self) -> None:
        """Close the open files of a request that never became whole."""
        for descriptor in self._descriptors:
            os.close(descriptor)


def send_number(status: socket.socket, number: int) -> None:
    """Send a process id or an exit code; a client that is gone does not matter."""
    with contextlib.suppress(OSError):
        status.sendall(_NUMBER.pack(number))


def receive_number(status: socket.socket) -> int | None:
    """Receive a process id or an exit code; None if the server is gone.

    Raises:
        TimeoutError: It did not come within the socket's timeout.
    """
    try:
        message = receive_exactly(status, _NUMBER.size)
    except ConnectionError:
        return None
    return None if message is None else _NUMBER.unpack(message)[0]


def receive_exactly(connection: socket.socket, size: int) -> bytes | None:
    """Receive so many bytes; None if the connection ends before."""
    message = bytearray()
    while len(message) < size:
        chunk = connection.recv(size - len(message))
        if not chunk:
            return None
        message += chunk
    return bytes(message)
