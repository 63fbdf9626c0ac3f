"""Reading articles from a file: what `khabar export` writes, or anything with the same few fields.

A record needs `id` and `text`; `published`, `site` and `story_id` are used where they are there, also under
the names that `dedup.documents` has for them. Ids may be whole numbers. A file is cut into batches fast, by
one process, and batches are made into articles by any.
"""

import csv
import gzip
import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

from dedup.documents import Document, Epoch, from_fields, moment_of
from dedup.errors import ExportError

FORMATS = (".jsonl", ".jsonl.gz", ".ndjson", ".csv", ".csv.gz", ".parquet")
FIELDS = ("id", "text", "published", "published_at", "site", "source", "story_id")
TIMES = ("published", "published_at")
MICROSECONDS = "_microseconds"
"""Ends the name of a column that was made of times: their unit is known, unlike that of numbers."""
_NUMBERED = ("id", "site", "source", "story_id")
"""Fields that may be whole numbers."""
_IDENTIFIERS = frozenset({"UUID", "HUGEINT", "UHUGEINT"})
"""Types of Parquet columns that are ids, whatever their values are in Python."""
_DELIMITERS = ",;\t"
# A batch has so many articles, or so many letters or bytes where articles are long.
_ROWS = 512
_BYTES = 1 << 20


BatchReader: TypeAlias = Callable[[Any], list[Document]]
"""Makes articles of a batch; may be sent to another process."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of a file, and the number of the first if that is known."""

    number: int | None
    lines: list[bytes]


def read_export(path: Path, epoch: Epoch | None = None) -> Iterator[Document]:
    """Read a file article by article, in bounded memory.

    Args:
        path: JSON lines or CSV (also gzipped) or Parquet, by its ending: see `FORMATS`.
        epoch: What times count that are numbers; see `dedup.documents.moment_of`.

    Raises:
        ExportError: The file can't be read, or a record is not an article; the message names the place.
    """
    batches, reader = export_batches(path, epoch)
    for batch in batches:
        yield from reader(batch)


def export_batches(path: Path, epoch: Epoch | None = None) -> tuple[Iterator[Any], BatchReader]:
    """The batches of a file, and what makes articles of one. Both raise what `read_export` does.

    Args:
        path: As for `read_export`.
        epoch: As for `read_export`.
    """
    if path.name.endswith((".csv", ".csv.gz")):
        return _csv(path), partial(from_rows, str(path), epoch=epoch)
    if path.suffix == ".parquet":
        return _parquet(path), partial(from_rows, str(path), epoch=epoch)
    return _json_lines(path), partial(from_lines, str(path), epoch=epoch)


