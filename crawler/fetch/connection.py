"""One request over one connection, outside Scrapy: no proxy, no redirect, and a bound on everything.

The address that a name leads to is looked at where the connection is made, so that no name leads to a
private one. What Python takes from the environment (`http_proxy`) is not used.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from crawler.fetch.safety import is_public

CHUNK = 1 << 16
"""Bytes that are read at once."""


class PrivateAddressError(OSError):
    """A name leads to an address that is not on the public internet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as transferred. `is_complete` is false where it broke off, or was cut at the bound."""

    status: int
    headers: Message
    body: bytes
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost: bytes of its answer, and seconds from connecting to the last byte."""

    max_bytes: int
    seconds: float


def request_once(
    url: str, headers: dict[str, str], limits: Limits, *, private: bool = False, tls: str = "verify"
) -> Answer:
    """Ask for an address, once.

    Args:
        url: An http or https address, percent-encoded.
        headers: The request's.
        limits: Its bounds.
        private: Whether private and loopback addresses may be asked.
        tls: ``unverified`` takes any certificate.

    Raises:
        PrivateAddressError: The host is at a private address.
        OSError: It cannot be reached, or does not answer in time.
        http.client.HTTPException: Its answer is no HTTP.
    """
    parts = urlsplit(url)
    kind: Any = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    options = {"context": tls_context(tls)} if parts.scheme == "https" else {}
    connection = kind(parts.hostname, parts.port, timeout=limits.seconds, **options)
    connection._create_connection = _connector(private)
    target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    with _time_limit(connection, limits.seconds):
        try:
            connection.request("GET", target if target.startswith("/") else f"/{target}", headers=headers)
            response = connection.getresponse()
            body, complete = _read(response, limits.max_bytes)
            return Answer(response.status, response.headers, body, complete)
        finally:
            connection.close()


def _read(response: http.client.HTTPResponse, max_bytes: int) -> tuple[bytes, bool]:
    """A body up to one byte over the bound, and whether that is all of it."""
    chunks: list[bytes] = []
    size = 0
    try:
        while size <= max_bytes and (chunk := response.read1(CHUNK)):
            chunks.append(chunk)
            size += len(chunk)
    except http.client.IncompleteRead as error:
        return b"".join([*chunks, error.partial])[: max_bytes + 1], False
    missing = bool(response.length) and size <= max_bytes
    return b"".join(chunks)[: max_bytes + 1], not missing and size <= max_bytes


@contextmanager
def _time_limit(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """End the connection when the time is over: a server that sends a byte a second never times out."""
    started = time.monotonic()
    timer = threading.Timer(seconds, _shut_down, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() - started >= seconds:
            raise TimeoutError(f"no complete answer in {seconds:.0f} s") from error
        raise
    finally:
        timer.cancel()
    if time.monotonic() - started >= seconds:
        raise TimeoutError(f"no complete answer in {seconds:.0f} s")


def _shut_down(connection: http.client.HTTPConnection) -> None:
    current: socket.socket | None = connection.sock
    if current is not None:
        try:
            current.shutdown(socket.SHUT_RDWR)
        except OSError:
            # It is closed already: the answer came in the last moment.
            return


def _connector(private: bool) -> Any:
    """A way to connect that looks at the address it connects to."""

    def connect(address: tuple[str, int], timeout: float, source: Any = None) -> socket.socket:
        host, port = address
        places = [place for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        for place in places:
            if not private and not is_public(str(place[0])):
                raise PrivateAddressError(
                    f"{host} leads to the private address {place[0]}; --private allows it"
                )
        return socket.create_connection((str(places[0][0]), port), timeout, source)

    return connect


def tls_context(tls: str) -> ssl.SSLContext:
    """Return the context for a connection.

    Args:
        tls: ``verify``, or ``unverified`` for any certificate.
    """
    context = ssl.create_default_context()
    if tls == "unverified":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def certificate_problem(error: object) -> str | None:
    """What is wrong with a certificate, in OpenSSL's words; None for any other trouble."""
    return error.verify_message.rstrip(".") if isinstance(error, ssl.SSLCertVerificationError) else None
