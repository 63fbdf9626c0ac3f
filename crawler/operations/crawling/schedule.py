"""The schedule: every enabled site at its own pace, until stopped.

When a site is due stands in the store (`crawler.storage.site_state`), written by each crawl at its end: so
the plan survives a restart, and manual crawls, `crawl --due` and several machines share it. After a downtime
everything is due at once; each site is then crawled once, the most overdue first, and no more of them at a
time than ever.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from pymongo.database import Database

from crawler.errors import KhabarError, SeedError
from crawler.health.report import CrawlReport
from crawler.model.crawl import CrawlKind, CrawlOutcome
from crawler.model.job import Job
from crawler.model.seeds import load_sites
from crawler.model.site import Site
from crawler.operations.crawling.aftermath import finish_crawls
from crawler.operations.crawling.crawl import GRACE, Silence, crawl_site, prepare_stores
from crawler.operations.crawling.status import due_at
from crawler.operations.crawling.stop_signals import StopRequest, stop_on_signal
from crawler.operations.crawling.webhook import Announcer
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.lease import holder_lives
from crawler.storage.schema import Document
from crawler.storage.session import StoreSession
from crawler.storage.site_state import SiteState, postpone, site_states

LOOK = 5.0
"""Seconds between two looks at what is due: the shortest interval is five minutes."""

HELD = timedelta(minutes=5)
"""A site that another process crawls is looked at again after this; its crawl sets the next turn itself."""

logger = logging.getLogger(__name__)


def due_sites(sites: Iterable[Site], states: dict[str, SiteState], now: datetime) -> list[Site]:
    """The enabled sites whose turn has come and that nobody crawls, the most overdue first."""
    due = []
    for site in sites:
        state = states.get(site.id, SiteState(site.id))
        moment = due_at(site, state, now)
        if site.enabled and moment <= now and not busy(state, now):
            due.append((state.next_at or datetime.min.replace(tzinfo=UTC), site.id, site))
    return [site for _, _, site in sorted(due, key=lambda item: item[:2])]


def busy(state: SiteState, now: datetime) -> bool:
    """Whether a living process crawls the site."""
    return state.crawled_now(now) and holder_lives(state.holder)


def due_jobs(db: Database[Document], sites: Iterable[Site]) -> list[Job]:
    """A job for each site that is due now: what `khabar crawl --due` does."""
    return [
        Job(site=site, kind=CrawlKind.SCHEDULED)
        for site in due_sites(sites, site_states(db), datetime.now(UTC))
    ]


class Hands(Protocol):
    """Whoever does the crawls that are due: this process, or workers elsewhere."""

    def free(self) -> int:
        """How many more crawls may be begun now."""

    def take(self, site: Site) -> None:
        """Begin a crawl of a site, in a task of its own."""

    async def close(self) -> None:
        """End in good order."""


class OwnHands:
    """Crawls in child processes of this one, at most `concurrent_sites` at a time."""

    def __init__(self, settings: Settings, session: StoreSession, tell: Callable[[str], None]) -> None:
        self._settings = settings
        self._session = session
        self._stop = StopRequest()
        self._tell = tell
        self._announcer = Announcer(settings, tell)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def free(self) -> int:
        """How many more crawls may be begun now."""
        return self._settings.concurrent_sites - len(self._tasks)

    def take(self, site: Site) -> None:
        """Begin a crawl, unless one of this site is under way here."""
        if site.id not in self._tasks:
            task = asyncio.create_task(self._crawl(site))
            self._tasks[site.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(site.id, None))

    async def _crawl(self, site: Site) -> None:
        logger.info("%s: crawl begins", site.id)
        try:
            report = await crawl_site(
                Job(site=site, kind=CrawlKind.SCHEDULED),
                self._settings,
                Silence(),
                self._stop,
                self._announcer,
            )
            logger.info("%s", line(report))
            await asyncio.to_thread(finish_crawls, self._settings, self._tell)
            if report.outcome in _PUT_OFF:
                moment = datetime.now(UTC) + HELD
                await asyncio.to_thread(
                    self._session.run, lambda stores: postpone(stores.db, site.id, moment)
                )
        except Exception:  # one site's trouble must not end the schedule of all
            logger.exception("%s: the crawl could not be done", site.id)

    async def close(self) -> None:
        """Let the children end in good order; they are killed if they do not."""
        self._stop.stop()
        if self._tasks:
            logger.info("Stopping: %d crawls end within seconds; once more ends them now", len(self._tasks))
            await asyncio.wait(self._tasks.values(), timeout=GRACE + 10)
        await asyncio.to_thread(self._announcer.close)


_PUT_OFF = frozenset({CrawlOutcome.LEASE_HELD, CrawlOutcome.LEASE_LOST, CrawlOutcome.STORE_LOST})
"""Outcomes after which a site waits for `HELD`: nothing of it was crawled."""


def line(report: CrawlReport) -> str:
    """A crawl in one line of the schedule's log."""
    counts = ", ".join(f"{count} {name}" for name, count in report.dispositions.items())
    reason = report.verdict_reason or (report.reason if report.outcome is not CrawlOutcome.FINISHED else None)
    verdict = report.outcome if report.outcome is CrawlOutcome.STOPPED else report.verdict
    why = f" ({reason})" if reason else ""
    return f"{report.site}: {verdict}{why}; {counts or 'nothing new'}; {report.seconds:.0f} s"


