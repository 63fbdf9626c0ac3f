"""Import: what others captured into the archive, through all that a crawl's pages pass."""

import asyncio
import getpass
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import UsageError
from crawler.files import make_private_folder
from crawler.health.report import CrawlReport
from crawler.html.sentences import sentence
from crawler.importing.records import Ending
from crawler.importing.sources import Reader, existing_paths
from crawler.model.crawl import CrawlKind, CrawlOutcome
from crawler.model.job import Job
from crawler.model.period import Period
from crawler.model.site import Site
from crawler.operations.crawling.aftermath import finish_crawls
from crawler.operations.crawling.stop_signals import StopRequest, stop_on_signal
from crawler.operations.importing.host_filter import ALL_HOSTS, HostFilter
from crawler.operations.importing.new_sites import PAGES, hosts_without_site, new_site, new_sites
from crawler.operations.importing.reading import Limits
from crawler.operations.importing.report import ImportReport, fill_report
from crawler.operations.importing.scan import assign_sites, imported_files, scan
from crawler.operations.importing.site_import import SiteImport
from crawler.operations.importing.unpacked import IMPORTS, remove_unneeded
from crawler.operations.importing.wayback import WaybackReport, fetch_captures
from crawler.pipelines.extraction_pool import prepare_workers
from crawler.settings import Settings
from crawler.spiders.record import open_crawl
from crawler.storage.change_marks import mark_changed
from crawler.storage.import_ledger import ImportLedger, ledger_path

if TYPE_CHECKING:
    from crawler.operations.importing.spark import SparkExtraction

FETCHED_NOTICE = 20
FOLDER = IMPORTS
ORIGINALS = "originals"
"""Under `FOLDER`: copies of what was imported, each under the SHA-256 of its content."""
WAYBACK = "wayback"
"""Under `FOLDER`: what was fetched from a web archive, a folder a site."""
WAITING = 8
"""Pages that each worker is given while others are stored, so that none waits."""
MANY = 1000
"""Records of a file that take a while to find."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What an import is to do.

    Attributes:
        sites: The sites that records may belong to, by id.
        seeds: The folder of their seeds.
        site: The one site whose records are taken; None: each record goes to the site of its host.
        new_site: The name of a site that is made of the import; see `new_sites.new_site`.
        makes_sites: Whether each domain without a seed becomes a site; see `new_sites.new_sites`.
        hosts: The hosts whose records are taken.
        languages: Those that articles may be in, of `language.LANGUAGES`; none: any.
        copies: Whether the files are copied into `data_dir`, and imported from there.
        spark: The master of a cluster of Spark that extracts the pages; None: worker processes do.
    """

    sites: Mapping[str, Site]
    seeds: Path
    site: str | None = None
    new_site: str | None = None
    makes_sites: bool = False
    hosts: HostFilter = ALL_HOSTS
    languages: frozenset[str] = frozenset()
    copies: bool = False
    spark: str | None = None

    @property
    def choice(self) -> list[str]:
        """What decides which records are taken: an import with another choice is another one."""
        language = ",".join(sorted(self.languages))
        chosen = [*self.hosts.patterns, language, "every domain" if self.makes_sites else ""]
        return [self.site or "", self.new_site or "", *(chosen if any(chosen) else ())]


@dataclass(frozen=True, slots=True)
class Progress:
    """Who is told how far an import has come: sentences, and how many records of a site have ended."""

    notice: Callable[[str], None] = lambda _sentence: None
    ended: Callable[[str, int], None] = lambda _site, _records: None


def import_paths(
    names: Sequence[str], options: ImportOptions, settings: Settings, progress: Progress = Progress()
) -> ImportReport:
    """Import files and folders.

    Stopped by SIGINT or a crash it goes on where it was; done again it changes nothing.

    Args:
        names: Files and folders.
        options: What to do.
        settings: Stores, limits, workers.
        progress: Who is told of its progress.

    Raises:
        UsageError: A path is not there.
        StoreUnavailableError: A store does not answer.
        LeaseHeldError: A site is being crawled at the moment.
    """
    begun = time.monotonic()
    paths = existing_paths(names)
    folder = settings.data_dir / FOLDER
    make_private_folder(folder)
    ledger = ImportLedger(ledger_path(folder, [*map(str, paths), *options.choice]))
    report = ImportReport()
    try:
        reader = Reader(folder.resolve(), settings.max_page_bytes)
        originals = folder / ORIGINALS if options.copies else None
        scan(paths, ledger, reader, _scan_notice(progress), originals)
        # Their host may have got a seed since.
        ledger.reopen(Ending.OTHER_SITE)
        options.hosts.apply(ledger)
        sites = _sites(ledger, reader, options, report)
        assign_sites(ledger, sites)
        if options.spark is None and ledger.sites():
            prepare_workers()
        with _pools(options.spark, settings) as make_pool:
            task = _Import(ledger, sites, settings, report, progress, make_pool, options.languages)
            asyncio.run(_import_sites(task))
        finish_crawls(settings, progress.notice)
        remove_unneeded(ledger, reader)
        fill_report(report, ledger)
    finally:
        ledger.close()
    report.seconds = round(time.monotonic() - begun, 2)
    return report


