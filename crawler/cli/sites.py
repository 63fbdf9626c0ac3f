"""`khabar sites`: the seeds as a list or a page, and what extraction makes of a site's pages."""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from crawler.cli.add_site import add_command, check_command, look_progress, seeds_of
from crawler.cli.context import context_of, err, out
from crawler.cli.lazy import opml_import, record, survey
from crawler.cli.output import Column, RowTable
from crawler.errors import UsageError
from crawler.html.words import word
from crawler.model.seeds import load_sites, select_sites
from crawler.model.site import Site
from crawler.operations.sites.opml import write_opml
from crawler.operations.sites.table import duration, site_markdown, site_rows
from crawler.storage.connect import open_redis
from crawler.storage.repeated_paragraphs import BoilerplateCounts

_KINDS = {
    "feeds": "kind_feed",
    "sitemaps": "kind_sitemap",
    "listings": "kind_listing",
    "json": "kind_json",
    "wordpress": "kind_wordpress",
}
"""The messages that name the kinds of sources."""

# After a name in Arabic, what follows in the row would otherwise be drawn in the name's direction.
_LEFT_TO_RIGHT_MARK = "\u200e"


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    group = typer.Typer(help="The sites: one TOML file each in the folder of seeds.", no_args_is_help=True)
    group.command("list")(list_command)
    group.command("table")(table_command)
    group.command("opml")(opml_command)
    group.command("import")(import_command)
    group.command("record")(record_command)
    group.command("boilerplate")(boilerplate_command)
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
    out().print(_table(sites, common.lang))


def table_command(ctx: typer.Context) -> None:
    """Print the sites as a page of Markdown.

    Example: khabar sites table > docs/sites.md
    """
    typer.echo(site_markdown(load_sites(context_of(ctx).seeds).values()), nl=False)


def opml_command(ctx: typer.Context) -> None:
    """Print the sites' feeds as OPML, which feed readers import.

    Example: khabar sites opml > sites.opml
    """
    typer.echo(write_opml(load_sites(context_of(ctx).seeds).values()), nl=False)


def import_command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="An OPML file, as feed readers export it.")],
    private: Annotated[
        bool, typer.Option("--private", help="The sites live at private or loopback addresses.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look at the sites, write nothing.")] = False,
) -> None:
    """Look at each site of an OPML file and write its seed, as `khabar sites add` does for one.

    Ends with 3 where a site could not be taken; each is named with the reason.

    Example: khabar sites import feeds.opml
    """
    common = context_of(ctx)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    try:
        listed = opml_import.read_opml(data)
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from None
    progress = look_progress(common)
    rows = []
    for taken in opml_import.take_sites(
        listed,
        common.seeds,
        seeds_of(common),
        lambda url: survey.survey_site(url, common.settings, private=private, progress=progress),
        private=private,
        dry_run=dry_run,
    ):
        path = str(taken.path) if taken.path else None
        rows.append({"title": taken.title, "url": taken.url, "path": path, "problem": taken.problem})
        if not common.json:
            style, what = ("green", path) if path else ("red", taken.problem)
            out().print(Text(f"{taken.title}: {what}", style=style), soft_wrap=True)
    if common.json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    failed = sum(row["path"] is None for row in rows)
    done = "would be" if dry_run else "were"
    err().print(f"{len(rows) - failed} of {len(rows)} sites {done} taken.", markup=False)
    raise typer.Exit(3 if failed else 0)


def _table(sites: Iterable[Site], lang: str) -> RowTable:
    table = RowTable(
        [
            Column(word("cli_id", lang)),
            # The English name stands between the Arabic one and the rest: terminals that reorder lines then
            # keep the columns where they are.
            Column("الاسم" + _LEFT_TO_RIGHT_MARK, wraps=True),
            Column(word("cli_english_name", lang), wraps=True),
            Column(word("cli_host", lang)),
            Column(word("cli_language", lang)),
            Column(word("cli_its_sources", lang), wraps=True),
            Column(word("cli_every", lang), right=True),
            Column(word("cli_enabled", lang)),
        ]
    )
    for site in sites:
        table.add_row(
            site.id,
            Text(site.name + _LEFT_TO_RIGHT_MARK),
            Text(site.name_en or "–"),
            site.host,
            site.language,
            _sources(site, lang),
            duration(site.every),
            Text(word("cli_yes", lang), style="green")
            if site.enabled
            else Text(word("cli_no", lang), style="red"),
        )
    return table


def _sources(site: Site, lang: str) -> str:
    """How many sources of each kind the seed names, such as "1 feed, 2 listings"."""
    counts = {key: len(urls) for key, urls in site.sources.items() if urls}
    if lang == "ar":
        kinds = [f"{word(_KINDS[key], lang)} {count}" for key, count in counts.items()]
        return word("list_separator", lang).join(kinds) or word("kind_home", lang)
    phrases = [
        f"1 {key.removesuffix('s')}" if count == 1 else f"{count} {key}" for key, count in counts.items()
    ]
    return ", ".join(phrases) or "home page"


def record_command(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="URL|FILE|-", help="A page, or a saved one.")],
    url: Annotated[str | None, typer.Option(help="The address that a saved page came from.")] = None,
    to: Annotated[Path, typer.Option(help="Folder of the recorded pages.")] = Path("recorded"),
) -> None:
    """Save a page and what extraction makes of it, side by side, as a test's fixture.

    Read the JSON through and put right what is wrong in it. Tests compare all pages of
    tests/extraction/recorded and of the folder that KHABAR_RECORDED names.

    Example: khabar sites record https://example.org/2024/12/04/title/
    """
    common = context_of(ctx)
    path = record.record(source, to, common.settings, load_sites(common.seeds), url=url)
    typer.echo(json.dumps({"recorded": str(path)}) if common.json else str(path))


def boilerplate_command(
    ctx: typer.Context,
    site: Annotated[str, typer.Argument(help="The site, by the stem of its seed file.")],
    pages: Annotated[int, typer.Option("--least", min=2, help="Only what at least so many pages had.")] = 3,
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget all that was learned of the site.")
    ] = False,
) -> None:
    """Show the paragraphs that a site repeats, and which of them extraction leaves out.

    Example: khabar sites boilerplate enab-baladi
    """
    common = context_of(ctx)
    (seed,) = select_sites(load_sites(common.seeds), [site])
    with contextlib.closing(open_redis(common.settings)) as client:
        counts = BoilerplateCounts(client, seed.id)
        if forget:
            counts.forget()
            common.notice(f"{seed.id}: forgotten; the next crawls learn it again")
            return
        paragraphs = counts.repeated(pages)
    if common.json:
        typer.echo(json.dumps([asdict(paragraph) for paragraph in paragraphs], ensure_ascii=False))
        return
    if not paragraphs:
        common.notice(f"{seed.id}: no paragraph was on {pages} of its pages or more")
    for paragraph in paragraphs:
        verdict = word("cli_left_out", common.lang) if paragraph.removed else word("cli_kept", common.lang)
        text = " ".join(paragraph.text.split())
        typer.echo(f"{paragraph.count}/{paragraph.pages}\t{verdict}\t{text}")
