"""Webhooks: told once a change, in bounded time, and never in a way that keeps a crawl."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from bson import ObjectId
from pydantic import SecretStr

from crawler.errors import UsageError
from crawler.model.crawl import Verdict
from crawler.operations.crawling import webhook
from crawler.operations.crawling.webhook import Announcer
from crawler.settings import Settings, load_settings
from crawler.storage.connect import Stores
from crawler.storage.lease import Lease
from crawler.storage.site_state import Turn, record_turn


@contextmanager
def _receiver(status: int = 204, delay: float = 0.0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    got: list[dict[str, Any]] = []
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            closing.wait(delay)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hooks/s3cr3t-key", got
        finally:
            closing.set()
            server.shutdown()
            thread.join()


def _turn(stores: Stores, verdict: str, reason: str | None = None) -> None:
    document = stores.db.sites.find_one({"_id": "site"})
    token = document["token"] if document else Lease(stores.db, "site").token
    record_turn(stores.db, "site", token, Turn(ObjectId(), datetime.now(UTC), Verdict(verdict), reason))


def _announce(settings: Settings, url: str | None) -> list[str]:
    said: list[str] = []
    hook = SecretStr(url) if url else None
    announcer = Announcer(settings.model_copy(update={"webhook_url": hook}), said.append)
    announcer.look()
    announcer.close()
    return said


def test_a_site_that_turns_bad_and_good_again_is_told_once_each(stores: Stores, settings: Settings) -> None:
    with _receiver() as (url, got):
        _turn(stores, "blocked", "6 of 8 pages ended as blocked")
        said = _announce(settings, url) + _announce(settings, url)
        _turn(stores, "ok")
        said += _announce(settings, url)
    assert said == [
        "site needs a look: blocked: 6 of 8 pages ended as blocked",
        "site is well again (it was: blocked)",
    ]
    assert [(one["site"], one["verdict"], one["previous"], one["healthy"]) for one in got] == [
        ("site", "blocked", "ok", False),
        ("site", "ok", "blocked", True),
    ]
    assert got[0]["text"] == said[0]


def test_without_a_webhook_there_is_a_line_all_the_same(stores: Stores, settings: Settings) -> None:
    _turn(stores, "unreachable", "no answer")
    assert _announce(settings, None) == ["site needs a look: unreachable: no answer"]


@pytest.mark.parametrize(("status", "why"), [(500, "status 500"), (302, "status 302")])
def test_a_webhook_that_refuses_or_redirects_is_said_without_its_address_and_tried_again(
    stores: Stores, settings: Settings, status: int, why: str
) -> None:
    _turn(stores, "blocked", "why")
    with _receiver(status) as (url, got):
        said = _announce(settings, url)
    assert len(got) == 1
    assert said[1] == f"The webhook was not told of site: it answers with {why}"
    assert "s3cr3t" not in "".join(said)
    with _receiver() as (url, got):
        assert _announce(settings, url) == []
    assert len(got) == 1


def test_a_webhook_that_does_not_answer_keeps_nobody(
    stores: Stores, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.3)
    _turn(stores, "blocked", "why")
    with _receiver(delay=60) as (url, _):
        begun = time.monotonic()
        said = _announce(settings, url)
        assert time.monotonic() - begun < 20
    assert "The webhook was not told of site: " in said[1]
    assert "s3cr3t" not in "".join(said)


@pytest.mark.parametrize("value", ["ftp://x/hook", "file:///etc/passwd", "nonsense", "http://"])
def test_an_address_that_is_none_is_refused_without_being_printed(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("KHABAR_WEBHOOK_URL", value)
    with pytest.raises(UsageError, match=r"KHABAR_WEBHOOK_URL: .*not an http or https address") as caught:
        load_settings()
    assert value not in str(caught.value)
