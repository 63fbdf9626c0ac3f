"""Crawl sites: one child process each, some side by side, and one report for all.

Progress is handed to a listener, so that the same crawl serves a terminal, a log and a schedule.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from bson import ObjectId
from pymongo.errors import PyMongoError

from crawler.errors import StoreUnavailableError
from crawler.files import append_private, make_private_folder, turn_over
from crawler.forkserver import ForkedProcess, fork_server
from crawler.health.interval import next_interval
from crawler.health.report import CrawlReport
from crawler.health.verdict import HEALTHY
from crawler.html.sentences import sentence
from crawler.model.crawl import CrawlOutcome, Verdict
from crawler.model.job import Job
from crawler.model.sentence import message_of
from crawler.operations.crawling.aftermath import finish_crawls
from crawler.operations.crawling.crawl_process import CRAWL_MODULES, EXTRACTION_MODULES, CrawlProcess
from crawler.operations.crawling.stop_signals import StopRequest, stop_on_signal
from crawler.operations.crawling.webhook import Announcer
from crawler.settings import Settings
from crawler.storage.connect import open_stores
from crawler.storage.crawls import finish_dead
from crawler.storage.dedup_index import check_pending
from crawler.storage.dedup_rebuild import mend_index
from crawler.storage.errors import os_error_text
from crawler.storage.eviction import read_eviction
from crawler.storage.lease import holder_lives
from crawler.storage.schema import ensure_schema
from crawler.storage.site_state import Turn, record_turn, site_state
from dedup import IndexFullError

GRACE = 15.0
"""Seconds a child has to end once it is asked to. It takes five at most, unless the store is slow."""

logger = logging.getLogger(__name__)

SOON = timedelta(minutes=1)
"""After this a crawl whose process was killed goes on."""


class ProgressListener(Protocol):
    """Somebody who wants to know how far a crawl is."""

    def started(self, site: str) -> None:
        """A site's crawl has begun."""

    def progressed(self, site: str, taken: int, queued: int, counts: dict[str, int]) -> None:
        """`taken` of `queued` pages of a site have ended."""

    def finished(self, report: CrawlReport) -> None:
        """A site's crawl has ended."""


class Silence:
    """A listener that does not listen."""

    def started(self, site: str) -> None:
        """Do nothing."""

    def progressed(self, site: str, taken: int, queued: int, counts: dict[str, int]) -> None:
        """Do nothing."""

    def finished(self, report: CrawlReport) -> None:
        """Do nothing."""


def crawl(
    jobs: Sequence[Job],
    settings: Settings,
    listener: ProgressListener | None = None,
    notice: Callable[[str], None] | None = None,
) -> list[CrawlReport]:
    """Run the jobs, at most `concurrent_sites` at once, and return their reports in the order of the jobs.

    Args:
        jobs: What to crawl.
        settings: Khabar's settings; the children read the same ones.
        listener: Told of progress.
        notice: Told, in a sentence, of anything out of the ordinary that was put right.

    Raises:
        StoreUnavailableError: A store does not answer; nothing was crawled.
        IndexMismatchError: The dedup index was made with other parameters.
    """
    tell = notice or (lambda _: None)
    prepare_stores(settings, tell)
    announcer = Announcer(settings, tell)
    try:
        return asyncio.run(_crawl_all(jobs, settings, listener or Silence(), announcer, tell))
    finally:
        finish_crawls(settings, tell)
        announcer.close()


def record_death(report: CrawlReport, settings: Settings, every: timedelta) -> None:
    """Finish the record of a crawl whose process died before it could, and let its site wait a little."""
    # A store that is away as well is told by the report; the next crawl of the site finishes the record.
    with contextlib.suppress(StoreUnavailableError, PyMongoError), open_stores(settings) as stores:
        finish_dead(stores.db, report.site, report.reason or "")
        state = site_state(stores.db, report.site)
        if state.crawled_now(datetime.now(UTC)) and holder_lives(state.holder):
            return
        now = datetime.now(UTC)
        interval = next_interval(every, state.interval, verdict=Verdict.DIED, new=0)
        # A crawl that was killed is to go on soon; one that dies again and again is to wait ever longer.
        wait = SOON if state.verdict is not Verdict.DIED else interval
        record_turn(
            stores.db,
            report.site,
            None,
            Turn(ObjectId(), now, Verdict.DIED, report.reason, interval=interval, next_at=now + wait),
        )


def prepare_stores(settings: Settings, notice: Callable[[str], None]) -> None:
    """Start or reach the stores, create what is missing, and put a lost dedup index right."""
    with contextlib.closing(open_stores(settings)) as stores:
        ensure_schema(stores.db)
        if (warning := read_eviction(stores.redis).warning) is not None:
            notice(warning)
        try:
            pending = check_pending(stores)
            count = mend_index(stores)
        except IndexFullError as error:
            notice(f"{error}. Until then articles are stored without a look for duplicates.")
            return
        if pending:
            notice(f"{pending} articles that had been stored without a look for duplicates were looked up.")
        if count is not None:
            notice(f"The dedup index in Redis lacked stored articles; it was made anew from all {count}.")


