"""Imported captures of every kind stay what they were: verified, looked at, read anew, handed over."""

import gzip
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.custody.entries import EventKind
from crawler.model.site import Site
from crawler.operations.archive.evidence import chosen_articles, write_evidence
from crawler.operations.archive.kept_captures import check_sample
from crawler.operations.archive.verify import verify_archive
from crawler.operations.crawling.reextract import reextract
from crawler.operations.importing.run import ImportOptions, import_paths
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.custody import read_entries
from tests.support.captures import WHEN, Captured, arc, mirror, wacz, warc
from tests.support.made_up_site import article_page

SITE = Site(id="outlet", name="موقع", url="https://outlet.example/")


def _page(name: str) -> Captured:
    url = f"https://outlet.example/news/{name}"
    return Captured(url, article_page(url, WHEN - timedelta(hours=1)).encode())


def _row(name: str, **fields: object) -> bytes:
    url = f"https://outlet.example/news/{name}"
    row = {
        "url": url,
        "title": f"عنوان الخبر {name} من المدينة القديمة",
        "date_download": "2021-05-03 10:00:00",
    }
    return json.dumps({**row, **fields}, ensure_ascii=False).encode() + b"\n"


KINDS: dict[str, Callable[[Path], object]] = {
    "packed.warc.gz": lambda path: path.write_bytes(warc([_page("before"), _page("packed")])),
    "plain.warc": lambda path: path.write_bytes(warc([_page("plain")], packed=False)),
    "seamless.warc.gz": lambda path: path.write_bytes(
        gzip.compress(warc([_page("seam"), _page("less")], packed=False))
    ),
    "old.arc": lambda path: path.write_bytes(arc([_page("arc")])),
    "old.arc.gz": lambda path: path.write_bytes(gzip.compress(arc([_page("arc-packed")]))),
    "package.wacz": lambda path: wacz(path, [_page("wacz")]),
    "folder": lambda path: mirror(path, [_page("mirror")]),
    "stored.zip": lambda path: _zip(path, zipfile.ZIP_STORED, "stored"),
    "deflated.zip": lambda path: _zip(path, zipfile.ZIP_DEFLATED, "deflated"),
    "rows.jsonl": lambda path: path.write_bytes(_row("row", maintext="نص الخبر كما كان " * 30)),
    "pages.jsonl.gz": lambda path: path.write_bytes(
        gzip.compress(_row("row-page", html=_page("row-page").body.decode()))
    ),
}


def _zip(path: Path, compression: int, name: str) -> None:
    with zipfile.ZipFile(path, "w", compression) as package:
        info = zipfile.ZipInfo(f"outlet.example/news/{name}", (2021, 5, 3, 10, 0, 0))
        package.writestr(info, _page(name).body, compression)
        package.writestr(f"{name}.warc", warc([_page(f"{name}-warc")], packed=False), compression)


def test_captures_of_every_kind_are_found_again_and_their_changes_named(
    settings: Settings, stores: Stores, tmp_path: Path
) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    for name, write in KINDS.items():
        write(folder / name)
    options = ImportOptions(sites={SITE.id: SITE}, seeds=tmp_path)
    report = import_paths([str(folder)], options, settings)
    assert report.dispositions["stored"] == 15, report
    events = [e for entry in read_entries(stores.db) for e in entry.events if e.kind == EventKind.IMPORT]
    assert len(events) == len(KINDS)
    assert {"sha256", "bytes", "software", "hostname"} <= events[0].facts.keys()

    verified = verify_archive(stores, settings)
    assert (verified.findings, verified.counts["imported files"]) == ([], len(KINDS))
    sample = check_sample(stores.db, settings, random.Random(1))
    assert (sample.problems, sample.looked_at) == ([], 15)
    # What had to be unpacked may be deleted.
    for spool in (settings.data_dir / "imports").glob("*.spool"):
        spool.unlink()
    (again,) = reextract([SITE], settings)
    assert (again.read, again.same, again.damaged) == (14, 14, [])

    urls = [document["url"] for document in stores.db.articles.find({})]
    written = write_evidence(
        stores, settings, chosen_articles(stores, urls), tmp_path / "case.wacz", sites={SITE.id: SITE}
    )
    missing = [sentence for sentences in written.missing.values() for sentence in sentences]
    assert missing == []

    for name in KINDS:
        path = next(folder.glob("folder/**/mirror")) if name == "folder" else folder / name
        content = path.read_bytes()
        path.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
        findings = verify_archive(stores, settings).findings
        assert [(finding.kind, finding.subject) for finding in findings] == [("file", str(path))]
        path.write_bytes(content)
    shutil.rmtree(folder / "folder")
    (finding,) = verify_archive(stores, settings).findings
    assert "cannot be read any more" in finding.problem
    problems = check_sample(stores.db, settings, random.Random(1)).problems
    assert [problem.partition(":")[0] for problem in problems] == ["https"]


@pytest.mark.parametrize("change", ["content", "missing", "description"])
def test_a_package_says_which_of_its_files_differs(
    settings: Settings, stores: Stores, tmp_path: Path, change: str
) -> None:
    path, changed = tmp_path / "a.wacz", tmp_path / "changed.wacz"
    wacz(path, [_page("wacz")])
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(changed, "w") as other:
        for name in package.namelist():
            content = package.read(name)
            if change == "content" and name == "archive/data.warc.gz":
                content += warc([_page("added")])
            if change == "missing" and name == "archive/data.warc.gz":
                continue
            other.writestr(name, content)
        digest = "0" * 64 if change == "description" else ""
        if digest:
            other.writestr("datapackage-digest.json", json.dumps({"hash": f"sha256:{digest}"}))
    os.utime(changed)
    report = import_paths([str(changed)], ImportOptions(sites={SITE.id: SITE}, seeds=tmp_path), settings)
    (notice,) = report.notices
    named = "datapackage.json" if change == "description" else "archive/data.warc.gz"
    assert notice.place.startswith(f"{changed}!{named}")
    assert ("not in the package" if change == "missing" else "changed or damaged") in notice.reason
    assert report.dispositions.get("stored", 0) == {"content": 2, "missing": 0, "description": 1}[change]
