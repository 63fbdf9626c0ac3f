"""The files of an export: JSON lines, CSV for spreadsheets, Parquet for data frames, plain or compressed."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final, cast

from crawler.errors import UsageError
from crawler.files import replaced_file

Row = Mapping[str, Any]

COMPRESSIONS: Final = (".gz", ".zst")
"""Endings after that of JSON lines or CSV: gzip and Zstandard."""

LIST_SEPARATOR: Final = " | "
"""Between the items of a list in a CSV cell: no name or tag holds it."""

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection")."""

MEMORY_LIMIT: Final = "1GB"
"""What DuckDB may take while it writes Parquet; beyond that it uses the disk."""

ROW_GROUP: Final = 10_240
"""Rows of a Parquet file that are written at once: some 50 MB of articles."""

SMALLEST_BUFFER: Final = 1 << 20
"""Bytes that DuckDB reads of a file of JSON lines at least; its longest line has to fit."""

_NO_JSON_TEXT: Final = dict.fromkeys(range(55296, 57344), "\ufffd")


class ExportFormat(StrEnum):
    """What the file of an export may be."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class ExportTarget:
    """What is to be written, and through which compression: an ending of `COMPRESSIONS`, or none."""

    format: ExportFormat
    compression: str = ""


def export_target(path: Path | None, format_name: str | None) -> ExportTarget:
    """Choose what to write by the format that is named, or else by a file's ending.

    Args:
        path: The file to write; None for stdout.
        format_name: One of `ExportFormat`; None: by the file's ending, JSON lines on stdout.

    Raises:
        UsageError: An unknown format or ending, or one that does not go together with the other.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]] if path else []
    compression = suffixes[-1] if suffixes and suffixes[-1] in COMPRESSIONS else ""
    ending = (suffixes[:-1] if compression else suffixes)[-1:]
    try:
        by_ending = ExportFormat(ending[0].removeprefix(".")) if ending else None
    except ValueError:
        by_ending = None
    if format_name is None:
        if path is not None and by_ending is None:
            raise UsageError(
                f"-o {path}: the ending says what to write: .jsonl, .csv or .parquet, the first two also "
                f"with {' or '.join(COMPRESSIONS)}; or name it with --format"
            )
        chosen = by_ending or ExportFormat.JSONL
    else:
        chosen = export_format(format_name)
    if chosen is ExportFormat.PARQUET and (path is None or compression):
        raise UsageError("Parquet goes into a file of its own, which is compressed already: -o NAME.parquet")
    return ExportTarget(chosen, compression)


def export_format(name: str) -> ExportFormat:
    """The format of a name.

    Raises:
        UsageError: There is none.
    """
    try:
        return ExportFormat(name)
    except ValueError:
        raise UsageError(f"--format {name}: it is one of {', '.join(ExportFormat)}") from None


def write_export(rows: Iterable[Row], columns: Mapping[str, str], path: Path, target: ExportTarget) -> None:
    """Write rows to a file, which appears when it is whole.

    Args:
        rows: The rows; each has a value for every column.
        columns: The columns to write, and their types in DuckDB's words.
        path: The file.
        target: Its format.

    Raises:
        KhabarError: It cannot be written; the message says why.
    """
    with replaced_file(path) as draft:
        if target.format is ExportFormat.PARQUET:
            _write_parquet(rows, columns, draft)
        else:
            with _opened(draft, target.compression) as stream:
                write_text(rows, columns, stream, target.format)


def write_text(rows: Iterable[Row], columns: Mapping[str, str], stream: IO[str], form: ExportFormat) -> None:
    """Write rows as JSON lines or CSV to a text stream; arguments as for `write_export`."""
    if form is ExportFormat.JSONL:
        for row in rows:
            stream.write(json_line({name: row[name] for name in columns}) + "\n")
        return
    # Spreadsheets take a file for the system's own code page unless it begins with this mark.
    stream.write("\ufeff")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_cell(row[name]) for name in columns])


def json_line(data: dict[str, Any]) -> str:
    """One row as a line of JSON, Arabic left as it is; lone surrogates, which no file can hold, escaped."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data)
    return text


def csv_cell(value: object) -> str:
    """A value as a cell of CSV; what a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = LIST_SEPARATOR.join(str(item) for item in value)
    if not isinstance(value, str):
        return str(value)
    text = value.translate(_NO_JSON_TEXT)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@contextmanager
def _opened(path: Path, compression: str) -> Iterator[IO[str]]:
    with path.open("wb") as file:
        binary: Any = file
        if compression == ".gz":
            binary = gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0)
        elif compression == ".zst":
            binary = _zstd(file)
        with io.TextIOWrapper(binary, encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            if compression:
                binary.close()


def _zstd(file: IO[bytes]) -> IO[bytes]:
    """A stream that writes Zstandard."""
    try:
        from compression import zstd  # from Python 3.14 on
    except ImportError:
        from backports import zstd
    return cast("IO[bytes]", zstd.ZstdFile(file, mode="w"))


def _write_parquet(rows: Iterable[Row], columns: Mapping[str, str], path: Path) -> None:
    """Write typed columns: through a file of JSON lines, so that memory stays bounded.

    Both files are made in a folder that only its owner may enter: DuckDB writes for everybody to read.
    """
    with TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as folder:
        lines, parquet = Path(folder) / "rows.jsonl", Path(folder) / "rows.parquet"
        longest = _write_lines(rows, columns, lines)
        _convert(lines, parquet, columns, longest)
        parquet.chmod(0o600)
        parquet.replace(path)


def _write_lines(rows: Iterable[Row], columns: Mapping[str, str], lines: Path) -> int:
    """Write rows as DuckDB reads them back; returns the bytes that it needs for the longest."""
    longest = SMALLEST_BUFFER
    with lines.open("wb") as stream:
        for row in rows:
            # What is half a character has no place in a Parquet text.
            text = json.dumps({name: row[name] for name in columns}, ensure_ascii=False)
            line = text.translate(_NO_JSON_TEXT).encode() + b"\n"
            longest = max(longest, 2 * len(line))
            stream.write(line)
    return longest


def _convert(lines: Path, parquet: Path, columns: Mapping[str, str], longest: int) -> None:
    import duckdb

    types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit='{MEMORY_LIMIT}'")
        # Several threads hold back what they have read, to keep the order; one writes as it reads.
        connection.execute("SET threads=1")
        connection.execute("SET TimeZone='UTC'")
        connection.execute(
            f"COPY (SELECT * FROM read_json(?, format='newline_delimited', columns={{{types}}}, "  # noqa: S608
            f"maximum_object_size={longest})) TO '" + str(parquet).replace("'", "''") + "' "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})",
            [str(lines)],
        )
