"""A mail server on loopback (RFC 5321) that keeps what it is sent."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """The server; `refuses` has it answer every message with a temporary failure."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[EmailMessage] = []
        self.refuses = False

    @property
    def address(self) -> str:
        """The address for Apprise."""
        return f"mailto://127.0.0.1:{self.server_address[1]}?from=khabar@a.example&to=desk@a.example"


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._answer("220 mail.a.example")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"QUIT":
                self._answer("221 bye")
                return
            if command != b"DATA":
                self._answer("250 ok")
                continue
            self._answer("354 go on")
            data = b""
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                data += line
            if self.server.refuses:
                self._answer("451 try again later")
                continue
            self.server.messages.append(message_from_bytes(data, policy=policy.default))
            self._answer("250 ok")

    def _answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """A mail server for as long as the context lasts."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
