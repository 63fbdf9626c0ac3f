"""`khabar sites import`: sites out of a feed reader's list."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from crawler.cli.add_site import look_progress, seeds_of
from crawler.cli.context import context_of, err, out
from crawler.cli.lazy import opml_import, survey
from crawler.errors import UsageError


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
