"""The health of a site whose sources stop to name pages, crawl after crawl, until they name some again."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.metrics import SitesCollector
from crawler.operations.crawling.status import statuses
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.session import StoreSession
from tests.support.made_up_site import Answer, MadeUpSite, listing_page, made_up_site, sitemap

Answering = Callable[[Mapping[str, str]], Answer]
Crawl = Callable[..., CrawlReport]
PATHS = [f"/news/story-of-the-long-day-100{number}" for number in range(3)]
SHELL = "<html><head><title>x</title></head><body><div id='root'></div><script src='/a.js'></script></body>"


@pytest.fixture
def place() -> Iterator[MadeUpSite]:
    with made_up_site() as site:
        for path in PATHS:
            site.article(path)
        yield site


@pytest.fixture
def calls() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook's address, and what it was told."""
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", received
        server.shutdown()
        thread.join()


@pytest.fixture
def run(settings: Settings, stores: Stores, calls: tuple[str, list[dict[str, Any]]]) -> Crawl:
    announcing = settings.model_copy(update={"webhook_url": SecretStr(calls[0])})

    def crawl_once(site: Site, **job: object) -> CrawlReport:
        (report,) = crawl([Job.model_validate({"site": site, "recheck": False, **job})], announcing)
        assert report.outcome == "finished", report
        assert all(source.found == source.addresses.total for source in report.sources)
        assert report.addresses.total == sum(source.found for source in report.sources)
        return report

    return crawl_once


def cached(body: str, tag: str) -> Answering:
    """An answer of a server that heeds validators."""

    def answer(headers: Mapping[str, str]) -> Answer:
        if headers.get("if-none-match") == f'"{tag}"':
            return Answer("", 304, {"ETag": f'"{tag}"'})
        return Answer(body, headers={"ETag": f'"{tag}"'})

    return answer


def feed(paths: list[str], base: str) -> str:
    items = "".join(f"<item><link>{base}{path}</link></item>" for path in paths)
    return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>"


def test_a_home_page_that_becomes_a_shell_is_unhealthy_until_it_names_pages_again(
    place: MadeUpSite, run: Crawl, calls: tuple[str, list[dict[str, Any]]]
) -> None:
    site = place.site()
    place.answers["/"] = cached(listing_page(PATHS), "full")
    verdicts = [run(site).verdict]
    place.answers["/"] = cached(SHELL, "shell")
    verdicts += [run(site).verdict for _ in range(3)]
    # A recrawl reads pages and asks no source: it does not make the site well.
    verdicts.append(run(site, kind="recrawl", discover=False, urls=[place.base + PATHS[0]]).verdict)
    place.answers["/"] = cached(listing_page(PATHS), "full")
    verdicts.append(run(site).verdict)
    assert verdicts == ["ok", *["nothing_discovered"] * 4, "ok"]
    assert [call["verdict"] for call in calls[1]] == ["nothing_discovered", "ok"]


def test_a_server_that_says_not_modified_whatever_happens_repeats_what_was_found_before(
    place: MadeUpSite, run: Crawl
) -> None:
    site = place.site()
    place.answers["/"] = lambda _: Answer("", 304) if place.asked.count("/") > 1 else Answer(SHELL)
    assert [run(site).verdict for _ in range(2)] == ["nothing_discovered"] * 2


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
def test_an_emptied_source_is_unhealthy_until_it_names_pages_again(
    place: MadeUpSite, run: Crawl, calls: tuple[str, list[dict[str, Any]]], kind: str
) -> None:
    def answer(paths: list[str], tag: str) -> Answering:
        text = feed(paths, place.base) if kind == "feed" else sitemap(dict.fromkeys(paths), place.base)
        return cached(text, tag)

    place.answers["/"] = Answer(SHELL)
    site = place.site(**{f"{kind}s": [f"{place.base}/source"]})
    place.answers["/source"] = answer(PATHS, "full")
    verdicts = [run(site).verdict]
    place.answers["/source"] = answer([], "empty")
    reports = [run(site) for _ in range(2)]
    verdicts += [report.verdict for report in reports]
    assert all(f"the {kind} {place.base}/source" in report.problems[0] for report in reports)
    place.answers["/source"] = answer(PATHS, "full")
    verdicts.append(run(site).verdict)
    assert verdicts == ["ok", *["nothing_discovered"] * 2, "ok"]
    assert [call["verdict"] for call in calls[1]] == ["nothing_discovered", "ok"]


