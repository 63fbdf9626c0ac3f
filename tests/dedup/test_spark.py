"""The archive pass on Spark gives the stories that one machine gives. Skipped without pyspark or Java."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dedup.archive import take
from dedup.errors import ExportError, SparkError
from dedup.exported import read_export
from dedup.spark import local_session, take_on_spark

from .test_relational import rows

needs_spark = pytest.mark.skipif(
    shutil.which("java") is None, reason="no Java: `khabar[spark]` is not tested"
)
# py4j and pyspark leave sockets to the garbage collector, and pyspark forks under the JVM's threads.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    pytest.importorskip("pyspark", reason="pyspark is not installed: make spark")
    started = local_session(2)
    yield started
    started.stop()


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    records = []
    for id_, text, at, site in rows():
        published = at.isoformat() if at else None  # type: ignore[attr-defined]
        records.append({"id": id_, "text": text, "published": published, "site": site, "title": "عنوان"})
    return write(tmp_path / "archive.jsonl", records)


@needs_spark
@pytest.mark.timeout(240)
def test_the_same_input_gives_the_same_stories(session: Any, export: Path, tmp_path: Path) -> None:
    articles = list(read_export(export))
    apart = [(articles[2].id, articles[1].id)]
    expected = take(((one.id, one.text, one.published, one.site) for one in articles), apart=apart)
    assert take_on_spark(session, export, apart=apart) == expected
    assert len(set(expected.stories.values())) < len(expected.stories)
    parquet = tmp_path / "archive.parquet"
    duckdb.sql(f"COPY (SELECT id, text, published, site FROM read_json('{export}')) TO '{parquet}'")
    assert take_on_spark(session, parquet, apart=apart) == expected


@needs_spark
def test_what_spark_cannot_read_is_told(session: Any, tmp_path: Path) -> None:
    twice = write(tmp_path / "twice.jsonl", [{"id": "a", "text": "نص"}, {"id": "a", "text": "آخر"}])
    with pytest.raises(ExportError, match="1 ids come more than once"):
        take_on_spark(session, twice)
    with pytest.raises(ExportError, match="cannot be read"):
        take_on_spark(session, tmp_path / "missing.parquet")


def test_without_java_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SparkError, match=r"pip install 'khabar\[spark\]'|needs Java"):
        local_session()
