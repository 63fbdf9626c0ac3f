import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dedup import Document, ExportError
from dedup.batch.export_files import document_batches, export_batches, read_export
from dedup.documents import Epoch

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
        assert (first.id, first.text, first.published, first.source, first.story_id) == (
            "a",
            "نص",
            AT,
            "x",
            "s",
        )
        assert (second.id, second.text, second.published, second.source) == ("\ud800", "", None, None)


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
    assert (only.id, only.text, only.published, only.source, only.story_id) == ("a", "نص", AT, None, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n{}\n", "line 2: 'id' is missing"),
        (b'{"id": "a", "text": null}\n', "line 1: 'text' is missing"),
        (b'{"id": 5.5, "text": ""}\n', "'id' is 5.5, not a text"),
        ('{"id": "a", "text": "نص"}\n'.encode("cp1256"), "line 1: not UTF-8 text: .*; save it as UTF-8"),
        (b'{"id": "a", "text": {"ar": ""}}\n', "'text' is {'ar': ''}, not a text"),
        (b'{"id": "a", "text": "", "site": [3]}\n', "'site' is .3., neither"),
        (b'{"id": "a", "text": "", "published": "gestern"}\n', "'gestern', not a time"),
        (b'{"id": "a", "text": "", "published": "2024-13-01"}\n', "'2024-13-01', not a time"),
        (b'{"id": "a", "text": "", "published": 7}\n', "7, not a time: as seconds"),
        (b'{"id": "a", "text": ""}\n{"id": \n', "line 2: not JSON"),
        (b"\xff\xfe\n", "line 1: not UTF-8 text"),
        (b"[1]\n", "line 1: not a JSON object"),
        (b"[" * 200_000, "line 1: not JSON: maximum recursion"),
        (b'{"id": "a", "text": ""}\n{"id": "b", "te', "line 2: not JSON.*still being written"),
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
    for name in ("folder.jsonl", "folder.parquet"):
        (tmp_path / name).mkdir()
        with pytest.raises(ExportError, match=r"Is a directory|is a folder"):
            list(read_export(tmp_path / name))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("'a' AS name", "no columns 'id' and 'text'; it has name"),
        ("{'x': 1} AS id, 'نص' AS text", "row 1: 'id' is {'x': 1}, not a text"),
        ("'a' AS id, ['نص'] AS text", r"row 1: 'text' is \['نص'\], not a text"),
        ("'a' AS id, 'نص' AS text, 5.5 AS published", "row 1: 'published' is .*, not a time"),
    ],
)
def test_a_parquet_file_of_something_else_is_told(tmp_path: Path, columns: str, message: str) -> None:
    duckdb.sql(f"COPY (SELECT {columns}) TO '{tmp_path / 'b.parquet'}'")
    with pytest.raises(ExportError, match=message):
        list(read_export(tmp_path / "b.parquet"))


def test_a_day_without_a_time_is_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    duckdb.sql(f"COPY (SELECT 'a' AS id, '' AS text, '2024-12-04'::DATE AS published) TO '{path}'")
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "", "published": "2024-12-04"}')
    for file in (path, tmp_path / "a.jsonl"):
        assert [one.published for one in read_export(file)] == [datetime(2024, 12, 4, tzinfo=UTC)]


def test_batches_stay_small_however_long_the_texts_are() -> None:
    articles = [Document(str(at), "نص" * 300_000, None, None, None) for at in range(5)]
    assert [len(batch) for batch in document_batches(articles)] == [2, 2, 1]
    assert [len(batch) for batch in document_batches(articles[:1] * 3)] == [2, 1]
    short = [Document(str(at), "نص", None, None, None) for at in range(1025)]
    assert [len(batch) for batch in document_batches(short)] == [512, 512, 1]
    assert list(document_batches([])) == []


def test_reads_tables_of_numbers_in_any_format(tmp_path: Path) -> None:
    """Integer ids, times in seconds or milliseconds, and the other names of fields."""
    seconds = int(AT.timestamp())
    rows = {
        "a.jsonl": json.dumps({"id": 7, "text": "نص", "published_at": seconds * 1000, "source": 3}),
        "a.csv": f'\ufeffid,text,published,site\n7,"نص",{seconds},3\n',
        "b.csv": f"text;id;source;published_at;more\nنص;7;3;{seconds}000;x\n",
        "c.csv": f"id,text,published,site\n7,نص,{seconds:.12e},3\n",
        "d.csv": f"id,text,published,site\n7,نص,{seconds}.000,3\n",
    }
    for name, content in rows.items():
        (tmp_path / name).write_text(content, "utf-8")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    table = f"SELECT 7 AS id, 'نص' AS text, {seconds}::BIGINT AS published, 3 AS site"
    duckdb.sql(f"COPY ({table}) TO '{tmp_path / 'a.parquet'}'")
    for name in (*rows, "a.csv.gz", "a.parquet"):
        assert list(read_export(tmp_path / name)) == [Document("7", "نص", AT, "3")], name


def test_a_table_may_have_ids_of_a_type_of_their_own(tmp_path: Path) -> None:
    name = "6f1c0a52-9d0e-4f0a-8f57-0a4a5d1f2b3c"
    duckdb.sql(f"COPY (SELECT '{name}'::UUID AS id, 'نص' AS text) TO '{tmp_path / 'a.parquet'}'")
    assert list(read_export(tmp_path / "a.parquet")) == [Document(name, "نص")]


def test_a_unit_that_is_said_counts(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,published\na,نص,86400\n", "utf-8")
    with pytest.raises(ExportError, match=r"a\.csv, row 1: 'published' is '86400', not a time"):
        list(read_export(tmp_path / "a.csv"))
    (by_seconds,) = read_export(tmp_path / "a.csv", Epoch.SECONDS)
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "", "published": 86400000}', "utf-8")
    (only,) = read_export(tmp_path / "a.jsonl", Epoch.MILLISECONDS)
    assert only.published == by_seconds.published == datetime(1970, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("url,body\n1,x\n", "a.csv: its first line does not name columns 'id' and 'text'"),
        ("id,text\n1,x\n2\n", "row 2: has 1 values for 2 columns"),
        ("id,text\n,x\n", "row 1: 'id' is missing"),
        ("id,text,text\n1,x,y\n", "a.csv: its first line names 'text' twice"),
        ('id,text\n1,"x"y\n', "row 1: not CSV"),
        ("id,text\n1,\udcff\n", "not UTF-8 text"),
    ],
)
def test_a_bad_table_is_told_with_its_place(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.csv").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ExportError, match=message):
        list(read_export(tmp_path / "a.csv"))


def test_texts_of_a_table_may_be_long_and_of_many_lines(tmp_path: Path) -> None:
    text = 'سطر\n"اقتباس", ' * 20_000
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "text"], *([number, text] for number in range(4))])
    batches = list(export_batches(tmp_path / "a.csv")[0])
    assert [len(rows) for _, _, rows in batches] == [4] or len(batches) > 1
    assert [document.text for document in read_export(tmp_path / "a.csv")] == [text] * 4
