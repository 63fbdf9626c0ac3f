import gzip
import http.client
import socket
import time
import zlib
from urllib.parse import urlsplit

import pytest

from tests.support.faults import Fault, FaultyNewsroom
from tests.support.http import fetch
from tests.support.newsroom_time import NOW


@pytest.fixture
def url(small: FaultyNewsroom) -> str:
    return next(article.url for article in small.articles if article.site == small.sites[2].id)


@pytest.mark.parametrize("code", [403, 404, 410, 429, 451, 500, 503])
def test_statuses(small: FaultyNewsroom, url: str, code: int) -> None:
    small.fault(url, str(code))
    assert fetch(url).status == code
    assert fetch(small.articles[0].url).status == 200
    assert small.requests[small.sites[2].id][-1].status == code


def test_retry_after(small: FaultyNewsroom, url: str) -> None:
    small.fault(url, Fault.STATUS, code=429, retry_after=7)
    fetched = fetch(url)
    assert (fetched.status, fetched.headers["Retry-After"]) == (429, "7")


def test_a_fault_can_pass(small: FaultyNewsroom, url: str) -> None:
    small.fault(url, "503", times=2)
    assert [fetch(url).status for _ in range(3)] == [503, 503, 200]


def test_a_fault_can_be_cleared(small: FaultyNewsroom, url: str) -> None:
    small.fault(url, Fault.EMPTY)
    assert fetch(url).body == b""
    small.clear_fault(url)
    assert fetch(url).body


def test_a_fault_of_a_whole_site_spares_robots(small: FaultyNewsroom, url: str) -> None:
    site = small.sites[2]
    small.fault(site, "403")
    assert (fetch(url).status, fetch(site.url).status) == (403, 403)
    assert fetch(f"{site.url}robots.txt").status == 200
    assert fetch(small.sites[0].url).status == 200
    small.fault(f"{site.url}robots.txt", "500")
    assert fetch(f"{site.url}robots.txt").status == 500


def test_redirects(small: FaultyNewsroom, url: str) -> None:
    small.fault(url, Fault.REDIRECT_LOOP)
    assert (fetch(url).status, fetch(url).headers["Location"]) == (302, url)
    small.fault(url, Fault.REDIRECT_HOST, code=301)
    assert (fetch(url).status, fetch(url).headers["Location"]) == (301, small.sites[3].url)
    small.fault(url, Fault.REDIRECT_PRIVATE)
    assert fetch(url).headers["Location"] == "http://10.255.255.1/internal"
    small.fault(url, Fault.REDIRECT_PRIVATE, to="file:///etc/hostname")
    assert fetch(url).headers["Location"] == "file:///etc/hostname"


@pytest.mark.parametrize(
    ("fault", "content_type", "start"),
    [
        (Fault.IMAGE, "image/png", b"\x89PNG"),
        (Fault.PDF, "application/pdf", b"%PDF-"),
        (Fault.BINARY, "text/html; charset=utf-8", b""),
    ],
)
def test_other_than_pages(
    small: FaultyNewsroom, url: str, fault: Fault, content_type: str, start: bytes
) -> None:
    small.fault(url, fault)
    fetched = fetch(url)
    assert fetched.headers["Content-Type"] == content_type
    assert fetched.body.startswith(start)
    with pytest.raises(UnicodeDecodeError):
        (fetched.body + b"\xff").decode() if fault is Fault.PDF else fetched.body.decode()


