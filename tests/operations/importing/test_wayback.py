"""Captures from a web archive: its index and its replay, its limit, and going on after a refusal.

The archive is a server of ours with the two interfaces: lines of CDX with a key to resume at, or CDXJ, and
the bytes of a capture under its time.
"""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.errors import KhabarError
from crawler.importing.records import RecordKind
from crawler.importing.sources import Reader
from crawler.model.period import ANY_TIME, Period
from crawler.model.site import Site
from crawler.operations.importing.wayback import PER_MINUTE, Clock, fetch_captures
from crawler.settings import Settings
from tests.support.captures import WHEN, Captured, warc
from tests.support.made_up_site import Answer, MadeUpSite, article_page
from tests.support.strangers import PROGRAMS, needs_strangers, run

SITE = Site(id="outlet", name="موقع", url="https://www.outlet.example/", exclude=("^/print/",))
ADDRESS = "https://outlet.example/news/"


class FakeClock:
    def __init__(self) -> None:
        self.time = 0.0
        self.sleeps: list[float] = []

    def clock(self) -> Clock:
        return Clock(lambda: self.time, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds


def _line(
    number: int, timestamp: str, mime: str = "text/html", status: int = 200, digest: str | None = None
) -> str:
    return (
        f"example,outlet)/news/{number} {timestamp} {ADDRESS}{number} {mime} {status} {digest or number} 100"
    )


def _settings(web: MadeUpSite, folder: Path) -> Settings:
    return Settings(
        data_dir=folder, wayback_index=f"{web.base}/cdx/search/cdx", wayback_replay=f"{web.base}/web", delay=0
    )


def _serve(web: MadeUpSite, lines: list[str]) -> None:
    """Half of the lines an answer, as the Internet Archive does."""
    half = len(lines) // 2
    first = "\n".join(lines[:half]) + "\n\nthe+key\n"
    query = "url=outlet.example&matchType=domain&limit=10000&showResumeKey=true"
    web.answers[f"/cdx/search/cdx?{query}"] = Answer(first)
    web.answers[f"/cdx/search/cdx?{query}&resumeKey=the%2Bkey"] = Answer("\n".join(lines[half:]) + "\n")
    for line in lines:
        _, timestamp, url, *_ = line.split()
        page = article_page(url, datetime(2020, 1, 1, tzinfo=UTC))
        web.answers[f"/web/{timestamp}id_/{url}"] = Answer(page, headers={"X-Archive-Orig-Server": "nginx"})


def test_what_an_archive_has_is_fetched_once_and_slowly(tmp_path: Path) -> None:
    lines = [
        _line(1, "20200102000000"),
        _line(1, "20200103000000", digest="1"),
        _line(2, "20200105000000"),
        _line(3, "20200104000000"),
        _line(4, "20200101000000", mime="image/png"),
        _line(5, "20200101000000", status=404),
    ]
    clock = FakeClock()
    with MadeUpSite() as web:
        _serve(web, lines)
        busy = iter([Answer("wait", 429, {"Retry-After": "77"})])
        page = web.answers[f"/web/20200104000000id_/{ADDRESS}3"]
        assert isinstance(page, Answer)
        web.answers[f"/web/20200104000000id_/{ADDRESS}3"] = lambda _: next(busy, page)
        settings, folder = _settings(web, tmp_path), tmp_path / "captures"
        report = fetch_captures(SITE, ANY_TIME, settings, folder, clock=clock.clock())
        assert (report.listed, report.fetched, report.repeated, report.failed) == (6, 3, 3, 0)
        assert len(web.asked) == 6
        assert max(clock.sleeps) >= 77
        assert clock.time >= 5 * 60 / PER_MINUTE
        records = [
            r for file in sorted(folder.iterdir()) for r in Reader(folder, 10**6).records(file, file.name)
        ]
        assert [(r.kind, r.url[-1], r.captured_at and r.captured_at.day) for r in records] == [
            (RecordKind.PAGE, "1", 2),
            (RecordKind.PAGE, "3", 4),
            (RecordKind.PAGE, "2", 5),
        ]
        web.forget()
        report = fetch_captures(SITE, ANY_TIME, settings, folder, clock=clock.clock())
        assert (report.fetched, report.present) == (0, 3)
        assert all(path.startswith("/cdx") for path in web.asked)


def test_a_long_pause_ends_it_and_the_next_call_goes_on(tmp_path: Path) -> None:
    with MadeUpSite() as web:
        _serve(web, [_line(1, "20200102000000"), _line(2, "20200105000000")])
        page = web.answers[f"/web/20200105000000id_/{ADDRESS}2"]
        web.answers[f"/web/20200105000000id_/{ADDRESS}2"] = Answer("", 429, {"Retry-After": "3600"})
        settings, folder = _settings(web, tmp_path), tmp_path / "captures"
        with pytest.raises(KhabarError, match="the same command goes on with it"):
            fetch_captures(SITE, ANY_TIME, settings, folder, clock=FakeClock().clock())
        web.answers[f"/web/20200105000000id_/{ADDRESS}2"] = page
        report = fetch_captures(SITE, ANY_TIME, settings, folder, clock=FakeClock().clock())
        assert (report.fetched, report.present) == (1, 1)


def test_an_index_in_json_and_a_period(tmp_path: Path) -> None:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    with MadeUpSite() as web:
        fields = f'{{"url": "{ADDRESS}1", "mime": "text/html", "status": "200", "digest": "x"}}'
        web.answers["/cdx/search/cdx?*"] = Answer(f"example,outlet)/news/1 20200102000000 {fields}\n")
        web.answers[f"/web/20200102000000id_/{ADDRESS}1"] = Answer(article_page(f"{ADDRESS}1", None))
        period = Period(since, since + timedelta(days=9))
        report = fetch_captures(
            SITE, period, _settings(web, tmp_path), tmp_path / "c", clock=FakeClock().clock()
        )
        assert report.fetched == 1
        assert "from=20200101000000&to=20200110000000" in web.asked[0]


@pytest.fixture
def pywb(tmp_path: Path) -> Iterator[str]:
    """The address of a collection that pywb serves here: captures of two times, a removal, an image."""
    folder = tmp_path / "pywb"
    folder.mkdir()
    captures = [
        Captured(f"{ADDRESS}{number}", article_page(f"{ADDRESS}{number}", None).encode(), at)
        for number in range(3)
        for at in (WHEN, WHEN + timedelta(days=number))
    ]
    captures += [
        Captured(f"{ADDRESS}3", b"<p>gone</p>", status="404 Not Found"),
        Captured("https://outlet.example/logo.png", b"PNG", content_type="image/png"),
        Captured("https://elsewhere.example/a", b"<p>other</p>"),
    ]
    (folder / "all.warc.gz").write_bytes(warc(captures))
    run("wb-manager", "init", "case", folder=folder)
    run("wb-manager", "add", "case", "all.warc.gz", folder=folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(PROGRAMS / "wayback"), "-b", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/case"
    finally:
        server.kill()
        server.wait()


@needs_strangers
def test_pywb_gives_each_capture_as_it_was(pywb: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, wayback_index=f"{pywb}/cdx", wayback_replay=pywb, delay=0)
    folder = tmp_path / "captures"
    for fetched, present in ((3, 0), (0, 3)):
        report = fetch_captures(SITE, ANY_TIME, settings, folder, clock=FakeClock().clock())
        assert (report.fetched, report.present, report.failed, report.problems) == (fetched, present, 0, [])
    reader = Reader(folder, 10**6)
    (file,) = folder.iterdir()
    records = list(reader.records(file, file.name))
    assert [(r.kind, r.url, r.captured_at) for r in records] == [
        (RecordKind.PAGE, f"{ADDRESS}{number}", WHEN) for number in range(3)
    ]
    assert [reader.payload(record).body for record in records] == [
        article_page(f"{ADDRESS}{number}", None).encode() for number in range(3)
    ]
