"""`khabar dedup archive`: the stories of a whole archive at once, applied and taken back."""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from crawler.cli.context import CliContext, context_of, err, out
from crawler.cli.lazy import apply, batch
from crawler.errors import KhabarError, UsageError
from crawler.files import replaced_file
from crawler.html.sentences import phrase
from crawler.html.words import word
from crawler.storage.connect import open_stores

if TYPE_CHECKING:
    from crawler.storage.placed_stories import Outcome
    from dedup.batch.result import ClusteringResult

MEGABYTE = 1 << 20
USUAL = 0.97
"""Agreement of an index that got its articles in about the order of publication; .99 on made-up news."""

_LEFT = {
    "changed": "an article has another wording since",
    "moved": "an article came into another story since",
    "marked": "two articles were marked as not the same story by hand",
    "not_indexed": "an article is not in the index",
}


def archive_command(
    ctx: typer.Context,
    source: Annotated[
        Path | None,
        typer.Argument(help="A file (.jsonl, .csv, also .gz; .parquet) instead of the archive."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write each article's story here, as JSON lines.")
    ] = None,
    near_misses: Annotated[
        Path | None, typer.Option(help="Write the pairs that almost were copies here, as JSON lines.")
    ] = None,
    differences: Annotated[
        Path | None, typer.Option(help="Write what the index and this pass differ on here, as JSON lines.")
    ] = None,
    engine: Annotated[str, typer.Option(help="duckdb, numpy (all in memory) or spark.")] = "duckdb",
    memory: Annotated[int, typer.Option(help="MB that the join may take; it uses the disk beyond.")] = 1024,
    epoch: Annotated[
        str | None, typer.Option(help="What times of a file are that are numbers: s, ms or us since 1970.")
    ] = None,
    apply_it: Annotated[
        bool, typer.Option("--apply", help="Make these stories the stored ones. A split by hand stays.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the latest --apply back.")] = False,
) -> None:
    """All stories of the archive at once, how far the index agrees, and what --apply would change.

    Example: khabar dedup archive --near-misses judge-these.jsonl
    """
    common = context_of(ctx)
    if undo or apply_it:
        _refuse_combinations(source, undo=undo, apply_it=apply_it)
    if undo:
        _undo(common)
        return
    if apply_it:
        _finish(common)
    if memory < 64:
        raise UsageError(f"--memory {memory}: at least 64 (MB)")
    refuse_unwritable(output, near_misses, differences)
    with articles_read(common) as progress:
        passed = batch.archive_pass(
            common.settings,
            source,
            engine=engine,
            memory=memory * MEGABYTE,
            epoch=epoch,
            progress=progress,
        )
    _write_files(common, passed.result, stories=output, near_misses=near_misses, differences=differences)
    figures = passed.summary()
    for notice in _notices(figures, source):
        common.notice(notice, style="yellow")
    if source is None:
        figures |= _changes(common, passed.result, apply_it=apply_it)
    if common.json:
        typer.echo(json.dumps(figures))
        return
    _print_figures(common, figures, differences, apply_it=apply_it)


def _print_figures(
    common: CliContext, figures: dict[str, Any], differences: Path | None, *, apply_it: bool
) -> None:
    for line in _lines(figures, common.lang):
        out().print(line, markup=False, soft_wrap=True)
    for line in _change_lines(figures, common.lang, apply_it=apply_it):
        out().print(line, markup=False, soft_wrap=True)
    agreed = figures["agreement"]
    if agreed and agreed["articles_differing"]:
        for line in _advice(agreed, differences):
            common.notice(line)


def refuse_unwritable(*paths: Path | None) -> None:
    """Raise now what would end a long pass at its end: a file that cannot be written."""
    for path in paths:
        if path is not None and not path.absolute().parent.is_dir():
            raise KhabarError(f"{path}: cannot be written: there is no folder {path.absolute().parent}")


def _write_files(
    common: CliContext,
    result: "ClusteringResult",
    *,
    stories: Path | None,
    near_misses: Path | None,
    differences: Path | None,
) -> None:
    for path, rows in (
        (stories, batch.story_rows(result)),
        (near_misses, batch.near_miss_rows(result.near_misses)),
        (differences, batch.difference_rows(result)),
    ):
        if path is not None:
            write_rows(path, rows)
            common.notice(f"Written to {path}")


def _refuse_combinations(source: Path | None, *, undo: bool, apply_it: bool) -> None:
    if undo and apply_it:
        raise UsageError("--apply and --undo: choose one")
    if source is not None:
        option = "--undo" if undo else "--apply"
        raise UsageError(f"{option} is about the archive, not about a file: leave {source} out")


def _undo(common: CliContext) -> None:
    with contextlib.closing(open_stores(common.settings)) as stores:
        outcome = apply.undo_latest(stores)
    if common.json:
        typer.echo(json.dumps({"undone": _outcome_fields(outcome)}))
    common.notice(
        f"{outcome.articles:,} articles are back in the stories of before the pass was applied. Where new "
        "articles come in beside them, crawls may put some together; `khabar dedup split` keeps two apart."
    )
    _tell_left(common, outcome)


def _finish(common: CliContext) -> None:
    """Finish what an application that was cut off had begun: the pass is then made over what is stored."""
    with contextlib.closing(open_stores(common.settings)) as stores:
        outcome = apply.finish_application(stores)
    if outcome is not None:
        common.notice("An application of before had been cut off: it is finished now.")
        _tell_left(common, outcome)


def _changes(common: CliContext, result: "ClusteringResult", *, apply_it: bool) -> dict[str, Any]:
    """What a pass over the archive would change, as figures; and what it changed, where it is applied."""
    with contextlib.closing(open_stores(common.settings)) as stores:
        previewed = apply.preview(stores, result)
        rows = apply.preview_rows(stores, previewed)
        applied = None
        if apply_it:
            outcome = apply.apply_changes(stores, previewed)
            applied = _outcome_fields(outcome)
            _tell_left(common, outcome)
    if previewed.unfinished:
        common.notice(
            "An earlier --apply or --undo was cut off: `khabar dedup archive --apply` finishes it.",
            style="yellow",
        )
    changes = {"articles": previewed.articles, **previewed.counts(), "first": rows}
    return {"changes": changes, "applied": applied}


def _outcome_fields(outcome: "Outcome") -> dict[str, Any]:
    left = {str(why): count for why, count in outcome.left.items()}
    return {"articles": outcome.articles, "groups": outcome.groups, "left": left}


def _tell_left(common: CliContext, outcome: "Outcome") -> None:
    for why, count in outcome.left.items():
        groups = "1 group of stories was" if count == 1 else f"{count:,} groups of stories were"
        common.notice(f"{groups} left as it stands: {_LEFT[why]}.", style="yellow")


def _change_lines(figures: dict[str, Any], lang: str, *, apply_it: bool) -> Iterator[str]:
    """What is to change, or was changed, in words: the figures and the first stories."""
    changes = figures.get("changes")
    if changes is None:
        return
    if not changes["first"]:
        yield word("cli_nothing_to_apply", lang)
        return
    rows = changes["first"]
    total = changes["merge"] + changes["split"] + changes["regroup"]
    verb = "changed" if apply_it else "would change"
    yield (
        f"--apply {verb} the story of {changes['articles']:,} articles: {changes['merge']:,} groups of "
        f"stories become one, {changes['split']:,} stories become several, {changes['regroup']:,} are "
        "regrouped."
    )
    for row in rows:
        yield f"{row['kind']}:"
        for story in row["after"]:
            yield f"  story {story['story_id']}, {story['count']} articles"
            for article in story["articles"]:
                yield f"    {article['site'] or '?'}  {article['title'] or article['id']}"
            if story["count"] > len(story["articles"]):
                yield f"    ... and {story['count'] - len(story['articles'])} more"
    if total > len(rows):
        yield f"... and {total - len(rows):,} more; --differences FILE writes all."


@contextlib.contextmanager
def articles_read(common: CliContext) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, as a function of the articles read so far."""
    columns = (
        TextColumn("articles read"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err(), disable=common.without_progress) as progress:
        task = progress.add_task("", total=None)
        yield lambda done: progress.update(task, completed=done)


def _notices(figures: dict[str, Any], source: Path | None) -> Iterator[str]:
    if not figures["articles"]:
        yield f"{source or 'the archive'} has no articles."
    if figures["repeated_ids"]:
        yield (
            f"{figures['repeated_ids']:,} articles were left out, since one with the same id comes later in "
            f"{source}."
        )


def _lines(figures: dict[str, Any], lang: str) -> Iterator[str]:
    names = ("articles", "stories", "duplicates", "candidates", "near_misses")
    counts = {name: f"{figures[name]:,}" for name in names}
    yield phrase("cli_pass_stories", lang, **counts)
    yield phrase("cli_pass_pairs", lang, **counts)
    agreed = figures["agreement"]
    if agreed is None:
        yield word("cli_pass_alone", lang)
        return
    yield phrase(
        "cli_pass_agrees",
        lang,
        same=f"{agreed['articles'] - agreed['articles_differing']:,}",
        all=f"{agreed['articles']:,}",
        other=f"{agreed['articles_differing']:,}",
    )
    yield phrase(
        "cli_pass_figures",
        lang,
        pairs=f"{agreed['pairs_in_one_story']:,}",
        index=f"{agreed['pairs_index_only']:,}",
        archive=f"{agreed['pairs_archive_only']:,}",
        f1=f"{agreed['f1']:.4f}",
    )


def _advice(agreed: dict[str, Any], written: Path | None) -> Iterator[str]:
    if written is None:
        yield "--differences FILE writes which articles these are, and why the pass joins them."
    if agreed["f1"] < USUAL:
        yield (
            "That is less than usual: stories may stem from an earlier version or from articles that came in "
            "another order. `khabar dedup rebuild` puts them together again, or --apply takes this pass's."
        )
    if agreed["pairs_index_only"]:
        yield "What the index joins and should not: `khabar dedup split ARTICLE ARTICLE`."


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as JSON lines; the file appears only whole."""
    with replaced_file(path) as draft, draft.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