def streamed(url: str, limit: int) -> tuple[str | None, int]:
    """The declared length of a body, and how many bytes of it came, up to a limit."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        length = response.headers["Content-Length"]
        count = 0
        while count < limit and (chunk := response.read(65536)):
            count += len(chunk)
        response.close()
        return length, count
    finally:
        connection.close()


def test_huge_pages_are_streamed(small: FaultyNewsroom, url: str) -> None:
    small.fault(url, Fault.HUGE)
    length, count = streamed(url, 1_000_000)
    assert length == "104857600"
    assert count >= 1_000_000
    small.fault(url, Fault.HUGE, size=3_000_001)
    assert streamed(url, 10_000_000) == ("3000001", 3_000_001)
    small.fault(url, Fault.HUGE, size=3_000_001, declared=False)
    assert streamed(url, 10_000_000) == (None, 3_000_001)


def test_truncated_bodies(small: FaultyNewsroom, url: str) -> None:
    whole = fetch(url).body
    small.fault(url, Fault.TRUNCATED, missing=500)
    with pytest.raises(http.client.IncompleteRead) as caught:
        fetch(url)
    assert caught.value.partial == whole[:-500]
    assert caught.value.expected == 500


def test_a_slow_drip(small: FaultyNewsroom, url: str) -> None:
    whole = len(fetch(url).body)
    small.fault(url, Fault.DRIP, chunk=8, interval=0.05)
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as client:
        client.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        began = time.monotonic()
        received = b""
        while time.monotonic() - began < 0.5:
            received += client.recv(4096)
        elapsed = time.monotonic() - began
    body = received.split(b"\r\n\r\n", 1)[1]
    assert 8 <= len(body) <= 8 * (elapsed / 0.05 + 1)
    assert len(body) < whole


def test_closing_does_not_wait_for_a_drip() -> None:
    with FaultyNewsroom(pages_per_site=1, now=NOW) as newsroom:
        url = newsroom.articles[0].url
        newsroom.fault(url, Fault.DRIP, chunk=1, interval=30)
        parts = urlsplit(url)
        client = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5)
        client.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert client.recv(10) == b"HTTP/1.1 2"
        began = time.monotonic()
    client.close()
    assert time.monotonic() - began < 3


def test_resets(small: FaultyNewsroom, url: str) -> None:
    small.fault(url, Fault.RESET)
    with pytest.raises(ConnectionResetError):
        fetch(url)
    assert small.requests[small.sites[2].id][-1].status == 0
    small.fault(url, Fault.RESET, after=100)
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        fetch(url)


def test_a_gzip_bomb_is_bounded(small: FaultyNewsroom, url: str) -> None:
    small.fault(url, Fault.GZIP_BOMB, size=5_000_000)
    fetched = fetch(url)
    assert fetched.headers["Content-Encoding"] == "gzip"
    assert len(fetched.body) < 20_000
    assert 5_000_000 <= len(gzip.decompress(fetched.body)) < 5_000_100
    assert zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(fetched.body, 15) == b"<html><body><p>"


def test_walls_answer_200(small: FaultyNewsroom, url: str) -> None:
    small.fault(url, Fault.CHALLENGE)
    assert fetch(url).status == 200
    assert "Just a moment..." in fetch(url).text
    small.fault(url, Fault.CHALLENGE, code=403)
    assert fetch(url).status == 403
    small.fault(url, Fault.LOGIN)
    assert fetch(url).status == 200
    assert 'type="password"' in fetch(url).text


def test_charsets(small: FaultyNewsroom) -> None:
    for site in small.sites:
        article = [article for article in small.articles if article.site == site.id][1]
        small.fault(article.url, Fault.NO_CHARSET)
        silent = fetch(article.url)
        assert silent.headers["Content-Type"] == "text/html"
        assert b"charset" not in silent.body.lower()
        assert "جميع" in silent.body.decode("cp1256") or site.name in silent.body.decode("cp1256")
        small.fault(article.url, Fault.WRONG_CHARSET)
        lying = fetch(article.url)
        assert lying.headers["Content-Type"] == "text/html; charset=utf-8"
        assert site.name in lying.body.decode("cp1256")


def test_nesting(small: FaultyNewsroom, url: str) -> None:
    small.fault(url, Fault.NESTING, depth=1000)
    assert fetch(url).text.count("<div>") == 1000


def test_unknown_faults_and_options_are_refused(small: FaultyNewsroom, url: str) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        small.fault(url, "earthquake")
    with pytest.raises(TypeError, match="colour"):
        small.fault(url, Fault.EMPTY, colour="red")
    with pytest.raises(KeyError):
        small.fault("http://127.0.0.1:1/", Fault.EMPTY)
    assert fetch(url).status == 200
