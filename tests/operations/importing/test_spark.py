"""An import on a cluster of Spark gives the archive of an import on this machine.

Skipped without pyspark or Java.
"""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import UsageError
from crawler.model.site import Site
from crawler.operations.importing.run import FOLDER, ImportOptions, import_paths
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.captures import WHEN, Captured, warc
from tests.support.made_up_site import article_page
from tests.support.spark_cluster import LOCAL_CLUSTER, cluster_environment

SITE = Site(id="outlet", name="موقع", url="https://outlet.example/")
# py4j and pyspark leave sockets to the garbage collector, and pyspark forks under the JVM's threads.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    pytest.importorskip("pyspark", reason="pyspark is not installed: make spark")
    for name, value in cluster_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return LOCAL_CLUSTER


def _captures() -> list[Captured]:
    captures = []
    for number in range(12):
        url = f"https://outlet.example/news/{number}"
        html = article_page(f"https://outlet.example/news/{number - number % 5}", WHEN)
        html = html.replace(f"/news/{number - number % 5}", f"/news/{number}")
        captures.append(Captured(url, html.encode(), WHEN + timedelta(minutes=number)))
    return [
        *captures,
        Captured("https://outlet.example/short", b"<p>x"),
        Captured(f"{captures[1].url}x", b""),
    ]


def _archive(stores: Stores) -> dict[str, Any]:
    names = ("articles", "pages", "revisions", "quarantine")
    return {name: sorted(stores.db[name].find({}), key=lambda each: str(each["_id"])) for name in names}


@pytest.mark.skipif(shutil.which("java") is None, reason="no Java: `khabar import --spark` is not tested")
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_spark_gives_the_archive_of_one_machine(
    settings: Settings, stores: Stores, cluster: str, tmp_path: Path
) -> None:
    path = tmp_path / "all.warc.gz"
    path.write_bytes(warc(_captures()))
    reports, archives = [], []
    for master in (None, cluster):
        options = ImportOptions(sites={SITE.id: SITE}, seeds=tmp_path, spark=master)
        reports.append(import_paths([str(path)], options, settings))
        archives.append(_archive(stores))
        stores.redis.flushdb()
        for name in archives[0]:
            stores.db[name].delete_many({})
        for ledger in (settings.data_dir / FOLDER).glob("*.sqlite*"):
            ledger.unlink()
    assert reports[0].dispositions == reports[1].dispositions
    assert {"stored", "duplicate", "failed"} <= reports[0].dispositions.keys()
    assert archives[0] == archives[1]
    assert not any("Spark" in problem for problem in reports[1].problems)


def test_what_spark_lacks_is_said(
    settings: Settings, stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "all.warc.gz"
    path.write_bytes(warc(_captures()[:1]))
    monkeypatch.setattr("dedup.batch.spark.session.PACKAGES", ("no_such_package",))
    options = ImportOptions(sites={SITE.id: SITE}, seeds=tmp_path, spark="local[2]")
    with pytest.raises(UsageError, match=r"--spark local\[2\]: no_such_package is not installed"):
        import_paths([str(path)], options, settings)
