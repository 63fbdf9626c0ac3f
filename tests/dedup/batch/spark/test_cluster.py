"""The archive pass on Spark gives the stories that one machine gives. Skipped without pyspark or Java."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dedup.batch.cluster import cluster_batches
from dedup.batch.export_files import export_batches
from dedup.batch.spark.cluster import cluster_on_spark
from dedup.batch.spark.session import cause, check_java, local_session
from dedup.errors import ExportError, SparkError
from tests.support.copies import DAY, rows
from tests.support.texts import article, sentences

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


def records() -> list[dict[str, Any]]:
    """Copies, and records that each reader of files has its own opinion on."""
    # Two parts of one article that overlap, and leave some of it out: what they share decides on them.
    lines = sentences(77, 22)
    parts = [
        (" ".join(lines[first:last]), f"part-{first}-{last}") for first, last in ((0, 12), (10, 20), (0, 22))
    ]
    articles = []
    for id_, text, at, site in [*rows(), *((id_, text, DAY, id_) for text, id_ in parts)]:
        published = at.isoformat() if at else None  # type: ignore[attr-defined]
        articles.append({"id": id_, "text": text, "published": published, "site": site, "title": "عنوان"})
    text = article(1)
    return [
        {"id": "b", "text": article(2), "story_id": "stories"},
        {"id": "\ud800", "text": text, "published": "2024-12-04T10:00:00+03:00", "site": "\udfff"},
        {"id": "", "text": "؟!", "site": "x", "title": {"more": 1}},
        *articles,
        {"id": "c", "text": f"{text}\ud800", "published": "2024-12-04", "site": "\udfff"},
        {"id": "b", "text": text, "site": None},
    ]


@needs_spark
@pytest.mark.timeout(600)
def test_the_same_input_gives_the_same_stories(session: Any, tmp_path: Path) -> None:
    export = write(tmp_path / "archive.jsonl", records())
    apart = [("2-2", "2-1")]
    batches, reader = export_batches(export)
    expected = cluster_batches(batches, reader, apart=apart)
    found = cluster_on_spark(session, export, apart=apart)
    assert found == expected
    assert list(found.stories) == list(expected.stories)
    assert list(found.stories)[:3] == ["b", "\ud800", ""]
    assert expected.repeated == 1
    assert len(set(expected.stories.values())) < len(expected.stories)
    assert "part-0-22" in expected.round_ups


@needs_spark
@pytest.mark.timeout(600)
def test_columns_of_times_and_a_file_of_nothing(session: Any, tmp_path: Path) -> None:
    export = write(tmp_path / "archive.jsonl", [*records()[3:7], {"id": "z", "text": "", "published": None}])
    parquet = tmp_path / "archive.parquet"
    query = f"SELECT id, text, published::TIMESTAMPTZ AS published, site FROM read_json('{export}')"
    duckdb.sql(f"COPY ({query}) TO '{parquet}'")
    batches, reader = export_batches(parquet)
    assert cluster_on_spark(session, parquet) == cluster_batches(batches, reader)
    assert cluster_on_spark(session, write(tmp_path / "empty.jsonl", [])).stories == {}


@needs_spark
@pytest.mark.timeout(600)
def test_what_spark_cannot_read_is_stories(session: Any, tmp_path: Path) -> None:
    broken = write(tmp_path / "broken.jsonl", [{"id": "a", "text": "نص"}, {"id": "a", "text": 7}])
    with pytest.raises(ExportError, match=r"broken\.jsonl, line 2: 'text' is 7, not a text"):
        cluster_on_spark(session, broken)
    for missing in ("missing.parquet", "missing.jsonl"):
        with pytest.raises(ExportError, match="cannot be read"):
            cluster_on_spark(session, tmp_path / missing)


@pytest.mark.parametrize(
    ("printed", "message"),
    [
        ('openjdk version "11.0.2"', "is 11"),
        ('java version "1.8.0_292"', "is 8"),
        (None, "no `java` is found"),
    ],
)
def test_a_java_that_will_not_do_is_stories(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, printed: str | None, message: str
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    if printed:
        (tmp_path / "java").write_text(f"#!/bin/sh\necho '{printed}' >&2\n")
        (tmp_path / "java").chmod(0o755)
    with pytest.raises(SparkError, match=f"Java 17 or newer.*{message}"):
        check_java()


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.batch.spark.session.PACKAGES", ("pyspark_that_is_not_there",))
    with pytest.raises(SparkError, match=r"not installed: pip install 'khabar\[spark\]'"):
        local_session()


def test_an_error_of_spark_tells_its_cause_and_ctrl_c_stays_ctrl_c() -> None:
    stories = (
        "An error occurred.\nCaused by: a.B: lost\n\tat y\nCaused by: java.io.IOException: No space left\n"
    )
    assert cause(OSError(stories)) == "java.io.IOException: No space left"
    assert cause(OSError("first\nsecond")) == "first"
    in_worker = "thrown:\nTraceback (most recent call last):\n  File 'x'\nImportError: no x\n\tat org.x"
    assert cause(OSError(in_worker)) == "in a worker: ImportError: no x"
    assert cause(OSError()) == "OSError"
    try:
        try:
            raise KeyboardInterrupt
        finally:
            raise OSError(stories)
    except OSError as error:
        with pytest.raises(KeyboardInterrupt):
            cause(error)
