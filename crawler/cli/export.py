"""`khabar export`: tables of the archive as a file, a stream of rows, or a data set with its card."""

import contextlib
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.context import CliContext, context_of
from crawler.cli.options import Since, SiteOption, Until
from crawler.errors import UsageError
from crawler.html.words import filled
from crawler.model.period import Period, explain_empty, parse_period
from crawler.model.site import names_of
from crawler.operations.archive.export import RowCounter, write_dataset
from crawler.operations.archive.export_files import (
    ExportFormat,
    export_format,
    export_target,
    write_export,
    write_text,
)
from crawler.operations.archive.read import Archive
from crawler.operations.archive.selection import REPEATS, Selection
from crawler.operations.archive.tables import ARTICLES, Table, TableSource, table_of
from crawler.storage.connect import open_stores
from crawler.storage.search import Filters


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("export")(export_command)


def export_command(
    ctx: typer.Context,
    site: SiteOption = None,
    since: Since = None,
    until: Until = None,
    query: Annotated[str | None, typer.Option(help="Only matches, as khabar search finds them.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this language, such as ar.")] = None,
    state: Annotated[str | None, typer.Option(help="removed or edited.")] = None,
    changed_since: Annotated[
        str | None, typer.Option(help="Only what was first seen, edited or taken down since this day.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Copies that only repeat, too.")] = False,
    table: Annotated[
        str | None,
        typer.Option(help="articles (without it), revisions, stories, members, sites or captures."),
    ] = None,
    columns: Annotated[str | None, typer.Option(help="Only these columns, separated by commas.")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Write to this file: .jsonl, .csv (each also .gz, .zst) or .parquet; or all tables and a "
            "data card into a FOLDER/.",
        ),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="jsonl, csv or parquet; else by the file's ending.")
    ] = None,
) -> None:
    """Write the archive as JSON lines, CSV or Parquet: an article a row, copies that only repeat left out.

    Example: khabar export --since 2024-12-01 -o december.parquet
    """
    common = context_of(ctx)
    period = parse_period(since, until)
    selection = Selection(
        site=site,
        language=language,
        state=state,
        period=period,
        changed_since=parse_period(changed_since, None, since_name="--changed-since").since,
        repeats=everything,
    )
    if query is not None:
        selection = replace(selection, matches=_matches(common, query, period))
    if output is not None and is_folder(output):
        if table or columns:
            raise UsageError(f"-o {output}: a folder gets all tables whole; leave --table and --columns out")
        options = {
            "site": site, "since": since, "until": until, "query": query, "language": language,
            "state": state, "changed-since": changed_since,
        }  # fmt: skip
        _write_folder(common, selection, output, export_format(form or ExportFormat.PARQUET), options)
    else:
        _write_table(common, selection, table_of(table or "articles"), columns, output, form)


def _write_folder(
    common: CliContext,
    selection: Selection,
    folder: Path,
    form: ExportFormat,
    options: Mapping[str, str | None],
) -> None:
    """Write all tables, and the data card; copies are what most of them are about."""
    sites = common.sites_of_seeds(selection.site)
    with contextlib.closing(open_stores(common.settings)) as stores:
        source = TableSource(stores, sites, replace(selection, repeats=True))
        counts = write_dataset(source, folder, form, options)
    _say(common, counts, folder, source)


def _write_table(
    common: CliContext,
    selection: Selection,
    table: Table,
    columns: str | None,
    output: Path | None,
    form: str | None,
) -> None:
    """Write one table to a file or to stdout."""
    target, types = export_target(output, form), table.pick(columns)
    # The other tables are about copies, too.
    selection = replace(selection, repeats=selection.repeats or table is not ARTICLES)
    sites, counter = common.sites_of_seeds(selection.site), RowCounter()
    with contextlib.closing(open_stores(common.settings)) as stores:
        source = TableSource(stores, sites, selection)
        rows = counter.count(table.rows(source))
        if output is not None:
            write_export(rows, types, output, target)
        else:
            write_text(rows, types, sys.stdout, target.format)
            sys.stdout.flush()
    _say(common, {table.name: counter.rows}, output, source)


def is_folder(output: Path) -> bool:
    """Whether all tables are to be written: it is a folder, or its name has no ending."""
    return output.is_dir() or not output.suffix


def _matches(common: CliContext, query: str, period: Period) -> frozenset[str]:
    """The articles that match a query; what of it isn't understood is told."""
    with contextlib.closing(Archive(common.settings, names_of(common.sites_of_seeds()))) as archive:
        archive.refresh()
        hits = archive.matches(query, Filters(since=period.since, until=period.until))
        notices = archive.notices(query)
    for notice in notices:
        common.notice(filled(notice.kind, "en", text=notice.text), style="yellow")
    return frozenset(hit.id for hit in hits)


def _say(common: CliContext, counts: Mapping[str, int], output: Path | None, source: TableSource) -> None:
    """Say on stderr what was written and what was left out."""
    left_out, period = source.left_out, source.selection.period
    rows = ", ".join(f"{count} {name}" for name, count in counts.items())
    common.notice(f"{rows}{f' in {output}' if output else ''}")
    for reason, count in sorted(left_out.counts.items()):
        hint = "; --all writes them too" if reason == REPEATS else ""
        common.notice(f"left out: {count} ({reason}{hint})")
    if not any(counts.values()) and not left_out.counts[REPEATS]:
        common.notice(explain_empty(period, left_out.earliest, left_out.latest))
