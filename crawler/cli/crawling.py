"""`khabar crawl` and `khabar recrawl`."""

import contextlib
import json
from typing import Annotated

import typer

from crawler.cli.alerts import run_after_crawl
from crawler.cli.context import CliContext, context_of, err, out, warn_without_contact
from crawler.cli.options import Since, SiteArguments, Until, complete_site
from crawler.cli.progress import CrawlProgress
from crawler.cli.tables import crawl_table, problem_lines
from crawler.errors import UsageError
from crawler.model.crawl import CrawlKind
from crawler.model.job import Job
from crawler.model.period import iso_minute, parse_period
from crawler.model.seeds import load_sites, select_sites
from crawler.operations.crawling.crawl import crawl, exit_code
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.operations.crawling.schedule import due_jobs
from crawler.operations.crawling.status import statuses
from crawler.storage.connect import open_stores
from crawler.storage.schema import ensure_schema


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("crawl")(crawl_command)
    app.command("recrawl")(recrawl_command)


def crawl_command(
    ctx: typer.Context,
    site: SiteArguments = None,
    everything: Annotated[bool, typer.Option("--all", help="Crawl every enabled site.")] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Crawl what is due now by the schedule, then stop: for cron.")
    ] = False,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Take at most so many pages of each site.")] = None,
) -> None:
    """Crawl sites: find new articles, clean them, mark near-duplicates, store them.

    Example: khabar crawl enab-baladi syria-tv --since 2024-12-01 --limit 200
    """
    common = context_of(ctx)
    sites = load_sites(common.seeds)
    if bool(site) + everything + due != 1:
        raise UsageError(
            "name the sites to crawl, or --all for every enabled one, or --due for those whose turn it is; "
            "khabar sites list shows them"
        )
    if due:
        if since or until or limit:
            raise UsageError("--due crawls what the schedule says; it takes no --since, --until or --limit")
        with contextlib.closing(open_stores(common.settings)) as stores:
            ensure_schema(stores.db)
            jobs = due_jobs(stores.db, sites.values())
            later = min((s.next_at for s in statuses(stores.db, sites.values()) if s.next_at), default=None)
        if not jobs and common.verbosity >= 0:
            when = f"; the next site is at {iso_minute(later)}" if later else ""
            err().print(f"Nothing is due{when}.")
        if jobs or common.json:
            run(common, jobs)
        return
    chosen = [s for s in sites.values() if s.enabled] if everything else select_sites(sites, site or [])
    period = parse_period(since, until)
    kind = CrawlKind.MANUAL if period.is_open else CrawlKind.BACKFILL
    run(
        common,
        [Job(site=seed, kind=kind, since=period.since, until=period.until, limit=limit) for seed in chosen],
    )


def recrawl_command(
    ctx: typer.Context,
    site: Annotated[str, typer.Argument(help="The site to fetch again.", autocompletion=complete_site)],
    since: Since = None,
    until: Until = None,
    url: Annotated[str | None, typer.Option(help="Only this article.")] = None,
) -> None:
    """Fetch what is stored of a site again: revisions, removals, and what was missed.

    Example: khabar recrawl enab-baladi --since 2024-12-01
    """
    common = context_of(ctx)
    (chosen,) = select_sites(load_sites(common.seeds), [site])
    period = parse_period(since, until)
    job, count = recrawl_job(chosen, common.settings, period=period, url=url)
    if common.verbosity >= 0:
        err().print(f"Fetching {count} stored articles of {site} again.", markup=False)
        if not count and not period.is_open:
            err().print(f"No stored article of {site} was published {period}.", markup=False)
    run(common, [job])


def run(common: CliContext, jobs: list[Job]) -> None:
    """Run crawls with a progress bar, print the table or JSON, and exit with the code they ask for."""
    console = err()
    warn_without_contact(common)
    quiet = common.verbosity < 0
    with CrawlProgress(console, {job.site.id: job.site.name for job in jobs}, quiet=quiet) as progress:
        reports = crawl(jobs, common.settings, progress, notice=None if quiet else progress.notice)
    if common.json:
        out().print_json(
            json.dumps([report.as_dict() for report in reports], ensure_ascii=False, default=str)
        )
    else:
        out().print(crawl_table(reports))
    for line in problem_lines(reports, common.settings, all_of_them=common.verbosity > 0):
        console.print(line, markup=False, soft_wrap=True)
    run_after_crawl(common)
    raise typer.Exit(exit_code(reports))
