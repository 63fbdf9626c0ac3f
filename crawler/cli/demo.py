"""`khabar demo`: see it all work, on a newsroom of made-up sites."""

import shlex
from typing import Annotated
from urllib.parse import unquote

import typer
from rich.markup import escape

from crawler.cli.context import context_of, err, out
from crawler.cli.output import command_name
from crawler.cli.progress import CrawlProgress
from crawler.cli.tables import crawl_table, problem_lines
from crawler.files import replaced_file
from crawler.operations.crawling.crawl import exit_code
from crawler.operations.demo import a_day_passes, demo_settings, first_crawl, open_demo, report, second_crawl
from crawler.report.page import render_html
from crawler.report.terminal import render_text


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("demo")(demo_command)


def demo_command(
    ctx: typer.Context,
    pages: Annotated[
        int | None, typer.Option(min=10, help="Articles on each site; default: some dozens.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the report: ar or en.")] = "en",
) -> None:
    """Crawl a bundled newsroom of made-up sites end to end, and show the report.

    Example: khabar demo
    """
    common = context_of(ctx)
    settings = demo_settings(common.settings)
    console, errors = out(), err()
    quiet = common.verbosity < 0
    with open_demo(settings, pages) as demo:
        names = {site.id: site.name for site in demo.sites.values()}
        console.print(
            f"\n[bold]1. Crawl[/bold]: {len(names)} made-up sites on loopback, each with its own template"
        )
        with CrawlProgress(errors, names, quiet=quiet) as progress:
            reports = first_crawl(demo, progress, None if quiet else progress.notice)
        console.print(crawl_table(reports))
        site = a_day_passes(demo)
        console.print(
            f"\n[bold]2. Recrawl {site}[/bold]: editors corrected one article, withdrew one, published one"
        )
        with CrawlProgress(errors, names, quiet=quiet) as progress:
            again = second_crawl(demo, site, progress)
        console.print(crawl_table(again))
        console.print("\n[bold]3. Dedup report[/bold]: who had it first, who carried it")
        figures = report(demo)
        console.print(render_text(figures, lang))
        page = settings.data_dir / "dedup-report.html"
        with replaced_file(page) as draft:
            draft.write_text(render_html(figures, lang=lang), encoding="utf-8")
        example = next(
            (
                article.url
                for article in demo.newsroom.articles
                if article.site == site and article.story is None
            ),
            "",
        )
        for line in problem_lines([*reports, *again], settings):
            errors.print(line, markup=False, soft_wrap=True)
    options = f"--data-dir {shlex.quote(str(settings.data_dir))} --seeds {shlex.quote(str(demo.seeds))}"
    console.print(f"\nThe report as a page: [bold]{escape(str(page.absolute()))}[/bold]", soft_wrap=True)
    console.print("\nTry next (the archive stays, the made-up sites are gone):", soft_wrap=True)
    khabar = shlex.quote(command_name())
    for command in (
        f"show {shlex.quote(unquote(example))}",
        "export -o articles.jsonl",
        "web --open",
        "dedup report --lang ar --format html -o report.html",
        "doctor",
        "stores stop",
    ):
        console.print(f"  {khabar} {options} {command}", markup=False, soft_wrap=True)
    console.print(f"and with real sites: {khabar} sites list", markup=False, soft_wrap=True)
    code = exit_code([*reports, *again])
    if code:
        raise typer.Exit(code)
