"""Bad pages: each ends in its disposition, costs little, and takes no other page along."""

from collections.abc import Iterator
from typing import Any

import pytest

from crawler.demo.truth import Kind
from crawler.model.article import Discovered, Disposition
from crawler.model.crawl import SourceKind
from crawler.parsing.urls import page_id
from crawler.storage.frontier import Frontier
from crawler.storage.schema import ensure_schema
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.faults import Fault
from tests.support.servers import Servers

SITE = "demo-yasmin"

FAULTS: list[tuple[str, dict[str, Any], Disposition, str]] = [
    ("403", {}, Disposition.BLOCKED, "forbids"),
    ("404", {}, Disposition.GONE, "404"),
    ("500", {}, Disposition.FAILED, "500"),
    (Fault.REDIRECT_LOOP, {}, Disposition.FAILED, "too many redirects"),
    (Fault.REDIRECT_HOST, {}, Disposition.REFUSED, "off the site"),
    (Fault.BINARY, {}, Disposition.NOT_ARTICLE, ""),
    (Fault.PDF, {}, Disposition.NOT_ARTICLE, ""),
    (Fault.EMPTY, {}, Disposition.NOT_ARTICLE, ""),
    (Fault.HUGE, {}, Disposition.REFUSED, "max_page_bytes"),
    (Fault.GZIP_BOMB, {}, Disposition.REFUSED, "unpacks to more than max_page_bytes"),
    (Fault.TRUNCATED, {}, Disposition.FAILED, "cut short"),
    (Fault.RESET, {}, Disposition.FAILED, ""),
    (Fault.DRIP, {}, Disposition.FAILED, "in time"),
    (Fault.CHALLENGE, {}, Disposition.BLOCKED, ""),
    (Fault.LOGIN, {}, Disposition.BLOCKED, ""),
    (Fault.NO_CHARSET, {}, Disposition.STORED, ""),
    (Fault.WRONG_CHARSET, {}, Disposition.STORED, ""),
    ("401", {}, Disposition.BLOCKED, "login"),
    ("451", {}, Disposition.BLOCKED, "legal"),
    ("410", {}, Disposition.GONE, "410"),
    (Fault.REDIRECT_PRIVATE, {}, Disposition.REFUSED, "off the site"),
    (Fault.HUGE, {"size": 30 * 1024 * 1024, "declared": False}, Disposition.REFUSED, "max_page_bytes"),
    (Fault.IMAGE, {}, Disposition.NOT_ARTICLE, ""),
    (Fault.BROTLI_BOMB, {}, Disposition.REFUSED, "unpacks to more than max_page_bytes"),
    (Fault.DAMAGED_ENCODING, {}, Disposition.FAILED, ""),
    (Fault.NESTING, {}, Disposition.NOT_ARTICLE, ""),
    (Fault.RESET, {"after": 500}, Disposition.FAILED, ""),
    (Fault.GEO_BLOCK, {}, Disposition.BLOCKED, "country"),
    (Fault.GEO_BLOCK, {"language": "en"}, Disposition.BLOCKED, "country"),
    (Fault.GEO_BLOCK, {"code": 451}, Disposition.BLOCKED, "legal"),
    # What lies beyond the length that the site told is not ours to read; here it is nothing but "</html>".
    (Fault.SHORT_LENGTH, {"missing": 8}, Disposition.STORED, ""),
    (Fault.SHORT_LENGTH, {"missing": 20}, Disposition.FAILED, "cut short: the page stops within"),
]


@pytest.fixture(scope="module")
def faulty(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawled, list[str]]]:
    with crawled_newsroom(servers, tmp_path_factory.mktemp("faults"), run=False) as crawled:
        # Known without the full texts of the feed, which would stand in for pages that cannot be read.
        ensure_schema(crawled.stores.db)
        every = [article.url for article in crawled.newsroom.articles if article.site == SITE]
        Frontier(crawled.stores.db, SITE).discover(Discovered(url, SourceKind.SITEMAP) for url in every)
        urls = [
            article.url
            for article in crawled.newsroom.articles
            if article.site == SITE and article.story is None and article.kind is Kind.NEWS
        ][: len(FAULTS)]
        if len(urls) < len(FAULTS):
            urls += [a.url for a in crawled.newsroom.articles if a.site == SITE and a.url not in urls]
        for url, (kind, options, _, _) in zip(urls, FAULTS, strict=False):
            crawled.newsroom.fault(url, kind, **options)
        crawled.reports = crawled.crawl(SITE)
        yield crawled, urls


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[str(fault[0]) for fault in FAULTS])
def test_a_fault_ends_in_its_disposition_with_a_reason(
    faulty: tuple[Crawled, list[str]], number: int
) -> None:
    crawled, urls = faulty
    _, _, expected, said = FAULTS[number]
    page = crawled.stores.db.pages.find_one({"_id": f"{SITE}/{page_id(urls[number])}"})
    assert page is not None
    ending = page["last_disposition"], page.get("last_error")
    if expected is Disposition.STORED:
        assert ending[0] in ("stored", "duplicate"), ending
    else:
        assert ending[0] == expected, ending
        assert said in (ending[1] or ""), ending


def test_the_other_pages_are_stored_and_the_counts_add_up(faulty: tuple[Crawled, list[str]]) -> None:
    crawled, urls = faulty
    (report,) = crawled.reports.values()
    assert sum(report.dispositions.values()) == report.taken
    faulty_keys = {
        page_id(url) for url, fault in zip(urls, FAULTS, strict=False) if fault[2] is not Disposition.STORED
    }
    expected = {page_id(a.url) for a in crawled.newsroom.articles if a.site == SITE} - faulty_keys
    stored = {document["_id"] for document in crawled.stores.db.articles.find({"site": SITE}, {"_id": 1})}
    assert stored == expected


def test_once_the_faults_are_mended_the_pages_that_wait_are_stored(faulty: tuple[Crawled, list[str]]) -> None:
    crawled, urls = faulty
    for url in urls[: len(FAULTS)]:
        crawled.newsroom.clear_fault(url)
    db = crawled.stores.db
    waiting = [page["_id"] for page in db.pages.find({"site": SITE, "state": "pending"})]
    unsettled = {Disposition.FAILED, Disposition.BLOCKED}
    assert len(waiting) == sum(fault[2] in unsettled for fault in FAULTS)
    db.pages.update_many({"_id": {"$in": waiting}}, {"$set": {"next_attempt_at": None}})
    report = crawled.crawl(SITE)[SITE]
    assert report.count(Disposition.STORED) + report.count(Disposition.DUPLICATE) == len(waiting)
    assert report.left == 0
