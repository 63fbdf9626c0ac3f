"""`khabar verify`: whether the archive is as its custody log says."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Annotated

import typer
from rich.filesize import decimal

from crawler.cli.context import context_of, err, out
from crawler.cli.output import Column, RowTable
from crawler.operations.archive.verify import VerifyReport, verify_archive
from crawler.storage.connect import open_stores

SHOWN = 50
"""Findings that are printed; `--json` has all."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("verify")(verify_command)


def verify_command(
    ctx: typer.Context,
    site: Annotated[str | None, typer.Argument(help="A site's id; all by default.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Compare only what was entered from this day on (UTC)."),
    ] = None,
) -> None:
    """Compare articles, revisions and captures with the custody log; exit code 1 where they differ.

    Example: khabar verify enab-baladi --since 2026-11-01
    """
    common = context_of(ctx)
    begin = datetime.combine(since.date(), time(), UTC) if since is not None else None
    with open_stores(common.settings) as stores:
        report = verify_archive(stores, common.settings, site, begin)
    if common.json:
        # Not by asdict of the whole: a Counter does not survive that.
        values = {
            "counts": dict(report.counts),
            "findings": [asdict(finding) for finding in report.findings],
            "is_trusted": report.is_trusted,
            "last_stamp": report.last_stamp and report.last_stamp.isoformat(),
        }
        out().print_json(json.dumps(values, ensure_ascii=False))
    else:
        _print(report)
    if report.findings:
        raise typer.Exit(1)


def _print(report: VerifyReport) -> None:
    counts = report.counts
    if report.findings:
        table = RowTable([Column("what"), Column("site"), Column("which"), Column("problem", wraps=True)])
        for finding in report.findings[:SHOWN]:
            table.add_row(finding.kind, finding.site, finding.subject, finding.problem)
        out().print(table)
        if len(report.findings) > SHOWN:
            err().print(f"… and {len(report.findings) - SHOWN} more; --json has all", highlight=False)
    typer.echo(
        f"{counts['entries']} entries, {counts['articles']} articles, {counts['wordings']} earlier wordings, "
        f"{counts['segments']} segments ({decimal(counts['bytes'])}), {counts['time stamps']} time stamps: "
        + (f"{len(report.findings)} not as the log says" if report.findings else "all as the log says")
    )
    if report.last_stamp is None:
        typer.echo(
            "No time stamp: whoever can write to the database could have written the log anew "
            "(KHABAR_TIMESTAMP_URL names an authority)"
        )
    elif not report.is_trusted:
        typer.echo("The time stamps are whole; whose they are was not checked (KHABAR_TIMESTAMP_ROOTS)")
