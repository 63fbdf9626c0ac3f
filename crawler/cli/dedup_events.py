"""`khabar dedup events`: which stories report one event in their own words, and why."""

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from crawler.cli.context import context_of, err, out
from crawler.cli.lazy import archive_events, events
from crawler.cli.options import Since, Until
from crawler.cli.output import shown_address
from crawler.html.safe import single_line
from crawler.html.sentences import phrase
from crawler.html.words import word
from crawler.model.period import parse_period
from crawler.storage.connect import open_stores

if TYPE_CHECKING:
    from crawler.operations.archive.events import EventStory
    from crawler.operations.dedup.events import Event


def events_command(
    ctx: typer.Context,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(help="How many events to print.", min=1)] = 20,
    apply_it: Annotated[
        bool, typer.Option("--apply", help="Store them: what is stored is found anew, from all texts.")
    ] = False,
) -> None:
    """Which stories report one event in their own words, and why each is taken for one of it.

    Example: khabar dedup events --since 2024-12-01
    """
    common = context_of(ctx)
    period = parse_period(since, until)
    with contextlib.closing(open_stores(common.settings)) as stores:
        with Progress(console=err(), disable=common.without_progress, transient=True) as progress:
            task = progress.add_task("articles", total=None)
            if apply_it:
                events.apply_events(stores, lambda done: progress.update(task, completed=done))
            passed = events.events_pass(stores, lambda done: progress.update(task, completed=done))
        shown = events.shown_events(stores, passed.events, period, limit)
    figures = {
        "articles": passed.articles,
        "stories": passed.stories,
        "events_of_several_stories": len(passed.events),
        "stories_stored_otherwise": passed.differing,
        "applied": apply_it,
        "events": [_row(event) for event in shown],
    }
    if common.json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    for event in shown:
        for line in _lines(event, common.lang):
            out().print(line, markup=False, highlight=False, soft_wrap=True)
    out().print(
        phrase(
            "cli_events",
            common.lang,
            articles=f"{passed.articles:,}",
            stories=f"{passed.stories:,}",
            events=f"{len(passed.events):,}",
        ),
        markup=False,
        soft_wrap=True,
    )
    if passed.differing:
        common.notice(
            f"{passed.differing:,} stories are stored in another event, or in none yet: --apply stores these."
        )


def _row(event: "Event") -> dict[str, Any]:
    stories = list(map(archive_events.story_row, event.stories))
    return {"id": event.id, "sites": sorted(event.sites), "stories": stories, "more": event.more}


def _lines(event: "Event", lang: str) -> Iterator[str]:
    count = len(event.stories) + event.more
    yield phrase("cli_event", lang, id=event.id, stories=count, sites=len(event.sites))
    for story in event.stories:
        yield f"  {story.first.site}: {single_line(story.first.title)}"
        yield f"    {shown_address(single_line(story.first.url))}"
        if why := why_in_words(story, lang):
            yield f"    {why}"
    if event.more:
        yield f"  {phrase('cli_and_more', lang, count=event.more)}"
    yield ""


def why_in_words(story: "EventStory", lang: str) -> str:
    """Why a story is taken for one of an event, in a line; empty for the one that it is compared with."""
    if story.link is None:
        return ""
    parts = [
        f"{word(archive_events.REASONS[kind], lang)}: {word('list_separator', lang).join(words)}"
        for kind, words in story.reasons().items()
    ]
    if story.hours_apart is not None:
        parts.append(phrase("cli_hours_apart", lang, hours=f"{story.hours_apart:g}"))
    return f"{story.link.probability:.2f} · {' · '.join(parts)}"
