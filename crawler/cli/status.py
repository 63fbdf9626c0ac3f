"""`khabar status`: the health of every site, what is due, what is wrong."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from crawler.cli.context import context_of, out
from crawler.operations.status import SiteStatus, statuses
from crawler.sites import load_sites, select_sites
from crawler.storage.connect import open_stores
from crawler.storage.schema import ensure_schema


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("status")(status_command)


def status_command(
    ctx: typer.Context,
    site: Annotated[
        list[str] | None, typer.Argument(help="Sites to look at closely; without any, all enabled ones.")
    ] = None,
) -> None:
    """Show how the sites are; exit code 3 if one of them needs a look.

    Example: khabar status enab-baladi
    """
    common = context_of(ctx)
    chosen = select_sites(load_sites(common.seeds), site or [])
    with contextlib.closing(open_stores(common.settings)) as stores:
        ensure_schema(stores.db)
        found = statuses(stores.db, chosen, detailed=bool(site))
    if common.json:
        out().print_json(json.dumps([status.as_json() for status in found], ensure_ascii=False))
    else:
        console = out()
        console.print(_table(found))
        for status in found:
            if not status.healthy and status.reason:
                console.print(Text(f"{status.site}: {status.reason}", style="red"), soft_wrap=True)
        for status in found:
            if status.tls == "unverified":
                note = f'{status.site}: its certificate is not verified (tls = "unverified" in its seed)'
                console.print(Text(note, style="yellow"), soft_wrap=True)
        for status in found:
            if status.crawls:
                console.print(_crawls(status))
    raise typer.Exit(0 if all(status.healthy for status in found) else 3)


CRAWL_STYLES = {"ok": "green", "stopped": "yellow", "lease_held": "yellow", "running": "dim"}


def _style(verdict: str | None, healthy: bool) -> str:
    return "dim" if verdict == "never_crawled" else "green" if healthy else "bold red"


def _table(found: list[SiteStatus]) -> Table:
    now = datetime.now(UTC)
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 1), pad_edge=False)
    table.add_column("site", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("since", no_wrap=True, justify="right")
    table.add_column("last crawl", no_wrap=True, justify="right")
    table.add_column("new, 24 h", justify="right")
    table.add_column("next", no_wrap=True, justify="right")
    for status in found:
        table.add_row(
            Text(status.site),
            Text(status.verdict.replace("_", " "), style=_style(status.verdict, status.healthy)),
            _ago(status.since, now),
            _ago(status.checked_at, now),
            str(status.new),
            "now" if status.running else _until(status.next_at, now) if status.enabled else "off",
        )
    return table


def _crawls(status: SiteStatus) -> Table:
    table = Table(title=f"{status.site}: the latest crawls", box=box.SIMPLE_HEAD, title_justify="left")
    for heading in ("started (UTC)", "kind", "verdict", "pages", "new", "requests", "why"):
        table.add_column(heading, overflow="fold")
    for crawl in status.crawls:
        verdict = crawl.verdict or "running"
        table.add_row(
            f"{crawl.started_at:%m-%d %H:%M}",
            crawl.kind,
            Text(verdict.replace("_", " "), style=CRAWL_STYLES.get(verdict, "red")),
            str(crawl.taken),
            str(crawl.new),
            str(crawl.requests),
            Text(crawl.reason or ""),
        )
    return table


def _ago(moment: datetime | None, now: datetime) -> str:
    return "" if moment is None else _span(now - moment)


def _until(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    return f"in {_span(moment - now)}" if moment > now else "due"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"
