"""Saved searches: what they tell, to whom, once and in order, whatever was killed in between."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from crawler.alerts.rules import AlertRule, load_rules
from crawler.alerts.run import rewrite_feeds, run_alerts
from crawler.errors import UsageError
from crawler.html.feeds import ATOM
from crawler.model.seal import sealed_fields
from crawler.operations.archive.read import Archive
from crawler.operations.archive.seal import seal
from crawler.parsing.redaction import NAME_MARK
from crawler.storage.alert_outbox import CLAIM, AlertOutbox, queue_of
from crawler.storage.connect import Stores
from tests.support import small_archive as small
from tests.support.mail import running_mail_server


class Receiver:
    """A webhook that keeps what it was told; `status` is what it answers."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.status = 204
        self.delay = 0.0
        """Seconds before it answers."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if owner.status < 300:
                    owner.told.append(json.loads(body))
                    owner.keys.append(self.headers["Idempotency-Key"])
                time.sleep(owner.delay)
                with contextlib.suppress(ConnectionError):
                    self.send_response(owner.status)
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?key=secret"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiving = Receiver()
    thread = threading.Thread(target=receiving.server.serve_forever, args=(0.05,))
    thread.start()
    yield receiving
    receiving.server.shutdown()
    receiving.server.server_close()
    thread.join()


@pytest.fixture
def archive(stores: Stores) -> Iterator[Archive]:
    small.fill(stores)
    opened = Archive(stores.settings)
    yield opened
    opened.close()


def _rule(**fields: Any) -> AlertRule:
    return AlertRule.model_validate({"name": "rastan", "query": "الرستن", **fields})


def _bring(stores: Stores, *documents: dict[str, Any]) -> None:
    """Let a crawl bring articles."""
    for document in documents:
        stores.db.articles.replace_one({"_id": document["_id"]}, document, upsert=True)
        stores.db.crawls.insert_one({**small.crawl(document["site"], 0), "finished_at": datetime.now(UTC)})


def _now_article(id_: str, site: str, title: str, **fields: Any) -> dict[str, Any]:
    seen = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    return small.article(
        id_ * 32, site, title, f"{title} في نص الخبر.", 0, **{"first_seen_at": seen, **fields}
    )


def test_a_search_tells_what_happens_once_and_in_order(
    archive: Archive, stores: Stores, receiver: Receiver, tmp_path: Path
) -> None:
    rule = _rule(
        kinds=["new", "edited", "removed", "outlets"],
        outlets=4,
        to=[receiver.url, f"atom:{tmp_path / 'a.xml'}", f"jsonfeed:{tmp_path / 'a.json'}"],
    )
    (report,) = run_alerts(archive, [rule])
    assert (report.new, report.problems) == (0, []), "what is there already is no news"

    later = datetime.now(UTC) + timedelta(seconds=2)
    first = stores.db.articles.find_one({"_id": small.FIRST}) or {}
    copy = {**_now_article("2", "aleppo", "جسر الرستن"), "story_id": small.FIRST, "duplicate_of": small.FIRST}
    _bring(
        stores,
        _now_article("1", "qasioun", "أعمال في الرستن\x01"),
        _now_article("3", "qasioun", "خبر عن غيرها"),
        copy,
        {**first, "removed_at": later, "revision": 3, "revised_at": later - timedelta(seconds=1)},
    )
    receiver.status = 503
    (report,) = run_alerts(archive, [rule])
    assert (report.new, report.sent) == (5, 0)
    assert report.waiting == 5
    assert "503" in report.problems[0]
    assert "secret" not in report.problems[0]

    receiver.status = 204
    (report,) = run_alerts(archive, [rule])
    assert (report.new, report.sent, report.waiting) == (0, 5, 0)
    assert sorted((told["kind"], told["article_id"]) for told in receiver.told) == [
        ("edited", small.FIRST),
        ("new", "1" * 32),
        ("new", "2" * 32),
        ("outlets", small.FIRST),
        ("removed", small.FIRST),
    ]
    assert [told["at"] for told in receiver.told] == sorted(told["at"] for told in receiver.told)
    assert len(set(receiver.keys)) == 5
    (report,) = run_alerts(archive, [rule])
    assert (report.new, report.sent) == (0, 0)

    feed = etree.parse(tmp_path / "a.xml")
    assert len(feed.findall(f"{{{ATOM}}}entry")) == 5
    assert {item["id"] for item in json.loads((tmp_path / "a.json").read_text())["items"]} == set(
        receiver.keys
    )


def test_a_delivery_whose_process_died_is_sent_again_under_its_key(
    archive: Archive, stores: Stores, receiver: Receiver
) -> None:
    rule = _rule(sites=["qasioun"], to=[receiver.url])
    run_alerts(archive, [rule])
    _bring(stores, _now_article("1", "qasioun", "أعمال في الرستن"), _now_article("2", "barada", "جسر الرستن"))
    receiver.status = 500
    run_alerts(archive, [rule])
    receiver.status = 204
    outbox = AlertOutbox(stores.db)
    (delivery,) = outbox.waiting(queue_of("rastan", receiver.url))
    # Another process is at it.
    assert outbox.claim(delivery, datetime.now(UTC))
    (report,) = run_alerts(archive, [rule])
    assert (report.sent, report.waiting) == (0, 1)
    # It died.
    stores.db.alert_deliveries.update_one({}, {"$set": {"claimed_at": datetime.now(UTC) - 2 * CLAIM}})
    (report,) = run_alerts(archive, [rule])
    assert (report.sent, report.waiting) == (1, 0)
    assert receiver.keys == [delivery.event.id]


APPRISE = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""Apprise looks for a module of Python that the next version does not have."""


