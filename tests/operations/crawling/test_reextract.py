"""Reextract: kept raw pages are cleaned again, corrections are no revisions, and no wording is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.extraction.boilerplate.repeated import blocks_of
from crawler.operations.crawling.reextract import ReextractReport, reextract
from crawler.storage.change_marks import changed_marks
from crawler.storage.connect import open_stores
from crawler.storage.lease import Lease, LeaseHeldError
from crawler.storage.repeated_paragraphs import BoilerplateCounts
from crawler.storage.warc.raw_pages import raw_folder, segments
from crawler.storage.warc.reader import read_segment
from dedup import Prepared
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.servers import Servers

SITE = "demo-yasmin"


@pytest.fixture(scope="module")
def archive(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path_factory.mktemp("reextract"), run=False) as found:
        found.reports = found.crawl(SITE)
        yield found


def _reextract(archive: Crawled, *, dry_run: bool = False) -> ReextractReport:
    (report,) = reextract([archive.sites[SITE]], archive.settings, dry_run=dry_run)
    counted = (
        report.corrected + report.same + report.earlier + report.unknown + report.refused + report.failed
    )
    assert report.read == counted
    return report


def test_every_stored_page_is_kept_as_fetched_and_reads_the_same(archive: Crawled) -> None:
    stored = {one["_id"]: one for one in archive.stores.db.articles.find({"site": SITE})}
    folder = raw_folder(archive.settings.data_dir, SITE)
    pages = [page for path in segments(folder) for page in read_segment(path)]
    assert {page.article_id for page in pages} == set(stored)
    for page in pages:
        held = stored[page.article_id]
        assert page.sha256 == held["html_sha256"]
        kept_at = page.fetched_at.replace(microsecond=page.fetched_at.microsecond // 1000 * 1000)
        # A capture's time is that of its request.
        assert kept_at == held["capture"]["captured_at"] <= held["first_seen_at"]
    report = _reextract(archive)
    assert (report.read, report.same) == (len(stored), len(stored))
    assert archive.stores.db.readings.count_documents({}) == 0


def test_a_worse_reading_is_corrected_and_kept(archive: Crawled) -> None:
    db = archive.stores.db
    before = db.articles.find_one({"site": SITE, "duplicate_of": None})
    assert before is not None
    worse = {
        "text": before["text"] + "\n\nمقالات ذات صلة",
        "text_sha256": "0" * 64,
        "published_at": datetime(2001, 1, 1, tzinfo=UTC),
        "language": "fa",
    }
    db.articles.update_one({"_id": before["_id"]}, {"$set": worse})

    told = _reextract(archive, dry_run=True)
    assert told.corrected == 1
    assert (db.articles.find_one({"_id": before["_id"]}) or {})["language"] == "fa"

    report = _reextract(archive)
    (correction,) = report.corrections
    assert correction.url == before["url"]
    assert set(correction.fields) == {"text", "published_at", "language", "text_sha256"}
    after = db.articles.find_one({"_id": before["_id"]}) or {}
    assert {**after, "reread_at": None} == {**before, "reread_at": None}
    (kept,) = db.readings.find({"article_id": before["_id"]})
    assert (kept["text"], kept["revision"]) == (worse["text"], before["revision"])
    assert kept["published_at"] == worse["published_at"]
    assert db.revisions.count_documents({"article_id": before["_id"]}) == 0
    signature = Prepared.from_stored(after["_id"], after["signature"], after["published_at"], SITE)
    assert signature == Prepared.from_stored(before["_id"], before["signature"], before["published_at"], SITE)

    assert _reextract(archive).corrected == 0
    with open_stores(archive.settings) as stores:
        assert changed_marks(stores.db).keys() == {SITE}
    assert db.readings.count_documents({"article_id": before["_id"]}) == 1


def test_what_was_learned_since_is_taken_out_of_earlier_pages(archive: Crawled) -> None:
    db = archive.stores.db
    texts = {one["_id"]: one["text"] for one in db.articles.find({"site": SITE})}
    victim, line = next(
        (key, text.split("\n\n")[-1]) for key, text in texts.items() if text.count("\n\n") >= 2
    )
    assert line not in (text.split("\n\n")[-1] for key, text in texts.items() if key != victim)
    carriers = {key for key, text in texts.items() if line in text.split("\n\n")}
    counts = BoilerplateCounts(archive.stores.redis, SITE)
    counts.forget()
    for number in range(12):
        counts.learn(blocks_of(f"خبر مختلف رقم {number} يتحدث عن شارع من شوارع المدينة القديمة\n\n{line}"))
    assert [paragraph.text for paragraph in counts.repeated(3)] == [line]

    report = _reextract(archive)
    assert report.corrected == len(carriers)
    after = db.articles.find_one({"_id": victim}) or {}
    assert after["text"] == "\n\n".join(texts[victim].split("\n\n")[:-1])
    assert after["revision"] == 1
    assert texts[victim] in [one["text"] for one in db.readings.find({"article_id": victim})]

    counts.forget()
    _reextract(archive)
    assert {one["_id"]: one["text"] for one in db.articles.find({"site": SITE})} == texts


def test_pages_of_earlier_fetches_and_of_nobody_are_told_and_left_alone(archive: Crawled) -> None:
    db = archive.stores.db
    first, second = list(db.articles.find({"site": SITE}))[:2]
    db.articles.update_one({"_id": first["_id"]}, {"$set": {"html_sha256": "f" * 64}})
    db.articles.delete_one({"_id": second["_id"]})
    report = _reextract(archive)
    assert (report.earlier, report.unknown, report.corrected) == (1, 1, 0)
    db.articles.update_one({"_id": first["_id"]}, {"$set": {"html_sha256": first["html_sha256"]}})
    db.articles.insert_one(second)


def test_a_site_that_is_being_crawled_is_refused(archive: Crawled) -> None:
    lease = Lease(archive.stores.db, SITE)
    archive.stores.db.sites.update_one({"_id": SITE}, {"$set": {"holder.pid": 1, "holder.started": ""}})
    try:
        with pytest.raises(LeaseHeldError, match="wait for it"):
            _reextract(archive)
    finally:
        lease.release(archive.stores.db)


def test_a_site_without_kept_pages_has_nothing_to_read(archive: Crawled) -> None:
    other = next(site for site in archive.sites if site != SITE)
    (report,) = reextract([archive.sites[other]], archive.settings)
    assert report == ReextractReport(other)


def test_pages_are_not_kept_when_it_is_turned_off(archive: Crawled, tmp_path: Path) -> None:
    settings = archive.settings.model_copy(update={"data_dir": tmp_path, "raw_pages": False})
    other = next(site for site in archive.sites if site != SITE)
    (report,) = Crawled(archive.newsroom, archive.sites, settings, archive.stores, {}).crawl(other).values()
    assert report.taken > 0
    assert not raw_folder(tmp_path, other).exists()
