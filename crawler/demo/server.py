"""A site's web server: HTTP/1.1 on a loopback port, with validators, compression, faults and a log."""

import gzip
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from crawler.demo.edition import route
from crawler.demo.faults import Answer, Ending, Fault, Scene, Switched
from crawler.demo.layouts.base import Layout, Response
from crawler.demo.listener import Listener

_LOGGED: Final = ("user-agent", "if-none-match", "if-modified-since", "accept-encoding", "referer")
_COMPRESSED_FROM: Final = 1024


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
        other: Gives the URL of another site, for faults that lead there.
    """

    def __init__(self, port: int, latency: float, compress: bool, other: Callable[[], str]) -> None:
        self._latency = latency
        self._compress = compress
        self._other = other
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._requests: list[LoggedRequest] = []
        self._faults: dict[str | None, Switched] = {}
        self._thread: threading.Thread | None = None
        self._server: Listener | None = Listener(("127.0.0.1", port), self)
        self.port: int = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/"
        self.layout: Layout | None = None

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

    def switch(
        self, target: str | None, fault: Fault | None, times: int | None, options: dict[str, Any]
    ) -> None:
        """Switch a fault on for a route, or off with None; for the whole site where `target` is None."""
        switched = Switched(fault, options, times) if fault else None
        with self._lock:
            if switched:
                self._faults[target] = switched
            else:
                self._faults.pop(target, None)

    def _fault(self, target: str) -> Switched | None:
        with self._lock:
            key = target if target in self._faults else None
            switched = self._faults.get(key)
            # A site's robots.txt stays readable unless it is named itself.
            if switched is None or (key is None and target == "/robots.txt"):
                return None
            if switched.left is not None:
                switched.left -= 1
                if switched.left <= 0:
                    del self._faults[key]
            return switched

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
        if switched := self._fault(target):
            here = f"{self.url}{handler.path.lstrip('/')}"
            answer = switched.answer(Scene(lambda: layout.respond(target), here, self._other()))
        else:
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
        accepted = handler.headers.get("Accept-Encoding", "")
        if (
            self._compress
            and "gzip" in accepted
            and len(body) > _COMPRESSED_FROM
            and "text/html" in page.content_type
        ):
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
    if (known := handler.headers.get("If-None-Match")) is not None:
        return known == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}
    since = handler.headers.get("If-Modified-Since")
    if since is None or page.last_modified is None:
        return False
    with suppress(ValueError):
        return page.last_modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    return False
