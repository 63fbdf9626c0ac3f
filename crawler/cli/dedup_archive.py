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
from crawler.html.words import counted, word
from crawler.storage.connect import open_stores

if TYPE_CHECKING:
    from crawler.storage.placed_stories import Outcome
    from dedup.batch.result import ClusteringResult

MEGABYTE = 1 << 20
USUAL = 0.97
"""Agreement of an index that got its articles in about the order of publication; .99 on made-up news."""

_LEFT = {
    "changed": "left_changed",
    "moved": "left_moved",
    "marked": "left_marked",
    "not_indexed": "left_not_indexed",
}
"""The message of each reason why stories are left as they stand."""
_CHANGES = {"merge": "change_merge", "split": "change_split", "regroup": "change_regroup"}
"""The kinds of changes, with the message that names each."""


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
    for notice in _notices(figures, source, common.lang):
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
        for line in _advice(agreed, differences, common.lang):
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
            common.notice(phrase("cli_written_to", common.lang, path=str(path)))


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
    common.notice(counted("n_articles_back", outcome.articles, common.lang))
    common.notice(word("cli_back_in_stories", common.lang))
    _tell_left(common, outcome)


def _finish(common: CliContext) -> None:
    """Finish what an application that was cut off had begun: the pass is then made over what is stored."""
    with contextlib.closing(open_stores(common.settings)) as stores:
        outcome = apply.finish_application(stores)
    if outcome is not None:
        common.notice(word("cli_finished_before", common.lang))
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
        common.notice(word("cli_cut_off_before", common.lang), style="yellow")
    changes = {"articles": previewed.articles, **previewed.counts(), "first": rows}
    return {"changes": changes, "applied": applied}


def _outcome_fields(outcome: "Outcome") -> dict[str, Any]:
    left = {str(why): count for why, count in outcome.left.items()}
    return {"articles": outcome.articles, "groups": outcome.groups, "left": left}


def _tell_left(common: CliContext, outcome: "Outcome") -> None:
    for why, count in outcome.left.items():
        groups, reason = counted("n_groups_left", count, common.lang), word(_LEFT[why], common.lang)
        common.notice(f"{groups}: {reason}.", style="yellow")


def _change_lines(figures: dict[str, Any], lang: str, *, apply_it: bool) -> Iterator[str]:
    """What is to change, or was changed, in words: the figures and the first stories."""
    changes = figures.get("changes")
    if changes is None:
        return
    if not changes["first"]:
        yield word("cli_nothing_to_apply", lang)
        return
    heading = "cli_was_changed" if apply_it else "cli_would_change"
    yield word(heading, lang)
    counts = {kind: changes[kind] for kind in _CHANGES}
    yield phrase("cli_changes", lang, articles=counted("n_articles", changes["articles"], lang), **counts)
    for row in changes["first"]:
        yield f"{word(_CHANGES[row['kind']], lang)}:"
        for story in row["after"]:
            yield from _story_lines(story, lang)
    if more := sum(counts.values()) - len(changes["first"]):
        yield phrase("cli_more_in_differences", lang, count=f"{more:,}")


def _story_lines(story: dict[str, Any], lang: str) -> Iterator[str]:
    articles = counted("n_articles", story["count"], lang)
    yield f"  {phrase('cli_story_of', lang, id=story['story_id'], articles=articles)}"
    for article in story["articles"]:
        yield f"    {article['site'] or '?'}  {article['title'] or article['id']}"
    if more := story["count"] - len(story["articles"]):
        yield f"    {counted('cli_n_more', more, lang)}"


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


def _notices(figures: dict[str, Any], source: Path | None, lang: str) -> Iterator[str]:
    if not figures["articles"]:
        yield phrase("cli_no_articles_in", lang, source=str(source or word("cli_the_archive", lang)))
    if figures["repeated_ids"]:
        yield counted("n_repeated_ids", figures["repeated_ids"], lang)


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


def _advice(agreed: dict[str, Any], written: Path | None, lang: str) -> Iterator[str]:
    if written is None:
        yield word("cli_differences_writes", lang)
    if agreed["f1"] < USUAL:
        yield word("cli_less_than_usual", lang)
    if agreed["pairs_index_only"]:
        yield word("cli_index_joins", lang)


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as JSON lines; the file appears only whole."""
    with replaced_file(path) as draft, draft.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
