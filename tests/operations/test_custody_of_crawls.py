"""For whatever is stored there is a capture whose bytes hash to what is stored, and the log says so."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from crawler.evidence.keys import key_path, new_key
from crawler.model.seal import sealed_fields
from crawler.operations.archive.evidence import chosen_articles, write_evidence
from crawler.operations.archive.seal import seal, unseal
from crawler.operations.archive.verify import verify_archive
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.operations.crawling.reextract import reextract
from crawler.parsing.urls import page_id
from crawler.storage.custody import entries_about, read_entries
from crawler.storage.stored_article import ArticleReader, UnsealedArticleReader
from crawler.storage.warc.members import read_records
from crawler.storage.warc.raw_pages import raw_folder, segments
from tests.support.captured import check_captures
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.servers import Servers
from tests.support.strangers import needs_strangers, replayed, run, warcio_accepts

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


@pytest.mark.parametrize("site", SITES)
def test_each_article_revision_and_removal_has_a_capture_of_the_bytes_that_it_was_read_in(
    crawled: Crawled, site: str
) -> None:
    articles = check_captures(crawled.stores, crawled.settings, site)
    assert len(articles) == PAGES
    assert (site == "demo-yasmin") == all(article.capture and article.capture.answer for article in articles)
    assert [article.revision for article in articles].count(2) == 1
    (removed,) = [article for article in articles if article.removed_at is not None]
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
    assert all(map(warcio_accepts, paths))


@pytest.fixture(scope="module")
def package(crawled: Crawled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that was crawled as a package of evidence, signed."""
    path = tmp_path_factory.mktemp("package") / "case.wacz"
    stores, ids = crawled.stores, [id_ for site in SITES for id_ in crawled.stored_ids(site)]
    new_key(key_path(crawled.settings.data_dir))
    written = write_evidence(
        stores, crawled.settings, chosen_articles(stores, ids), path, sites=crawled.sites
    )
    assert (written.missing, written.signed) == ({id_: [] for id_ in ids}, True)
    return path


def test_a_package_of_all_of_it_is_whole(crawled: Crawled, package: Path, tmp_path: Path) -> None:
    with ZipFile(package) as files:
        warc = Path(files.extract("archive/data.warc.gz", tmp_path))
        index = files.read("indexes/index.cdx").decode().splitlines()
    assert warcio_accepts(warc)
    records = {record.record_id: record for record in read_records(warc)}
    # Nothing refers to what is not there.
    assert all(record.headers.get("WARC-Refers-To", id_) in records for id_, record in records.items())
    assert sum("Khabar-Removal" in record.headers for record in records.values()) == len(SITES)
    offsets = {int(json.loads(line.split(" ", 2)[2])["offset"]) for line in index}
    replayed = {record.offset for record in records.values() if record.kind == "response"}
    posts = {record.offset for record in records.values() if "Khabar-Post" in record.headers}
    assert (index, offsets) == (sorted(index), replayed | posts)


@needs_strangers
def test_py_wacz_accepts_the_package_and_pywb_shows_its_pages(
    crawled: Crawled, package: Path, tmp_path: Path
) -> None:
    assert "the passed WACZ is valid" in run("wacz", "validate", "-f", str(package), folder=tmp_path)
    ids = [id_ for site in SITES for id_ in crawled.stored_ids(site)]
    articles = [
        article
        for batch in UnsealedArticleReader(crawled.stores.db).in_batches(ids)
        for article in batch
        if article.removed_at is None and article.capture is not None
    ]
    pages = {
        article.capture.url: (f"{article.capture.captured_at:%Y%m%d%H%M%S}", article.html_sha256)
        for article in articles
        if article.capture is not None
    }
    shown = replayed(package, tmp_path, [(url, digits) for url, (digits, _) in pages.items()])
    assert shown == {url: ("200 OK", sha256) for url, (_, sha256) in pages.items()}


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
    title = (stores.db.articles.find_one({"_id": article}) or {})["title"]
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
        stores.db.articles.update_one({"_id": article}, {"$set": {"title": title}})


def test_a_sealed_article_is_crawled_and_read_again_and_stays_sealed(crawled: Crawled) -> None:
    site, stores, settings = crawled.sites[SITES[1]], crawled.stores, crawled.settings
    reader, unsealed = ArticleReader(stores.db), UnsealedArticleReader(stores.db)
    edited = next(article for article in crawled.newsroom.articles if article.site == site.id)
    id_ = page_id(edited.url)
    before = unsealed.get(id_)
    assert before is not None
    seal(stores, settings, [id_], reason="x", fields=sealed_fields("text"))
    crawled.newsroom.edit(edited.url, paragraphs=[*edited.paragraphs, NEWS])
    (report,) = crawl([recrawl_job(site, settings, url=edited.url)[0]], settings)
    assert report.dispositions == {"revised": 1}
    (again,) = reextract([site], settings)
    assert (again.corrected, again.refused, again.failed) == (0, 0, 0)
    withheld, stored = reader.get(id_), unsealed.get(id_)
    assert withheld is not None
    assert (withheld.is_withheld, withheld.text, withheld.capture) == (True, "", None)
    assert (reader.texts([id_]), reader.revisions(id_), reader.headers([id_])) == ({}, [], {})
    assert stored is not None
    assert NEWS in stored.text
    assert (stored.revision, unsealed.revisions(id_)[-1].text) == (before.revision + 1, before.text)
    unseal(stores, settings, [id_])
    check_captures(stores, settings, site.id)
    shown = reader.get(id_)
    assert shown is not None
    assert shown.text == stored.text
