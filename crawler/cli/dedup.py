"""`khabar dedup`: the report and the index anew; other commands of the group have their own modules."""

import contextlib
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from crawler.cli.context import context_of, err, out
from crawler.cli.dedup_archive import archive_command
from crawler.cli.dedup_split import split_command
from crawler.cli.options import Since, Until, complete_site
from crawler.errors import UsageError
from crawler.files import replaced_file
from crawler.model.period import explain_empty, parse_period
from crawler.model.seeds import load_sites, select_sites
from crawler.operations.dedup.report import read_holdings, report_of
from crawler.report.json_csv import render_csv, render_json
from crawler.report.page import render_html
from crawler.report.terminal import render_text
from crawler.storage.connect import open_stores
from crawler.storage.dedup_index import rebuild_index

FORMATS = ("text", "html", "json", "csv")
LANGUAGES = ("ar", "en")


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    group = typer.Typer(help="Near-duplicates: the report, and the index in Redis.", no_args_is_help=True)
    group.command("report")(report_command)
    group.command("rebuild")(rebuild_command)
    group.command("archive")(archive_command)
    group.command("split")(split_command)
    app.add_typer(group, name="dedup")


def report_command(
    ctx: typer.Context,
    since: Since = None,
    until: Until = None,
    site: Annotated[
        str | None,
        typer.Option(
            help="Only this site's articles, with the stories that they are part of.",
            autocompletion=complete_site,
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="ar or en.")] = "ar",
    form: Annotated[str | None, typer.Option("--format", help="text, html, json or csv.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Who published what first, who carried it, and how alike they are.

    Example: khabar dedup report --since 2024-12-01 --format html -o report.html
    """
    common = context_of(ctx)
    form = form or _form_of(output) or ("json" if common.json else "html" if show else "text")
    if form not in FORMATS:
        raise UsageError(f"--format {form}: it is one of {', '.join(FORMATS)}")
    if lang not in LANGUAGES:
        raise UsageError(f"--lang {lang}: it is one of {', '.join(LANGUAGES)}")
    period = parse_period(since, until)
    sites = load_sites(common.seeds) if common.seeds.is_dir() else {}
    if site is not None and site not in sites:
        select_sites(sites, [site])
    with contextlib.closing(open_stores(common.settings)) as stores:
        holdings = read_holdings(stores, sites)
        report = report_of(stores, holdings, period=period, site=site)
    if not report.totals.articles and common.verbosity >= 0:
        moments = [article.in_period_at for article in holdings.articles if site in (None, article.site)]
        note = explain_empty(period, min(moments, default=None), max(moments, default=None))
        err().print(note, markup=False, soft_wrap=True)
    if form == "html" and output is None:
        output = common.settings.data_dir / "dedup-report.html"
    if form == "text" and output is None:
        out().print(render_text(report, lang))
        return
    if form == "text":
        raise UsageError("--format text goes to the terminal; choose html, json or csv for a file")
    page = {
        "html": lambda: render_html(report, lang=lang),
        "json": lambda: render_json(report),
        "csv": lambda: render_csv(report),
    }[form]()
    if output is None:
        typer.echo(page, nl=not page.endswith("\n"))
        return
    # Spreadsheets take a CSV file for the system's own code page unless it begins with a mark.
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    with replaced_file(output) as draft:
        draft.write_text(page, encoding=encoding, newline="" if form == "csv" else None)
    if common.verbosity >= 0:
        err().print(f"The report is in {output}", markup=False, soft_wrap=True)
    if show:
        webbrowser.open(output.absolute().as_uri())


def _form_of(output: Path | None) -> str | None:
    suffix = output.suffix.lstrip(".").lower() if output else ""
    return suffix if suffix in FORMATS else None


def rebuild_command(ctx: typer.Context) -> None:
    """Make the index in Redis anew from the signatures in MongoDB; the archive itself is not changed.

    Example: khabar dedup rebuild
    """
    common = context_of(ctx)
    console = err()
    with contextlib.closing(open_stores(common.settings)) as stores:
        total = stores.db.articles.estimated_document_count()
        with Progress(console=console, disable=common.verbosity < 0 or not console.is_terminal) as progress:
            task = progress.add_task("articles", total=total)
            count = rebuild_index(stores, lambda done: progress.update(task, completed=done))
    if common.verbosity >= 0:
        console.print(f"The index holds {count} articles.")
