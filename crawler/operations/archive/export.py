"""Export: the archive as rows, written as JSON lines, CSV for spreadsheets or Parquet for data frames."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Final

from crawler.errors import UsageError
from crawler.files import replaced_file
from crawler.model.period import ANY_TIME, Period, iso_time
from crawler.model.site import Site, zone_of
from crawler.storage.connect import Stores
from crawler.storage.stored_article import ArticleReader, StoredArticle

Row = Mapping[str, Any]


@dataclass(slots=True)
class LeftOut:
    """What an export passed over: duplicates in its period, articles outside it, and withheld ones."""

    duplicates: int = 0
    outside: int = 0
    withheld: int = 0
    earliest: datetime | None = None
    latest: datetime | None = None

    def note_outside(self, moment: datetime) -> None:
        """Count an article that stands outside the period at `moment`."""
        self.outside += 1
        self.earliest = min(self.earliest or moment, moment)
        self.latest = max(self.latest or moment, moment)


@dataclass(slots=True)
class RowCounter:
    """Counts rows as they pass."""

    rows: int = 0

    def count(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the rows."""
        for passing in rows:
            self.rows += 1
            yield passing


def export_rows(
    stores: Stores,
    sites: dict[str, Site],
    *,
    site: str | None = None,
    period: Period = ANY_TIME,
    duplicates: bool = False,
    left_out: LeftOut | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield one row an article, by site and time of publication.

    Args:
        stores: The open stores.
        sites: The known sites: times are shown in a site's own zone.
        site: Only this site.
        period: Only articles published in it; see `crawler.model.period.publication_moment`.
        duplicates: Whether to yield duplicates too.
        left_out: Counts what is passed over.
    """
    counts = left_out if left_out is not None else LeftOut()
    reader = ArticleReader(stores.db)
    counts.withheld = reader.count_withheld(site)
    for name in [site] if site else reader.sites():
        places = []
        for article in reader.of_site(name):
            moment = article.placed_at
            if moment not in period:
                counts.note_outside(moment)
            elif article.duplicate_of is not None and not duplicates:
                counts.duplicates += 1
            else:
                places.append((moment, article.id))
        places.sort()
        zone = zone_of(name, sites)
        for batch in reader.in_batches([article_id for _, article_id in places]):
            for stored in batch:
                yield export_row(stored, zone)


def export_row(article: StoredArticle, zone: tzinfo) -> dict[str, Any]:
    """Return an article as the export shows it; times are ISO 8601 with an offset.

    Args:
        article: A stored article.
        zone: The zone to show its times in.
    """
    return {
        "id": article.id,
        "site": article.site,
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "authors": article.authors,
        "editors": article.editors,
        "agency": article.agency,
        "marks": article.marks,
        "published": iso_time(article.published_at, zone),
        "published_precision": article.published_precision,
        "date_source": article.date_source,
        "modified": iso_time(article.modified_at, zone),
        "language": article.language,
        "section": article.section,
        "tags": article.tags,
        "image": article.image,
        "summary": article.summary,
        "revision": article.revision,
        "duplicate_of": article.duplicate_of,
        "story_id": article.story_id,
        "similarity": article.similarity,
        "removed_at": iso_time(article.removed_at, zone),
        "first_seen_at": iso_time(article.first_seen_at, zone),
        "text_sha256": article.text_sha256,
        "incomplete": article.incomplete,
    }


def json_line(data: dict[str, Any]) -> str:
    """One row as a line of JSON, Arabic left as it is; lone surrogates, which no file can hold, escaped."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data)
    return text


class ExportFormat(StrEnum):
    """What the file of an export may be."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


COLUMN_TYPES: Final = {
    "id": "VARCHAR",
    "site": "VARCHAR",
    "url": "VARCHAR",
    "title": "VARCHAR",
    "text": "VARCHAR",
    "authors": "VARCHAR[]",
    "editors": "VARCHAR[]",
    "agency": "VARCHAR",
    "marks": "VARCHAR[]",
    "published": "TIMESTAMPTZ",
    "published_precision": "VARCHAR",
    "date_source": "VARCHAR",
    "modified": "TIMESTAMPTZ",
    "language": "VARCHAR",
    "section": "VARCHAR",
    "tags": "VARCHAR[]",
    "image": "VARCHAR",
    "summary": "VARCHAR",
    "revision": "INTEGER",
    "duplicate_of": "VARCHAR",
    "story_id": "VARCHAR",
    "similarity": "DOUBLE",
    "removed_at": "TIMESTAMPTZ",
    "first_seen_at": "TIMESTAMPTZ",
    "text_sha256": "VARCHAR",
    "incomplete": "BOOLEAN",
}
"""The columns of an export and their types in SQL (DuckDB's words); times are kept in UTC."""

LIST_SEPARATOR: Final = " | "
"""Between the items of a list in a CSV cell: no name or tag holds it."""

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection")."""

MEMORY_LIMIT: Final = "1GB"
"""What DuckDB may take while it writes Parquet; beyond that it uses the disk."""

_NO_JSON_TEXT: Final = dict.fromkeys(range(55296, 57344), "�")


@dataclass(frozen=True, slots=True)
class ExportTarget:
    """What is to be written, and whether through gzip."""

    format: ExportFormat
    gzip: bool = False


def export_target(path: Path | None, format_name: str | None) -> ExportTarget:
    """Choose what to write by the format that is named, or else by a file's ending.

    Args:
        path: The file to write; None for stdout.
        format_name: One of `ExportFormat`; None: by the file's ending, JSON lines on stdout.

    Raises:
        UsageError: An unknown format or ending, or one that does not go together with the other.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]] if path else []
    zipped = bool(suffixes) and suffixes[-1] == ".gz"
    ending = (suffixes[:-1] if zipped else suffixes)[-1:]
    try:
        by_ending = ExportFormat(ending[0].removeprefix(".")) if ending else None
    except ValueError:
        by_ending = None
    if format_name is None:
        if path is not None and by_ending is None:
            raise UsageError(
                f"-o {path}: the ending says what to write: .jsonl, .csv or .parquet, the first two also "
                "with .gz; or name it with --format"
            )
        chosen = by_ending or ExportFormat.JSONL
    else:
        try:
            chosen = ExportFormat(format_name)
        except ValueError:
            raise UsageError(f"--format {format_name}: it is one of {', '.join(ExportFormat)}") from None
    if chosen is ExportFormat.PARQUET and (path is None or zipped):
        raise UsageError("Parquet goes into a file of its own, which is compressed already: -o NAME.parquet")
    return ExportTarget(chosen, zipped)


def write_export(rows: Iterable[Row], path: Path, target: ExportTarget) -> None:
    """Write rows to a file, which appears when it is whole.

    Raises:
        KhabarError: It cannot be written; the message says why.
    """
    with replaced_file(path) as draft:
        if target.format is ExportFormat.PARQUET:
            _write_parquet(rows, draft)
        else:
            with _opened(draft, zipped=target.gzip) as stream:
                write_text(rows, stream, target.format)


def write_text(rows: Iterable[Row], stream: IO[str], form: ExportFormat) -> None:
    """Write rows as JSON lines or CSV to a text stream."""
    if form is ExportFormat.JSONL:
        for row in rows:
            stream.write(json_line(dict(row)) + "\n")
        return
    # Spreadsheets take a file for the system's own code page unless it begins with this mark.
    stream.write("\ufeff")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMN_TYPES)
    for row in rows:
        writer.writerow([csv_cell(row[name]) for name in COLUMN_TYPES])


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
def _opened(path: Path, *, zipped: bool) -> Iterator[IO[str]]:
    with path.open("wb") as file:
        binary = gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) if zipped else file
        with io.TextIOWrapper(binary, encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            if zipped:
                binary.close()


def _write_parquet(rows: Iterable[Row], path: Path) -> None:
    """Write typed columns: through a file of JSON lines, so that memory stays bounded."""
    import duckdb

    lines = path.with_name(path.name + ".jsonl")
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in COLUMN_TYPES.items())
    try:
        with lines.open("w", encoding="utf-8") as stream:
            for row in rows:
                # What is half a character has no place in a Parquet text.
                stream.write(json.dumps(dict(row), ensure_ascii=False).translate(_NO_JSON_TEXT) + "\n")
        with duckdb.connect() as connection:
            connection.execute(f"SET memory_limit='{MEMORY_LIMIT}'")
            connection.execute("SET TimeZone='UTC'")
            connection.execute(
                f"COPY (SELECT * FROM read_json(?, format='newline_delimited', columns={{{columns}}}, "  # noqa: S608
                "maximum_object_size=134217728)) TO '" + str(path).replace("'", "''") + "' "
                "(FORMAT parquet, COMPRESSION zstd)",
                [str(lines)],
            )
    finally:
        lines.unlink(missing_ok=True)
