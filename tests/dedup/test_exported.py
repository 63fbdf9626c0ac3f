import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dedup import ExportError
from dedup.exported import read_export

RECORD = {
    "id": "a",
    "text": "نص",
    "published": "2024-12-04T13:30:00+03:00",
    "site": "x",
    "story_id": "s",
    "more": 1,
}
AT = datetime(2024, 12, 4, 10, 30, tzinfo=UTC)


def test_reads_json_lines_plain_and_packed(tmp_path: Path) -> None:
    lines = "\n".join([json.dumps(RECORD), "", json.dumps({"id": "\ud800", "text": ""})]) + "\n"
    (tmp_path / "a.jsonl").write_text(lines, "utf-8")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    for name in ("a.jsonl", "a.jsonl.gz"):
        first, second = read_export(tmp_path / name)
        assert (first.id, first.text, first.published, first.site, first.story_id) == (
            "a",
            "نص",
            AT,
            "x",
            "s",
        )
        assert (second.id, second.text, second.published, second.site) == ("\ud800", "", None, None)


@pytest.mark.parametrize("kind", ["VARCHAR", "TIMESTAMPTZ", "TIMESTAMP"])
def test_reads_parquet_whatever_its_times_are(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.parquet"
    at = {
        "VARCHAR": f"'{RECORD['published']}'",
        "TIMESTAMPTZ": f"to_timestamp({int(AT.timestamp())})",
        "TIMESTAMP": "'2024-12-04 10:30:00'::TIMESTAMP",
    }[kind]
    duckdb.sql(f"COPY (SELECT 'a' AS id, 'نص' AS text, {at} AS published, 1 AS more) TO '{path}'")
    (only,) = read_export(path)
    assert (only.id, only.text, only.published, only.site, only.story_id) == ("a", "نص", AT, None, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}\n", "record 1: 'id' is missing"),
        (b'{"id": "a", "text": null}\n', "'text' is missing"),
        (b'{"id": "a", "text": "", "site": 3}\n', "'site' is neither"),
        (b'{"id": "a", "text": "", "published": "gestern"}\n', "'gestern', not a time"),
        (b'{"id": "a", "text": "", "published": 7}\n', "7, not a time"),
        (b'{"id": "a", "text": ""}\n{"id": \n', "line 2: not JSON"),
        (b"\xff\xfe\n", "line 1: not JSON"),
        (b"[1]\n", "line 1: not a JSON object"),
    ],
)
def test_a_bad_record_is_told_with_its_place(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(ExportError, match=message):
        list(read_export(tmp_path / "a.jsonl"))


def test_a_bad_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="No such file"):
        list(read_export(tmp_path / "none.jsonl"))
    with pytest.raises(ExportError, match="no such file"):
        list(read_export(tmp_path / "none.parquet"))
    (tmp_path / "a.parquet").write_bytes(b"not parquet at all")
    with pytest.raises(ExportError, match="not readable as Parquet"):
        list(read_export(tmp_path / "a.parquet"))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"id": "a", "text": ""}\n' * 99)[:-20])
    with pytest.raises(ExportError, match="cannot be read"):
        list(read_export(tmp_path / "a.jsonl.gz"))
    duckdb.sql(f"COPY (SELECT 'a' AS name) TO '{tmp_path / 'b.parquet'}'")
    with pytest.raises(ExportError, match="it has name"):
        list(read_export(tmp_path / "b.parquet"))
