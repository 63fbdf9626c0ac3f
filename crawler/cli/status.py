"""`khabar status`: the health of every site, what is due, what is wrong."""

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import unquote

import typer
from rich.text import Text

from crawler.cli.context import context_of, err, out
from crawler.cli.options import complete_site
from crawler.cli.output import Column, RowTable, shown_address
from crawler.model.crawl import Verdict
from crawler.model.seeds import load_sites, select_sites
from crawler.operations.archive.kept_captures import capture_space
from crawler.operations.crawling.status import SiteStatus, statuses
from crawler.settings import Settings
from crawler.storage.connect import open_stores
from crawler.storage.schema import ensure_schema


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("status")(status_command)


def status_command(
    ctx: typer.Context,
    site: Annotated[
        list[str] | None,
        typer.Argument(
            help="Sites to look at closely; without any, all enabled ones.", autocompletion=complete_site
        ),
    ] = None,
) -> None:
    """Show how the sites are; exit code 3 if one of them needs a look.

    Example: khabar status enab-baladi
    """
    common = context_of(ctx)
    chosen = select_sites(load_sites(common.seeds), site or [])
    with contextlib.closing(open_stores(common.settings)) as stores:
        ensure_schema(stores.db)
        rows = statuses(stores.db, chosen, detailed=bool(site))
    if common.json:
        out().print_json(json.dumps([status.as_json() for status in rows], ensure_ascii=False))
    else:
        console = out()
        console.print(_table(rows))
        for status in rows:
            if not status.healthy and status.reason:
                console.print(Text(f"{status.site}: {status.reason}", style="red"), soft_wrap=True)
        for status in rows:
            if status.tls == "unverified":
                note = f'{status.site}: its certificate is not verified (tls = "unverified" in its seed)'
                console.print(Text(note, style="yellow"), soft_wrap=True)
        for line in _limit_lines(common.settings, rows):
            console.print(line, soft_wrap=True)
        if common.verbosity >= 0 and all(status.verdict == "never_crawled" for status in rows):
            err().print("Nothing has been crawled yet: khabar crawl SITE, or khabar demo to see how.")
        for status in rows:
            if status.crawls:
                console.print(_crawls(status))
                for line in _source_lines(status):
                    console.print(line, soft_wrap=True)
            if status.waiting:
                console.print(_waiting(status))
            if status.marks:
                console.print(_marks(status))
    raise typer.Exit(0 if all(status.healthy for status in rows) else 3)


WHY_WIDTH = 20
"""Characters that a sentence needs to be read at all."""

SHOWN_OF_TEXT = 100
"""Letters of a waiting text that the table shows."""

CRAWL_STYLES = {
    Verdict.OK: "green",
    Verdict.STOPPED: "yellow",
    Verdict.LEASE_HELD: "yellow",
    "running": "dim",
}


def _limit_lines(settings: Settings, rows: list[SiteStatus]) -> Iterator[Text]:
    """What is going to be deleted of the captures."""
    for space in capture_space(settings, {status.site for status in rows}):
        if space.is_near:
            yield Text(space.sentence(), style="yellow")


def _style(verdict: str | None, healthy: bool) -> str:
    return "dim" if verdict == "never_crawled" else "green" if healthy else "bold red"


def _table(rows: list[SiteStatus]) -> RowTable:
    now = datetime.now(UTC)
    table = RowTable(
        [
            Column("site"),
            Column("verdict"),
            *(Column(name, right=True) for name in ("since", "last crawl", "new, 24 h", "next")),
        ]
    )
    for status in rows:
        table.add_row(
            Text(status.site),
            Text(status.verdict.replace("_", " "), style=_style(status.verdict, status.healthy)),
            _ago(status.since, now),
            _ago(status.checked_at, now),
            str(status.new),
            "now" if status.running else _until(status.next_at, now) if status.enabled else "off",
        )
    return table


def _crawls(status: SiteStatus) -> RowTable:
    table = RowTable(
        [
            Column("started (UTC)"),
            *(Column(name) for name in ("kind", "verdict")),
            *(Column(name, right=True) for name in ("pages", "new", "requests")),
            Column("why", wraps=True, min_width=WHY_WIDTH),
        ],
        title=f"{status.site}: the latest crawls",
    )
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


def _source_lines(status: SiteStatus) -> Iterator[Text]:
    """A heading and a line for each source: how it is, and what became of the addresses that it named."""
    sources = next((crawl.sources for crawl in status.crawls if crawl.sources), ())
    if sources:
        yield Text(f"{status.site}: what the sources named", style="italic")
    for source in sources:
        counts = ", ".join(
            f"{number} {outcome.replace('_', ' ')}" for outcome, number in source.addresses.outcomes.items()
        )
        hosts = ", ".join(f"{entry.host} {entry.count}" for entry in source.addresses.off_site_hosts)
        unchanged = "unchanged" if source.unchanged else None
        off_site = f"off the site: {hosts}" if hosts else None
        details = (counts or unchanged or "nothing", off_site, source.error, source.note)
        yield Text(
            f"  {source.kind} {unquote(source.url)}: {source.verdict or unchanged or 'read'}; "
            + "; ".join(detail for detail in details if detail),
            style="" if source.error is None else "red",
        )


def _waiting(status: SiteStatus) -> RowTable:
    table = RowTable(
        [
            Column("page"),
            Column("next look (UTC)"),
            *(Column(name, wraps=True, min_width=WHY_WIDTH) for name in ("why", "it says")),
        ],
        title=f"{status.site}: what waits until the site says it again",
    )
    for page in status.waiting:
        next_look = page["next_look_at"]
        words = " ".join(f"{page['title']} {page['beginning']}".split())
        table.add_row(
            shown_address(page["url"]),
            f"{next_look:%m-%d %H:%M}" if next_look else "now",
            page["reason"],
            Text(words[:SHOWN_OF_TEXT]),
        )
    return table


def _marks(status: SiteStatus) -> RowTable:
    """How many stored articles of a site carry which mark."""
    table = RowTable(
        [Column("mark"), Column("articles", right=True)], title=f"{status.site}: marks on stored articles"
    )
    for mark, count in status.marks.items():
        table.add_row(mark.replace("_", " "), f"{count:,}")
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
