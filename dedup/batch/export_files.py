"""Reading articles from a file: what `khabar export` writes, or anything with the same few fields.

A record needs `id` and `text`; `published` (ISO 8601), `site` and `story_id` are used where they are there.
A file is cut into batches fast, by one process, and batches are made into articles by any.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from dedup.documents import Document, from_fields
from dedup.errors import ExportError

FORMATS = (".jsonl", ".jsonl.gz", ".ndjson", ".parquet")
FIELDS = ("id", "text", "published", "site", "story_id")
# A batch has so many articles, or so many letters or bytes where articles are long.
_ROWS = 512
_BYTES = 1 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


BatchReader: TypeAlias = Callable[[Any], list[Document]]
"""Makes articles of a batch; may be sent to another process."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of a file, and the number of the first if that is known."""

    number: int | None
    lines: list[bytes]


def read_export(path: Path) -> Iterator[Document]:
    """Read a file article by article, in bounded memory.

    Args:
        path: JSON lines (also gzipped) or Parquet, by its ending: see `FORMATS`.

    Raises:
        ExportError: The file can't be read, or a record is not an article; the message names the place.
    """
    batches, reader = export_batches(path)
    for batch in batches:
        yield from reader(batch)


def export_batches(path: Path) -> tuple[Iterator[Any], BatchReader]:
    """The batches of a file, and what makes articles of one. Both raise what `read_export` does.

    Args:
        path: As for `read_export`.
    """
    if path.suffix == ".parquet":
        return _parquet(path), partial(from_rows, str(path))
    return _json_lines(path), partial(from_lines, str(path))


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


def from_lines(place: str, batch: Lines) -> list[Document]:
    """Make articles of lines of JSON; empty lines are passed over.

    Args:
        place: The file, for messages.
        batch: The lines.
    """
    documents = []
    for at, line in enumerate(batch.lines):
        where = f"{place}, line {batch.number + at}" if batch.number else place
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            if not line.strip():
                continue
            cut = "; the file ends within it: is it still being written?" if _is_cut(batch, at) else ""
            raise ExportError(f"{where}: not JSON: {error}{cut}") from None
        if not isinstance(record, dict):
            raise ExportError(f"{where}: not a JSON object")
        try:
            documents.append(_document(record))
        except ValueError as error:
            raise ExportError(f"{where}: {error}") from None
    return documents


def _document(record: Mapping[str, Any]) -> Document:
    return from_fields({name: record.get(name) for name in FIELDS})


def _is_cut(batch: Lines, at: int) -> bool:
    return bool(batch.number) and at == len(batch.lines) - 1 and not batch.lines[at].endswith(b"\n")


def from_rows(place: str, batch: tuple[int | None, list[str], list[tuple[Any, ...]]]) -> list[Document]:
    """Make articles of rows of a table.

    Args:
        place: The file, for messages.
        batch: The number of the first row if that is known, the names of the columns, and the rows.
    """
    first, names, rows = batch
    documents = []
    for at, row in enumerate(rows):
        record = dict(zip(names, row, strict=True))
        try:
            if isinstance(record.get("published"), int):
                record["published"] = _from_microseconds(record["published"])
            documents.append(_document(record))
        except ValueError as error:
            where = f"{place}, row {first + at}" if first else place
            raise ExportError(f"{where}: {error}") from None
    return documents


def _from_microseconds(value: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=value)
    except OverflowError:
        raise ValueError(f"'published' is {value} µs from 1970, not a time") from None


def _json_lines(path: Path) -> Iterator[Lines]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            number = 1
            while lines := file.readlines(_BYTES):
                yield Lines(number, lines)
                number += len(lines)
    except (OSError, EOFError) as error:
        raise ExportError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _parquet(path: Path) -> Iterator[tuple[int, list[str], list[tuple[Any, ...]]]]:
    import duckdb  # 0.1 s, and only needed here

    if not path.is_file():
        what = "it is a folder" if path.is_dir() else "no such file"
        raise ExportError(f"{path}: cannot be read: {what}")
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
            connection.execute("SET enable_progress_bar = false")  # it is drawn on stdout
            rows = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            types = {row[0]: row[1] for row in rows}
            # A time with a zone would need pytz and an extension; as microseconds it needs nothing.
            chosen = [
                f"epoch_us({name}) AS {name}" if types[name].startswith("TIMESTAMP") else name
                for name in FIELDS
                if name in types
            ]
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
