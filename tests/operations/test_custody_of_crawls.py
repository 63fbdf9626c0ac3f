"""For whatever is stored there is a capture whose bytes hash to what is stored, and the log says so."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from warcio.checker import Checker

from crawler.operations.archive.verify import verify_archive
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.operations.crawling.reextract import reextract
from crawler.storage.custody import entries_about, read_entries
from crawler.storage.stored_article import StoredArticle, UnsealedArticleReader
from crawler.storage.warc.members import ReadRecord, read_records
from crawler.storage.warc.raw_pages import raw_folder, segments
from crawler.storage.warc.references import CaptureReference
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.servers import Servers

PAGES = 6
SITES = ("demo-yasmin", "demo-assi", "demo-sahel", "demo-furat")
"""Read through an interface, a listing, a sitemap, a feed."""
EDITED, REMOVED = 1, 2
"""Places of the article of each site that is edited, and of the one that is removed, before a recrawl."""

NEWS = "نص جديد كتبه المحرر بعد أن راجع ما نشر في الصباح."


@pytest.fixture(scope="module")
def crawled(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A newsroom that was crawled, changed, and crawled again."""
    folder = tmp_path_factory.mktemp("custody")
    with crawled_newsroom(servers, folder, rest=True, pages_per_site=PAGES) as newsroom:
        for site in SITES:
            articles = [article for article in newsroom.newsroom.articles if article.site == site]
            edited = articles[EDITED]
            newsroom.newsroom.edit(edited.url, paragraphs=[NEWS, *edited.paragraphs])
            newsroom.newsroom.remove(articles[REMOVED].url, 404)
        jobs = [recrawl_job(newsroom.sites[site], newsroom.settings)[0] for site in SITES]
        crawl(jobs, newsroom.settings)
        yield newsroom


def _record(crawled: Crawled, site: str, reference: CaptureReference) -> ReadRecord:
    path = reference.path(crawled.settings.data_dir, site)
    return next(read_records(path, reference.offset))


def _articles(crawled: Crawled, site: str) -> list[StoredArticle]:
    ids = crawled.stored_ids(site)
    return [
        article for batch in UnsealedArticleReader(crawled.stores.db).in_batches(ids) for article in batch
    ]


def _check(crawled: Crawled, site: str, reference: CaptureReference | None, html_sha256: str | None) -> None:
    assert reference is not None
    assert reference.content_sha256 == html_sha256
    record = _record(crawled, site, reference)
    assert record.record_id == reference.record_id
    assert hashlib.sha256(record.content()).hexdigest() == reference.sha256
    assert hashlib.sha256(record.payload()).hexdigest() == reference.payload_sha256
    if reference.answer is not None:
        assert record.kind == "conversion"
        assert record.headers["WARC-Refers-To"] == reference.answer.record_id
        answer = _record(crawled, site, reference.answer)
        assert int(record.headers["Khabar-Post"]) in [post["id"] for post in json.loads(answer.content())]


@pytest.mark.parametrize("site", SITES)
def test_each_article_revision_and_removal_has_a_capture_of_the_bytes_that_it_was_read_in(
    crawled: Crawled, site: str
) -> None:
    articles = _articles(crawled, site)
    assert len(articles) == PAGES
    assert (site == "demo-yasmin") == all(article.capture and article.capture.answer for article in articles)
    reader = UnsealedArticleReader(crawled.stores.db)
    for article in articles:
        _check(crawled, site, article.capture, article.html_sha256)
        for revision in reader.revisions(article.id):
            _check(crawled, site, revision.capture, revision.html_sha256)
    assert [article.revision for article in articles].count(2) == 1
    (removed,) = [article for article in articles if article.removed_at is not None]
    assert removed.removal_capture is not None
    record = _record(crawled, site, removed.removal_capture)
    assert record.headers["Khabar-Removal"] == removed.id
    assert record.http_head().startswith(b"HTTP/1.1 404 ")
    kinds = [
        event.kind
        for entry in entries_about(crawled.stores.db, removed.id)
        for event in entry.events
        if event.subject == removed.id
    ]
    assert kinds == ["article", "removal"]


@pytest.mark.parametrize("site", SITES)
def test_what_went_over_the_wire_is_there_and_other_tools_find_no_fault(crawled: Crawled, site: str) -> None:
    paths = segments(raw_folder(crawled.settings.data_dir, site))
    records = [record for path in paths for record in read_records(path)]
    host = crawled.sites[site].url.split("/")[2]
    requests = [record for record in records if record.kind == "request"]
    responses = {record.record_id: record for record in records if record.kind in ("response", "revisit")}
    assert {record.headers["WARC-Concurrent-To"] for record in requests} == set(responses)
    assert all(f"Host: {host}".encode() in record.block for record in requests)
    assert all(record.headers["WARC-IP-Address"] == "127.0.0.1" for record in responses.values())
    urls = [record.url for record in responses.values()]
    assert urls.count(f"{crawled.sites[site].url}robots.txt") == 1
    revisits = [record for record in records if record.kind == "revisit"]
    if site != "demo-yasmin":
        # A recent article is read in full or asked for with its validators: either way it is a revisit.
        assert len(revisits) == PAGES - 2
    (info, *_) = records
    assert b"software: Khabar/" in info.block
    for path in paths:
        checker = Checker(type("Command", (), {"inputs": [str(path)], "verbose": False}))
        assert checker.process_all() == 0


def test_the_pages_read_the_same_again(crawled: Crawled) -> None:
    for report in reextract([crawled.sites[site] for site in SITES], crawled.settings):
        assert (report.read, report.same, report.earlier) == (PAGES + 1, PAGES, 1), report


def test_the_archive_is_as_its_log_says_and_a_change_is_named(crawled: Crawled) -> None:
    stores, settings = crawled.stores, crawled.settings
    report = verify_archive(stores, settings)
    assert report.findings == []
    assert report.counts["articles"] == len(SITES) * PAGES
    assert report.counts["entries"] == sum(1 for _ in read_entries(stores.db))
    # Several pages that end at once share an entry.
    article = crawled.stored_ids(SITES[1])[0]
    stores.db.articles.update_one({"_id": article}, {"$set": {"title": "عنوان آخر"}})
    (path, *_) = segments(raw_folder(settings.data_dir, SITES[2]))
    data = path.read_bytes()
    path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    try:
        found = {(finding.kind, finding.subject) for finding in verify_archive(stores, settings).findings}
        assert found == {("article", article), ("segment", path.name)}
        assert [finding.site for finding in verify_archive(stores, settings, SITES[2]).findings] == [SITES[2]]
        command = [sys.executable, "-m", "crawler", "--json", "verify", SITES[1]]
        environment = settings.as_environment()
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 1, ran.stderr
        assert [finding["subject"] for finding in json.loads(ran.stdout)["findings"]] == [article]
    finally:
        path.write_bytes(data)
