"""`khabar search`: the archive's articles by what they say."""

import contextlib
import json
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.text import Text

from crawler.cli.context import context_of, err, out
from crawler.cli.options import Since, SiteOption, Until
from crawler.cli.output import shown_address
from crawler.errors import UsageError
from crawler.html.safe import one_line
from crawler.model.period import ZONE, explain_empty, parse_period
from crawler.model.seeds import load_sites, select_sites
from crawler.operations.archive.read import Archive, best_first, filters_of, parse_query
from crawler.storage.search import BusyIndexError, Hit, Refreshed, stated_day
from crawler.storage.search.excerpt import Piece


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("search")(search_command)


def search_command(
    ctx: typer.Context,
    query: Annotated[
        str, typer.Argument(help='Words; "a phrase", -word to leave out, word* for what begins so.')
    ] = "",
    site: SiteOption = None,
    since: Since = None,
    until: Until = None,
    language: Annotated[str | None, typer.Option(help="ISO 639 code, such as ar.")] = None,
    duplicates: Annotated[str, typer.Option(help="no, yes (duplicates too) or only.")] = "no",
    state: Annotated[
        str, typer.Option(help="removed: taken down by their site; edited: an earlier wording is kept.")
    ] = "",
    order: Annotated[str, typer.Option(help="newest, or best: by how well it matches.")] = "newest",
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=10_000)] = 20,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the search index anew first.")] = False,
) -> None:
    """Search the archive; spellings of hamza, marks, ya and ta marbuta do not matter.

    Example: khabar search 'انفجار "ريف دمشق"' --since 2024-12-01
    """
    common = context_of(ctx)
    period = parse_period(since, until)
    filters = filters_of(site=site, language=language, period=period, duplicates=duplicates, state=state)
    if not query and not rebuild and not (site or since or until or language or state):
        raise UsageError("what shall be looked for? Give words, or a filter such as --site")
    best = best_first(order)
    console = err()
    with contextlib.closing(Archive(common.settings)) as archive:
        quiet = common.verbosity < 0 or not console.is_terminal
        with Progress(console=console, disable=quiet, transient=True) as progress:
            task = progress.add_task("search index", total=None)
            work = archive.rebuild if rebuild else archive.refresh
            try:
                done = work(lambda count: progress.update(task, completed=count))
            except BusyIndexError as error:
                if rebuild or archive.lists.generation()[0] == 0:  # there is nothing to show instead
                    raise
                err().print(f"khabar: {error}; this is what it held before", markup=False, soft_wrap=True)
                done = Refreshed()
        if rebuild and common.verbosity >= 0:
            console.print(f"The search index holds {done.written} articles of {done.sites} sites.")
        if not query and rebuild:
            return
        if site is not None and site not in {count.site for count in archive.lists.sites()}:
            select_sites(load_sites(common.seeds) if common.seeds.is_dir() else {}, [site])
        found, pieces = archive.search(parse_query(query), filters, best=best, limit=limit)
        span = archive.lists.span(site) if not found.hits else (None, None)
    sites = load_sites(common.seeds) if common.seeds.is_dir() else {}
    days = {
        hit.id: stated_day(hit, sites[hit.site].zone if hit.site in sites else ZONE) for hit in found.hits
    }
    if common.json:
        rows = [_row(hit, days[hit.id], pieces[hit.id]) for hit in found.hits]
        told = {"query": query, "total": found.total, "more_than_total": found.more, "hits": rows}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for hit in found.hits:
        out().print(_shown(hit, days[hit.id], pieces[hit.id]), soft_wrap=True)
    if common.verbosity >= 0:
        number = f"more than {found.total}" if found.more else str(found.total)
        shown = (
            f"the {'best' if best and query else 'newest'} {len(found.hits)} of {number}"
            if found.older
            else number
        )
        things = "article" if number == "1" else "articles"
        console.print(f"{shown} {things}" if found.hits else "nothing found", markup=False)
        if not found.hits and (not period.is_open or span[0] is None):
            console.print(explain_empty(period, *span), markup=False, soft_wrap=True)


def _row(hit: Hit, day: date | None, pieces: list[Piece]) -> dict[str, Any]:
    row = asdict(hit)
    del row["row"], row["stated"]
    row["day"] = day and day.isoformat()
    row["at"] = hit.at.isoformat()
    row["removed"] = hit.removed and hit.removed.isoformat()
    row["excerpt"] = "".join(piece.text for piece in pieces)
    return row


def _shown(hit: Hit, day: date | None, pieces: list[Piece]) -> Text:
    when = day.isoformat() if day else f"{hit.at.astimezone(ZONE):%Y-%m-%d %H:%M}"
    text = Text(one_line(hit.title), style="bold")
    text.append(f"\n{when} {hit.site}", style="dim not bold")
    if hit.duplicate_of:
        text.append(" duplicate", style="yellow not bold")
    text.append(f"\n{shown_address(one_line(hit.url))}\n", style="dim not bold")
    for piece in pieces:
        start, end = piece.text[:1].isspace(), piece.text[-1:].isspace()
        words = f"{' ' * start}{one_line(piece.text)}{' ' * end}"
        text.append(words, style="reverse not bold" if piece.hit else "not bold")
    text.append("\n")
    return text
