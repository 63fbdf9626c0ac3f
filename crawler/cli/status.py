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
from crawler.health.report import KIND_MESSAGES, SourceReport
from crawler.html.sentences import in_language, isolated, phrase
from crawler.html.words import filled, label, word
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
        tables = StatusTables(common.lang)
        console.print(tables.sites(rows))
        for status in rows:
            if not status.healthy and status.reason:
                console.print(
                    Text(f"{tables.site(status)}: {in_language(status.reason, common.lang)}", style="red"),
                    soft_wrap=True,
                )
        for status in rows:
            if status.tls == "unverified":
                note = phrase("cli_unverified", common.lang, site=status.site)
                console.print(Text(note, style="yellow"), soft_wrap=True)
        for line in _limit_lines(common.settings, rows, common.lang):
            console.print(line, soft_wrap=True)
        if common.verbosity >= 0 and all(status.verdict == "never_crawled" for status in rows):
            err().print(word("cli_nothing_crawled", common.lang))
        for status in rows:
            if status.crawls:
                console.print(tables.crawls(status))
                for line in tables.source_lines(status):
                    console.print(line, soft_wrap=True)
            if status.waiting:
                console.print(tables.waiting(status))
            if status.marks:
                console.print(tables.marks(status))
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


def _limit_lines(settings: Settings, rows: list[SiteStatus], lang: str) -> Iterator[Text]:
    """What is going to be deleted of the captures."""
    for space in capture_space(settings, {status.site for status in rows}):
        if space.is_near:
            yield Text(in_language(space.sentence(), lang), style="yellow")


def _style(verdict: str | None, healthy: bool) -> str:
    return "dim" if verdict == "never_crawled" else "green" if healthy else "bold red"


