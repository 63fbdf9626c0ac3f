"""`khabar import`: what others captured, into the archive."""

import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from crawler.cli.context import CliContext, context_of, err, out
from crawler.cli.lazy import importing
from crawler.cli.options import SiteOption
from crawler.errors import UsageError
from crawler.model.period import parse_period

if TYPE_CHECKING:
    from crawler.model.site import Site
    from crawler.operations.importing.host_filter import HostFilter
    from crawler.operations.importing.report import ImportReport
    from crawler.operations.importing.wayback import WaybackReport

NOTICE_EVERY = 500
"""Records after which progress is printed."""
SHOWN = 20
"""Sentences about single records that are printed without -v."""


Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH…",
        help="WARC, ARC, WACZ, folders and zips of saved pages or mirrors, JSON lines of news-please, "
        "fundus, Media Cloud or Khabar, a CDX beside its archives. Or: wayback SITE.",
    ),
]
AsSite = Annotated[
    str | None,
    typer.Option(help="Write a seed of this name for the host with most pages, and import these alone."),
]
Copy = Annotated[
    bool,
    typer.Option(
        "--copy",
        help="Copy the files into the data folder; by default the archive refers to them where they are.",
    ),
]
Spark = Annotated[
    str | None,
    typer.Option(
        metavar="MASTER",
        help="Extract on a cluster of Apache Spark, such as spark://host:7077 or local[4].",
    ),
]
AsSites = Annotated[
    bool,
    typer.Option(
        "--as-sites",
        help="Write a seed for each domain that no seed has, such as example-org for example.org.",
    ),
]
Hosts = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Only records of this host and those under it, or, with * for any letters, of all that match: "
        "'*.sy'. Several times.",
    ),
]
Languages = Annotated[
    list[str] | None,
    typer.Option(metavar="CODE", help="Only articles in this language, such as ar or ku. Several times."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("import")(import_command)


def import_command(
    ctx: typer.Context,
    paths: Paths,
    site: SiteOption = None,
    as_site: AsSite = None,
    as_sites: AsSites = False,
    host: Hosts = None,
    language: Languages = None,
    since: Annotated[str | None, typer.Option(help="With wayback: only captures from this day on.")] = None,
    until: Annotated[str | None, typer.Option(help="With wayback: only captures up to this day.")] = None,
    copy: Copy = False,
    spark: Spark = None,
) -> None:
    """Import what others captured: articles with the time of their capture, earlier wordings as revisions.

    Stopped with Ctrl-C it goes on when called again; done twice it changes nothing.

    `khabar import wayback SITE` fetches a site's captures from the Internet Archive first, 24 a minute at
    most (KHABAR_WAYBACK_INDEX and KHABAR_WAYBACK_REPLAY name another archive).

    Example: khabar import crawl.warc.gz mirror/ --site enab-baladi

    Example: khabar import CC-NEWS.warc.gz --host '*.sy' --language ar --as-sites
    """
    common = context_of(ctx)
    is_wayback = len(paths) == 2 and paths[0] == "wayback"
    _check_options(
        is_wayback=is_wayback, site=site, as_site=as_site, as_sites=as_sites, period=since or until
    )
    site = paths[1] if is_wayback else site
    options = importing.ImportOptions(
        sites=_sites(common, site, is_making=as_site is not None or as_sites),
        seeds=common.seeds,
        site=site,
        new_site=as_site,
        makes_sites=as_sites,
        hosts=_hosts(host or ()),
        languages=_languages(language or ()),
        copies=copy,
        spark=spark,
    )
    progress = importing.Progress(notice=common.notice, ended=partial(_notice, common))
    if is_wayback:
        period = parse_period(since, until)
        if paths[1] not in options.sites:
            raise UsageError(f"unknown site {paths[1]!r}; `khabar sites list` shows all")
        fetched, report = importing.import_wayback(
            options.sites[paths[1]], period, options, common.settings, progress
        )
        _print_fetched(common, fetched)
    else:
        report = importing.import_paths(paths, options, common.settings, progress)
    _print(common, report)
    raise typer.Exit(130 if report.stopped else 0)


def _check_options(
    *, is_wayback: bool, site: str | None, as_site: str | None, as_sites: bool, period: str | None
) -> None:
    if is_wayback and (site or as_site or as_sites):
        raise UsageError("wayback SITE names the site: --site, --as-site and --as-sites are for files")
    if period and not is_wayback:
        raise UsageError("--since and --until are for wayback SITE; files are imported as a whole")
    if sum((site is not None, as_site is not None, as_sites)) > 1:
        raise UsageError(
            "--site takes the pages of a site that is there, --as-site makes one, --as-sites many: "
            "give one of them"
        )


def _sites(common: CliContext, site: str | None, *, is_making: bool) -> "dict[str, Site]":
    """The sites that records may belong to."""
    sites = common.sites_of_seeds(site) if any(common.seeds.glob("*.toml")) else {}
    if not sites and not is_making:
        raise UsageError(
            f"{common.seeds}: no seeds, so no page belongs to a site; --as-site NAME makes one, "
            "--as-sites many"
        )
    return sites


def _hosts(patterns: Sequence[str]) -> "HostFilter":
    from crawler.operations.importing.host_filter import HostFilter

    return HostFilter(patterns)


def _languages(codes: Sequence[str]) -> frozenset[str]:
    from crawler.extraction.metadata.language import LANGUAGES

    if unknown := sorted(set(codes) - LANGUAGES):
        raise UsageError(
            f"--language {unknown[0]}: which texts are in it cannot be told; "
            f"allowed: {', '.join(sorted(LANGUAGES))}"
        )
    return frozenset(codes)


def _notice(common: CliContext, site: str, records: int) -> None:
    if records % NOTICE_EVERY == 0:
        common.notice(f"{site}: {records} records")


def _print_fetched(common: CliContext, report: "WaybackReport") -> None:
    common.notice(
        f"{report.listed} captures in the index: {report.fetched} fetched, {report.present} fetched before, "
        f"{report.repeated} no page or the same as the one before, {report.failed} failed"
    )
    for sentence in report.problems:
        err().print(f"  {sentence}", markup=False, soft_wrap=True)


def _print(common: CliContext, report: "ImportReport") -> None:
    if common.json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    columns = list(report.dispositions)
    table = Table(box=None, header_style="bold")
    table.add_column("file", overflow="fold")
    for name in ("records", *columns):
        table.add_column(name, justify="right")
    rows = report.files.items() if common.verbosity > 0 or len(report.files) <= SHOWN else ()
    for path, counts in rows:
        table.add_row(path, str(sum(counts.values())), *(str(counts.get(name, "")) for name in columns))
    table.add_row(
        "all", str(report.records), *(str(report.dispositions[name]) for name in columns), style="bold"
    )
    out().print(table)
    shown = report.notices if common.verbosity > 0 else report.notices[:SHOWN]
    for notice in shown:
        line = f"{notice.place}: {notice.disposition}: {notice.reason}"
        err().print(f"{line} ({notice.url})" if notice.url else line, markup=False, soft_wrap=True)
    if len(report.notices) > len(shown):
        common.notice(f"… and {len(report.notices) - len(shown)} more; -v lists them")
    if report.left_out:
        hosts = ", ".join(f"{host} ({count})" for host, count in report.left_out[:8])
        common.notice(
            f"Hosts of no site: {hosts}. `hosts` or `formerly` in a seed takes them, --as-site NAME makes "
            "a site of one, --as-sites of each."
        )
    if report.new_sites:
        shown_sites = ", ".join(report.new_sites[:8]) + (" …" if len(report.new_sites) > 8 else "")
        common.notice(f"Seeds were written for {len(report.new_sites)} sites: {shown_sites}")
    for name, verdict in report.verdicts.items():
        common.notice(f"{name}: {verdict}")
    if report.stopped:
        common.notice("Stopped; the same command goes on with it.")
