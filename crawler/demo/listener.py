"""Sockets and threads under a site's web server: HTTP/1.1 with keep-alive, resets, a clean end."""

import socket
import struct
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol

# Long enough for any crawler's keep-alive, short enough not to hold a thread for one that went away.
_IDLE_TIMEOUT: Final = 60.0


class Owner(Protocol):
    """Who answers the requests."""

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""


class Handler(BaseHTTPRequestHandler):
    """Reads requests and hands each to the listener's owner."""

    protocol_version = "HTTP/1.1"
    server_version = "DemoNewsroom"
    sys_version = ""
    timeout = _IDLE_TIMEOUT
    disable_nagle_algorithm = True
    server: "Listener"

    def do_GET(self) -> None:
        """Answer a page."""
        self.server.owner.serve(self)

    def do_HEAD(self) -> None:
        """Answer a page's headers."""
        self.server.owner.serve(self)

    def log_message(self, *_: object) -> None:
        """Requests are logged by the site, not on stderr."""


class Listener(ThreadingHTTPServer):
    """Accepts connections, one thread each, and can end them all."""

    # Threads are waited for at the end, so that none outlives the newsroom.
    daemon_threads = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], owner: "Owner") -> None:
        self.owner = owner
        self.open: set[socket.socket] = set()
        self.reset: set[socket.socket] = set()
        self.guard = threading.Lock()
        self.errors: list[BaseException] = []
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind the port, and look no names up."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin to serve a connection."""
        with self.guard:
            self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection, by a reset if it was marked for one."""
        with self.guard:
            self.open.discard(request)
            resets = request in self.reset
            self.reset.discard(request)
        if resets:
            # Lingering for no time makes the close a reset (socket(7)); a shutdown before would say goodbye.
            request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.close()
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Keep what went wrong; readers that hang up are no error."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)

    def hang_up(self) -> None:
        """Wake the threads that wait for a next request."""
        with self.guard:
            for connection in self.open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
