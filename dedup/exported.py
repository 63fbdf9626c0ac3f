"""Reading articles from a file: what `khabar export` writes, or anything with the same few fields.

A record needs `id` and `text`; `published` (ISO 8601), `site` and `story_id` are used where they are there.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dedup.errors import ExportError

FORMATS = (".jsonl", ".jsonl.gz", ".ndjson", ".parquet")
FIELDS = ("id", "text", "published", "site", "story_id")
_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Exported:
    """An article as an export has it; the last three are None where the file doesn't tell."""

    id: str
    text: str
    published: datetime | None
    site: str | None
    story_id: str | None


def read_export(path: Path) -> Iterator[Exported]:
    """Read a file article by article, in bounded memory.

    Args:
        path: JSON lines (also gzipped) or Parquet, told by its ending: see `FORMATS`.

    Raises:
        ExportError: The file can't be read, or a record is not an article; the message names the place.
    """
    records = _parquet(path) if path.suffix == ".parquet" else _json_lines(path)
    for number, record in enumerate(records, 1):
        try:
            yield exported(record)
        except ValueError as error:
            raise ExportError(f"{path}, record {number}: {error}") from None


def exported(record: Mapping[str, Any]) -> Exported:
    """Read one record.

    Raises:
        ValueError: A field is missing or not what it should be; the message names it.
    """
    for name in ("id", "text"):
        if not isinstance(record.get(name), str):
            raise ValueError(f"{name!r} is missing or no text")
    for name in ("site", "story_id"):
        if not isinstance(record.get(name), str | None):
            raise ValueError(f"{name!r} is neither a text nor null")
    return Exported(
        record["id"],
        record["text"],
        _moment(record.get("published")),
        record.get("site"),
        record.get("story_id"),
    )


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"'published' is {value!r}, not a time as 2024-12-04T13:30:00+03:00") from None
    if value is None or isinstance(value, datetime):
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
    raise ValueError(f"'published' is {value!r}, not a time")


def _json_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                except ValueError as error:
                    raise ExportError(f"{path}, line {number}: not JSON: {error}") from None
                if not isinstance(record, dict):
                    raise ExportError(f"{path}, line {number}: not a JSON object")
                yield record
    except (OSError, EOFError) as error:
        raise ExportError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _parquet(path: Path) -> Iterator[Mapping[str, Any]]:
    import duckdb  # 0.1 s, and only needed here

    if not path.is_file():
        raise ExportError(f"{path}: cannot be read: no such file")
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
            there = {
                row[0]: row[1]
                for row in connection.execute(
                    "DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]
                ).fetchall()
            }
            # A time with a zone would need pytz and an extension; as microseconds it needs nothing.
            chosen = [
                f"epoch_us({name}) AS {name}" if there[name].startswith("TIMESTAMP") else name
                for name in FIELDS
                if name in there
            ]
            if not {"id", "text"} <= set(there):
                raise ExportError(f"{path}: has no columns 'id' and 'text'; it has {', '.join(there)}")
            found = connection.execute(f"SELECT {', '.join(chosen)} FROM read_parquet(?)", [str(path)])  # noqa: S608  # names from FIELDS
            names = [column[0] for column in found.description]
            while rows := found.fetchmany(_ROWS):
                for row in rows:
                    record = dict(zip(names, row, strict=True))
                    if isinstance(record.get("published"), int):
                        record["published"] = datetime.fromtimestamp(record["published"] / 1e6, UTC)
                    yield record
    except duckdb.Error as error:
        raise ExportError(f"{path}: not readable as Parquet: {str(error).splitlines()[0]}") from None
