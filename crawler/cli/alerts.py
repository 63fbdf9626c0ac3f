"""`khabar alerts`: saved searches that tell somebody."""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler.alerts.delivery import headline, is_feed, send
from crawler.alerts.rules import AlertRule, load_rules
from crawler.alerts.run import AlertReport, run_alerts
from crawler.cli.context import CliContext, context_of, out
from crawler.cli.output import Column, RowTable
from crawler.errors import KhabarError, UsageError
from crawler.folders import alerts_file
from crawler.html.safe import single_line
from crawler.model.period import iso_minute
from crawler.model.site import names_of, zone_of
from crawler.operations.archive.alert_events import latest_events
from crawler.operations.archive.read import Archive
from crawler.storage.alert_outbox import AlertEvent

logger = logging.getLogger(__name__)

LOOK_EVERY = 60.0
"""Seconds between two runs with ``--watch``."""

RulesFile = Annotated[
    Path | None, typer.Option("--file", help="The saved searches; else alerts.toml here, or your own.")
]


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    group = typer.Typer(help="Saved searches that tell somebody what is new.", no_args_is_help=True)
    group.command("run")(run_command)
    group.command("test")(try_command)
    group.command("list")(list_command)
    app.add_typer(group, name="alerts")


def run_command(
    ctx: typer.Context,
    file: RulesFile = None,
    watch: Annotated[bool, typer.Option("--watch", help="Every minute, until stopped.")] = False,
) -> None:
    """Ask every saved search, and tell its destinations what happened since the last run.

    Exit code 3: something could not be sent, and is tried again by the next run.

    Example: khabar alerts run --watch
    """
    common = context_of(ctx)
    path = file or alerts_file()
    with _archive(common) as archive:
        while True:
            reports = run_alerts(archive, load_rules(path))
            _show(common, reports)
            if not watch:
                break
            time.sleep(LOOK_EVERY)
    if any(report.problems for report in reports):
        raise typer.Exit(3)


def try_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The saved search.")],
    file: RulesFile = None,
    with_message: Annotated[
        bool, typer.Option("--send", help="Send a test message to each of its destinations.")
    ] = False,
) -> None:
    """Show what a saved search matches now; nothing is stored, and nothing sent without --send.

    Example: khabar alerts test rastan-bridge --send
    """
    common = context_of(ctx)
    rule = _rule(load_rules(file or alerts_file()), name)
    with _archive(common) as archive:
        archive.refresh()
        hits = [hit for hit in archive.matches(rule.query) if not rule.sites or hit.site in rule.sites]
    if common.json:
        typer.echo(json.dumps([asdict(hit) for hit in hits[:20]], ensure_ascii=False, default=str))
    else:
        sites = common.sites_of_seeds()
        for hit in hits[:20]:
            at = iso_minute(hit.at, zone_of(hit.site, sites))
            out().print(f"{at} {hit.site}  {single_line(hit.title)}", markup=False, soft_wrap=True)
    common.notice(f"{len(hits)} articles match; the newest {min(len(hits), 20)} are shown")
    if not with_message:
        return
    event = AlertEvent(
        rule.name, "new", "0" * 32, 0, "test", "Test · تجربة", "https://example.org/", datetime.now(UTC)
    )
    problems = 0
    for destination in rule.to:
        scheme = destination.partition(":")[0]
        problem = "a feed is written by khabar alerts run" if is_feed(destination) else None
        problem = problem or send(event, destination, common.settings.user_agent)
        problems += problem is not None and not is_feed(destination)
        common.notice(f"{scheme}: {problem or 'sent'}")
    if problems:
        raise typer.Exit(3)


def list_command(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="What this one matched; without it, all of them.")
    ] = None,
    file: RulesFile = None,
) -> None:
    """List the saved searches, or what one of them matched in the last 30 days.

    Example: khabar alerts list rastan-bridge
    """
    common = context_of(ctx)
    rules = load_rules(file or alerts_file())
    if name is not None:
        rule = _rule(rules, name)
        with _archive(common) as archive:
            events = latest_events(archive, rule.name)
        if common.json:
            typer.echo(json.dumps([asdict(event) for event in events], ensure_ascii=False, default=str))
            return
        sites = common.sites_of_seeds()
        for event in events:
            at = iso_minute(event.at, zone_of(event.site, sites))
            out().print(f"{at}  {headline(event)}", markup=False, soft_wrap=True)
        common.notice(f"{len(events)} events")
        return
    if common.json:
        rows = [rule.model_dump(mode="json", exclude={"to"}) for rule in rules]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = RowTable(
        [
            Column("name"),
            Column("query", wraps=True),
            Column("sites", wraps=True),
            Column("kinds"),
            Column("to"),
        ]
    )
    for rule in rules:
        # Addresses hold keys: their schemes alone are shown.
        schemes = ", ".join(address.partition(":")[0] for address in rule.to)
        table.add_row(
            rule.name, rule.query or "–", ", ".join(rule.sites) or "all", ", ".join(rule.kinds), schemes
        )
    out().print(table)


def run_after_crawl(common: CliContext) -> None:
    """Run the saved searches, if there are any; what goes wrong with them is told and ends nothing."""
    path = alerts_file()
    if not path.is_file():
        return
    try:
        with _archive(common) as archive:
            reports = run_alerts(archive, load_rules(path))
    except KhabarError as error:
        common.notice(f"The alerts were not run: {error}", style="yellow")
        return
    for report in reports:
        for problem in report.problems:
            common.notice(f"alert {report.alert}: {problem}", style="yellow")


@contextlib.contextmanager
def alerts_meanwhile(common: CliContext) -> Iterator[None]:
    """Run the saved searches every minute while the context lasts."""
    stopping = threading.Event()

    def work() -> None:
        while not stopping.wait(LOOK_EVERY):
            try:
                run_after_crawl(common)
            except Exception:  # the crawls go on; the next run tries again
                logger.exception("The alerts could not be run")

    thread = threading.Thread(target=work, name="khabar-alerts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(timeout=10)


@contextlib.contextmanager
def _archive(common: CliContext) -> Iterator[Archive]:
    with contextlib.closing(Archive(common.settings, names_of(common.sites_of_seeds()))) as archive:
        yield archive


def _rule(rules: list[AlertRule], name: str) -> AlertRule:
    for rule in rules:
        if rule.name == name:
            return rule
    raise UsageError(
        f"no saved search is called {name!r}; there are {', '.join(rule.name for rule in rules) or 'none'}"
    )


def _show(common: CliContext, reports: list[AlertReport]) -> None:
    if common.json:
        typer.echo(json.dumps([asdict(report) for report in reports], ensure_ascii=False))
        return
    for report in reports:
        waiting = f", {report.waiting} wait" if report.waiting else ""
        common.notice(f"{report.alert}: {report.new} new, {report.sent} sent{waiting}")
        for problem in report.problems:
            common.notice(f"{report.alert}: {problem}", style="yellow")
