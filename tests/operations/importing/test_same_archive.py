"""The same pages give the same archive, whatever they come in: a crawl, WARC, ARC, WACZ, mirror, index."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from crawler.model.job import Job
from crawler.operations.archive.evidence import chosen_articles, write_evidence
from crawler.operations.crawling.crawl import crawl
from crawler.operations.importing.run import ImportOptions, import_paths
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.warc.members import ReadRecord, read_records
from tests.support.captures import Captured, arc, cdxj, mirror, wacz, warc
from tests.support.made_up_site import Answer, MadeUpSite, article_page, sitemap
from tests.support.strangers import warcio_accepts

PUBLISHED = datetime(2024, 11, 20, 8, 0, tzinfo=UTC)
CAPTURED = PUBLISHED + timedelta(days=30)
FIELDS = (
    "site",
    "url",
    "canonical_url",
    "aliases",
    "title",
    "text",
    "authors",
    "published_at",
    "published_precision",
    "date_source",
    "language",
    "text_sha256",
    "html_sha256",
    "story_id",
    "duplicate_of",
    "duplicate_reason",
    "revision",
    "signature",
)


def _archive(db: Any) -> dict[str, dict[str, Any]]:
    return {article["_id"]: {name: article.get(name) for name in FIELDS} for article in db.articles.find({})}


def _forms(folder: Path, captures: list[Captured]) -> dict[str, Path]:
    """The captures in every form, each in a folder of its own."""
    (folder / "a.warc.gz").write_bytes(warc(captures))
    (folder / "a.warc").write_bytes(warc(captures, packed=False))
    (folder / "a.arc").write_bytes(arc(captures))
    wacz(folder / "a.wacz", captures)
    mirror(folder / "mirror", captures)
    cdxj(folder / "index.cdxj", folder / "indexed.warc.gz", captures[::-1])
    names = ("a.warc.gz", "a.warc", "a.arc", "a.wacz", "mirror", "index.cdxj")
    return {name: folder / name for name in names}


def _package(stores: Stores, settings: Settings, path: Path) -> list[ReadRecord]:
    """Make a package of all articles, and look whether it is whole; returns its records."""
    ids = [article["_id"] for article in stores.db.articles.find({}, {"_id": 1})]
    written = write_evidence(stores, settings, chosen_articles(stores, ids), path, sites={})
    assert written.missing == {id_: [] for id_ in ids}, path
    with ZipFile(path) as package:
        warc_file = Path(package.extract("archive/data.warc.gz", path.with_suffix("")))
    assert warcio_accepts(warc_file), path
    return list(read_records(warc_file))


def _late(answer: Answer) -> Answer:
    time.sleep(0.5)
    return answer


def _body(answer: object) -> bytes:
    assert isinstance(answer, Answer)
    return answer.body.encode() if isinstance(answer.body, str) else answer.body


@pytest.mark.usefixtures("inline_extraction")
def test_the_same_pages_give_the_same_archive(settings: Settings, stores: Stores, tmp_path: Path) -> None:
    with MadeUpSite() as web:
        paths = [f"/news/{number}" for number in range(4)]
        for number, path in enumerate(paths):
            web.article(path, PUBLISHED + timedelta(hours=number))
        # A copy: the text of one under an address and a time of its own.
        copied = article_page(web.base + paths[0], PUBLISHED + timedelta(days=1))
        copy = Answer(copied.replace(f'href="{web.base}{paths[0]}"', f'href="{web.base}/news/copy"'))
        # A story is named after what is stored first.
        web.answers["/news/copy"] = lambda _headers: _late(copy)
        web.answers["/sitemap.xml"] = Answer(sitemap(dict.fromkeys([*paths, "/news/copy"]), web.base))
        site = web.site(sitemaps=[f"{web.base}/sitemap.xml"])
        # A story begins with what was seen first.
        captures = [
            Captured(f"{web.base}{path}", _body(answer), CAPTURED + timedelta(seconds=number))
            for number, (path, answer) in enumerate(
                [*((path, web.answers[path]) for path in paths), ("/news/copy", copy)]
            )
        ]

        def archive_of(fill: Callable[[], object]) -> dict[str, dict[str, Any]]:
            # One database, emptied: to make one takes longer than to fill it.
            stores.redis.flushdb()
            for name in ("articles", "pages", "revisions", "crawls", "sites"):
                stores.db[name].delete_many({})
            fill()
            return _archive(stores.db)

        crawled = archive_of(lambda: crawl([Job(site=site)], settings))
        assert len(crawled) == 5
        assert len({article["story_id"] for article in crawled.values()}) == 4
        options = ImportOptions(sites={site.id: site}, seeds=tmp_path)
        for form, file in _forms(tmp_path, captures).items():
            imported = archive_of(partial(import_paths, [str(file)], options, settings))
            assert imported.keys() == crawled.keys(), form
            for id_, article in imported.items():
                differences = {
                    key: (value, crawled[id_][key])
                    for key, value in article.items()
                    if value != crawled[id_][key]
                }
                assert not differences, form
            kinds = {record.kind for record in _package(stores, settings, tmp_path / f"{form}.case.wacz")}
            assert kinds == {"warcinfo", "resource" if form == "mirror" else "response"}
