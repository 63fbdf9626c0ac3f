"""What sites answer in odd ways, and browsers show all the same: one crawl of a site that does it all."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.connect import open_stores
from tests.support.made_up_site import Answer, MadeUpSite, listing_page
from tests.support.servers import Servers, forget

MOMENT = datetime(2024, 12, 4, tzinfo=UTC)
KINDS = ("plain", "refresh", "script", "cookie", "longer", "packed", "forbidden", "loop", "consent", "cut")
JUNK = "".join(f"Disallow: /junk/{number:08d}/{'x' * 60}\n" for number in range(9000))


@dataclass
class Outcome:
    """The pages' dispositions and the reasons, by kind, and the crawl's report."""

    site: MadeUpSite
    report: CrawlReport
    pages: Mapping[str, tuple[str, str | None]]


def _serve(site: MadeUpSite) -> None:
    def body_of(kind: str) -> bytes:
        site.article(f"/akhbar/{kind}-story-5", MOMENT)
        answer = site.answers.pop(f"/akhbar/{kind}-story-5")
        assert isinstance(answer, Answer)
        assert isinstance(answer.body, str)
        return answer.body.encode()

    def place(kind: str, answer: Answer) -> None:
        site.answers[f"/akhbar/{kind}-story-5"] = answer

    def walled(headers: Mapping[str, str]) -> Answer:
        if "visit=1" in headers.get("cookie", ""):
            return Answer(body_of_cookie)
        return Answer("", 302, {"Location": "/akhbar/cookie-story-5", "Set-Cookie": "visit=1; path=/"})

    body_of_cookie = body_of("cookie")
    site.article("/akhbar/plain-story-5", MOMENT)
    site.article("/new/refresh-story", MOMENT)
    site.article("/new/script-story", MOMENT)
    site.article("/sirr/forbidden-story", MOMENT)
    place("refresh", Answer('<meta http-equiv="refresh" content="0;url=/new/refresh-story">'))
    place("script", Answer('<script>location.replace("/new/script-story")</script>'))
    site.answers["/akhbar/cookie-story-5"] = walled
    whole = body_of("longer")
    place("longer", Answer(whole, headers={"Content-Length": str(len(whole) + 300)}))
    place("packed", Answer(gzip.compress(gzip.compress(body_of("packed")))))
    place("forbidden", Answer('<script>location.href="/sirr/forbidden-story"</script>'))
    place("loop", Answer("", 302, {"Location": "/akhbar/loop-story-5"}))
    consent = f"/ask?back={quote('/akhbar/consent-story-5', safe='')}"
    place("consent", Answer("", 302, {"Location": consent}))
    site.article(consent)
    half = body_of("cut")
    place("cut", Answer(half[: len(half) // 2], headers={"Content-Length": str(len(half))}))
    site.answers["/robots.txt"] = Answer(
        "\ufeffUser-agent: *\nDisallow: /sirr/\n" + JUNK, headers={"Content-Type": "text/plain"}
    )
    home = listing_page([f"/akhbar/{kind}-story-5" for kind in KINDS])
    site.answers["/"] = Answer(gzip.compress(home.encode()))


@pytest.fixture(scope="module")
def outcome(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("wire"),
        mongodb_uri=servers.mongodb_uri,
        mongodb_database="khabar_test_wire",
        redis_url=servers.redis_url,
    )
    with open_stores(settings) as stores, MadeUpSite() as site:
        stores.redis.flushdb()
        try:
            _serve(site)
            (report,) = crawl([Job(site=site.site())], settings)
            pages = {
                document["url"].rpartition("/")[2].partition("-")[0]: (
                    document["last_disposition"],
                    document.get("last_error"),
                )
                for document in stores.db.pages.find({}, {"url": 1, "last_disposition": 1, "last_error": 1})
            }
            yield Outcome(site, report, pages)
        finally:
            forget(stores)


@pytest.mark.parametrize("kind", ["plain", "refresh", "script", "cookie", "longer", "packed"])
def test_what_a_browser_shows_is_stored(outcome: Outcome, kind: str) -> None:
    assert outcome.pages[kind][0] in ("stored", "duplicate"), outcome.pages[kind]


def test_a_redirect_without_a_status_obeys_robots_txt(outcome: Outcome) -> None:
    assert outcome.pages["forbidden"] == ("refused", "robots.txt forbids it")
    assert "/sirr/forbidden-story" not in outcome.site.asked


@pytest.mark.parametrize(
    ("kind", "ending", "reason"),
    [
        ("loop", "failed", "too many redirects"),
        ("consent", "blocked", "which asks for consent or a login first"),
        ("cut", "failed", "cut short"),
    ],
)
def test_what_may_come_later_is_tried_again(outcome: Outcome, kind: str, ending: str, reason: str) -> None:
    disposition, why = outcome.pages[kind]
    assert disposition == ending
    assert reason in (why or "")


def test_all_pages_are_accounted_for(outcome: Outcome) -> None:
    assert outcome.report.taken == len(KINDS) == sum(outcome.report.dispositions.values())