class Schedule:
    """Looks for what is due and gives it to whoever does it, until told to stop.

    Args:
        seeds: Folder of the seeds; read again whenever something in it has changed.
        settings: Khabar's settings.
        session: The stores.
        hands: Whoever does the crawls.
    """

    def __init__(self, seeds: Path, settings: Settings, session: StoreSession, hands: Hands) -> None:
        self._seeds = seeds
        self._settings = settings
        self._session = session
        self._hands = hands
        self._sites: dict[str, Site] = load_sites(seeds)
        self._read = self._stamp()
        self._stopping = asyncio.Event()

    @property
    def sites(self) -> dict[str, Site]:
        """The seeds as last read."""
        return self._sites

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End after the present look."""
        self._stopping.set()

    async def run(self) -> None:
        """Look, wait, look again."""
        enabled = sum(site.enabled for site in self._sites.values())
        logger.info("Schedule of %d sites, %d at a time", enabled, self._settings.concurrent_sites)
        while not self._stopping.is_set():
            try:
                await self._look()
            except KhabarError as error:
                logger.error("%s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK)
        await self._hands.close()

    async def _look(self) -> None:
        self._reload()
        if self._hands.free() <= 0:
            return
        states = await asyncio.to_thread(self._session.run, _states)
        for site in due_sites(self._sites.values(), states, datetime.now(UTC)):
            if self._hands.free() <= 0 or self._stopping.is_set():
                break
            self._hands.take(site)

    def _reload(self) -> None:
        stamp = self._stamp()
        if stamp == self._read:
            return
        self._read = stamp
        try:
            self._sites = load_sites(self._seeds)
            logger.info("The seeds were read again: %d sites", len(self._sites))
        except SeedError as error:
            logger.error("The seeds have mistakes; going on with the earlier ones: %s", error)

    def _stamp(self) -> list[tuple[str, int]]:
        with contextlib.suppress(OSError):
            return sorted((path.name, path.stat().st_mtime_ns) for path in self._seeds.glob("*.toml"))
        return []


def _states(stores: Stores) -> dict[str, SiteState]:
    return site_states(stores.db)


def run_schedule(
    seeds: Path,
    settings: Settings,
    hands: Callable[[Settings, StoreSession], Hands] | None = None,
    watch: Callable[[StoreSession, Schedule], contextlib.AbstractContextManager[object]] | None = None,
) -> None:
    """Crawl what is due until SIGTERM or SIGINT; a second signal does not wait for the crawls to end well.

    Args:
        seeds: Folder of the seeds.
        settings: Khabar's settings.
        hands: Makes whoever does the crawls; None: this process.
        watch: Makes what is to be open meanwhile, such as the metrics endpoint.

    Raises:
        StoreUnavailableError: A store does not answer at the start; later ones are waited for.
        SeedError: The seeds have mistakes.
    """
    prepare_stores(settings, logger.warning)
    session = StoreSession(settings)
    try:
        asyncio.run(_run(seeds, settings, session, hands, watch))
    finally:
        session.close()


async def _run(
    seeds: Path,
    settings: Settings,
    session: StoreSession,
    hands: Callable[[Settings, StoreSession], Hands] | None,
    watch: Callable[[StoreSession, Schedule], contextlib.AbstractContextManager[object]] | None,
) -> None:
    doers = hands(settings, session) if hands else OwnHands(settings, session, logger.warning)
    schedule = Schedule(seeds, settings, session, doers)
    this = asyncio.current_task()

    def stop() -> None:
        if schedule.stopped and this is not None:
            this.cancel()
        schedule.stop()

    with (
        stop_on_signal(stop),
        watch(session, schedule) if watch else contextlib.nullcontext(),
        contextlib.suppress(asyncio.CancelledError),
    ):
        await schedule.run()
    logger.info("Stopped")
