import csv
import gzip
import io
import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import KhabarError, UsageError
from crawler.operations.archive.export_files import (
    FORMULA_STARTS,
    ExportFormat,
    ExportTarget,
    csv_cell,
    export_target,
    write_export,
)
from crawler.operations.archive.tables import ARTICLES, export_row
from crawler.storage.stored_article import StoredArticle

COLUMNS = ARTICLES.types
AT = datetime(2024, 12, 4, 9, 30, tzinfo=UTC)
ARTICLE = StoredArticle.from_document(
    {
        "_id": "a" * 32,
        "site": "souq",
        "url": "https://souq.example/1",
        "title": "=HYPERLINK(1) خبر عاجل",
        "text": "فقرة أولى.\n\nفقرة ثانية، بعدها نصف حرف \ud83d.",
        "authors": ["سامر الحلاق", "ليلى"],
        "published_at": AT,
        "published_precision": "minute",
        "first_seen_at": AT,
        "revision": 2,
        "story_id": "a" * 32,
        "similarity": 0.75,
        "text_sha256": "b" * 64,
    }
)


def _rows(count: int = 2) -> list[dict[str, Any]]:
    return [{**export_row(ARTICLE, UTC), "id": f"{number:032}"} for number in range(count)]


def test_every_field_of_the_export_has_a_type() -> None:
    assert list(export_row(ARTICLE, UTC)) == list(COLUMNS)


@pytest.mark.parametrize(
    ("path", "name", "target"),
    [
        (None, None, ExportTarget(ExportFormat.JSONL)),
        (None, "csv", ExportTarget(ExportFormat.CSV)),
        ("a.jsonl", None, ExportTarget(ExportFormat.JSONL)),
        ("a.b.CSV", None, ExportTarget(ExportFormat.CSV)),
        ("a.csv.gz", None, ExportTarget(ExportFormat.CSV, compression=".gz")),
        ("a.parquet", None, ExportTarget(ExportFormat.PARQUET)),
        ("a.txt", "jsonl", ExportTarget(ExportFormat.JSONL)),
    ],
)
def test_the_format_is_named_or_is_the_ending(
    path: str | None, name: str | None, target: ExportTarget
) -> None:
    assert export_target(Path(path) if path else None, name) == target


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.xlsx", None), ("a", None), ("a.gz", None), ("a.json", None), ("a.jsonl", "pdf"), (None, "parquet"),
     ("a.parquet.gz", None)],
)  # fmt: skip
def test_what_cannot_be_written_is_refused(path: str | None, name: str | None) -> None:
    with pytest.raises(UsageError, match="parquet"):
        export_target(Path(path) if path else None, name)


def test_json_lines_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    write_export(_rows(), COLUMNS, path, ExportTarget(ExportFormat.JSONL, compression=".gz"))
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert [json.loads(line) for line in lines] == _rows()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_parquet_file_and_what_it_is_made_of_are_its_owners_alone(tmp_path: Path) -> None:
    seen: list[int] = []

    def rows() -> Iterator[dict[str, Any]]:
        for row in _rows():
            yield row
            # Whoever may enter its folder could read what is written meanwhile.
            seen.extend(
                stat.S_IMODE(each.stat().st_mode)
                for each in tmp_path.iterdir()
                if each.is_dir() or each.stat().st_size
            )

    path = tmp_path / "a.parquet"
    write_export(rows(), COLUMNS, path, ExportTarget(ExportFormat.PARQUET))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {mode & 0o077 for mode in seen} == {0}
    assert list(tmp_path.iterdir()) == [path]


def test_a_spreadsheet_reads_the_csv_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_export(_rows(), COLUMNS, path, ExportTarget(ExportFormat.CSV))
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    (first, _) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert first["title"] == "'=HYPERLINK(1) خبر عاجل"
    assert first["authors"] == "سامر الحلاق | ليلى"
    assert first["text"].startswith("فقرة أولى.\n\nفقرة ثانية")
    assert (first["agency"], first["revision"]) == ("", "2")


@given(st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not csv_cell(text).startswith(FORMULA_STARTS)
    csv_cell(text).encode()


def test_parquet_has_types(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    write_export(_rows(), COLUMNS, path, ExportTarget(ExportFormat.PARQUET))
    table = duckdb.connect()
    table.execute("SET TimeZone='UTC'")
    shown = table.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    types = {name: kind for name, kind, *_ in shown}
    assert types["published"] == "TIMESTAMP WITH TIME ZONE"
    assert (types["authors"], types["revision"], types["similarity"]) == ("VARCHAR[]", "INTEGER", "DOUBLE")
    query = "SELECT epoch(published), authors, title, removed_at, text FROM read_parquet(?) ORDER BY id"
    published, authors, title, removed, text = table.execute(query, [str(path)]).fetchall()[0]
    assert (published, authors, removed) == (AT.timestamp(), ["سامر الحلاق", "ليلى"], None)
    assert title == ARTICLE.title
    assert text.endswith("نصف حرف \ufffd.")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("form", list(ExportFormat))
def test_a_file_appears_only_whole(tmp_path: Path, form: ExportFormat) -> None:
    def rows() -> Any:
        yield from _rows()
        raise KhabarError("the store went away")

    path = tmp_path / f"a.{form}"
    path.write_text("before")
    with pytest.raises(KhabarError, match="went away"):
        write_export(rows(), COLUMNS, path, ExportTarget(form))
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("form", list(ExportFormat))
def test_an_empty_export_has_its_columns(tmp_path: Path, form: ExportFormat) -> None:
    path = tmp_path / f"a.{form}"
    write_export([], COLUMNS, path, ExportTarget(form))
    if form is ExportFormat.PARQUET:
        assert len(duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()) == len(
            COLUMNS
        )
    elif form is ExportFormat.CSV:
        assert path.read_text(encoding="utf-8-sig").strip().split(",") == list(COLUMNS)
    else:
        assert path.read_text() == ""


def test_zstandard_and_a_choice_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    target = export_target(path, None)
    assert target == ExportTarget(ExportFormat.JSONL, compression=".zst")
    write_export(_rows(), ARTICLES.pick("id,title"), path, target)
    rows = duckdb.execute("SELECT * FROM read_json(?)", [str(path)]).fetchall()
    assert rows == [(row["id"], row["title"]) for row in _rows()]
