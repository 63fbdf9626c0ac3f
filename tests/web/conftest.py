"""`khabar web` over a small archive, started once a session, and a browser to look at it."""

import re
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from crawler.operations.archive.read import Archive
from crawler.storage.connect import open_stores
from tests.support import small_archive as small
from tests.support.servers import Servers, forget, fresh_settings, khabar_environment
from tests.support.web import Watched, Web

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


@pytest.fixture(scope="session")
def web(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The pages of the small archive, its index made."""
    folder = tmp_path_factory.mktemp("web")
    settings = fresh_settings(servers, folder)
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
            env=khabar_environment(settings),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], 90)[0], "khabar web did not start"
            address = process.stdout.readline().strip()
            match = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/", address)
            assert match, address
            yield Web(address.rstrip("/"), int(match[1]), settings, seeds)
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


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A page on a desk screen; the test fails if anything went wrong in it or a request left the machine."""
    context = browser.new_context(viewport={"width": 1180, "height": 900}, locale="ar-SY")
    page = context.new_page()
    page.set_default_timeout(30_000)
    watching = Watched(page, [], [])
    page.on("console", lambda message: watching.messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: watching.messages.append(str(error)))
    page.on("request", lambda request: watching.requests.append(request.url))
    yield watching
    hacked = page.evaluate("window.hacked")
    context.close()
    assert hacked is None
    assert watching.messages == []
    assert [
        url for url in watching.requests if not url.startswith(("http://127.0.0.1:", "file:", "data:"))
    ] == []
