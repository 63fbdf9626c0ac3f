"""Batches of captures give the archive that the captures would have given one by one, also after a crash."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from crawler.errors import KhabarError
from crawler.model.site import Site
from crawler.operations.archive.verify import verify_archive
from crawler.operations.importing.run import FOLDER, ImportOptions, import_paths
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.repeated_paragraphs import BoilerplateCounts
from tests.support.captures import WHEN, Captured, warc
from tests.support.made_up_site import article_page

SITE = Site(id="outlet", name="موقع", url="https://outlet.example/")
HOUR = timedelta(hours=1)


def _page(path: str, hours: float, of: str = "", edit: str = "", **fields: Any) -> Captured:
    """A capture of a page, with the text of another path if one is given."""
    base = "https://outlet.example"
    html = article_page(base + (of or path), WHEN - HOUR * (0 if of else 1))
    html = html.replace(f'href="{base}{of or path}"', f'href="{base}{path}"')
    html = html.replace("</p>", f" {edit}</p>", 1) if edit else html
    return Captured(base + path, html.encode(), WHEN + hours * HOUR, **fields)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """New pages between copies, edits, returns, a removal, what the server sends to all, and looks."""
    wall = f"<html><body><h1>تنبيه</h1><p>{'نص واحد ' * 60}</p></body></html>".encode()
    captures = [
        *(_page(f"/news/{number}", number / 100) for number in range(6)),
        _page("/news/copy", 1, of="/news/1"),
        _page("/news/2", 1.1, edit="تصحيح لاحق على النص الأول في هذه الفقرة"),
        _page("/news/3", 1.2),
        _page("/news/other", 1.3, of="/news/3"),
        _page("/news/4", 1.4, status="404 Not Found"),
        Captured("https://outlet.example/none", b"<html><body>x</body></html>", WHEN + 1.5 * HOUR),
        *(Captured(f"https://outlet.example/w/{n}", wall, WHEN + (2 + n) * HOUR) for n in range(4)),
        _page("/news/7", 7, edit="\0" * 10),
        _page("/news/2", 8),
        *(_page(f"/news/{number}", 9 + number) for number in (0, 1, 5)),
    ]
    path = tmp_path / "all.warc.gz"
    path.write_bytes(warc(captures))
    return path


@pytest.fixture
def run_import(
    settings: Settings, stores: Stores, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], dict[str, int]]:
    # A page that is captured again is known by then.
    monkeypatch.setattr("crawler.operations.importing.site_import.AT_ONCE", 8)

    def run() -> dict[str, int]:
        options = ImportOptions(sites={SITE.id: SITE}, seeds=archive.parent)
        return import_paths([str(archive)], options, settings).dispositions

    return run


def _content(stores: Stores) -> dict[str, Any]:
    """What is stored, without what is of the moment; and what the site repeats."""
    content: dict[str, Any] = {}
    for name in ("articles", "revisions", "readings", "pages", "withdrawn", "quarantine"):
        documents = sorted(stores.db[name].find({}), key=lambda document: str(document["_id"]))
        for document in documents:
            # Of a page in quarantine, and of when it was put there.
            document.pop("at", None)
            # A mark has a token made by chance, and goes when it is in the log.
            document.pop("custody_pending", None)
        content[name] = documents
    return content | {"counted": BoilerplateCounts(stores.redis, SITE.id).template().pages}


def _empty(settings: Settings, stores: Stores) -> None:
    stores.redis.flushdb()
    stores.index = None
    for name in stores.db.list_collection_names():
        if name not in ("meta", "unique_articles"):
            stores.db[name].delete_many({})
    stores.db.meta.delete_many({"_id": {"$in": ["custody", f"custody:{SITE.id}"]}})
    for ledger in (settings.data_dir / FOLDER).glob("*.sqlite*"):
        ledger.unlink()


def test_a_batch_gives_what_its_pages_give_one_by_one(
    run_import: Callable[[], dict[str, int]],
    settings: Settings,
    stores: Stores,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("crawler.pipelines.captures._goes_in_group", lambda *_: False)
        dispositions = run_import()
    one_by_one = _content(stores)
    assert {"stored", "duplicate", "revised", "gone", "unchanged", "unconfirmed"} <= dispositions.keys()
    assert verify_archive(stores, settings).findings == []
    _empty(settings, stores)
    assert run_import() == dispositions
    assert _content(stores) == one_by_one
    assert verify_archive(stores, settings).findings == []


@pytest.mark.parametrize(
    ("step", "is_done"),
    [
        ("crawler.pipelines.custody.CrawlCustody.log_new", False),
        ("crawler.storage.captured_pages.CapturedPages.insert", False),
        ("crawler.storage.custody_records.write_looks", True),
        ("crawler.storage.captured_pages.CapturedPages.record_all", False),
    ],
)
def test_a_batch_that_is_cut_off_is_completed_by_the_next_import(
    step: str,
    is_done: bool,
    run_import: Callable[[], dict[str, int]],
    settings: Settings,
    stores: Stores,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dispositions = run_import()
    whole = _content(stores)
    _empty(settings, stores)

    do_step = resolve_name(step)

    def crash(*arguments: object) -> None:
        if is_done:
            do_step(*arguments)
        raise KhabarError("the machine went down")

    with monkeypatch.context() as patch:
        patch.setattr(step, crash)
        # Nothing more is written: the process is gone.
        patch.setattr("crawler.spiders.record.CrawlRecord._settle", lambda _: None)
        with pytest.raises(KhabarError, match="went down"):
            run_import()
    assert stores.db.articles.count_documents({}) > 0
    stores.db.sites.update_many({}, {"$set": {"holder": None}})
    assert run_import() == dispositions
    after = _content(stores)
    del whole["counted"], after["counted"]
    assert after == whole
    assert verify_archive(stores, settings).findings == []
