"""`khabar dedup archive`: the stories of a whole archive at once."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from crawler.cli.context import context_of, err, out
from crawler.errors import KhabarError, UsageError
from crawler.files import replaced_file

MEGABYTE = 1 << 20
USUAL = 0.97
"""Agreement of an index that got its articles in about the order of publication; .99 on made-up news."""


def archive_command(
    ctx: typer.Context,
    source: Annotated[
        Path | None, typer.Argument(help="An export (.jsonl, .jsonl.gz, .parquet) instead of the archive.")
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
) -> None:
    """All stories of the archive at once, and how far the index agrees. Nothing stored is changed.

    Example: khabar dedup archive --near-misses judge-these.jsonl
    """
    from crawler.operations.dedup.batch import archive_pass, difference_rows, near_miss_rows, story_rows

    common = context_of(ctx)
    if memory < 64:
        raise UsageError(f"--memory {memory}: at least 64 (MB)")
    for path in (output, near_misses, differences):
        if path is not None and not path.absolute().parent.is_dir():
            raise KhabarError(f"{path}: cannot be written: there is no folder {path.absolute().parent}")
    console = err()
    bars = Progress(
        TextColumn("articles read"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=common.verbosity < 0 or not console.is_terminal,
    )
    with bars as progress:
        task = progress.add_task("", total=None)
        found = archive_pass(
            common.settings,
            source,
            engine=engine,
            memory=memory * MEGABYTE,
            progress=lambda done: progress.update(task, completed=done),
        )
    for path, rows in (
        (output, story_rows(found.result)),
        (near_misses, near_miss_rows(found.result.near_misses)),
        (differences, difference_rows(found.result)),
    ):
        if path is not None:
            _write(path, rows)
            if common.verbosity >= 0:
                console.print(f"Written to {path}", markup=False, soft_wrap=True)
    figures = found.summary()
    if common.verbosity >= 0:
        for notice in _notices(figures, source):
            console.print(notice, style="yellow", markup=False, soft_wrap=True)
    if common.json:
        typer.echo(json.dumps(figures))
        return
    for line in _lines(figures):
        out().print(line, soft_wrap=True)
    agreed = figures["agreement"]
    if agreed and agreed["articles_differing"] and common.verbosity >= 0:
        for line in _advice(agreed, differences):
            console.print(line, markup=False, soft_wrap=True)


def _notices(figures: dict[str, Any], source: Path | None) -> Iterator[str]:
    if not figures["articles"]:
        yield f"{source or 'the archive'} has no articles."
    if figures["repeated_ids"]:
        yield (
            f"{figures['repeated_ids']:,} articles were left out, since one with the same id comes later in "
            f"{source}."
        )


def _lines(figures: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{figures['articles']:,} articles in {figures['stories']:,} stories: "
        f"{figures['duplicates']:,} duplicates."
    )
    yield f"{figures['candidates']:,} pairs looked at; {figures['near_misses']:,} almost were copies."
    agreed = figures["agreement"]
    if agreed is None:
        yield "Nothing tells which stories the index decided on."
        return
    yield (
        f"The index has {agreed['articles'] - agreed['articles_differing']:,} of {agreed['articles']:,} "
        f"articles in the same stories, {agreed['articles_differing']:,} in a story with other members."
    )
    yield (
        f"Pairs in one story: {agreed['pairs_in_one_story']:,}; by the index alone "
        f"{agreed['pairs_index_only']:,}, by the archive pass alone {agreed['pairs_archive_only']:,}; "
        f"agreement (F1) {agreed['f1']:.4f}."
    )


def _advice(agreed: dict[str, Any], written: Path | None) -> Iterator[str]:
    if written is None:
        yield "--differences FILE writes which articles these are, and why the pass joins them."
    if agreed["f1"] < USUAL:
        yield (
            "That is less than usual: stories may stem from an earlier version or from articles that came in "
            "another order. `khabar dedup rebuild` puts them together anew."
        )
    if agreed["pairs_index_only"]:
        yield "What the index joins and should not: `khabar dedup split ARTICLE ARTICLE`."


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with replaced_file(path) as draft, draft.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
