"""`khabar dedup`: the report, the index, the stories of a whole archive at once, and corrections by hand."""

import contextlib
import json
import webbrowser
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from crawler.cli.context import CliContext, context_of, err, out
from crawler.cli.lazy import batch, split
from crawler.cli.options import Since, Until, complete_site
from crawler.errors import KhabarError, UsageError
from crawler.files import replaced_file
from crawler.model.period import explain_empty, parse_period
from crawler.operations.dedup.report import read_holdings, report_of
from crawler.report import Report
from crawler.report.json_csv import render_csv, render_json
from crawler.report.page import render_html
from crawler.report.terminal import render_text
from crawler.storage.connect import open_stores
from crawler.storage.dedup_index import rebuild_index
from crawler.storage.stored_article import ArticleReader

MEGABYTE = 1 << 20
USUAL = 0.97
"""Agreement of an index that got its articles in about the order of publication; .99 on made-up news."""
LANGUAGES = ("ar", "en")


class ReportFormat(StrEnum):
    """What the dedup report may be."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    group = typer.Typer(help="Near-duplicates: the report, and the index in Redis.", no_args_is_help=True)
    group.command("report")(report_command)
    group.command("rebuild")(rebuild_command)
    group.command("archive")(archive_command)
    group.command("split")(split_command)
    app.add_typer(group, name="dedup")


def report_command(
    ctx: typer.Context,
    since: Since = None,
    until: Until = None,
    site: Annotated[
        str | None,
        typer.Option(
            help="Only this site's articles, with the stories that they are part of.",
            autocompletion=complete_site,
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="ar or en.")] = "ar",
    form: Annotated[str | None, typer.Option("--format", help="text, html, json or csv.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Who published what first, who carried it, and how alike they are.

    Example: khabar dedup report --since 2024-12-01 --format html -o report.html
    """
    common = context_of(ctx)
    chosen = _report_format(form, output, common, shown=show)
    if lang not in LANGUAGES:
        raise UsageError(f"--lang {lang}: it is one of {', '.join(LANGUAGES)}")
    period = parse_period(since, until)
    sites = common.sites_of_seeds(site)
    with contextlib.closing(open_stores(common.settings)) as stores:
        holdings = read_holdings(stores, sites)
        report = report_of(stores, holdings, period=period, site=site)
    if not report.totals.articles:
        moments = [article.in_period_at for article in holdings.articles if site in (None, article.site)]
        common.notice(explain_empty(period, min(moments, default=None), max(moments, default=None)))
    if chosen is ReportFormat.TEXT:
        out().print(render_text(report, lang))
        return
    page = _rendered(report, chosen, lang)
    if chosen is ReportFormat.HTML:
        output = output or common.settings.data_dir / "dedup-report.html"
    if output is None:
        typer.echo(page, nl=not page.endswith("\n"))
        return
    is_csv = chosen is ReportFormat.CSV
    with replaced_file(output) as draft:
        # Spreadsheets take a CSV file for the system's own code page unless it begins with a mark.
        draft.write_text(page, encoding="utf-8-sig" if is_csv else "utf-8", newline="" if is_csv else None)
    common.notice(f"The report is in {output}")
    if show:
        webbrowser.open(output.absolute().as_uri())


def _report_format(form: str | None, output: Path | None, common: CliContext, *, shown: bool) -> ReportFormat:
    """The format that is named, or else that of the file's ending, of --json or of --open.

    Raises:
        UsageError: There is no such format, or it cannot go into a file.
    """
    ending = output.suffix.lstrip(".").lower() if output else ""
    if form is None and ending in set(ReportFormat):
        form = ending
    if form is None and common.json:
        form = ReportFormat.JSON
    if form is None and shown:
        form = ReportFormat.HTML
    try:
        chosen = ReportFormat(form or ReportFormat.TEXT)
    except ValueError:
        raise UsageError(f"--format {form}: it is one of {', '.join(ReportFormat)}") from None
    if chosen is ReportFormat.TEXT and output is not None:
        raise UsageError("--format text goes to the terminal; choose html, json or csv for a file")
    return chosen


def _rendered(report: Report, form: ReportFormat, lang: str) -> str:
    if form is ReportFormat.HTML:
        return render_html(report, lang=lang)
    return render_json(report) if form is ReportFormat.JSON else render_csv(report)


def rebuild_command(ctx: typer.Context) -> None:
    """Make the index in Redis again from the signatures in MongoDB; the archive itself is not changed.

    Example: khabar dedup rebuild
    """
    common = context_of(ctx)
    with contextlib.closing(open_stores(common.settings)) as stores:
        total = ArticleReader(stores.db).count()
        with Progress(console=err(), disable=common.without_progress) as progress:
            task = progress.add_task("articles", total=total)
            count = rebuild_index(stores, lambda done: progress.update(task, completed=done))
    common.notice(f"The index holds {count} articles.")


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
    common = context_of(ctx)
    if memory < 64:
        raise UsageError(f"--memory {memory}: at least 64 (MB)")
    for path in (output, near_misses, differences):
        if path is not None and not path.absolute().parent.is_dir():
            raise KhabarError(f"{path}: cannot be written: there is no folder {path.absolute().parent}")
    with _articles_read(common) as progress:
        passed = batch.archive_pass(
            common.settings, source, engine=engine, memory=memory * MEGABYTE, progress=progress
        )
    for path, rows in (
        (output, batch.story_rows(passed.result)),
        (near_misses, batch.near_miss_rows(passed.result.near_misses)),
        (differences, batch.difference_rows(passed.result)),
    ):
        if path is not None:
            _write(path, rows)
            common.notice(f"Written to {path}")
    figures = passed.summary()
    for notice in _notices(figures, source):
        common.notice(notice, style="yellow")
    if common.json:
        typer.echo(json.dumps(figures))
        return
    for line in _lines(figures):
        out().print(line, soft_wrap=True)
    agreed = figures["agreement"]
    if agreed and agreed["articles_differing"]:
        for line in _advice(agreed, differences):
            common.notice(line)


@contextlib.contextmanager
def _articles_read(common: CliContext) -> Iterator[Callable[[int], None]]:
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
            "another order. `khabar dedup rebuild` puts them together again."
        )
    if agreed["pairs_index_only"]:
        yield "What the index joins and should not: `khabar dedup split ARTICLE ARTICLE`."


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with replaced_file(path) as draft, draft.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


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
    common = context_of(ctx)
    if show:
        if articles:
            raise UsageError("--list takes no articles")
        _list_marks(common)
        return
    if not articles:
        raise UsageError("name an article: its address or its id")
    with contextlib.closing(open_stores(common.settings)) as stores:
        result = split.split(stores, articles[0], articles[1:], note=note, undo=undo)
    if common.json:
        typer.echo(
            json.dumps({"article": result.article_id, "changed": result.changed, "stories": result.stories})
        )
        return
    pairs = "1 pair is" if result.changed == 1 else f"{result.changed} pairs are"
    common.notice(f"{pairs} {'no longer marked' if undo else 'now marked'} as not the same story.")


def _list_marks(common: CliContext) -> None:
    with contextlib.closing(open_stores(common.settings)) as stores:
        marks = split.marks(stores)
    if common.json:
        typer.echo(json.dumps(marks))
        return
    for mark in marks:
        first, second = (
            f"{article['url'] or article['id']}  {article['title'] or ''}" for article in mark["articles"]
        )
        heading = f"{mark['marked_at'][:16]}  {mark['note'] or ''}"
        out().print(f"{heading}\n  {first}\n  {second}", markup=False, soft_wrap=True)
