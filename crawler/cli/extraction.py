"""`khabar extract`: one page, by hand; `khabar reextract`: the kept pages, again."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from crawler.cli.context import context_of, err, out
from crawler.cli.lazy import reextract
from crawler.model.seeds import load_sites, select_sites
from crawler.operations.extract import extract_source
from crawler.operations.sites.record import article_fields


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("extract")(extract_command)
    app.command("reextract")(reextract_command)


def extract_command(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL|-", help="A saved page, an address, or - for stdin.")
    ],
    url: Annotated[str | None, typer.Option(help="The address that a saved page came from.")] = None,
    site: Annotated[str | None, typer.Option(help="Use this site's seed.")] = None,
) -> None:
    """Print the clean article of one page; nothing is stored.

    Example: khabar extract page.html --url https://example.org/2024/12/04/title/
    """
    common = context_of(ctx)
    seed = select_sites(load_sites(common.seeds), [site])[0] if site else None
    article = extract_source(source, common.settings, url=url, site=seed)
    if common.json:
        out().print_json(json.dumps(article_fields(article), ensure_ascii=False))
        return
    console = out()
    day = article.published_at.isoformat() if article.published_at else "no date"
    console.print(Text(article.title, style="bold"), soft_wrap=True)
    facts = [day + (f" ({article.date_source})" if article.date_source else ""), *article.authors]
    console.print(Text(" · ".join(facts), style="dim"), soft_wrap=True)
    if article.marks:
        console.print(Text(", ".join(article.marks), style="yellow"), soft_wrap=True)
    console.print(Text("\n" + article.text), soft_wrap=True)


def reextract_command(
    ctx: typer.Context,
    site: Annotated[
        list[str] | None, typer.Argument(help="Sites, by the stem of their seed file; all by default.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, only report.")] = False,
) -> None:
    """Clean the kept raw pages again: articles that are read differently now are corrected.

    What an article said before is kept (collection `readings`); no revision is made, for its site changed
    nothing.

    Example: khabar reextract enab-baladi --dry-run
    """
    common = context_of(ctx)
    seeds = load_sites(common.seeds)
    sites = select_sites(seeds, site) if site else list(seeds.values())

    def progress(name: str, read: int) -> None:
        common.notice(f"{name}: {read} pages read")

    reports = reextract.reextract(sites, common.settings, dry_run=dry_run, progress=progress)
    if common.json:
        typer.echo(json.dumps([asdict(report) for report in reports], ensure_ascii=False))
        return
    for report in reports:
        if report.read or report.damaged or site:
            _print_report(report, dry_run=dry_run, verbose=common.verbosity > 0)


def _print_report(report: "reextract.ReextractReport", *, dry_run: bool, verbose: bool) -> None:
    verb = "would be corrected" if dry_run else "corrected"
    typer.echo(
        f"{report.site}: {report.read} pages read: {report.corrected} {verb}, {report.same} the same, "
        f"{report.earlier} of earlier fetches, {report.unknown} not in the archive, "
        f"{report.refused} no articles by today's rules, {report.failed} failed"
    )
    shown = None if verbose or dry_run else 20
    for correction in report.corrections[:shown]:
        typer.echo(
            f"  {correction.url}: {', '.join(correction.fields)} ({correction.characters:+} characters)"
        )
    if shown and len(report.corrections) > shown:
        typer.echo(f"  … and {len(report.corrections) - shown} more; khabar -v reextract lists them")
    for line in [*report.refusals, *report.damaged]:
        err().print(f"  {line}", markup=False, soft_wrap=True)
