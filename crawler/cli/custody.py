"""`khabar verify`: whether the archive is as its custody log says."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Annotated

import typer
from rich.filesize import decimal

from crawler.cli.context import context_of, err, out
from crawler.cli.output import Column, RowTable
from crawler.html.sentences import in_language, phrase, sentence
from crawler.html.words import word
from crawler.operations.archive.verify import VerifyReport, verify_archive
from crawler.storage.connect import open_stores

_KINDS = {
    "entry": "kind_of_entry",
    "article": "kind_of_article",
    "wording": "kind_of_wording",
    "segment": "kind_of_segment",
    "file": "kind_of_file",
    "time stamp": "kind_of_time_stamp",
}
"""The messages that name what is compared."""

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
        _print(report, common.lang)
    if report.findings:
        raise typer.Exit(1)


def _print(report: VerifyReport, lang: str) -> None:
    counts = report.counts
    if report.findings:
        table = RowTable(
            [
                Column(word("cli_what", lang)),
                Column(word("cli_site", lang)),
                Column(word("cli_which", lang)),
                Column(word("cli_problem", lang), wraps=True),
            ]
        )
        for finding in report.findings[:SHOWN]:
            table.add_row(
                word(_KINDS[finding.kind], lang) if finding.kind in _KINDS else finding.kind,
                finding.site,
                finding.subject,
                in_language(finding.problem, lang),
            )
        out().print(table)
        if len(report.findings) > SHOWN:
            err().print(phrase("cli_more_in_json", lang, count=len(report.findings) - SHOWN), highlight=False)
    result = (
        sentence("cli_not_as_logged", count=len(report.findings))
        if report.findings
        else sentence("cli_all_as_logged")
    )
    typer.echo(
        phrase(
            "cli_verified",
            lang,
            entries=counts["entries"],
            articles=counts["articles"],
            wordings=counts["wordings"],
            segments=counts["segments"],
            size=decimal(counts["bytes"]),
            stamps=counts["time stamps"],
            result=result,
        )
    )
    if report.last_stamp is None:
        typer.echo(word("cli_no_stamp", lang))
    elif not report.is_trusted:
        typer.echo(word("cli_stamps_untrusted", lang))
