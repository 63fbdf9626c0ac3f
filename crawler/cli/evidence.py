"""`khabar evidence`: a case as one package that other archives open; `khabar keys`: what signs it."""

import contextlib
import json
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.context import context_of, out
from crawler.cli.options import Since, SiteOption, Until
from crawler.errors import UsageError
from crawler.evidence.keys import key_path, new_key
from crawler.operations.archive.evidence import (
    chosen_articles,
    searched_articles,
    story_articles,
    write_evidence,
)
from crawler.operations.archive.search_form import SearchForm
from crawler.storage.connect import open_stores


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("evidence")(evidence_command)
    keys = typer.Typer(no_args_is_help=True, help="The key that packages of evidence are signed with.")
    keys.command("new")(new_key_command)
    app.add_typer(keys, name="keys")


def evidence_command(
    ctx: typer.Context,
    addresses: Annotated[
        list[str] | None, typer.Argument(metavar="URL…", help="The articles' addresses, or their ids.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write, for example case.wacz.")
    ] = None,
    story: Annotated[str | None, typer.Option(help="All articles of this story, by its id.")] = None,
    query: Annotated[str | None, typer.Option(help="All articles that a search finds.")] = None,
    site: SiteOption = None,
    since: Since = None,
    until: Until = None,
    title: Annotated[str | None, typer.Option(help="What the case is called.")] = None,
) -> None:
    """Write articles with their captures and revisions as a package (WACZ), signed where there is a key.

    Example: khabar evidence https://example.org/2024/12/04/title/ -o case.wacz
    """
    common = context_of(ctx)
    if sum(map(bool, (addresses, story, query))) != 1:
        raise UsageError("name articles by address, or a --story, or a --query: one of the three")
    if output is None:
        raise UsageError("-o is missing: where to write, for example -o case.wacz")
    if query is None and any((site, since, until)):
        raise UsageError("--site, --since and --until narrow a --query")
    sites = common.sites_of_seeds(site)
    with contextlib.closing(open_stores(common.settings)) as stores:
        if story is not None:
            selection = story_articles(stores, story)
        elif query is not None:
            form = SearchForm(
                q=query, site=site or "", since=since or "", until=until or "", duplicates="yes"
            )
            selection = searched_articles(stores, common.settings, form)
        else:
            selection = chosen_articles(stores, addresses or [])
        written = write_evidence(stores, common.settings, selection, output, sites=sites, title=title)
    missing = {article: sentences for article, sentences in written.missing.items() if sentences}
    if common.json:
        result = {
            "file": str(output),
            "articles": len(selection.articles),
            "records": written.records,
            "signed": written.signed,
            "datapackage_sha256": written.sha256,
            "missing": missing,
            "notes": list(written.notes),
        }
        out().print_json(json.dumps(result, ensure_ascii=False))
    else:
        out().print(
            f"{output}: {len(selection.articles)} articles, {written.records} records; "
            f"datapackage.json sha256:{written.sha256}",
            markup=False,
            soft_wrap=True,
        )
    for note in written.notes:
        common.notice(note, style="yellow")
    for article, sentences in missing.items():
        for sentence in sentences:
            common.notice(f"{article}: {sentence}", style="yellow")
    if not written.signed:
        common.notice("The package is not signed: khabar keys new makes a key.")


def new_key_command(ctx: typer.Context) -> None:
    """Make the key that packages of evidence are signed with; keep a copy of it, and publish the public part.

    Example: khabar keys new
    """
    common = context_of(ctx)
    path = key_path(common.settings.data_dir)
    public = new_key(path)
    if common.json:
        out().print_json(json.dumps({"file": str(path), "public_key": public}))
    else:
        out().print(public, soft_wrap=True)
    common.notice(f"The key is in {path}: keep a copy where nobody else can read it.")
