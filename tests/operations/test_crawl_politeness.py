"""Politeness: what robots.txt asks for is kept, page by page."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.servers import Servers

DELAY = 0.7
SITE = "demo-sahel"


@pytest.fixture
def slow(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path, run=False, crawl_delay=DELAY) as crawled:
        yield crawled


def test_crawl_delay_is_kept_between_all_requests_to_a_site(slow: Crawled) -> None:
    report = slow.crawl(SITE, limit=4)[SITE]
    assert report.taken == 4
    log = slow.newsroom.requests[SITE]
    assert log[0].path == "/robots.txt"
    after = [request.time for request in log[1:]]
    gaps = [later - earlier for earlier, later in pairwise(after)]
    assert len(gaps) >= 4
    # The server sees a request a moment after it was let go.
    assert min(gaps) >= DELAY - 0.15, gaps


@pytest.fixture
def quick(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path, run=False) as crawled:
        yield crawled


def test_a_robots_txt_that_cannot_be_read_closes_the_site_and_one_that_is_not_there_opens_it(
    quick: Crawled,
) -> None:
    site = next(site for site in quick.newsroom.sites if site.id == SITE)
    quick.newsroom.fault(f"{site.url}robots.txt", "500")
    report = quick.crawl(SITE)[SITE]
    assert (report.verdict, report.taken) == ("unreachable", 0)
    assert "it answers with status 500" in (report.verdict_reason or "")
    assert {request.path for request in quick.newsroom.requests[SITE]} == {"/robots.txt"}
    assert quick.stores.db.pages.count_documents({"site": SITE, "attempts": {"$gt": 0}}) == 0
    quick.newsroom.fault(f"{site.url}robots.txt", "404")
    assert quick.crawl(SITE, limit=2)[SITE].taken == 2


def test_a_site_in_trouble_is_asked_more_slowly(quick: Crawled) -> None:
    site = next(site for site in quick.newsroom.sites if site.id == SITE)
    quick.newsroom.fault(site, "502", times=6)
    quick.crawl(SITE, limit=3)
    moments = [request.time for request in quick.newsroom.requests[SITE] if request.path != "/robots.txt"]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    # The seed asks for no pause; after three failures in a row there is one of half a second and more.
    assert max(gaps) >= 0.4


def test_a_site_that_turns_away_page_after_page_is_left_alone_and_the_rest_waits(quick: Crawled) -> None:
    every = [article.url for article in quick.newsroom.articles if article.site == SITE]
    for url in every:
        quick.newsroom.fault(url, "403")
    # With a pause between requests, as to any real site: a page ends before the next but few are asked for.
    quick.sites[SITE] = quick.sites[SITE].model_copy(update={"delay": 0.4})
    report = quick.crawl(SITE)[SITE]
    assert (report.outcome, report.verdict) == ("blocked", "blocked")
    assert "10 pages in a row ended as blocked (the site forbids it (403)); the rest waits" in (
        report.verdict_reason or ""
    )
    assert report.taken < len(every)
    assert quick.stores.db.pages.count_documents({"site": SITE, "state": "pending"}) >= len(every)