@APPRISE
def test_apprise_posts_what_waited_once_and_in_order(
    archive: Archive, stores: Stores, receiver: Receiver
) -> None:
    destination = f"json://127.0.0.1:{receiver.server.server_port}/hook/secret?rto=0.3&cto=0.3"
    rule = _rule(to=[destination])
    run_alerts(archive, [rule])
    _bring(stores, _now_article("1", "qasioun", "أعمال في الرستن"), _now_article("2", "barada", "جسر الرستن"))
    for receiver.status, receiver.delay in ((500, 0.0), (204, 0.6)):
        (report,) = run_alerts(archive, [rule])
        assert (report.sent, report.waiting) == (0, 2)
        assert "json: it could not be sent" in report.problems[0]
        assert "secret" not in report.problems[0]
    # What came too late for the sender had come all the same.
    receiver.told.clear()
    receiver.status, receiver.delay = 204, 0.0
    (report,) = run_alerts(archive, [rule])
    assert (report.sent, report.waiting) == (2, 0)
    waited = stores.db.alert_events.find({"alert": "rastan"}).sort("at", 1)
    assert [message["message"].splitlines()[-1] for message in receiver.told] == [e["_id"] for e in waited]
    assert {message["title"] for message in receiver.told} == {
        "New · جديد: أعمال في الرستن (qasioun)",
        "New · جديد: جسر الرستن (barada)",
    }
    run_alerts(archive, [rule])
    assert len(receiver.told) == 2


@APPRISE
def test_mail_is_sent_again_until_the_server_takes_it(archive: Archive, stores: Stores) -> None:
    with running_mail_server() as server:
        destination = server.address
        rule = _rule(sites=["qasioun"], to=[destination])
        run_alerts(archive, [rule])
        _bring(stores, _now_article("1", "qasioun", "أعمال في الرستن"))
        server.refuses = True
        (report,) = run_alerts(archive, [rule])
        assert (report.sent, report.waiting, server.messages) == (0, 1, [])
        server.refuses = False
        (report,) = run_alerts(archive, [rule])
        assert (report.sent, report.waiting) == (1, 0)
        run_alerts(archive, [rule])
        (message,) = server.messages
        assert message["Subject"] == "New · جديد: أعمال في الرستن (qasioun)"
        assert message["To"] == "desk@a.example"
    # Nobody listens there any more.
    _bring(stores, _now_article("2", "qasioun", "جسر الرستن"))
    (report,) = run_alerts(archive, [rule])
    assert (report.sent, report.waiting) == (0, 1)


