"""`khabar search`: the archive's articles by what they say."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress
from rich.text import Text

from crawler.cli.context import CliContext, context_of, err, out
from crawler.cli.options import Since, SiteOption, Until
from crawler.cli.output import shown_address
from crawler.errors import UsageError
from crawler.html.safe import single_line
from crawler.html.words import filled
from crawler.model.period import explain_empty, iso_minute, iso_time
from crawler.model.site import Site, names_of, zone_of
from crawler.operations.archive.read import Archive, SearchResults
from crawler.operations.archive.search_form import SearchForm
from crawler.storage.search import COUNTED, BusyIndexError, Hit, Hits, stated_day


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("search")(search_command)


def search_command(
    ctx: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            help='Words; "a phrase", -word to leave out, word* for what begins so, OR, AND, parentheses; '
            "author: site: section: tag: title: before: after:."
        ),
    ] = "",
    site: SiteOption = None,
    since: Since = None,
    until: Until = None,
    language: Annotated[str | None, typer.Option(help="ISO 639 code, such as ar.")] = None,
    duplicates: Annotated[
        str,
        typer.Option(
            help="no (without copies that only repeat), yes or only; no by default, yes with --state."
        ),
    ] = "",
    state: Annotated[
        str, typer.Option(help="removed: taken down by their site; edited: an earlier wording is kept.")
    ] = "",
    order: Annotated[str, typer.Option(help="newest, or best: by how well it matches.")] = "newest",
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=10_000)] = 20,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the search index again first.")] = False,
) -> None:
    """Search the archive; spellings of hamza, marks, ya and ta marbuta do not matter.

    Example: khabar search 'انفجار "ريف دمشق"' --since 2024-12-01
    """
    common = context_of(ctx)
    form = SearchForm(
        q=query,
        site=site or "",
        language=language or "",
        since=since or "",
        until=until or "",
        duplicates=duplicates,
        state=state,
        order=order,
    )
    period = form.period("--")
    if not rebuild and not form.is_narrowed:
        raise UsageError("what shall be looked for? Give words, or a filter such as --site")
    with contextlib.closing(Archive(common.settings, names_of(common.sites_of_seeds()))) as archive:
        _follow_up(archive, common, rebuild=rebuild)
        if not query and rebuild:
            return
        stored_sites = {count.site for count in archive.lists.sites()}
        sites = common.sites_of_seeds(None if site in stored_sites else site)
        results = archive.search(form, period=period, limit=limit)
        hits = results.hits
        span = archive.lists.span(site) if not hits.hits else (None, None)
    if common.json:
        typer.echo(json.dumps(_page(query, results, sites), ensure_ascii=False, indent=2))
        return
    _print_matches(common, form, results, sites)
    if not hits.hits and (not period.is_open or span[0] is None):
        common.notice(explain_empty(period, *span))


def _print_matches(
    common: CliContext, form: SearchForm, results: SearchResults, sites: Mapping[str, Site]
) -> None:
    """Print the matches; on stderr, what isn't understood, how many match and how many are left out."""
    for hit in results.hits.hits:
        out().print(_shown(hit, zone_of(hit.site, sites), results), soft_wrap=True)
    for notice in results.notices:
        common.notice(filled(notice.kind, "en", text=notice.text), style="yellow")
    common.notice(_counted(results.hits, form))
    if results.repeats:
        common.notice(_left_out(results.repeats))


def _follow_up(archive: Archive, common: CliContext, *, rebuild: bool) -> None:
    """Bring the index up to date, or make it again; one that another process writes is read as it was."""
    with Progress(console=err(), disable=common.without_progress, transient=True) as progress:
        task = progress.add_task("search index", total=None)
        work = archive.rebuild if rebuild else archive.refresh
        try:
            done = work(lambda count: progress.update(task, completed=count))
        except BusyIndexError as error:
            if rebuild or archive.lists.generation()[0] == 0:  # nothing can be shown instead
                raise
            err().print(f"khabar: {error}; this is what it held before", markup=False, soft_wrap=True)
            return
    if rebuild:
        common.notice(f"The search index holds {done.written} articles of {done.sites} sites.")


def _counted(hits: Hits, form: SearchForm) -> str:
    """How many articles match, and which of them are shown."""
    if not hits.hits:
        return "nothing found"
    number = f"more than {hits.total}" if hits.more else str(hits.total)
    noun = "article" if number == "1" else "articles"
    if not hits.older:
        return f"{number} {noun}"
    return f"the {'best' if form.best_first and form.q else 'newest'} {len(hits.hits)} of {number} {noun}"


def _left_out(repeats: int) -> str:
    """How many matches are not shown since they only repeat."""
    number = f"{repeats} or more" if repeats == COUNTED else str(repeats)
    noun = "copy that only repeats" if repeats == 1 else "copies that only repeat"
    return f"left out: {number} {noun} what the original says (--duplicates yes shows them)"


def _page(query: str, results: SearchResults, sites: Mapping[str, Site]) -> dict[str, Any]:
    return {
        "query": query,
        "notices": [
            {**asdict(notice), "message": filled(notice.kind, "en", text=notice.text)}
            for notice in results.notices
        ],
        "total": results.hits.total,
        "more_than_total": results.hits.more,
        "repeats": results.repeats,
        "hits": [_row(hit, zone_of(hit.site, sites), results) for hit in results.hits.hits],
    }


def _row(hit: Hit, zone: ZoneInfo, results: SearchResults) -> dict[str, Any]:
    day = stated_day(hit, zone)
    event, reported = results.event(hit.id)
    row = asdict(hit)
    del row["row"], row["stated"]
    return row | {
        "day": day and day.isoformat(),
        "at": iso_time(hit.at, zone),
        "removed": iso_time(hit.removed, zone),
        "edited": iso_time(hit.edited, zone),
        "outlets": results.outlets.get(hit.story, 1),
        "event_id": event,
        "event_outlets": reported,
        "excerpt": "".join(piece.text for piece in results.excerpts[hit.id]),
    }


def _shown(hit: Hit, zone: ZoneInfo, results: SearchResults) -> Text:
    day = stated_day(hit, zone)
    text = Text(single_line(hit.title), style="bold")
    text.append(f"\n{day or iso_minute(hit.at, zone)} {hit.site}", style="dim not bold")
    outlets = results.outlets.get(hit.story, 1)
    if outlets > 1:
        text.append(f" {outlets} sites", style="cyan not bold")
    if (reported := results.event(hit.id)[1]) > outlets:
        text.append(f" {reported} sites report this event", style="cyan not bold")
    if hit.duplicate_of:
        text.append(" duplicate", style="yellow not bold")
    text.append(f"\n{shown_address(single_line(hit.url))}\n", style="dim not bold")
    for piece in results.excerpts[hit.id]:
        start, end = piece.text[:1].isspace(), piece.text[-1:].isspace()
        words = f"{' ' * start}{single_line(piece.text)}{' ' * end}"
        text.append(words, style="reverse not bold" if piece.hit else "not bold")
    text.append("\n")
    return text
