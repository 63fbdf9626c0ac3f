"""`khabar init`: the files that a new user begins with."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from crawler.cli.context import context_of, out
from crawler.cli.output import command_name
from crawler.folders import bundled_seeds
from crawler.operations.init import initialise


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("init")(init_command)


def init_command(
    ctx: typer.Context,
    contact: Annotated[
        str | None,
        typer.Option(help="A mail address or a page that the keepers of sites can turn to."),
    ] = None,
) -> None:
    """Write a file of settings, make a folder for your own seeds, and say where everything is.

    What is there already is left as it is.

    Example: khabar init --contact you@example.org
    """
    common = context_of(ctx)
    files = initialise(contact)
    data = common.settings.data_dir.absolute()
    if common.json:
        fields = {**asdict(files), "data_dir": data, "bundled_seeds": bundled_seeds()}
        typer.echo(json.dumps(fields, default=str))
        return
    console = out()
    khabar = command_name()
    for line in (
        f"Settings   {files.settings_file}{'' if files.is_written else ' (there already; left as it is)'}",
        f"Own seeds  {files.seeds}: each goes before the one of its name that comes with Khabar",
        f"Archive    {data}: stores, logs, kept pages",
        "",
        f"Next: {khabar} sites list, then {khabar} crawl SITE --limit 20, then {khabar} web --open",
    ):
        console.print(line, markup=False, soft_wrap=True)