def test_what_was_sealed_after_it_matched_is_told_to_nobody(
    archive: Archive, stores: Stores, receiver: Receiver, tmp_path: Path
) -> None:
    feed = tmp_path / "a.json"
    rule = _rule(to=[receiver.url, f"jsonfeed:{feed}"])
    run_alerts(archive, [rule])
    _bring(
        stores, _now_article("1", "qasioun", "أعمال في الرستن"), _now_article("2", "barada", "سامر في الرستن")
    )
    receiver.status = 503
    run_alerts(archive, [rule])
    assert len(json.loads(feed.read_text())["items"]) == 2
    # Both are queued, and stand in the feed.
    seal(stores, stores.settings, ["1" * 32], reason="x", fields=sealed_fields("text"))
    seal(stores, stores.settings, ["2" * 32], reason="x", fields=sealed_fields("names"), names=["سامر"])
    assert rewrite_feeds(archive, [rule]) == []
    (item,) = json.loads(feed.read_text())["items"]
    assert "سامر" not in json.dumps(item, ensure_ascii=False)
    receiver.status = 204
    (report,) = run_alerts(archive, [rule])
    assert (report.sent, report.waiting) == (1, 0)
    assert [told["title"] for told in receiver.told] == [f"{NAME_MARK} في الرستن"]


def test_events_are_delivered_though_the_run_died_before_they_were_listed(
    archive: Archive, stores: Stores, receiver: Receiver
) -> None:
    rule = _rule(to=[receiver.url])
    run_alerts(archive, [rule])
    _bring(stores, _now_article("1", "qasioun", "أعمال في الرستن"))
    receiver.status = 500
    run_alerts(archive, [rule])
    # Deliveries are written before the event that stands for them.
    stores.db.alert_events.delete_many({"alert": "rastan"})
    receiver.status = 204
    (report,) = run_alerts(archive, [rule])
    assert (report.new, report.sent) == (1, 1)
    assert len(receiver.told) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[alert]]\nname = "a"\nquery = "x"\nto = ["nowhere"]', "'nowhere' is no address"),
        ('[[alert]]\nname = "a"\nto = ["https://example.org/"]', "it needs a query, or sites"),
        ('[[alert]]\nname = "A b"\nquery = "x"\nto = ["atom:a"]', "alert A b: name"),
        (
            '[[alert]]\nname = "a"\nquery = "x"\nkinds = ["newest"]\nto = ["atom:a"]',
            "kinds: each is one of",
        ),
        ('[[alert]]\nname = "a"\nquery = "x"\nkinds = ["outlets"]\nto = ["atom:a"]', "belong together"),
        ('[[alert]]\nname = "a"\nquery = "x"\nto = ["atom:a"]\nsite = "b"', "site: Extra inputs"),
        ('[alert]\nname = "a"', r"\[\[alert\]\] tables"),
        ("alert = ", "cannot be read"),
        ("[[alert]]\nname = 'a'\nquery = 'x'\nto = ['atom:a']\n" * 2, "alert a: the name is there twice"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        load_rules(path)


def test_a_search_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text(
        '[[alert]]\nname = "a"\nquery = "جسر"\nsites = ["sana"]\nkinds = ["new", "outlets"]\noutlets = 5\n'
        'to = ["https://hooks.example.org/x", "mailto://example.org"]\n',
        encoding="utf-8",
    )
    (rule,) = load_rules(path)
    assert (rule.kinds, rule.outlets, rule.sites) == (("new", "outlets"), 5, ("sana",))
    with pytest.raises(UsageError, match="there is no such file"):
        load_rules(tmp_path / "none.toml")