async def _crawl_all(
    jobs: Sequence[Job],
    settings: Settings,
    listener: ProgressListener,
    announcer: Announcer,
    notice: Callable[[str], None],
) -> list[CrawlReport]:
    slots = asyncio.Semaphore(settings.concurrent_sites)
    stop = StopRequest(notice)

    async def crawl_when_free(job: Job) -> CrawlReport:
        async with slots:
            if stop.is_set:
                return _failed(job, CrawlOutcome.STOPPED, sentence("stopped_before"))
            return await crawl_site(job, settings, listener, stop, announcer)

    if len(jobs) > 1:
        await asyncio.to_thread(fork_server, CRAWL_MODULES + EXTRACTION_MODULES)
    with stop_on_signal(stop.stop):
        return list(await asyncio.gather(*map(crawl_when_free, jobs)))


async def crawl_site(
    job: Job, settings: Settings, listener: ProgressListener, stop: StopRequest, announcer: Announcer
) -> CrawlReport:
    """Run one job in a child process; whatever goes wrong with it, there is a report.

    Args:
        job: What to crawl.
        settings: Khabar's settings; the child reads the same ones.
        listener: Told of progress.
        stop: Once it is set, the child is asked to end, and killed if it does not within `GRACE` seconds.
        announcer: Tells of a change of the site's health, in its own time.
    """
    listener.started(job.site.id)
    try:
        report = await _child(job, settings, listener, stop)
        if report.outcome is CrawlOutcome.DIED:
            await asyncio.to_thread(record_death, report, settings, job.site.every)
    except OSError as error:
        report = _failed(job, CrawlOutcome.ERROR, sentence("not_begun", why=os_error_text(error)))
    except Exception as error:  # one site's trouble must not end the crawls of the others
        logger.exception("%s: the crawl could not be done", job.site.id)
        report = _failed(
            job, CrawlOutcome.ERROR, sentence("not_done", why=f"{type(error).__name__}: {error}")
        )
    listener.finished(report)
    announcer.look()
    return report


def _failed(
    job: Job, outcome: CrawlOutcome, reason: str, counts: Mapping[str, int] | None = None
) -> CrawlReport:
    """The report of a crawl that gave none itself; `counts` are those that it sent last."""
    counts = dict(counts or {})
    return CrawlReport(
        site=job.site.id,
        kind=job.kind,
        outcome=outcome,
        reason=reason,
        taken=sum(counts.values()),
        dispositions=counts,
        verdict=Verdict(outcome),
        verdict_reason=reason,
        verdict_message=message_of(reason),
    )


def _foreign_environment() -> dict[str, str]:
    """The environment without our own variables: the child gets the parent's settings and no others."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")}


def log_path(settings: Settings, site: str) -> Path:
    """Where the log of a site's latest crawls is."""
    return settings.data_dir / "logs" / f"{site}.log"


async def _child(job: Job, settings: Settings, listener: ProgressListener, stop: StopRequest) -> CrawlReport:
    path = log_path(settings, job.site.id)
    make_private_folder(path.parent)
    turn_over(path)
    with append_private(path) as log:
        crawl_process = await CrawlProcess.start(log, {**_foreign_environment(), **settings.as_environment()})
    process = crawl_process.process
    crawl_process.input.write(job.model_dump_json().encode() + b"\n")
    with contextlib.suppress(ConnectionError):
        await crawl_process.input.drain()
    stopper = asyncio.create_task(_stop_on_signal(process, stop))
    report: CrawlReport | None = None
    counts: dict[str, int] = {}
    try:
        with contextlib.suppress(ConnectionError):
            async for line in crawl_process.events:
                event: dict[str, Any] = json.loads(line)
                if event["event"] == "progress":
                    counts = event["counts"]
                    listener.progressed(job.site.id, event["taken"], event["queued"], counts)
                elif event["event"] == "report":
                    report = CrawlReport.from_dict(event["report"])
        code = await crawl_process.wait()
    finally:
        stopper.cancel()
        await crawl_process.close()
    return report or _without_report(job, code, path, stop, counts)


def _without_report(job: Job, code: int, log: Path, stop: StopRequest, counts: dict[str, int]) -> CrawlReport:
    """The report of a child that ended without one."""
    if stop.is_immediate:
        return _failed(job, CrawlOutcome.STOPPED, sentence("ended_at_once"), counts)
    if stop.is_set and code == -signal.SIGTERM:
        return _failed(job, CrawlOutcome.STOPPED, sentence("stopped_before"))
    return _failed(job, CrawlOutcome.DIED, _death(code, log), counts)


async def _stop_on_signal(process: ForkedProcess, stop: StopRequest) -> None:
    await stop.wait()
    process.send_signal(signal.SIGTERM)
    await stop.wait_for_kill(GRACE)
    process.kill()


def _death(code: int, log: Path) -> str:
    how = sentence("by_signal", signal=-code) if code < 0 else sentence("with_code", code=code)
    return sentence("process_died", how=how, log=str(log))


NOT_DONE = frozenset(
    {Verdict.STORE_LOST, Verdict.DIED, Verdict.ERROR, Verdict.LEASE_HELD, Verdict.LEASE_LOST}
)
"""Verdicts of crawls that could not be done."""


def exit_code(reports: Sequence[CrawlReport]) -> int:
    """0: all well; 1: a crawl could not be done; 3: it was done and a site is unhealthy."""
    if any(report.verdict in NOT_DONE for report in reports):
        return 1
    return 0 if all(report.verdict in HEALTHY for report in reports) else 3
