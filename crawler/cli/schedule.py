"""`khabar schedule` and `khabar worker`: crawls that happen by themselves."""

import contextlib
import logging
import sys
from typing import Annotated

import typer

from crawler.cli.alerts import alerts_meanwhile
from crawler.cli.context import CliContext, context_of, warn_without_contact
from crawler.cli.lazy import worker
from crawler.errors import UsageError
from crawler.operations.crawling.metrics import serve_metrics
from crawler.operations.crawling.schedule import Schedule, run_schedule
from crawler.storage.session import StoreSession


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("schedule")(schedule_command)
    app.command("worker")(worker_command)


def schedule_command(
    ctx: typer.Context,
    workers: Annotated[
        bool, typer.Option("--workers", help="Hand the crawls to khabar worker processes; do none here.")
    ] = False,
) -> None:
    """Crawl every enabled site at its pace, until stopped with Ctrl-C or SIGTERM.

    Example: KHABAR_METRICS=9464 khabar schedule
    """
    common = context_of(ctx)
    log_to_stderr(common)
    warn_without_contact(common)
    settings = common.settings

    def watch(session: StoreSession, schedule: Schedule) -> contextlib.AbstractContextManager[object]:
        if settings.metrics is None:
            return contextlib.nullcontext()
        return serve_metrics(settings.metrics, session, lambda: schedule.sites)

    with alerts_meanwhile(common):
        run_schedule(common.seeds, settings, worker.WorkerHands if workers else None, watch)


def worker_command(
    ctx: typer.Context,
    sites: Annotated[
        int | None, typer.Option(min=1, max=64, help="Sites crawled side by side; else the setting.")
    ] = None,
) -> None:
    """Do crawls that `khabar schedule --workers` hands out, until stopped; on as many machines as you like.

    Example: khabar worker --sites 8
    """
    common = context_of(ctx)
    if common.settings.redis_url is None and common.settings.mongodb_uri is not None:
        raise UsageError(
            "KHABAR_MONGODB_URI is set and KHABAR_REDIS_URL is not: workers need both stores to be shared"
        )
    log_to_stderr(common)
    worker.run_worker(common.settings, sites or common.settings.concurrent_sites)


def log_to_stderr(common: CliContext) -> None:
    """Log for a service: a line an event, with its time, on stderr."""
    level = logging.WARNING if common.verbosity < 0 else logging.INFO
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(message)s", force=True
    )
    for name in ("pymongo", "asyncio", "kombu", "celery", "redis"):
        logging.getLogger(name).setLevel(logging.WARNING)