def import_wayback(
    site: Site, period: Period, options: ImportOptions, settings: Settings, progress: Progress = Progress()
) -> tuple[WaybackReport, ImportReport]:
    """Fetch what a web archive has of a site, and import it.

    Args:
        site: The site.
        period: Only captures made in it.
        options: What to do; the site's own records alone are taken.
        settings: The archive's addresses, stores, limits.
        progress: Who is told of its progress.

    Raises:
        KhabarError: The archive does not answer; what it gave before is kept.
        StoreUnavailableError: A store does not answer.
    """
    folder = settings.data_dir / FOLDER / WAYBACK / site.id

    def notice(done: int, listed: int) -> None:
        if done % FETCHED_NOTICE == 0:
            progress.notice(f"{site.id}: {done} of {listed} captures are fetched")

    fetched = fetch_captures(site, period, settings, folder, progress=notice)
    return fetched, import_paths([str(folder)], replace(options, site=site.id), settings, progress)


def _scan_notice(progress: Progress) -> Callable[[str, int], None]:
    def notice(path: str, records: int) -> None:
        if records >= MANY:
            progress.notice(f"{path}: {records} records")

    return notice


@contextmanager
def _pools(master: str | None, settings: Settings) -> "Iterator[Callable[[], SparkExtraction] | None]":
    """What makes the pool of each site on a cluster; None without one."""
    if master is None:
        yield None
        return
    from crawler.operations.importing.spark import spark_extraction

    with spark_extraction(master, settings) as make_pool:
        yield make_pool


def _sites(
    ledger: ImportLedger, reader: Reader, options: ImportOptions, report: ImportReport
) -> dict[str, Site]:
    """The sites whose records are taken."""
    seeds, sites = options.seeds, options.sites
    language = next(iter(options.languages)) if len(options.languages) == 1 else None
    if options.new_site is not None:
        hosts = ledger.hosts(PAGES)
        return {options.new_site: new_site(options.new_site, seeds, hosts, sites, language)}
    if options.makes_sites:
        names = hosts_without_site(ledger, reader, sites.values(), options.languages)
        added = new_sites(names, seeds, sites, language)
        report.new_sites = list(added)
        return {**sites, **added}
    return {name: site for name, site in options.sites.items() if options.site in (None, name)}


@dataclass(frozen=True, slots=True)
class _Import:
    """The open records of a ledger, imported site by site."""

    ledger: ImportLedger
    sites: Mapping[str, Site]
    settings: Settings
    report: ImportReport
    progress: Progress
    make_pool: "Callable[[], SparkExtraction] | None" = None
    languages: frozenset[str] = frozenset()


async def _import_sites(task: _Import) -> None:
    stop = StopRequest(task.progress.notice)
    with stop_on_signal(stop.stop):
        for name in task.ledger.sites():
            if stop.is_set:
                break
            if name not in task.sites:
                raise UsageError(
                    f"the import was begun with a site {name!r}, which no seed describes any more"
                )
            crawl = await _import_site(task, task.sites[name], stop)
            task.report.verdicts[name] = str(crawl.verdict)
            task.report.problems += crawl.problems
    task.report.stopped = stop.is_set


async def _import_site(task: _Import, site: Site, stop: StopRequest) -> CrawlReport:
    """Import a site's records under its lease, with a record as that of a crawl."""
    settings = task.settings
    folder = (settings.data_dir / FOLDER).resolve()
    # The records stay where they are, or were copied there: nothing is kept a second time.
    keeping = settings.model_copy(update={"raw_pages": False})
    job = Job(site=site, kind=CrawlKind.IMPORT, discover=False, recheck=False)
    # Before the lease is taken: a large file takes longer than it lasts.
    files = await asyncio.to_thread(imported_files, task.ledger.open_files(site.id))
    record = await asyncio.to_thread(open_crawl, job, keeping)
    run = record.run
    try:
        custody, facts = run.keeping.custody, _importer(settings)
        await asyncio.to_thread(run.session.run, lambda stores: custody.log_files(stores, files, facts))
        pages = WAITING * settings.extraction_workers
        pool = task.make_pool() if task.make_pool is not None else None
        if pool is not None:
            run.pool, pages = pool, pool.pages_ahead
        limits = Limits(folder, settings.max_page_bytes, pages, task.languages)
        site_import = SiteImport(
            run, task.ledger, limits, lambda: stop.is_set, lambda count: task.progress.ended(site.id, count)
        )
        await site_import.import_all()
        if stop.is_set:
            run.context.end(CrawlOutcome.STOPPED, sentence("import_stopped"))
        await asyncio.to_thread(run.session.run, lambda stores: mark_changed(stores.db, [site.id]))
        if pool is not None and pool.left_here:
            run.counts.problem_that("spark_left_here", count=pool.left_here, why=pool.problem or "")
    finally:
        crawl = await asyncio.to_thread(record.close)
    return crawl


def _importer(settings: Settings) -> dict[str, str]:
    """Who imports, and with what, for the custody log."""
    facts = settings.installation
    # Where the system knows no name of the user, nothing is said.
    with suppress(OSError, KeyError):
        facts["user"] = getpass.getuser()
    return facts