def document_batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Cut a stream of documents into batches that take little memory, however long the texts are."""
    batch: list[Document] = []
    letters = 0
    for document in documents:
        batch.append(document)
        letters += len(document.text)
        if len(batch) == _ROWS or letters > _BYTES:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch


def from_lines(place: str, batch: Lines, epoch: Epoch | None = None) -> list[Document]:
    """Make articles of lines of JSON; empty lines are passed over.

    Args:
        place: The file, for messages.
        batch: The lines.
        epoch: As for `read_export`.
    """
    documents = []
    for at, line in enumerate(batch.lines):
        where = f"{place}, line {batch.number + at}" if batch.number else place
        try:
            record = json.loads(line)
        except UnicodeDecodeError as error:
            raise ExportError(f"{where}: not UTF-8 text: {error.reason}; save it as UTF-8") from None
        except (ValueError, RecursionError) as error:
            if not line.strip():
                continue
            cut = "; the file ends within it: is it still being written?" if _is_cut(batch, at) else ""
            raise ExportError(f"{where}: not JSON: {error}{cut}") from None
        if not isinstance(record, dict):
            raise ExportError(f"{where}: not a JSON object")
        try:
            documents.append(_document(record, epoch))
        except ValueError as error:
            raise ExportError(f"{where}: {error}") from None
    return documents


def _document(record: Mapping[str, Any], epoch: Epoch | None) -> Document:
    fields = {name: record[name] for name in FIELDS if record.get(name) is not None}
    for name in _NUMBERED:
        if isinstance(fields.get(name), int) and not isinstance(fields[name], bool):
            fields[name] = str(fields[name])
    return from_fields(fields, epoch)


def _is_cut(batch: Lines, at: int) -> bool:
    return bool(batch.number) and at == len(batch.lines) - 1 and not batch.lines[at].endswith(b"\n")


def from_rows(
    place: str, batch: tuple[int | None, list[str], list[tuple[Any, ...]]], epoch: Epoch | None = None
) -> list[Document]:
    """Make articles of rows of a table.

    Args:
        place: The file, for messages.
        batch: The number of the first row if that is known, the names of the columns, and the rows.
        epoch: As for `read_export`.
    """
    first, names, rows = batch
    documents = []
    for at, row in enumerate(rows):
        record = dict(zip(names, row, strict=True))
        try:
            for name in TIMES:
                if f"{name}{MICROSECONDS}" in record:
                    record[name] = moment_of(record[f"{name}{MICROSECONDS}"], Epoch.MICROSECONDS)
            documents.append(_document(record, epoch))
        except ValueError as error:
            where = f"{place}, row {first + at}" if first else place
            raise ExportError(f"{where}: {error}") from None
    return documents


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file, unpacked.

    Raises:
        ExportError: It cannot be read, also while it is.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            yield cast("BinaryIO", file)
    except (OSError, EOFError) as error:
        raise ExportError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _json_lines(path: Path) -> Iterator[Lines]:
    with _opened(path) as file:
        number = 1
        while lines := file.readlines(_BYTES):
            yield Lines(number, lines)
            number += len(lines)


def _csv(path: Path) -> Iterator[tuple[int, list[str], list[tuple[Any, ...]]]]:
    """Rows of a table whose first line names the columns: by commas, semicolons or tabs, in UTF-8."""
    csv.field_size_limit(sys.maxsize)  # texts are longer than the 128 KB that it is
    with _opened(path) as file:
        text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        try:
            header = text.readline()
            delimiter = next((mark for mark in _DELIMITERS if _has_columns(header, mark)), None)
            if delimiter is None:
                raise ExportError(
                    f"{path}: its first line does not name columns 'id' and 'text': {header[:80]!r}"
                )
            (names,) = csv.reader([header], delimiter=delimiter)
            if twice := [name for name, times in Counter(names).items() if times > 1 and name in FIELDS]:
                raise ExportError(f"{path}: its first line names {twice[0]!r} twice")
            yield from _table_rows(path, names, csv.reader(text, delimiter=delimiter, strict=True))
        except UnicodeDecodeError as error:
            raise ExportError(f"{path}: not UTF-8 text: {error.reason}; save it as UTF-8") from None


def _has_columns(header: str, delimiter: str) -> bool:
    return {"id", "text"} <= {name for row in csv.reader([header], delimiter=delimiter) for name in row}


def _table_rows(
    path: Path, names: list[str], rows: Iterator[list[str]]
) -> Iterator[tuple[int, list[str], list[tuple[Any, ...]]]]:
    """Batches of rows; what is empty but for a text is missing."""
    places = [(at, name) for at, name in enumerate(names) if name in FIELDS]
    chosen = [name for _, name in places]
    batch: list[tuple[Any, ...]] = []
    first = number = 1
    letters = 0
    try:
        for row in rows:
            if not row:  # an empty line
                continue
            if len(row) != len(names):
                raise ExportError(f"{path}, row {number}: has {len(row)} values for {len(names)} columns")
            batch.append(tuple(row[at] or ("" if name == "text" else None) for at, name in places))
            letters += sum(map(len, row))
            number += 1
            if len(batch) == _ROWS or letters > _BYTES:
                yield first, chosen, batch
                first, batch, letters = number, [], 0
    except csv.Error as error:
        raise ExportError(f"{path}, row {number}: not CSV: {error}") from None
    if batch:
        yield first, chosen, batch


def _parquet(path: Path) -> Iterator[tuple[int, list[str], list[tuple[Any, ...]]]]:
    import duckdb  # 0.1 s, and only needed here

    if not path.is_file():
        what = "it is a folder" if path.is_dir() else "no such file"
        raise ExportError(f"{path}: cannot be read: {what}")
    try:
        # One thread: rows are taken one after the other, and more would unpack ahead, 100 MB each.
        options: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "threads": 1,
        }
        with duckdb.connect(config=options) as connection:
            connection.execute("SET enable_progress_bar = false")  # it is drawn on stdout
            rows = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            types = {row[0]: row[1] for row in rows}
            chosen = [_selected(name, types[name]) for name in FIELDS if name in types]
            if not {"id", "text"} <= set(types):
                raise ExportError(f"{path}: has no columns 'id' and 'text'; it has {', '.join(types)}")
            selected = connection.execute(f"SELECT {', '.join(chosen)} FROM read_parquet(?)", [str(path)])  # noqa: S608  # names from FIELDS
            names = [column[0] for column in selected.description]
            first = 1
            while rows := selected.fetchmany(_ROWS):
                yield first, names, rows
                first += len(rows)
    except duckdb.Error as error:
        raise ExportError(f"{path}: not readable as Parquet: {str(error).splitlines()[0]}") from None


def _selected(name: str, kind: str) -> str:
    """How a column of Parquet is asked for, so that it comes as what articles have."""
    if kind.startswith("TIMESTAMP"):
        # A time with a zone would need pytz and an extension; as microseconds it needs nothing.
        return f"epoch_us({name}) AS {name}{MICROSECONDS}"
    return f"{name}::VARCHAR AS {name}" if kind in _IDENTIFIERS else name
