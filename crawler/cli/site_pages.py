"""`khabar sites record` and `khabar sites boilerplate`: what extraction makes of a site's pages."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.context import context_of, err
from crawler.model.seeds import load_sites, select_sites


def register(group: typer.Typer) -> None:
    """Add the commands to the group `sites`."""
    group.command("record")(record_command)
    group.command("boilerplate")(boilerplate_command)


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
    from crawler.operations.sites.record import record

    common = context_of(ctx)
    path = record(source, to, common.settings, load_sites(common.seeds), url=url)
    typer.echo(json.dumps({"recorded": str(path)}) if common.json else str(path))


def boilerplate_command(
    ctx: typer.Context,
    site: Annotated[str, typer.Argument(help="The site, by the stem of its seed file.")],
    least: Annotated[int, typer.Option(min=2, help="Only what so many pages had.")] = 3,
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget all that was learned of the site.")
    ] = False,
) -> None:
    """Show the paragraphs that a site repeats, and which of them extraction leaves out.

    Example: khabar sites boilerplate enab-baladi
    """
    from crawler.operations.sites.boilerplate import forget_boilerplate, repeated_paragraphs

    common = context_of(ctx)
    (seed,) = select_sites(load_sites(common.seeds), [site])
    if forget:
        forget_boilerplate(seed, common.settings)
        if common.verbosity >= 0:
            err().print(f"{seed.id}: forgotten; the next crawls learn it again", markup=False)
        return
    found = repeated_paragraphs(seed, common.settings, least)
    if common.json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    if not found and common.verbosity >= 0:
        err().print(f"{seed.id}: no paragraph was on {least} of its pages or more", markup=False)
    for one in found:
        verdict = "left out" if one.removed else "kept"
        typer.echo(f"{one.count}/{one.pages}\t{verdict}\t{' '.join(one.text.split())}")
