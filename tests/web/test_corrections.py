""" "Not the same story" on the pages: what a form does, and who may send one."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
import uvicorn
from lxml import html
from starlette.datastructures import Headers

from crawler.operations.archive.read import Archive
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import clear_index
from crawler.storage.schema import ensure_schema
from crawler.storage.splits import split_marks
from crawler.web.access import Access
from crawler.web.app import create_app
from crawler.web.corrections import CorrectionForm
from crawler.web.reports import Reports
from crawler.web.security import LOOPBACK, is_same_origin
from crawler.web.server import may_correct
from tests.support.indexed_articles import clusters, save_copy
from tests.support.texts import hex_id
from tests.support.web import Answer

FIRST, SECOND, THIRD = hex_id(1), hex_id(2), hex_id(3)


@dataclass
class Desk:
    """A server of pages over one story of three articles."""

    port: int

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body or None, {k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode())
        connection.close()
        return answer

    def send(self, fields: list[tuple[str, str]], **headers: str) -> Answer:
        return self.ask("POST", "/en/apart", urlencode(fields), **headers)

    def form(self, path: str, article: str) -> list[tuple[str, str]]:
        """The fields of a page's form on an article, as a browser would send them."""
        (form, *_) = html.fromstring(self.ask("GET", path).text).xpath(
            f"//form[@method='post'][.//input[@name='article'][@value='{article}']]"
        )
        return list(form.form_values())


@pytest.fixture
def desk(settings: Settings, stores: Stores) -> Iterator[Desk]:
    ensure_schema(stores.db)
    clear_index(stores)
    for number in (1, 2, 3):
        save_copy(stores, number, kept=15 - number)
    archive = Archive(settings)
    archive.rebuild()
    reports = Reports(archive, settings.data_dir)
    app = create_app(archive, {}, reports, LOOPBACK, corrects=True)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield Desk(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join()
    reports.close()
    archive.close()


def test_two_articles_are_told_apart_on_the_page_of_their_comparison_and_put_together_again(
    desk: Desk, stores: Stores
) -> None:
    origin = f"http://127.0.0.1:{desk.port}"
    fields = [
        *((name, value) for name, value in desk.form(f"/en/stories/{FIRST}", FIRST) if name != "note"),
        ("note", "يوم آخر"),
    ]
    assert ("other", SECOND) in fields
    done = desk.send(fields, Origin=origin)
    assert (done.status, done.headers["Location"]) == (303, f"/en/articles/{FIRST}#h-apart")
    assert clusters(stores)[1][0] != clusters(stores)[2][0]
    (mark,) = split_marks(stores.db)
    assert (set(mark.articles), mark.note) == ({FIRST, SECOND}, "يوم آخر")
    events = [event for entry in stores.db.custody.find() for event in entry["events"]]
    (event,) = events
    assert (event["kind"], event["subject"]) == ("split", f"{FIRST}:{SECOND}")
    assert event["facts"]["note"] == "يوم آخر"
    page = desk.ask("GET", f"/ar/articles/{FIRST}").text
    assert "يوم آخر" in page
    # The undo that the page offers.
    assert desk.send(desk.form(f"/en/articles/{FIRST}", FIRST), Origin=origin).status == 303
    assert split_marks(stores.db) == []
    assert {clusters(stores)[number][0] for number in (1, 2, 3)} == {1}
    assert "h-apart" not in desk.ask("GET", f"/en/articles/{FIRST}").text
    # A whole article, out of its story.
    token = next(value for name, value in fields if name == "token")
    assert desk.send([("token", token), ("article", THIRD)], Sec_Fetch_Site="same-origin").status == 303
    assert clusters(stores)[3] == (3, None, False)

    # Refused: from elsewhere, without a token, for what is not there, and at any other address.
    good = [("token", token), ("article", FIRST), ("other", SECOND)]
    for sent, headers, status in (
        (good, {"Origin": "http://evil.example"}, 403),
        (good, {"Origin": origin, "Sec-Fetch-Site": "same-site"}, 403),
        (good, {"Origin": "null"}, 403),
        (good, {}, 403),
        (good[1:], {"Origin": origin}, 403),
        ([("token", "guess"), *good[1:]], {"Origin": origin}, 403),
        (good[:1], {"Origin": origin}, 400),
        ([*good[:1], ("article", hex_id(9))], {"Origin": origin}, 400),
        ([*good, ("note", "x" * 40_000)], {"Origin": origin}, 413),
    ):
        assert desk.send(sent, **headers).status == status, headers
    assert desk.ask("POST", "/en/search", Origin=origin).status == 405
    assert desk.ask("PUT", "/en/apart", Origin=origin).status == 405
    assert len(split_marks(stores.db)) == 2


def test_a_form_is_read_whatever_it_holds() -> None:
    form = CorrectionForm.of_body(urlencode({"article": " a ", "note": "سطر\n آخر", "undo": "1"}).encode())
    assert (form.article, form.apart_from, form.note, form.undo) == ("a", (), "سطر آخر", True)


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"host": "localhost:8765", "origin": "http://LOCALHOST:8765"}, True),
        ({"host": "localhost:8765", "origin": "http://localhost:80"}, False),
        ({"host": "news.example", "origin": "http://inside:80", "sec-fetch-site": "same-origin"}, True),
        ({"host": "localhost", "origin": "http://localhost", "sec-fetch-site": "cross-site"}, False),
        ({"host": "localhost", "origin": "http://localhost", "sec-fetch-site": "none"}, False),
        ({"host": "localhost"}, False),
        ({"host": "", "origin": "null"}, False),
    ],
)
def test_what_comes_from_a_page_of_this_server(headers: dict[str, str], same: bool) -> None:
    assert is_same_origin(Headers(headers)) is same


def test_who_may_correct() -> None:
    token = ("k3y-of-the-desk-0001",)
    assert may_correct("127.0.0.1", (), Access())
    assert may_correct("0.0.0.0", ("news.example",), Access(token))  # noqa: S104
    assert not may_correct("0.0.0.0", (), Access())  # noqa: S104
    assert not may_correct("127.0.0.1", ("news.example",), Access())
    assert not may_correct("127.0.0.1", (), Access((), "X-User"))
    assert not Access(token, "X-User").admits_changes(Headers({"x-user": "desk"}))
    assert Access(token, "X-User").admits_changes(Headers({"authorization": f"Bearer {token[0]}"}))
