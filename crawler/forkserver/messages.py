"""What a fork server and its clients send each other over Unix sockets."""

import contextlib
import json
import os
import socket
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

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

    @classmethod
    def receive(cls, control: socket.socket) -> tuple[Self, list[int]] | None:
        """Receive a request and its open files; None at the end of the connection."""
        header, descriptors, _, _ = socket.recv_fds(control, _LENGTH.size, MOST_DESCRIPTORS)
        message = receive_exactly(control, _LENGTH.unpack(header)[0]) if len(header) == _LENGTH.size else None
        if message is None:
            for descriptor in descriptors:
                os.close(descriptor)
            return None
        return cls(**json.loads(message)), descriptors


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
