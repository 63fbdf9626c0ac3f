"""The card of a data set: what it is, how it was made, what its columns mean and what may be done with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from crawler.operations.archive.export_files import ExportFormat
from crawler.operations.archive.tables import TABLES

MARKER: Final = "<!-- Made by khabar export; made anew by the next one. -->"

_LICENCE: Final = """\
The texts belong to their authors and publishers. Khabar gives no licence for them: what research, quotation
or reporting may do with them depends on the law where you are. Do not publish the column `text` without
asking. Identifiers, times, hashes, counts and who copied whom are facts. Articles name people, some of them
in danger; think of them before you publish lists.
"""

_LOADING: Final = """\
```python
from datasets import load_dataset
load_dataset("FOLDER", "articles")            # Hugging Face, by the configurations above

import duckdb, pandas, polars
duckdb.sql("SELECT site, count(*) FROM 'FOLDER/articles.{form}' GROUP BY site")
pandas.{reader}("FOLDER/articles.{form}"{option})
polars.{polars}("FOLDER/articles.{form}")
```
"""


def data_card(
    counts: Mapping[str, int],
    form: ExportFormat,
    options: Mapping[str, str | None],
    left_out: Mapping[str, int],
    *,
    generated_at: datetime,
    version: str,
) -> str:
    """Return the card as Markdown, with the front matter by which the Hugging Face hub finds the tables.

    Args:
        counts: Rows of each table.
        form: The format of the tables.
        options: What narrowed the export; None was not given.
        left_out: How many articles were passed over, by why.
        generated_at: When, aware.
        version: Khabar's.
    """
    lines = ["---", "language: [ar]", "license: other", "task_categories: [text-classification]", "configs:"]
    for name, rows in counts.items():
        # A table without rows has no schema outside Parquet: a loader would stumble over it.
        if rows or form is ExportFormat.PARQUET:
            lines += [f"  - config_name: {name}", f"    data_files: {name}.{form}"]
    lines += ["---", "", MARKER, "", "# News articles from a Khabar archive", ""]
    words = " ".join(f"`--{name} {value}`" for name, value in options.items() if value)
    words = words or "nothing; it is the whole archive"
    lines += [
        f"Made on {generated_at:%Y-%m-%d %H:%M} UTC by Khabar {version}. Narrowed by: {words}.",
        "",
        "Each article was fetched from its site by the rules of its robots.txt, cleaned of the site's "
        "boilerplate, dated by what its page says, and compared with all others: those that repeat an "
        "earlier one name it in `duplicate_of`.",
        "",
    ]
    if left_out:
        reasons = ", ".join(f"{count} ({why})" for why, count in sorted(left_out.items()))
        lines += [f"Left out: {reasons}.", ""]
    readers = {
        ExportFormat.PARQUET: ("read_parquet", "read_parquet", ""),
        ExportFormat.CSV: ("read_csv", "read_csv", ""),
        ExportFormat.JSONL: ("read_json", "read_ndjson", ", lines=True"),
    }
    reader, polars, option = readers[form]
    lines += ["## Opening it", "", _LOADING.format(form=form, reader=reader, polars=polars, option=option)]
    lines += ["## What may be done with it", "", _LICENCE]
    for name, rows in counts.items():
        table = TABLES[name]
        lines += [f"## {name}: {table.about}", "", f"{rows} rows.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{column}` | {kind} | {meaning} |" for column, (kind, meaning) in table.columns.items()]
        lines.append("")
    return "\n".join(lines)