class StatusTables:
    """What `khabar status` prints, in a language.

    Args:
        lang: ``ar`` or ``en``.
    """

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def site(self, status: SiteStatus) -> str:
        """The name of a site at the beginning of a line."""
        return self._isolated(status.site)

    def sites(self, rows: list[SiteStatus]) -> RowTable:
        """A row for each site."""
        now = datetime.now(UTC)
        table = RowTable(
            [
                Column(self._t("cli_site")),
                Column(self._t("cli_verdict")),
                Column(self._t("cli_since"), right=True),
                Column(self._t("cli_last_crawl"), right=True),
                Column(self._t("cli_new_in_a_day"), right=True),
                Column(self._t("cli_next"), right=True),
            ]
        )
        for status in rows:
            table.add_row(
                Text(status.site),
                Text(self._name(status.verdict), style=_style(status.verdict, status.healthy)),
                self._ago(status.since, now),
                self._ago(status.checked_at, now),
                str(status.new),
                self._next(status, now),
            )
        return table

    def crawls(self, status: SiteStatus) -> RowTable:
        """A site's latest crawls."""
        table = RowTable(
            [
                Column(phrase("cli_started", self._lang, zone=str(status.zone))),
                *map(Column, (self._t("cli_kind"), self._t("cli_verdict"))),
                Column(self._t("cli_pages"), right=True),
                Column(self._t("cli_new"), right=True),
                Column(self._t("cli_requests"), right=True),
                Column(self._t("cli_why"), wraps=True, min_width=WHY_WIDTH),
            ],
            title=phrase("cli_latest_crawls", self._lang, site=status.site),
        )
        for crawl in status.crawls:
            verdict = crawl.verdict or "running"
            table.add_row(
                f"{crawl.started_at.astimezone(status.zone):%m-%d %H:%M}",
                self._name(crawl.kind),
                Text(self._name(verdict), style=CRAWL_STYLES.get(verdict, "red")),
                str(crawl.taken),
                str(crawl.new),
                str(crawl.requests),
                Text(self._in_language(crawl.reason or "")),
            )
        return table

    def source_lines(self, status: SiteStatus) -> Iterator[Text]:
        """A heading and a line for each source: how it is, and what became of what it named."""
        sources = next((crawl.sources for crawl in status.crawls if crawl.sources), ())
        if sources:
            yield Text(phrase("cli_sources", self._lang, site=status.site), style="italic")
        for source in sources:
            yield Text(
                f"  {self._source_line(source)}",
                style="" if source.error is None else "red",
            )

    def _source_line(self, source: SourceReport) -> str:
        outcomes = source.addresses.outcomes.items()
        counts = [f"{number} {self._address_outcome(outcome)}" for outcome, number in outcomes]
        hosts = [f"{self._isolated(entry.host)} {entry.count}" for entry in source.addresses.off_site_hosts]
        unchanged = self._t("cli_unchanged") if source.unchanged else None
        separator = self._t("list_separator")
        details = [
            separator.join(counts) or unchanged or self._t("cli_nothing"),
            filled("cli_off_site", self._lang, hosts=self._t("list_separator").join(hosts))
            if hosts
            else None,
            *(self._in_language(text) for text in (source.error, source.note) if text),
        ]
        verdict = f"source_{source.verdict}" if source.verdict else None
        return filled(
            "cli_source",
            self._lang,
            kind=self._t(KIND_MESSAGES[source.kind]) if self._lang == "ar" else str(source.kind),
            url=self._isolated(unquote(source.url)),
            verdict=word(verdict, self._lang) if verdict else unchanged or self._t("cli_read"),
            details=self._t("marks_separator").join(detail for detail in details if detail),
        )

    def _address_outcome(self, outcome: str) -> str:
        return outcome.replace("_", " ") if self._lang == "en" else label(f"address_{outcome}", self._lang)

    def _in_language(self, text: str) -> str:
        return in_language(text, self._lang)

    def _isolated(self, text: str) -> str:
        return text if self._lang == "en" else isolated(text)

    def waiting(self, status: SiteStatus) -> RowTable:
        """What waits for a second look."""
        table = RowTable(
            [
                Column(self._t("cli_page")),
                Column(phrase("cli_next_look", self._lang, zone=str(status.zone))),
                Column(self._t("cli_why"), wraps=True, min_width=WHY_WIDTH),
                Column(self._t("cli_it_says"), wraps=True, min_width=WHY_WIDTH),
            ],
            title=phrase("cli_waiting", self._lang, site=status.site),
        )
        for page in status.waiting:
            next_look = page["next_look_at"]
            words = " ".join(f"{page['title']} {page['beginning']}".split())
            table.add_row(
                shown_address(page["url"]),
                f"{next_look.astimezone(status.zone):%m-%d %H:%M}" if next_look else self._t("cli_now"),
                self._in_language(page["reason"]),
                Text(words[:SHOWN_OF_TEXT]),
            )
        return table

    def marks(self, status: SiteStatus) -> RowTable:
        """How many stored articles of a site carry which mark."""
        table = RowTable(
            [Column(self._t("cli_mark")), Column(self._t("cli_articles"), right=True)],
            title=phrase("cli_marks", self._lang, site=status.site),
        )
        for mark, count in status.marks.items():
            table.add_row(self._name(mark), f"{count:,}")
        return table

    def _t(self, key: str) -> str:
        return word(key, self._lang)

    def _name(self, name: str) -> str:
        """A name that data hold; in English as it is, as commands and JSON write it."""
        return name.replace("_", " ") if self._lang == "en" else label(name, self._lang)

    def _next(self, status: SiteStatus, now: datetime) -> str:
        if status.running:
            return self._t("cli_now")
        if not status.enabled:
            return self._t("cli_off")
        if status.next_at is None:
            return ""
        if status.next_at <= now:
            return self._t("cli_due")
        return filled("cli_in", self._lang, span=self._span(status.next_at - now))

    def _ago(self, moment: datetime | None, now: datetime) -> str:
        return "" if moment is None else self._span(now - moment)

    def _span(self, span: timedelta) -> str:
        minutes = int(span.total_seconds() // 60)
        if minutes < 60:
            key, count = "cli_minutes", max(minutes, 0)
        elif minutes < 48 * 60:
            key, count = "cli_hours", minutes // 60
        else:
            key, count = "cli_days", minutes // (24 * 60)
        return filled(key, self._lang, n=str(count))