def test_an_interface_that_answers_an_empty_list_is_unhealthy_until_it_names_posts_again(
    place: MadeUpSite, run: Crawl, calls: tuple[str, list[dict[str, Any]]]
) -> None:
    words = (
        "<p>" + " ".join(["افتتح المجلس اليوم السوق القديم في المدينة بعد أعوام من الترميم"] * 6) + ".</p>"
    )
    posts = [
        {
            "id": number,
            **dict.fromkeys(("date", "date_gmt", "modified", "modified_gmt"), f"2024-12-04T10:0{number}:00"),
            "link": f"{place.base}{path}",
            "title": {"rendered": f"افتتاح السوق القديم في المدينة للمرة {number}"},
            "content": {"rendered": words},
        }
        for number, path in enumerate(PATHS)
    ]
    place.answers["/"] = Answer(SHELL)
    site = place.site(wordpress=True)
    full, empty = Answer(json.dumps(posts)), Answer("[]")
    verdicts = []
    for answer in (full, empty, empty, full):
        place.answers["/wp-json/wp/v2/posts?*"] = answer
        verdicts.append(run(site).verdict)
    assert verdicts == ["ok", "nothing_discovered", "nothing_discovered", "ok"]
    assert [call["verdict"] for call in calls[1]] == ["nothing_discovered", "ok"]


def test_a_dead_source_among_living_ones_is_a_problem_at_every_crawl_and_in_the_status(
    place: MadeUpSite, run: Crawl, stores: Stores, settings: Settings
) -> None:
    site = place.site(
        feeds=[f"{place.base}/feed"], sitemaps=[f"{place.base}/sitemap.xml"], listings=[f"{place.base}/all"]
    )
    place.answers["/all"] = Answer(listing_page(PATHS))
    place.answers["/sitemap.xml"] = Answer(sitemap({"/empty.xml": None}, place.base, "sitemap"))
    place.answers["/empty.xml"] = cached(sitemap({}, place.base), "empty")
    for _ in range(2):
        report = run(site)
        assert report.verdict == "ok"
        assert [problem.partition(":")[0] for problem in report.problems] == [
            "the feed http",
            "the sitemap http",
        ]
        (dead,) = [source for source in report.sources if source.kind == "feed"]
        assert (str(dead.verdict), dead.error) == ("failed", "gone (404)")
    (status,) = statuses(stores.db, [site], detailed=True)
    shown = status.as_json()["crawls"][0]
    assert {source["verdict"] for source in shown["sources"]} == {"failed", "empty", "ok", None}
    assert shown["addresses"]["outcomes"] == {"sitemap_read": 1, "already_known": 3}

    session = StoreSession(settings)
    metrics = {metric.name: metric for metric in SitesCollector(session, lambda: {site.id: site}).collect()}
    counts = {sample.labels["outcome"]: sample.value for sample in metrics["khabar_addresses"].samples}
    session.close()
    assert (counts["new"], counts["already_known"]) == (3, 3)


def test_a_newsroom_that_moved_is_told_with_its_new_host(place: MadeUpSite, run: Crawl) -> None:
    with made_up_site() as new:
        for path in ("/", "/feed", "/robots.txt"):
            place.answers[path] = Answer("", 301, {"Location": f"{new.base}{path}"})
        new.answers["/robots.txt"] = Answer("User-agent: *\nDisallow:\n")
        new.answers["/feed"] = Answer(feed(PATHS, new.base))
        new.answers["/"] = Answer(listing_page(PATHS))
        host = new.base.removeprefix("http://")
        for _ in range(2):
            report = run(place.site(feeds=[f"{place.base}/feed"]))
            assert report.verdict == "moved"
            assert host in (report.verdict_reason or "")
            assert [(entry.host, entry.count) for entry in report.addresses.off_site_hosts] == [(host, 6)]
        assert not [path for path in new.asked if path.startswith("/news/")], "no page of another site"


def test_addresses_of_all_kinds_are_accounted_for(place: MadeUpSite, run: Crawl) -> None:
    links = [*PATHS, "/video/story-of-the-long-day-9"]
    items = feed(links, place.base).replace(
        "</channel>",
        "<item><link>https://other.example/2024/12/04/x</link></item><item><title>x</title></item></channel>",
    )
    place.answers["/feed"] = Answer(items)
    site = place.site(feeds=[f"{place.base}/feed"], exclude=["^/video/"])
    (source,) = run(site).sources
    assert source.addresses.outcomes == {"new": 3, "excluded": 1, "off_site": 1, "unusable": 1}
    (source,) = run(site).sources
    assert source.addresses.outcomes == {"already_known": 3, "excluded": 1, "off_site": 1, "unusable": 1}
