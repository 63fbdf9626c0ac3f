"""The dedup report for the page: rendered in a separate process, kept until the archive changes.

Reading an archive of 100,000 articles takes some seconds of a whole core, which no page may wait for: the
page that asks first shows that the report is being made, and later the last one is shown while the next is
made. The process keeps what it read, so that another period or site of the same archive costs a fraction.
"""

import multiprocessing
import os
import threading
from collections import OrderedDict
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from crawler.model.period import ZONE
from crawler.operations.archive.read import Archive
from crawler.operations.dedup.report import Holdings
from crawler.settings import Settings
from crawler.web.scope import Scope, served

MAX_REPORTS: Final = 12
"""Reports kept, the last that were looked at: some MB each."""
MAX_PENDING: Final = 3
"""Reports in the making at a time: a request for a further one is to be repeated, as the page does itself."""


@dataclass(frozen=True, slots=True)
class RenderedReport:
    """A report: its pages by language, their Content-Security-Policy, its JSON, and the archive it is of.

    `seals` is the mark of what was sealed in it (`crawler.storage.seals.seals_mark`).
    """

    pages: dict[str, str]
    policy: str
    json: str
    generation: int
    day: date
    seals: str


class Reports:
    """Renders reports and keeps those that were last looked at.

    Args:
        archive: What they are about.
        seeds: Folder of the seeds, for names.
    """

    def __init__(self, archive: Archive, seeds: Path) -> None:
        self._archive = archive
        self._seeds = seeds
        self._rendered: OrderedDict[Scope, RenderedReport] = OrderedDict()
        self._pending: dict[Scope, Future[RenderedReport]] = {}
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def get(self, scope: Scope) -> RenderedReport | None:
        """The latest report of a scope; None while the first is being made.

        Raises:
            StoreUnavailableError: It could not be made; the next call tries again.
        """
        generation, today = self._archive.lists.generation()[0], datetime.now(ZONE).date()
        seals = self._archive.seals_mark()
        with self._lock:
            self._collect(scope)
            # An older report is shown while the next is made, but not one that says what is sealed since.
            for outdated in [key for key, report in self._rendered.items() if report.seals != seals]:
                del self._rendered[outdated]
            report = self._rendered.get(scope)
            if report is not None:
                self._rendered.move_to_end(scope)
            is_fresh = report is not None and (report.generation, report.day) == (generation, today)
            if not is_fresh and scope not in self._pending and len(self._pending) < MAX_PENDING:
                self._pending[scope] = self._start(scope, generation, today, seals)
            return report

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None

    def _collect(self, requested: Scope) -> None:
        """Take the reports that are finished; an error is raised to the request for that report."""
        for scope in [scope for scope, future in self._pending.items() if future.done()]:
            future = self._pending.pop(scope)
            if future.exception() is None:
                self._rendered[scope] = future.result()
                self._rendered.move_to_end(scope)
                if len(self._rendered) > MAX_REPORTS:
                    self._rendered.popitem(last=False)
            elif scope == requested:
                future.result()

    def _start(self, scope: Scope, generation: int, today: date, seals: str) -> "Future[RenderedReport]":
        if self._pool is None:
            # Forking a process with threads may copy a lock that is never released.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=end_with_parent)
        version = generation, today, seals
        return self._pool.submit(render_report, self._archive.settings, self._seeds, scope, version)


def end_with_parent() -> None:
    """End this process when its parent ends, however that happens."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, name="khabar-parent", daemon=True).start()


def render_report(
    settings: Settings, seeds: Path, scope: Scope, version: tuple[int, date, str]
) -> RenderedReport:
    """Make a report from the stores; runs in the separate process.

    Args:
        settings: Where the archive is.
        seeds: Folder of the seeds, for names.
        scope: The site and the period of the report.
        version: Generation of the index, today, and the mark of the seals.

    Raises:
        StoreUnavailableError: A store does not answer.
    """
    from pymongo.errors import PyMongoError
    from redis.exceptions import RedisError

    from crawler.errors import StoreUnavailableError
    from crawler.html.words import LANGUAGES
    from crawler.operations.dedup.report import report_of
    from crawler.report.json_csv import render_json
    from crawler.report.page import page_policy, render_html
    from crawler.storage.connect import open_stores

    try:
        generation, today, seals = version
        holdings = _read_holdings(settings, seeds, (generation, seals))
        with open_stores(settings) as stores:
            report = report_of(stores, holdings, period=scope.bounds(), site=scope.site or None)
    except PyMongoError as error:
        raise StoreUnavailableError(f"MongoDB did not answer: {str(error).splitlines()[0]}") from None
    except RedisError as error:
        raise StoreUnavailableError(f"Redis did not answer: {str(error).splitlines()[0]}") from None
    pages = {
        lang: render_html(report, lang=lang, served=served(scope, holdings.site_names, lang))
        for lang in LANGUAGES
    }
    return RenderedReport(pages, page_policy(served=True), render_json(report), generation, today, seals)


@lru_cache(maxsize=1)
def _read_holdings(settings: Settings, seeds: Path, version: tuple[int, str]) -> Holdings:  # noqa: ARG001  # the cache's key
    """What the archive holds; read once for each generation of it."""
    from crawler.model.seeds import load_sites, seed_paths
    from crawler.operations.dedup.report import read_holdings
    from crawler.storage.connect import open_stores

    with open_stores(settings) as stores:
        return read_holdings(stores, load_sites(seeds) if seed_paths(seeds) else {})
