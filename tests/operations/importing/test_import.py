"""Imports into real stores: time of capture, revisions, removals, twice the same, each record counted."""

import gzip
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import UsageError
from crawler.model.site import Site
from crawler.operations.archive.evidence import chosen_articles, write_evidence
from crawler.operations.importing.report import ImportReport
from crawler.operations.importing.run import FOLDER, ImportOptions, Progress, import_paths
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.stored_article import ArticleReader
from tests.support.captures import WHEN, Captured, warc, warc_record
from tests.support.made_up_site import article_page

SITE = Site(id="outlet", name="موقع", url="https://outlet.example/")
HOUR = timedelta(hours=1)


@pytest.fixture
def run_import(settings: Settings, stores: Stores, tmp_path: Path) -> Callable[..., ImportReport]:
    """Imports files and folders; the ledger of an earlier import can be forgotten."""

    def run(*paths: Path, again: bool = False, **options: Any) -> ImportReport:
        if again:
            for ledger in (settings.data_dir / FOLDER).glob("*.sqlite*"):
                ledger.unlink()
        values: dict[str, Any] = {"sites": {SITE.id: SITE}, "seeds": tmp_path / "seeds", **options}
        report = import_paths([str(path) for path in paths], ImportOptions(**values), settings)
        assert report.records == sum(report.dispositions.values())
        assert report.records == sum(sum(counts.values()) for counts in report.files.values())
        return report

    return run


def _page(path: str, at: datetime = WHEN, edit: str = "", **fields: Any) -> Captured:
    url = f"https://outlet.example{path}"
    html = article_page(url, WHEN - HOUR)
    return Captured(url, (html.replace("</p>", f" {edit}</p>", 1) if edit else html).encode(), at, **fields)


def _archive(stores: Stores) -> dict[str, Any]:
    names = ("articles", "revisions", "readings", "pages", "withdrawn", "quarantine")
    return {name: sorted(stores.db[name].find({}), key=lambda doc: str(doc["_id"])) for name in names}


def test_captures_become_articles_revisions_and_removals_at_their_time(
    run_import: Callable[..., ImportReport], settings: Settings, stores: Stores, tmp_path: Path
) -> None:
    first, later, gone = WHEN, WHEN + 5 * HOUR, WHEN + 50 * HOUR
    captures = [
        _page("/news/1", later, edit="تصحيح لاحق على النص الأول في هذه الفقرة"),
        _page("/news/1", first),
        _page("/news/1", gone, status="404 Not Found"),
        _page("/news/2", first),
        _page("/logo.png", first, content_type="image/png"),
        _page("/old", first, status="301 Moved Permanently", headers={"Location": "/news/2"}),
        Captured("https://elsewhere.example/a", b"<html></html>"),
    ]
    # The order in the file is not the order of capture.
    (tmp_path / "all.warc.gz").write_bytes(warc(captures) + warc([captures[3]])[:200])
    report = run_import(tmp_path / "all.warc.gz")
    assert report.dispositions == {
        "gone": 1, "no_page": 1, "other_site": 1, "redirect": 1, "revised": 1, "stored": 2, "unreadable": 1,
    }  # fmt: skip
    assert report.left_out == [("elsewhere.example", 1)]
    assert report.verdicts == {"outlet": "ok"}
    (notice,) = report.notices
    assert notice.place.startswith(f"{tmp_path}/all.warc.gz:")
    assert "in the middle" in notice.reason
    article = next(
        found
        for id_ in ArticleReader(stores.db).all_ids()
        if (found := ArticleReader(stores.db).get(id_)) and found.url.endswith("/news/1")
    )
    assert (article.first_seen_at, article.revision, article.removed_at) == (first, 2, gone)
    (earlier,) = ArticleReader(stores.db).revisions(article.id)
    assert (earlier.seen_from, earlier.seen_until) == (first, later)
    # That it is gone is proven by the answer that says so.
    package = write_evidence(
        stores, settings, chosen_articles(stores, [article.id]), tmp_path / "case.wacz", sites={}
    )
    assert (package.missing, package.records) == ({article.id: []}, 3)
    assert "تصحيح" in article.text
    assert "تصحيح" not in earlier.text
    (crawl,) = stores.db.crawls.find({})
    assert (crawl["kind"], crawl["dispositions"]["stored"]) == ("import", 2)
    assert "health" not in (stores.db.sites.find_one({"_id": "outlet"}) or {})


