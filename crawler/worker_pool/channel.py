"""Messages over a socket between two processes, each of which may die or be frozen at any moment."""

import socket
import struct
import time
from collections.abc import Callable
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")

_LENGTH = struct.Struct("!Q")

START_SECONDS = 60.0
"""A worker has so long to import what it needs: a second on an idle core, several on a busy one."""

CHUNK_BYTES = 1 << 18
"""Read at once: a page's article is smaller, a page with its links rarely larger."""

TICK = 1.0
"""Seconds between two looks at the time that is left."""


class ChannelClosedError(Exception):
    """The process at the other end is gone."""


class ChannelTimeoutError(Exception):
    """The process at the other end did not take or send a message in time."""


class TimeLimit:
    """A span of time in which this process is running.

    While the machine sleeps, or this process is stopped, the clock goes on although nobody had a chance to
    work; of such a gap no more than two ticks count.

    Args:
        seconds: The length of the span; None: without end.
    """

    def __init__(self, seconds: float | None) -> None:
        self._left = seconds
        self._looked = time.monotonic()

    def next_wait(self) -> float:
        """Seconds to wait until the next look.

        Raises:
            ChannelTimeoutError: The span is over.
        """
        now = time.monotonic()
        passed, self._looked = now - self._looked, now
        if self._left is None:
            return TICK
        self._left -= min(passed, 2 * TICK)
        if self._left <= 0:
            raise ChannelTimeoutError
        return min(self._left, TICK)


class Channel:
    """One end of a socket that carries messages.

    Args:
        end: A connected stream socket; closed with the channel.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    def send(self, message: bytes, seconds: float | None = None) -> None:
        """Send a message.

        Args:
            message: Any bytes.
            seconds: The longest time that may take.

        Raises:
            ChannelClosedError: The other end is gone; it has not received the whole message.
            ChannelTimeoutError: It took too long.
        """
        limit = TimeLimit(seconds)
        for part in (_LENGTH.pack(len(message)), message):
            rest = memoryview(part)
            while rest:
                rest = rest[self._attempt(self._socket.send, rest, limit) :]

    def receive(self, seconds: float | None = None) -> bytearray:
        """Wait for a message.

        Args:
            seconds: The longest time that may take.

        Raises:
            ChannelClosedError: The other end is gone.
            ChannelTimeoutError: It took too long.
        """
        limit = TimeLimit(seconds)
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size, limit))
        return self._read(length, limit)

    def close(self) -> None:
        """Close this end: the other one learns of it."""
        self._socket.close()

    def _read(self, length: int, limit: TimeLimit) -> bytearray:
        data = bytearray()
        while len(data) < length:
            chunk = self._attempt(self._socket.recv, min(length - len(data), CHUNK_BYTES), limit)
            if not chunk:
                raise ChannelClosedError
            data += chunk
        return data

    def _attempt(self, call: Callable[[A], R], argument: A, limit: TimeLimit) -> R:
        while True:
            self._socket.settimeout(limit.next_wait())
            try:
                return call(argument)
            except TimeoutError:
                continue
            except OSError as error:
                raise ChannelClosedError from error
