"""Workers: crawls handed out to any number of machines, over Celery with the shared Redis as broker.

`khabar schedule --workers` is the beat: it sends a message for each site that is due. What is due stands in
MongoDB and not in the queue: a message only says "look at this site now". So a message that is lost is sent
again, one that comes twice finds nothing to do, and a crawl that is killed with its worker is still due. That
one site is not crawled twice at once is the lease's business.
"""

import asyncio
import contextlib
import logging
import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from redis.exceptions import RedisError

from crawler.errors import KhabarError, UsageError
from crawler.model.crawl import CrawlKind
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.crawling.crawl import Silence, crawl_site, prepare_stores
from crawler.operations.crawling.schedule import busy, line
from crawler.operations.crawling.stop_signals import StopRequest
from crawler.operations.crawling.webhook import Announcer
from crawler.operations.dedup.events import find_new_events
from crawler.settings import Settings
from crawler.storage.connect import open_stores
from crawler.storage.embedded import RedisServer
from crawler.storage.session import StoreSession
from crawler.storage.site_state import queue, site_state

TASK = "khabar.crawl"

AGAIN = timedelta(minutes=5)
"""A message that nobody has acted on for so long is sent again; the old one expires at the same moment, so
that no more than one a site waits, however long the workers are away."""

VISIBILITY = 3600
"""Seconds after which Redis hands the message of a silent worker to another one. A crawl may take longer: the
second worker then finds the site's lease held, and drops the message."""

MANY = 1000
"""Messages sent in one look, at most: more sites than anybody has seeds for."""

logger = logging.getLogger(__name__)


def celery_app(settings: Settings) -> Any:
    """The Celery application; the queue is named after the database, so that two archives may share a Redis.

    Raises:
        UsageError: Celery is not installed.
    """
    try:
        from celery import Celery
    except ImportError:
        raise UsageError("workers need Celery: pip install 'khabar[worker]'") from None

    app = Celery("khabar", broker=broker_url(settings), set_as_current=False)
    app.conf.update(
        task_default_queue=f"crawls-{settings.mongodb_database}",
        broker_transport_options={"visibility_timeout": VISIBILITY, "global_keyprefix": "khabar:queue:"},
        broker_connection_retry_on_startup=True,
        # A crawl is acknowledged when it has ended; a worker takes no more than it can do at once.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
    )
    return app


def broker_url(settings: Settings) -> str:
    """The address of Redis as Celery writes it: a Unix socket has a scheme of its own there."""
    if settings.redis_url is None:
        server = RedisServer(settings.data_dir)
        url = server.uri(server.ensure())
    else:
        url = settings.redis_url.get_secret_value()
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    secret = f":{quote(parts.password)}@" if parts.password else ""
    return f"redis+socket://{secret}{parts.path}?virtual_host={database}"


class WorkerHands:
    """Hands crawls to the workers; the schedule's hands where there are any."""

    def __init__(self, settings: Settings, session: StoreSession) -> None:
        self._session = session
        self._app = celery_app(settings)
        self._tasks: set[asyncio.Task[None]] = set()

    def free(self) -> int:
        """How many more crawls may be handed out now."""
        return MANY - len(self._tasks)

    def take(self, site: Site) -> None:
        """Hand a crawl out, unless that was done a short while ago."""
        task = asyncio.create_task(self._send(site))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, site: Site) -> None:
        job = Job(site=site, kind=CrawlKind.SCHEDULED).model_dump_json()

        def send() -> None:
            now = datetime.now(UTC)
            if self._session.run(lambda stores: queue(stores.db, site.id, now, AGAIN)):
                self._app.send_task(TASK, args=[job], expires=AGAIN.total_seconds(), retry=False)
                logger.info("%s: handed to the workers", site.id)

        from kombu.exceptions import OperationalError

        try:
            await asyncio.to_thread(send)
        except (OperationalError, RedisError, KhabarError) as error:  # it is sent again in `AGAIN`
            logger.error("%s: could not be handed to the workers: %s", site.id, type(error).__name__)

    async def close(self) -> None:
        """Wait for what is on its way."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)


class _Crawls:
    """The crawls under way in this worker, each in a thread with an event loop of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._running: dict[StopRequest, asyncio.AbstractEventLoop] = {}
        self._stopped = False
        self._announcer = Announcer(settings, logger.warning)

    def crawl(self, job: Job) -> None:
        """Crawl a site, if it is still due."""
        with contextlib.closing(open_stores(self._settings)) as stores:
            state, now = site_state(stores.db, job.site.id), datetime.now(UTC)
        if self._stopped or busy(state, now) or state.waits_until(now, job.site.every) > now:
            logger.info("%s: nothing to do any more", job.site.id)
            return
        logger.info("%s: crawl begins", job.site.id)
        asyncio.run(self._crawl(job))

    async def _crawl(self, job: Job) -> None:
        stop = StopRequest()
        with self._lock:
            self._running[stop] = asyncio.get_running_loop()
        try:
            report = await crawl_site(job, self._settings, Silence(), stop, self._announcer)
            logger.info("%s", line(report))
            await asyncio.to_thread(find_new_events, self._settings, logger.warning)
        finally:
            with self._lock:
                del self._running[stop]

    def stop(self) -> None:
        """Let all crawls end in good order; called a second time, end them at once."""
        with self._lock:
            if self._running and not self._stopped:
                logger.info(
                    "Stopping: %d crawls end within seconds; once more ends them now", len(self._running)
                )
            self._stopped = True
            for stop, loop in self._running.items():
                loop.call_soon_threadsafe(stop.stop)

    def close(self) -> None:
        """Tell what is still to be told."""
        self._announcer.close()


def run_worker(settings: Settings, sites: int) -> None:
    """Do crawls until SIGTERM or SIGINT; those under way then end in good order and stay due.

    Args:
        settings: Khabar's settings: the same stores as the schedule's.
        sites: How many sites are crawled side by side.

    Raises:
        StoreUnavailableError: A store does not answer.
        UsageError: Celery is not installed.
    """
    app = celery_app(settings)
    prepare_stores(settings, logger.warning)
    from celery.signals import setup_logging, worker_shutting_down

    crawls = _Crawls(settings)

    def crawl(job: str) -> None:
        crawls.crawl(Job.model_validate_json(job))

    app.task(name=TASK)(crawl)

    def shut_down(**_: object) -> None:
        crawls.stop()

    def keep_logging(**_: object) -> None:
        """Celery sets the log up itself, over what the command line has set, unless somebody listens here."""

    setup_logging.connect(keep_logging)
    worker_shutting_down.connect(shut_down)
    worker = app.Worker(
        # A crawl is a process of its own; its thread here only waits for it.
        pool="threads",
        concurrency=sites,
        hostname=f"khabar-{os.getpid()}@{socket.gethostname()}",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    logger.info("Worker for %d sites at a time", sites)
    try:
        worker.start()
    finally:
        crawls.close()
    logger.info("Stopped")
