import gzip
import http.client
import socket
import time

import pytest

from crawler.demo import Newsroom
from tests.support.http import fetch
from tests.support.newsroom_time import NOW


def everything_conditional(newsroom: Newsroom) -> list[str]:
    feeds = ["feed/", "news", "sitemap.xml", "atom.php"]
    urls = [site.url + path for site, path in zip(newsroom.sites, feeds, strict=True)]
    return urls + [article.url for article in newsroom.articles[::9]]


def test_unchanged_pages_and_feeds_answer_304(newsroom: Newsroom) -> None:
    for url in everything_conditional(newsroom):
        first = fetch(url)
        for headers in (
            {"If_None_Match": first.headers["ETag"]},
            {"If_None_Match": f'"other", W/{first.headers["ETag"]}'},
            {"If_Modified_Since": first.headers["Last-Modified"]},
        ):
            again = fetch(url, **headers)
            assert (again.status, again.body) == (304, b""), (url, headers)
            assert again.headers["ETag"] == first.headers["ETag"]


def test_changed_pages_answer_200(newsroom: Newsroom) -> None:
    for url in everything_conditional(newsroom):
        last_modified = fetch(url).headers["Last-Modified"]
        assert fetch(url, If_None_Match='"other"', If_Modified_Since=last_modified).status == 200
        assert fetch(url, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT").status == 200
        assert fetch(url, If_Modified_Since="yesterday").status == 200


def test_connections_are_kept(newsroom: Newsroom) -> None:
    site = newsroom.sites[1]
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    try:
        sockets = set()
        for article in [article for article in newsroom.articles if article.site == site.id][:5]:
            connection.request("GET", article.url.removeprefix(site.url.rstrip("/")))
            response = connection.getresponse()
            assert len(response.read()) == int(response.headers["Content-Length"])
            sockets.add(id(connection.sock))
        assert len(sockets) == 1
    finally:
        connection.close()


def test_gzip_for_those_who_accept_it(newsroom: Newsroom) -> None:
    url = newsroom.articles[0].url
    packed = fetch(url, Accept_Encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == fetch(url).body


def test_head_has_headers_alone(newsroom: Newsroom) -> None:
    url = newsroom.articles[0].url
    head = fetch(url, "HEAD")
    assert head.body == b""
    assert head.headers["Content-Length"] == fetch(url).headers["Content-Length"]


def test_requests_are_logged(small: Newsroom) -> None:
    started = time.monotonic()
    site = small.sites[0]
    article = next(article for article in small.articles if article.site == site.id)
    etag = fetch(article.url, User_Agent="Khabar/test").headers["ETag"]
    fetch(article.url, If_None_Match=etag)
    fetch(f"{site.url}nowhere", "HEAD")
    first, second, third = small.requests[site.id]
    assert (first.method, first.status, first.headers) == (
        "GET",
        200,
        {"user-agent": "Khabar/test", "accept-encoding": "identity"},
    )
    assert (second.status, second.headers["if-none-match"]) == (304, etag)
    assert (third.method, third.target, third.status) == ("HEAD", "/nowhere", 404)
    assert article.title.split()[0] in first.path
    assert started <= first.time <= second.time <= third.time <= time.monotonic()
    assert small.requests[small.sites[1].id] == []
    small.forget_requests()
    assert small.requests[site.id] == []


def test_latency_delays_every_answer() -> None:
    with Newsroom(pages_per_site=1, now=NOW, latency=0.15) as newsroom:
        began = time.monotonic()
        fetch(newsroom.sites[0].url)
        assert time.monotonic() - began >= 0.15


def test_a_site_goes_down_and_comes_up_again_on_its_port(small: Newsroom) -> None:
    site, other = small.sites[:2]
    kept = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    try:
        kept.request("GET", "/")
        kept.getresponse().read()
        small.down(site)
        small.down(site)
        assert kept.sock.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            fetch(site.url)
        assert fetch(other.url).status == 200
    finally:
        kept.close()
    small.up(site)
    assert fetch(site.url).status == 200
    assert len(small.requests[site.id]) == 2


def test_closing_does_not_wait_for_idle_readers() -> None:
    with Newsroom(pages_per_site=1, now=NOW) as newsroom:
        idle = socket.create_connection(("127.0.0.1", newsroom.sites[0].port))
        time.sleep(0.05)
        began = time.monotonic()
    idle.close()
    assert time.monotonic() - began < 3


def test_what_goes_wrong_in_a_page_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from crawler.demo.layouts import Portal

    def broken(*_: object) -> None:
        raise LookupError("broken template")

    monkeypatch.setattr(Portal, "page", broken)

    def read() -> None:
        with (
            Newsroom(pages_per_site=1, now=NOW) as newsroom,
            pytest.raises(http.client.RemoteDisconnected),
        ):
            fetch(f"{newsroom.sites[1].url}news")

    with pytest.raises(LookupError, match="broken template"):
        read()