def test_a_second_import_changes_nothing(
    run_import: Callable[..., ImportReport], stores: Stores, tmp_path: Path
) -> None:
    same = "نص واحد " * 60
    shared = [
        Captured(
            f"https://outlet.example/wall/{number}", f"<html><body><h1>تنبيه</h1><p>{same}</p>".encode(), at
        )
        for number in range(5)
        for at in (WHEN, WHEN + 8 * HOUR)
    ]
    captures = [_page("/news/1"), _page("/news/1", WHEN + HOUR, edit="كلمات جديدة تماما في النص"), *shared]
    path = tmp_path / "a.warc"
    path.write_bytes(warc(captures, packed=False))
    run_import(path)
    before = _archive(stores)
    # With its ledger nothing is read again; without, all is, and found in place.
    assert run_import(path).dispositions
    assert _archive(stores) == before
    report = run_import(path, again=True)
    assert not report.dispositions.keys() & {"stored", "duplicate", "revised"}
    assert _archive(stores) == before
    # Read by other rules: the same bytes are no other wording.
    stores.db.articles.update_many({}, {"$set": {"text_sha256": "0" * 64, "text": "نص كما قرئ"}})
    assert "revised" not in run_import(path, again=True).dispositions


def test_what_was_captured_before_what_is_stored_becomes_an_earlier_wording(
    run_import: Callable[..., ImportReport], stores: Stores, tmp_path: Path
) -> None:
    now = _page("/news/1", WHEN + 100 * HOUR, edit="النص كما هو اليوم في الموقع")
    (tmp_path / "now.warc.gz").write_bytes(warc([now]))
    run_import(tmp_path / "now.warc.gz")
    past = [
        _page("/news/1", WHEN),
        _page("/news/1", WHEN + 2 * HOUR),
        _page("/news/1", WHEN + 300 * HOUR, status="403 No"),
    ]
    (tmp_path / "past.warc.gz").write_bytes(warc(past))
    for again in (False, True):
        report = run_import(tmp_path / "past.warc.gz", again=again)
        assert report.dispositions == {
            "blocked": 1,
            "unchanged": 2 if again else 1,
            **({} if again else {"revised": 1}),
        }
        (id_,) = ArticleReader(stores.db).all_ids()
        article = ArticleReader(stores.db).get(id_)
        assert article is not None
        assert "اليوم" in article.text
        assert (article.first_seen_at, article.checked_at) == (WHEN, WHEN + 100 * HOUR)
        (earlier,) = ArticleReader(stores.db).revisions(id_)
        assert (earlier.seen_from, earlier.seen_until, earlier.revision) == (WHEN, WHEN + 100 * HOUR, 0)


def test_a_revisit_is_a_look_at_the_content_that_it_names(
    run_import: Callable[..., ImportReport], stores: Stores, tmp_path: Path
) -> None:
    page = _page("/news/1")
    again = Captured(page.url, b"", WHEN + 9 * HOUR)
    names = {"WARC_Refers_To_Target_URI": page.url, "WARC_Refers_To_Date": page.date}
    revisit = warc_record(again, "revisit", **names)
    lost = warc_record(
        Captured("https://outlet.example/lost", b"", WHEN),
        "revisit",
        **{**names, "WARC_Refers_To_Date": "2001-01-01T00:00:00Z"},
    )
    (tmp_path / "a.warc").write_bytes(revisit + lost + warc_record(page))
    report = run_import(tmp_path / "a.warc")
    assert report.dispositions == {"content_missing": 1, "stored": 1, "unchanged": 1}
    (id_,) = ArticleReader(stores.db).all_ids()
    article = ArticleReader(stores.db).get(id_)
    assert article is not None
    assert (article.first_seen_at, article.checked_at) == (WHEN, WHEN + 9 * HOUR)


