"""A crawl of articles over several pages: one article each, its parts fetched as politely as pages."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.archive.show import find_article
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.operations.crawling.reextract import reextract
from crawler.operations.crawling.status import statuses
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.captured import check_captures
from tests.support.pages import STORY, page, paragraphs

PARTS = {"/story/": 3, "/cut/": 2, "/hidden/": 2}
TITLES = {
    "/story/": "ترميم الجسر القديم في ثلاث صفحات",
    "/cut/": "حصاد القمح في سهل الغاب يبدأ قبل موعده هذا العام",
    "/hidden/": "معرض الكتاب يفتح أبوابه أمام زواره في دمشق القديمة",
}


STORIES = {
    "/story/": STORY,
    "/cut/": [
        "بدأ المزارعون في سهل الغاب حصاد القمح قبل موعده بأسبوعين بعد ربيع دافئ قليل الأمطار هذا العام",
        "ويتوقع اتحاد الفلاحين موسماً أقل من سابقه، ويطلب من الدولة أن ترفع سعر الشراء وتؤمن الوقود للحصادات",
    ],
    "/hidden/": [
        "افتتح معرض الكتاب في دمشق القديمة بمشاركة سبعين دار نشر عربية وأجنبية وحضور كبير من الزوار",
        "ويستمر المعرض عشرة أيام تقام خلالها أمسيات شعرية وندوات عن الترجمة ومسابقات للأطفال",
    ],
}


def _text(path: str, part: int) -> list[str]:
    return [f"{text} (الجزء {part})." for text in STORIES[path]]


class _Handler(BaseHTTPRequestHandler):
    asked: list[str]
    lost: set[str]
    answers: dict[str, str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        base = next((one for one in PARTS if self.path.startswith(one)), None)
        status, body = 404, b"<html><body>404</body></html>"
        if self.path == "/robots.txt":
            status, body = 200, b"User-agent: *\nDisallow: /hidden/2/\n"
        elif self.path == "/":
            links = "".join(f"<h2><a href='{path}'>{title}</a></h2>" for path, title in TITLES.items())
            status, body = 200, f"<html><meta charset=utf-8><body class='home'>{links}</body></html>".encode()
        elif self.path in self.answers:
            status, body = 200, self.answers[self.path].encode()
        elif base is not None and self.path not in self.lost:
            part = int(self.path.removeprefix(base).strip("/") or 1)
            pages = "".join(
                f"<a href='{base}{'' if n == 1 else f'{n}/'}'>{n}</a> " for n in range(1, PARTS[base] + 1)
            )
            numbers = f"<p>الصفحات: {pages}</p>"
            status, body = 200, page(paragraphs(_text(base, part)) + numbers, title=TITLES[base])
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def lost() -> set[str]:
    """Further pages that the site does not give."""
    return {"/cut/2/"}


@pytest.fixture
def asked() -> list[str]:
    """What the site was asked for."""
    return []


@pytest.fixture
def answers() -> dict[str, str]:
    """What the site says under an address instead of what belongs there."""
    return {}


@pytest.fixture
def site(lost: set[str], asked: list[str], answers: dict[str, str]) -> Iterator[Site]:
    handler = type("Handler", (_Handler,), {"asked": asked, "lost": lost, "answers": answers})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        seed = {
            "id": "parts",
            "name": "صوت",
            "url": url,
            "delay": 0,
            "private": True,
            "listings": [{"url": url}],
        }
        yield Site.model_validate(seed)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_an_article_over_several_pages_is_one(
    site: Site, stores: Stores, settings: Settings, asked: list[str]
) -> None:
    (report,) = crawl([Job(site=site)], settings)
    found = {one["title"]: one["text"].split("\n\n") for one in stores.db.articles.find({})}
    assert found == {
        TITLES["/story/"]: [text for part in (1, 2, 3) for text in _text("/story/", part)],
        TITLES["/cut/"]: _text("/cut/", 1),
        TITLES["/hidden/"]: _text("/hidden/", 1),
    }
    assert {path: asked.count(path) for path in asked if "story" in path} == {
        "/story/": 1,
        "/story/2/": 1,
        "/story/3/": 1,
    }
    flags = {one["title"]: one["incomplete"] for one in stores.db.articles.find({})}
    assert flags == {TITLES["/story/"]: False, TITLES["/cut/"]: True, TITLES["/hidden/"]: True}
    problems = [problem for problem in report.problems if "cut short" in problem]
    assert sorted("404" in problem for problem in problems) == [False, True]
    assert any("robots.txt" in problem for problem in problems)
    assert sum(report.dispositions.values()) == report.taken
    parts = [
        len(article.capture.parts) for article in check_captures(stores, settings, site.id) if article.capture
    ]
    assert sorted(parts) == [0, 0, 2]

    (read,) = reextract([site], settings)
    assert (read.read, read.same) == (3, 3)
    whole = stores.db.articles.find_one({"title": TITLES["/story/"]}) or {}
    worse = {"text": whole["text"] + "\n\nمقالات ذات صلة", "text_sha256": "0" * 64}
    stores.db.articles.update_one({"_id": whole["_id"]}, {"$set": worse})
    (read,) = reextract([site], settings)
    assert (read.same, read.corrected) == (2, 1)
    assert (stores.db.articles.find_one({"_id": whole["_id"]}) or {})["text"] == whole["text"]


def test_a_further_page_that_fails_later_takes_nothing_from_the_article(
    site: Site, stores: Stores, settings: Settings, lost: set[str]
) -> None:
    crawl([Job(site=site)], settings)
    whole = stores.db.articles.find_one({"title": TITLES["/story/"]}) or {}
    lost.add("/story/3/")
    job, _ = recrawl_job(site, settings)
    (report,) = crawl([job], settings)
    after = stores.db.articles.find_one({"_id": whole["_id"]}) or {}
    assert (after["text"], after["revision"]) == (whole["text"], 1)
    assert after["html_sha256"] == whole["html_sha256"]
    assert report.count(Disposition.UNCHANGED) == len(PARTS)
    assert any("/story/3/" in problem for problem in report.problems)

    lost.clear()
    (report,) = crawl([recrawl_job(site, settings)[0]], settings)
    # The site revised nothing: what was missing has come.
    assert report.count(Disposition.REVISED) == 0
    grown = stores.db.articles.find_one({"title": TITLES["/cut/"]}) or {}
    assert grown["text"].split("\n\n") == [text for part in (1, 2) for text in _text("/cut/", part)]


SERVERS_PAGE = "<html><title>Site</title><body><h1>Try again</h1><p>{}</p></body></html>".format(
    "The node that keeps this part of the site is being looked after and comes back in a while. " * 3
)
FURTHER = {
    "not found": "<html><title>الصفحة غير موجودة</title><body><h1>404</h1><p>عذراً.</p></body></html>",
    "cut": "<html><head><title>x</title></head><body><article><p>بداية فقرة لا تن",
    "the server's": SERVERS_PAGE,
}


def test_a_further_page_is_judged_as_the_first_is_and_asked_for_again(
    site: Site, stores: Stores, settings: Settings, lost: set[str], answers: dict[str, str]
) -> None:
    def article(path: str) -> dict[str, Any]:
        return stores.db.articles.find_one({"title": TITLES[path]}) or {}

    lost.clear()
    answers |= {"/story/2/": FURTHER["not found"], "/cut/2/": FURTHER["cut"]}
    (report,) = crawl([Job(site=site)], settings)
    for path in ("/story/", "/cut/"):
        assert article(path)["text"].split("\n\n") == _text(path, 1)
        assert article(path)["incomplete"]
        assert find_article(stores, site.url + path[1:])["incomplete"]
    pages = {page["url"]: page for page in stores.db.pages.find({"incomplete": True})}
    assert sorted(pages) == [f"{site.url}cut/", f"{site.url}story/"]
    assert {page["state"] for page in pages.values()} == {"pending"}
    assert report.left == 0
    (status,) = statuses(stores.db, [site], detailed=True)
    assert len(status.waiting) == 2

    # Well for one, the server's own words for the other; then well for both.
    answers.clear()
    answers["/cut/2/"] = FURTHER["the server's"]
    (report,) = crawl([recrawl_job(site, settings)[0]], settings)
    assert report.count(Disposition.UNCHANGED) == len(PARTS)
    assert (article("/story/")["incomplete"], article("/cut/")["incomplete"]) == (False, True)
    assert article("/story/")["text"].split("\n\n") == [
        text for part in (1, 2, 3) for text in _text("/story/", part)
    ]
    answers.clear()
    answers["/story/2/"] = FURTHER["the server's"]
    crawl([recrawl_job(site, settings)[0]], settings)
    assert not article("/cut/")["incomplete"]
    # A failure takes nothing from what is whole, and none of it is a revision.
    assert len(article("/story/")["text"].split("\n\n")) == 3 * len(STORIES["/story/"])
    assert not article("/story/")["incomplete"]
    assert stores.db.revisions.count_documents({}) == 0
    # What was read without the further pages names the capture that it was read in.
    check_captures(stores, settings, site.id)
    (read,) = reextract([site], settings)
    assert (read.same, read.corrected, read.refused, read.failed) == (len(PARTS), 0, 0, 0)
