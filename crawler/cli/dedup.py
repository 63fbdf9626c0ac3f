"""`khabar dedup`: the report, the index, the stories of a whole archive at once, and corrections by hand."""

import contextlib
import json
import webbrowser
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from crawler.cli.context import CliContext, context_of, err, out
from crawler.cli.dedup_archive import archive_command, articles_read, refuse_unwritable, write_rows
from crawler.cli.dedup_events import events_command
from crawler.cli.lazy import explain, passages, split
from crawler.cli.options import Since, Until, complete_site
from crawler.cli.output import Column, RowTable
from crawler.errors import UsageError
from crawler.files import replaced_file
from crawler.html.safe import single_line
from crawler.html.sentences import phrase
from crawler.html.words import counted, word
from crawler.model.period import explain_empty, parse_period
from crawler.operations.archive.show import shown_article
from crawler.operations.dedup.report import read_holdings, report_of
from crawler.report import Report
from crawler.report.json_csv import render_csv, render_json
from crawler.report.page import render_html
from crawler.report.terminal import render_text
from crawler.storage.connect import open_stores
from crawler.storage.dedup_rebuild import rebuild_index
from crawler.storage.events import assign_events
from crawler.storage.stored_article import ArticleReader

if TYPE_CHECKING:
    from dedup import AlignedPart
    from dedup.passages.passage import Passage

LANGUAGES = ("ar", "en")
_SIDES: dict[str, Callable[["AlignedPart"], list[tuple[str, str]]]] = {
    "same": lambda part: [("=", part.first)],
    "changed": lambda part: [("-", part.first), ("+", part.second)],
    "only_first": lambda part: [("-", part.first)],
    "only_second": lambda part: [("+", part.second)],
}
"""The lines of each kind of part of two aligned texts, marked as a difference is."""
PASSAGE_KINDS = {
    "quotation": "passage_quotation",
    "background": "passage_background",
    "reused": "passage_reused",
}
"""The kinds of passages, with the message that names each."""
_LETTERS_SHOWN = 160
"""Of a passage in the table; the file has all."""


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
    group.command("events")(events_command)
    group.command("explain")(explain_command)
    group.command("passages")(passages_command)
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
    common.notice(phrase("cli_report_in", lang, path=str(output)))
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
        assign_events(stores)
    common.notice(counted("n_articles_indexed", count, common.lang))


def passages_command(
    ctx: typer.Context,
    source: Annotated[
        Path | None, typer.Argument(help="A file (.jsonl, .csv, also .gz; .parquet) instead of the archive.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write all passages here, as JSON lines.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only quotation, background or reused.")] = None,
    min_words: Annotated[
        int, typer.Option(help="Words that a passage has at least; below 16 some are missed.")
    ] = 16,
    background: Annotated[
        int, typer.Option(help="From so many stories on a passage is background, unless it is quoted.")
    ] = 5,
    limit: Annotated[int, typer.Option(help="How many are shown.", min=1)] = 20,
    epoch: Annotated[
        str | None, typer.Option(help="What times of a file are that are numbers: s, ms or us since 1970.")
    ] = None,
) -> None:
    """Paragraphs and quotations that articles share without being copies, those of the most stories first.

    Example: khabar dedup passages --kind quotation -o quotations.jsonl
    """
    common = context_of(ctx)
    if kind is not None and kind not in PASSAGE_KINDS:
        raise UsageError(f"--kind {kind}: it is one of {', '.join(PASSAGE_KINDS)}")
    refuse_unwritable(output)
    with articles_read(common) as progress:
        shared = passages.passages_of(
            common.settings,
            source,
            min_words=min_words,
            background=background,
            epoch=epoch,
            progress=progress,
        )
    shared = [passage for passage in shared if kind in (None, passage.kind)]
    if output is not None:
        write_rows(output, passages.passage_rows(shared))
        common.notice(phrase("cli_written_to", common.lang, path=str(output)))
    if common.json:
        for row in passages.passage_rows(shared):
            typer.echo(json.dumps(row))
        return
    if shared:
        out().print(_passage_table(shared[:limit], common.lang))
    common.notice(counted("n_passages_shared", len(shared), common.lang))
    if len(shared) > limit:
        common.notice(counted("n_first_shown", limit, common.lang))


def _passage_table(shared: "list[Passage]", lang: str) -> RowTable:
    table = RowTable(
        [
            Column(word("cli_kind", lang)),
            Column(word("cli_stories", lang), right=True),
            Column(word("cli_words", lang), right=True),
            Column(word("cli_first", lang)),
            Column(word("cli_passage", lang), wraps=True, min_width=30),
        ]
    )
    for passage in shared:
        first = passage.occurrences[0]
        table.add_row(
            word(PASSAGE_KINDS[passage.kind], lang),
            str(passage.stories),
            str(passage.words),
            single_line(first.source or first.id),
            shorten(passage.text, _LETTERS_SHOWN, placeholder="…"),
        )
    return table


def explain_command(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(help="Address or id of an article.")],
    second: Annotated[str, typer.Argument(help="Address or id of the article it is compared with.")],
    lang: Annotated[str, typer.Option(help="ar or en.")] = "en",
) -> None:
    """Why two articles are copies or are not, in words, and their texts side by side.

    Example: khabar dedup explain https://a.example/1 https://b.example/2 --lang ar
    """
    common = context_of(ctx)
    if lang not in LANGUAGES:
        raise UsageError(f"--lang {lang}: it is one of {', '.join(LANGUAGES)}")
    with contextlib.closing(open_stores(common.settings)) as stores:
        mine, other = (shown_article(stores, address) for address in (first, second))
    compared = explain.compare_articles(mine, other)
    verdict, parts = compared.verdict, compared.parts
    lines = verdict.explain(lang)
    if common.json:
        rows = [part._asdict() for part in parts]
        typer.echo(json.dumps({**asdict(verdict), "explanation": lines, "parts": rows}))
        return
    for line in lines:
        out().print(line, markup=False, soft_wrap=True)
    for part in parts:
        out().print()
        for mark, text in _SIDES[part.kind](part):
            out().print(f"{mark} {text}", markup=False, soft_wrap=True)


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
    key = "n_pairs_unmarked" if undo else "n_pairs_marked"
    common.notice(counted(key, result.changed, common.lang))


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