def test_the_original_record_is_the_capture(
    run_import: Callable[..., ImportReport], settings: Settings, stores: Stores, tmp_path: Path
) -> None:
    page = _page("/news/1")
    path = tmp_path / "a.warc.gz"
    path.write_bytes(warc([_page("/news/0", WHEN + HOUR), page]))
    run_import(path)
    (id_,) = (one["_id"] for one in stores.db.articles.find({}) if one["url"].endswith("/1"))
    article = ArticleReader(stores.db).get(id_)
    assert article is not None
    assert article.capture is not None
    assert article.capture.path(settings.data_dir, SITE.id) == path
    member = path.read_bytes()[article.capture.begin : article.capture.end]
    assert gzip.decompress(member).strip().endswith(page.body)
    assert article.capture.content_sha256 == article.html_sha256 == hashlib.sha256(page.body).hexdigest()
    # Copied, it is there when the file is gone.
    stores.db.articles.delete_many({})
    stores.db.pages.delete_many({})
    run_import(path, copies=True, again=True)
    path.unlink()
    article = ArticleReader(stores.db).get(id_)
    assert article is not None
    assert article.capture is not None
    copy = article.capture.path(settings.data_dir, SITE.id)
    assert copy.is_relative_to(settings.data_dir.resolve() / FOLDER)
    assert gzip.decompress(copy.read_bytes()[article.capture.begin : article.capture.end])


def test_it_goes_on_where_it_was_stopped(
    run_import: Callable[..., ImportReport],
    settings: Settings,
    stores: Stores,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    captures = [_page(f"/news/{number}", WHEN + number * HOUR) for number in range(6)]
    (tmp_path / "a.warc.gz").write_bytes(warc(captures))
    monkeypatch.setattr("crawler.operations.importing.site_import.AT_ONCE", 1)
    options = ImportOptions(sites={SITE.id: SITE}, seeds=tmp_path)

    def stop(_site: str, ended: int) -> None:
        if ended == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_paths([str(tmp_path / "a.warc.gz")], options, settings, Progress(ended=stop))
    assert stores.db.articles.count_documents({}) == 2
    report = import_paths([str(tmp_path / "a.warc.gz")], options, settings)
    assert report.dispositions == {"stored": 6}
    assert stores.db.articles.count_documents({}) == 6


def test_the_log_is_stamped_after_an_import(settings: Settings, stores: Stores, tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc([_page("/news/1")]))
    stamped = settings.model_copy(update={"timestamp_url": "http://127.0.0.1:9/"})
    notices: list[str] = []
    options = ImportOptions(sites={SITE.id: SITE}, seeds=tmp_path)
    import_paths([str(tmp_path / "a.warc.gz")], options, stamped, Progress(notice=notices.append))
    assert any("127.0.0.1:9" in notice or "stamp" in notice for notice in notices)


def test_a_site_without_a_seed_gets_one(
    run_import: Callable[..., ImportReport], stores: Stores, tmp_path: Path
) -> None:
    (tmp_path / "a.warc.gz").write_bytes(
        warc([_page("/news/1"), _page("/news/2"), Captured("https://ads.example/", b"x")])
    )
    report = run_import(tmp_path / "a.warc.gz", sites={}, new_site="dead-outlet")
    assert report.dispositions == {"other_site": 1, "stored": 2}
    assert 'url = "https://outlet.example/"' in (tmp_path / "seeds" / "dead-outlet.toml").read_text()
    assert {doc["site"] for doc in stores.db.articles.find({})} == {"dead-outlet"}
    with pytest.raises(UsageError, match="allowed: lower-case"):
        run_import(tmp_path / "a.warc.gz", new_site="../x")
    with pytest.raises(UsageError, match="no such file or folder"):
        run_import(tmp_path / "none.warc.gz")
