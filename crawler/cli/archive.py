"""`khabar show` and `khabar export`: reading the archive."""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from crawler.cli.changes import show_changes
from crawler.cli.context import context_of, err, out
from crawler.cli.options import Since, SiteOption, Until
from crawler.cli.output import shown_address
from crawler.model.period import Period, explain_empty, parse_period
from crawler.model.seeds import load_sites, select_sites
from crawler.operations.archive.export import LeftOut, RowCounter, export_rows
from crawler.operations.archive.export_files import export_target, write_export, write_text
from crawler.operations.archive.show import find_article
from crawler.storage.connect import open_stores


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("show")(show_command)
    app.command("export")(export_command)


def show_command(
    ctx: typer.Context,
    address: Annotated[
        str, typer.Argument(metavar="URL", help="The article's address, in any form, or its id.")
    ],
    diff: Annotated[bool, typer.Option("--diff", help="Only what changed between its wordings.")] = False,
) -> None:
    """Show an article as it is stored, with its earlier wordings and its story.

    Example: khabar show https://example.org/2024/12/04/title/ --diff
    """
    common = context_of(ctx)
    with contextlib.closing(open_stores(common.settings)) as stores:
        article = find_article(stores, address)
    if diff:
        show_changes(article, as_json=common.json)
    elif common.json:
        out().print_json(json.dumps(article, ensure_ascii=False))
    else:
        out().print(_article(article), soft_wrap=True)


def _shares(pair: dict[str, Any] | None) -> str | None:
    """What a copy and its original have of one another; None where it was not measured."""
    if pair is None:
        return None
    return (
        f"{pair['contained']:.0%} of it in the original, {pair['contains']:.0%} of the original in it "
        f"({pair['reason']}, {pair['rule']})"
    )


def _article(article: dict[str, Any]) -> Group:
    facts = Table.grid(padding=(0, 2))
    published = article["published"]
    if published and article["published_precision"] == "day":
        published = published[:10]
    for name, value in (
        ("url", shown_address(article["url"])),
        ("site", article["site"]),
        ("published", f"{published} ({article['date_source']})" if published else None),
        ("modified", article["modified"]),
        ("authors", ", ".join(article["authors"])),
        ("editors", ", ".join(article["editors"])),
        ("agency", article["agency"]),
        ("marks", ", ".join(article["marks"])),
        ("section", article["section"]),
        ("tags", ", ".join(article["tags"])),
        ("language", article["language"]),
        ("revision", str(article["revision"])),
        ("removed", article["removed_at"]),
        (
            "was away",
            ", ".join(f"{a['removed_at'][:16]} to {a['returned_at'][:16]}" for a in article["absences"]),
        ),
        ("incomplete", "a further page could not be read" if article["incomplete"] else None),
        ("waits", "; ".join(f"{page['reason']}: «{page['title']}»" for page in article["waiting"])),
        ("duplicate of", article["duplicate_of"]),
        ("similarity", f"{article['similarity']:.2f}" if article["similarity"] is not None else None),
        ("shares", _shares(article["pair"])),
        ("story", article["story_id"]),
        ("certificate", "not verified" if article["tls"] == "unverified" else None),
        ("id", article["id"]),
    ):
        if value:
            facts.add_row(Text(name, style="dim"), Text(value))
    parts: list[Any] = [Text(article["title"], style="bold"), facts, Text(), Text(article["text"])]
    for member in article["story"]:
        mark = f"{member['similarity']:.2f} " if member["similarity"] is not None else ""
        parts.append(
            Text(
                f"\nalso: {mark}{member['site']}: {member['title']}\n      {shown_address(member['url'])}",
                style="dim",
            )
        )
    parts += [
        Text(
            f"\nRevision {old['revision']}, {old['seen_from'][:16]} to {old['seen_until'][:16]} UTC: "
            f"{old['title']}\n\n{old['text']}",
            style="dim",
        )
        for old in article["revisions"]
    ]
    return Group(*parts)


def export_command(
    ctx: typer.Context,
    site: SiteOption = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="Duplicates too.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write to this file: .jsonl, .csv (each also .gz) or .parquet."),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="jsonl, csv or parquet; else by the file's ending.")
    ] = None,
) -> None:
    """Write the archive as JSON lines, CSV or Parquet: an article a row, duplicates left out.

    Example: khabar export --since 2024-12-01 -o december.parquet
    """
    common = context_of(ctx)
    period, target = parse_period(since, until), export_target(output, form)
    sites = load_sites(common.seeds) if common.seeds.is_dir() else {}
    if site is not None and site not in sites:
        select_sites(sites, [site])
    left_out, counter = LeftOut(), RowCounter()
    with contextlib.closing(open_stores(common.settings)) as stores:
        rows = counter.count(
            export_rows(stores, sites, site=site, period=period, duplicates=everything, left_out=left_out)
        )
        if output is not None:
            write_export(rows, output, target)
        else:
            write_text(rows, sys.stdout, target.format)
            sys.stdout.flush()
    if common.verbosity >= 0:
        for line in _export_notes(counter.rows, output, period, left_out):
            err().print(line, markup=False, soft_wrap=True)


def _export_notes(count: int, output: Path | None, period: Period, left_out: LeftOut) -> Iterator[str]:
    yield f"{count} articles{f' in {output}' if output else ''}"
    if left_out.duplicates:
        yield f"{left_out.duplicates} duplicates were left out (--all writes them too)"
    if not count and not left_out.duplicates:
        yield explain_empty(period, left_out.earliest, left_out.latest)
