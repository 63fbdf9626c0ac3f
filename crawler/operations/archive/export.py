"""Export: tables of the archive as files, one at a time or all of them as a data set with its card."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from crawler import __version__
from crawler.errors import KhabarError, UsageError
from crawler.files import replaced_file
from crawler.operations.archive.data_card import MARKER, data_card
from crawler.operations.archive.export_files import ExportFormat, ExportTarget, write_export
from crawler.operations.archive.tables import TABLES, TableSource

CARD: Final = "README.md"
"""The name under which the hubs of data sets look for the card."""


@dataclass(slots=True)
class RowCounter:
    """Counts rows as they pass."""

    rows: int = 0

    def count(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the rows."""
        for passing in rows:
            self.rows += 1
            yield passing


def write_dataset(
    source: TableSource, folder: Path, form: ExportFormat, options: Mapping[str, str | None]
) -> dict[str, int]:
    """Write all tables into a folder, with a card that says what they are.

    Args:
        source: What to write.
        folder: A new or empty one, or one with an earlier data set, which is replaced.
        form: The format of the tables.
        options: What narrowed it, for the card; None was not given.

    Returns:
        How many rows each table has.

    Raises:
        UsageError: The folder holds something else.
        KhabarError: A file cannot be written.
    """
    card = folder / CARD
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_ours = not any(folder.iterdir()) or (card.is_file() and MARKER in card.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise KhabarError(f"{folder}: cannot be written: {error}") from None
    if not is_ours:
        raise UsageError(f"{folder}: it holds something that is no data set of Khabar's; name a new folder")
    # Without its card the folder is no data set: one that was interrupted is not taken for whole.
    counts: dict[str, int] = {}
    for table in TABLES.values():
        # Each table passes over the same articles; they are counted once.
        left_out = source.left_out if not counts else type(source.left_out)()
        each = TableSource(source.stores, source.sites, source.selection, left_out)
        counter = RowCounter()
        path = folder / f"{table.name}.{form}"
        write_export(counter.count(table.rows(each)), table.types, path, ExportTarget(form))
        counts[table.name] = counter.rows
    text = data_card(
        counts, form, options, source.left_out.counts, generated_at=datetime.now(UTC), version=__version__
    )
    with replaced_file(card) as draft:
        draft.write_text(text, encoding="utf-8")
    return counts
