"""A site's web server: HTTP/1.1 on a loopback port, with validators, compression, resets and a log."""

import gzip
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from crawler.demo.edition import route
from crawler.demo.layout import Layout, Response

_LOGGED: Final = ("user-agent", "if-none-match", "if-modified-since", "accept-encoding", "referer")
_COMPRESSED_FROM: Final = 1024


class Ending(StrEnum):
    """What becomes of the connection after an answer."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is put on the wire.

    `length` is what Content-Length says, true or not; None leaves it out, and the body ends with the
    connection. `pause` is the time in seconds before each chunk.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: Iterable[bytes]
    length: int | None
    pause: float = 0.0
    ending: Ending = Ending.KEEP


Interceptor = Callable[[str, str, Callable[[], Response]], Answer | None]
"""Is given a request's path, its URL and a call for the page that it would get."""


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request as the server saw it.

    `time` is `time.monotonic()` at its arrival. `status` is what was answered, 0 where the connection was
    reset instead. `headers` are those of interest, with names in lower case.
    """

    time: float
    method: str
    target: str
    status: int
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """Path and query with the escapes undone."""
        return route(self.target)


class SiteServer:
    """Serves one site; can be taken down and brought up again on the same port.

    Args:
        port: 0 picks a free one.
        latency: Seconds before each answer.
        compress: Send gzip to those who accept it.
    """

    def __init__(self, port: int, latency: float, compress: bool) -> None:
        self._latency = latency
        self._compress = compress
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._requests: list[LoggedRequest] = []
        self._thread: threading.Thread | None = None
        self._server: Listener | None = Listener(("127.0.0.1", port), self)
        self.port: int = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/"
        self.layout: Layout | None = None
        self.intercept: Interceptor | None = None
        """May answer in place of the site."""

    def up(self) -> None:
        """Accept connections; nothing happens to a server that already does."""
        if self._thread is not None:
            return
        self._stopping.clear()
        if self._server is None:
            self._server = Listener(("127.0.0.1", self.port), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"demo:{self.port}"
        )
        self._thread.start()

    def down(self) -> None:
        """Refuse connections and end those that are open.

        Raises:
            Exception: What went wrong while pages were served, if anything did.
        """
        server, self._server = self._server, None
        if server is None:
            return
        self._stopping.set()
        if self._thread is not None:
            server.shutdown()
            self._thread.join()
            self._thread = None
        server.hang_up()
        server.server_close()
        if server.errors:
            raise server.errors[0]

    def requests(self) -> list[LoggedRequest]:
        """What was asked so far."""
        with self._lock:
            return list(self._requests)

    def forget_requests(self) -> None:
        """Empty the log."""
        with self._lock:
            self._requests.clear()

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        arrived = time.monotonic()
        if self._latency and self._stopping.wait(self._latency):
            handler.close_connection = True
            return
        target = route(handler.path)
        layout = self.layout
        if layout is None:
            raise RuntimeError("the site was opened before it had pages")
        answer = None
        if self.intercept is not None:
            url = f"{self.url}{handler.path.lstrip('/')}"
            answer = self.intercept(target, url, lambda: layout.respond(target))
        if answer is None:
            answer = self._answer(layout.respond(target), handler)
        headers = {name: value for name in _LOGGED if (value := handler.headers.get(name)) is not None}
        entry = LoggedRequest(arrived, handler.command, handler.path, answer.status, headers)
        with self._lock:
            self._requests.append(entry)
        with suppress(ConnectionError, TimeoutError):
            self._send(handler, answer)
            return
        handler.close_connection = True

    def _answer(self, page: Response, handler: BaseHTTPRequestHandler) -> Answer:
        headers = [("Content-Type", page.content_type), *page.headers]
        if page.location:
            headers.append(("Location", page.location))
        if page.status == HTTPStatus.OK:
            etag = page.etag
            headers += [("ETag", etag), ("Cache-Control", "max-age=0, must-revalidate")]
            if page.last_modified:
                headers.append(
                    ("Last-Modified", format_datetime(page.last_modified.astimezone(UTC), usegmt=True))
                )
            if _is_current(page, etag, handler):
                return Answer(HTTPStatus.NOT_MODIFIED, tuple(headers), (), None)
        body = page.body
        is_large_text = len(body) > _COMPRESSED_FROM and "text/html" in page.content_type
        if self._compress and is_large_text and "gzip" in handler.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1, mtime=0)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        return Answer(page.status, tuple(headers), (body,), len(body))

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.ending is not Ending.KEEP:
            handler.close_connection = True
        head = self._head(handler, answer) if answer.status else b""
        if handler.command != "HEAD" and answer.status not in {204, 304}:
            for chunk in answer.chunks:
                if answer.pause:
                    handler.wfile.write(head)
                    head = b""
                    if self._stopping.wait(answer.pause):
                        raise ConnectionAbortedError("the site goes down")
                handler.wfile.write(head + chunk)
                head = b""
        handler.wfile.write(head)
        if answer.ending is Ending.RESET:
            server = handler.server
            assert isinstance(server, Listener)  # noqa: S101
            with server.guard:
                server.reset.add(handler.connection)

    def _head(self, handler: BaseHTTPRequestHandler, answer: Answer) -> bytes:
        phrase = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else "Unknown"
        lines = [f"HTTP/1.1 {int(answer.status)} {phrase}", f"Date: {handler.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if answer.length is not None:
            lines.append(f"Content-Length: {answer.length}")
        elif answer.status not in {204, 304}:
            handler.close_connection = True
        if handler.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _is_current(page: Response, etag: str, handler: BaseHTTPRequestHandler) -> bool:
    """Whether a conditional request finds the page unchanged (RFC 9110, section 13.2.2)."""
    if (tags := handler.headers.get("If-None-Match")) is not None:
        return tags == "*" or etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since = handler.headers.get("If-Modified-Since")
    if since is None or page.last_modified is None:
        return False
    with suppress(ValueError):
        return page.last_modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    return False


# Long enough for any crawler's keep-alive, short enough not to hold a thread for one that went away.
_IDLE_TIMEOUT: Final = 60.0


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

    def __init__(self, address: tuple[str, int], owner: "SiteServer") -> None:
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
        host, port, *_ = self.server_address
        self.server_name, self.server_port = str(host), int(port)

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
