"""`khabar sites`: which sites there are, and new ones."""

import json
from collections.abc import Iterable

import typer
from rich.text import Text

from crawler.cli import site_pages
from crawler.cli.add_site import add_command, check_command
from crawler.cli.context import context_of, out
from crawler.cli.output import Column, RowTable
from crawler.model.seeds import load_sites
from crawler.model.site import Site
from crawler.operations.sites.table import duration, site_markdown, site_rows

# After a name in Arabic, what follows in the row would otherwise be drawn in the name's direction.
_LEFT_TO_RIGHT_MARK = "\u200e"


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    group = typer.Typer(help="The sites: one TOML file each in the folder of seeds.", no_args_is_help=True)
    group.command("list")(list_command)
    group.command("table")(table_command)
    site_pages.register(group)
    group.command("add")(add_command)
    group.command("check")(check_command)
    app.add_typer(group, name="sites")


def list_command(
    ctx: typer.Context,
) -> None:
    """List the sites of the folder of seeds.

    Example: khabar sites list --json
    """
    common = context_of(ctx)
    sites = load_sites(common.seeds).values()
    if common.json:
        typer.echo(json.dumps(site_rows(sites), ensure_ascii=False, indent=2))
        return
    out().print(_table(sites))


def table_command(ctx: typer.Context) -> None:
    """Print the sites as a page of Markdown.

    Example: khabar sites table > docs/sites.md
    """
    typer.echo(site_markdown(load_sites(context_of(ctx).seeds).values()), nl=False)


def _table(sites: Iterable[Site]) -> RowTable:
    table = RowTable(
        [
            Column("id"),
            # The English name stands between the Arabic one and the rest: terminals that reorder lines then
            # keep the columns where they are.
            Column("الاسم" + _LEFT_TO_RIGHT_MARK, wraps=True),
            Column("name", wraps=True),
            Column("host"),
            Column("language"),
            Column("sources", wraps=True),
            Column("every", right=True),
            Column("enabled"),
        ]
    )
    for site in sites:
        table.add_row(
            site.id,
            Text(site.name + _LEFT_TO_RIGHT_MARK),
            Text(site.name_en or "–"),
            site.host,
            site.language,
            _sources(site),
            duration(site.every),
            Text("yes", style="green") if site.enabled else Text("no", style="red"),
        )
    return table


def _sources(site: Site) -> str:
    """How many sources of each kind the seed names, such as "1 feed, 2 listings"."""
    counts = {"feed": len(site.feeds), "sitemap": len(site.sitemaps), "listing": len(site.listings)}
    named = [f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items() if count]
    return ", ".join(named) or "home page"
