"""`khabar export`: the archive as a file or a stream of rows."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.context import context_of
from crawler.cli.options import Since, SiteOption, Until
from crawler.model.period import Period, explain_empty, parse_period
from crawler.operations.archive.export import (
    LeftOut,
    RowCounter,
    export_rows,
    export_target,
    write_export,
    write_text,
)
from crawler.storage.connect import open_stores


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("export")(export_command)


def export_command(
    ctx: typer.Context,
    site: SiteOption = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="Duplicates too.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write to this file: .jsonl, .csv (each also .gz) or .parquet."),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="jsonl, csv or parquet; else by the file's ending.")
    ] = None,
) -> None:
    """Write the archive as JSON lines, CSV or Parquet: an article a row, duplicates left out.

    Example: khabar export --since 2024-12-01 -o december.parquet
    """
    common = context_of(ctx)
    period, target = parse_period(since, until), export_target(output, form)
    sites = common.sites_of_seeds(site)
    left_out, counter = LeftOut(), RowCounter()
    with contextlib.closing(open_stores(common.settings)) as stores:
        rows = counter.count(
            export_rows(stores, sites, site=site, period=period, duplicates=everything, left_out=left_out)
        )
        if output is not None:
            write_export(rows, output, target)
        else:
            write_text(rows, sys.stdout, target.format)
            sys.stdout.flush()
    for line in _export_notes(counter.rows, output, period, left_out):
        common.notice(line)


def _export_notes(count: int, output: Path | None, period: Period, left_out: LeftOut) -> Iterator[str]:
    yield f"{count} articles{f' in {output}' if output else ''}"
    if left_out.duplicates:
        yield f"{left_out.duplicates} duplicates were left out (--all writes them too)"
    if left_out.withheld:
        yield f"{left_out.withheld} withheld articles were left out (khabar seal --list)"
    if not count and not left_out.duplicates:
        yield explain_empty(period, left_out.earliest, left_out.latest)
