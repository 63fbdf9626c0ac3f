"""`khabar dedup split`: correct stories by hand."""

import contextlib
import json
from typing import Annotated

import typer

from crawler.cli.context import context_of, err, out
from crawler.errors import UsageError
from crawler.storage.connect import open_stores


def split_command(
    ctx: typer.Context,
    articles: Annotated[
        list[str] | None, typer.Argument(help="Address or id of an article, then of those it is not like.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="Why; kept with the mark.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the marks back.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List all marks.")] = False,
) -> None:
    """Take an article out of its story, or mark articles as not the same; later runs respect it.

    Example: khabar dedup split https://a.example/1 https://b.example/2 --note "other day, same place"
    """
    from crawler.operations.dedup.split import marks, split

    common = context_of(ctx)
    if show:
        if articles:
            raise UsageError("--list takes no articles")
        with contextlib.closing(open_stores(common.settings)) as stores:
            found = marks(stores)
        if common.json:
            typer.echo(json.dumps(found))
            return
        for mark in found:
            one, other = (
                f"{article['url'] or article['id']}  {article['title'] or ''}" for article in mark["articles"]
            )
            told = f"{mark['marked_at'][:16]}  {mark['note'] or ''}\n  {one}\n  {other}"
            out().print(told, markup=False, soft_wrap=True)
        return
    if not articles:
        raise UsageError("name an article: its address or its id")
    with contextlib.closing(open_stores(common.settings)) as stores:
        result = split(stores, articles[0], articles[1:], note=note, undo=undo)
    if common.json:
        figures = {"article": result.article_id, "changed": result.changed, "stories": result.stories}
        typer.echo(json.dumps(figures))
    elif common.verbosity >= 0:
        pairs = "1 pair is" if result.changed == 1 else f"{result.changed} pairs are"
        err().print(f"{pairs} {'no longer marked' if undo else 'now marked'} as not the same story.")
