"""``khabar stores``, ``khabar backup``, ``khabar restore`` and ``khabar doctor``."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from crawler.cli.context import context_of, out
from crawler.cli.lazy import dedup_rebuild
from crawler.cli.output import Column, RowTable
from crawler.html.sentences import in_language
from crawler.html.words import word
from crawler.model.period import iso_minute
from crawler.operations.archive import backup as backups
from crawler.operations.archive.capture_backup import backup_captures, captures_file, restore_captures
from crawler.operations.doctor import Level, diagnose
from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.change_marks import mark_replaced
from crawler.storage.connect import open_stores

_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.ERROR: "bold red"}
_LEVELS = {Level.OK: "level_ok", Level.WARNING: "level_warning", Level.ERROR: "level_error"}
_CHECKS = {
    "MongoDB": "check_mongodb",
    "Redis": "check_redis",
    "dedup index": "check_dedup_index",
    "captures": "check_captures",
    "seeds": "check_seeds",
    "disk": "check_disk",
    "capture limit": "check_capture_limit",
    "imports": "check_imports",
    "contact": "check_contact",
    "versions": "check_versions",
}
"""The messages that name what is looked at."""
_errors = Console(stderr=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="The embedded servers: start, stop, look at them.", no_args_is_help=True)
    group.command(epilog="Example: khabar stores start")(start)
    group.command(epilog="Example: khabar stores stop")(stop)
    group.command(epilog="Example: khabar stores status --json")(status)
    app.add_typer(group, name="stores")
    app.command(epilog="Example: khabar backup archive.khabar")(backup)
    app.command(epilog="Example: khabar restore archive.khabar --replace")(restore)
    app.command(epilog="Example: khabar doctor --json")(doctor)


def start(ctx: typer.Context) -> None:
    """Start the embedded servers. Other commands do so by themselves."""
    settings = context_of(ctx).settings
    _show(settings, embedded.start(settings), context_of(ctx).json)


def stop(ctx: typer.Context) -> None:
    """Stop the embedded servers; what they hold stays in the data folder."""
    settings = context_of(ctx).settings
    for stopped in embedded.stop(settings):
        if not stopped.ran:
            _errors.print(f"{stopped.store}: no embedded server was running", highlight=False)
        elif stopped.cleanly:
            _errors.print(f"{stopped.store}: stopped in {stopped.seconds:.1f} s", highlight=False)
        else:
            _errors.print(
                f"{stopped.store}: did not end when asked and was killed after {stopped.seconds:.0f} s; "
                "nothing that was acknowledged is lost",
                highlight=False,
            )


def status(ctx: typer.Context) -> None:
    """Show the embedded servers: address, process, memory, disk."""
    settings = context_of(ctx).settings
    _show(settings, [server.status() for server in embedded.servers(settings)], context_of(ctx).json)


def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to write, for example khabar.backup")],
    captures: Annotated[
        bool, typer.Option("--captures", help="Take the captures along, in FILE.captures.tar beside it.")
    ] = False,
) -> None:
    """Write everything in MongoDB to one compressed file; also during a crawl."""
    settings = context_of(ctx).settings
    with open_stores(settings) as stores, _progress("Backing up") as progress:
        summary = backups.backup(stores, file, progress)
    _errors.print(
        f"{summary.total:,} documents, {decimal(summary.size)}: {file}", highlight=False, markup=False
    )
    if captures:
        kept = backup_captures(settings.data_dir, file)
        line = f"{kept.files:,} files of captures, {decimal(kept.size)}: {captures_file(file)}"
        _errors.print(line, highlight=False, markup=False)


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `khabar backup` wrote")],
    replace: Annotated[bool, typer.Option("--replace", help="Delete what is in the database now.")] = False,
    captures: Annotated[
        bool, typer.Option("--captures", help="Bring the captures back as well, from FILE.captures.tar.")
    ] = False,
) -> None:
    """Bring a backup into the database, then make the dedup index again."""
    settings = context_of(ctx).settings
    if captures:
        # First: whatever is wrong with them, the database is as it was.
        kept = restore_captures(settings.data_dir, file)
        _errors.print(f"{kept.files:,} files of captures, {decimal(kept.size)}", highlight=False)
    with open_stores(settings) as stores:
        with _progress("Restoring") as progress:
            summary = backups.restore(stores, file, replace=replace, progress=progress)
        mark_replaced(stores.db)
        with _progress("Rebuilding the dedup index") as progress:
            articles = summary.documents.get("articles", 0)

            def rebuilt(done: int) -> None:
                progress(done, max(articles, done))

            dedup_rebuild.rebuild_index(stores, rebuilt)
    _errors.print(
        f"{summary.total:,} documents restored, as they were at {iso_minute(summary.created_at)}",
        highlight=False,
    )
    if summary.kept_seals:
        _errors.print(
            f"{summary.kept_seals} seals that the backup does not have, or has otherwise, were kept "
            "(khabar seal --list)",
            highlight=False,
        )


def doctor(ctx: typer.Context) -> None:
    """Check the stores, the dedup index, the seeds and the rest; exit code 1 if something does not work."""
    common = context_of(ctx)
    checks = diagnose(common.settings, common.seeds)
    if common.json:
        _print_json([asdict(check) for check in checks])
    else:
        table = Table.grid(padding=(0, 2))
        for check in checks:
            table.add_row(
                Text(word(_LEVELS[check.level], common.lang), style=_COLOURS[check.level]),
                Text(word(_CHECKS[check.name], common.lang), style="bold"),
                Text(in_language(check.finding, common.lang)),
            )
        out().print(table)
    if any(check.level is Level.ERROR for check in checks):
        raise typer.Exit(1)


def _show(settings: Settings, statuses: list[embedded.Status], as_json: bool) -> None:
    """Print what is known of the embedded servers, and which stores are not embedded."""
    real = {
        name
        for name, value in (("MongoDB", settings.mongodb_uri), ("Redis", settings.redis_url))
        if value is not None
    }
    if as_json:
        _print_json(
            [
                asdict(status) | {"folder": str(status.folder), "used": status.store not in real}
                for status in statuses
            ]
        )
        return
    wrapping = ("state", "where", "process")
    table = RowTable(
        [
            Column("store"),
            *(Column(heading, wraps=True, min_width=len("127.0.0.1")) for heading in wrapping),
            *(Column(heading) for heading in ("memory", "disk")),
        ]
    )
    for status in statuses:
        since = "" if status.uptime is None else f" for {_duration(status.uptime)}"
        table.add_row(
            status.store,
            Text.assemble(
                ("running", "green") if status.running else ("not running", "dim"),
                since + (", not used" if status.store in real else ""),
            ),
            status.address or "",
            f"{status.pid} ({status.version})" if status.pid else "",
            "" if status.memory is None else decimal(status.memory),
            decimal(status.disk) if status.disk else "",
        )
    if statuses:
        out().print(table)
    for name in sorted(real):
        variable = {"MongoDB": "KHABAR_MONGODB_URI", "Redis": "KHABAR_REDIS_URL"}[name]
        _errors.print(
            f"{name}: {variable} names a server of its own; `khabar doctor` looks at it", highlight=False
        )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _print_json(value: object) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, as a function of documents done and to do."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_errors, transient=True, disable=not _errors.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
