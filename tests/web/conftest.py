"""`khabar web` over a small archive, started once a session, and a browser to look at it."""

import os
import re
import select
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr

from crawler.operations.archive.read import Archive
from crawler.settings import Settings
from crawler.storage.connect import open_stores
from tests.conftest import Servers, forget
from tests.support import small_archive as small

CHROMIUM = next(
    filter(
        None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"))
    ),
    None,
)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    text: str


@dataclass(frozen=True)
class Web:
    """A running `khabar web`."""

    address: str
    port: int
    settings: Settings
    seeds: Path

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, quote(path, safe="/?&=%*-+#:"), headers=headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()


@pytest.fixture(scope="session")
def web(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The pages of the small archive, its index made."""
    folder = tmp_path_factory.mktemp("web")
    settings = Settings(
        data_dir=folder / "khabar",
        mongodb_uri=SecretStr(servers.mongodb_uri),
        mongodb_database=f"khabar_test_{uuid.uuid4().hex[:12]}",
        redis_url=SecretStr(servers.redis_url),
    )
    seeds = folder / "seeds"
    seeds.mkdir()
    for name, text in small.SEEDS.items():
        (seeds / f"{name}.toml").write_text(text, encoding="utf-8")
    with open_stores(settings) as stores:
        small.fill(stores)
        opened = Archive(settings)
        opened.rebuild()
        small.keep(settings.data_dir)
        opened.kept.follow()
        opened.close()
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "khabar"), "--seeds", str(seeds), "web", "--port", "0"],
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")},
                **settings.as_environment(),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], 90)[0], "khabar web did not start"
            address = process.stdout.readline().strip()
            found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/", address)
            assert found, address
            yield Web(address.rstrip("/"), int(found[1]), settings, seeds)
        finally:
            process.terminate()
            process.communicate(timeout=60)
            forget(stores)


@pytest.fixture(scope="module")  # not longer: while it is open, nobody else may run an event loop
def browser() -> Iterator[Browser]:
    """Headless Chromium; tests that look through it are skipped, visibly, where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@dataclass
class Watched:
    """A page, with what it said on the console and the addresses that it asked for."""

    page: Page
    said: list[str]
    asked: list[str]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A page on a desk screen; the test fails if anything went wrong in it or a request left the machine."""
    context = browser.new_context(viewport={"width": 1180, "height": 900}, locale="ar-SY")
    page = context.new_page()
    page.set_default_timeout(30_000)
    watching = Watched(page, [], [])
    page.on("console", lambda message: watching.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: watching.said.append(str(error)))
    page.on("request", lambda request: watching.asked.append(request.url))
    yield watching
    hacked = page.evaluate("window.hacked")
    context.close()
    assert hacked is None
    assert watching.said == []
    assert [
        url for url in watching.asked if not url.startswith(("http://127.0.0.1:", "file:", "data:"))
    ] == []


def until(condition: object, seconds: float = 60) -> None:
    """Wait until a callable says yes."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]  # any callable will do
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.1)
