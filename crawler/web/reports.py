"""The dedup report for the page: made in a process of its own, kept until the archive changes.

Reading an archive of 100,000 articles takes some seconds of a whole core, which no page may wait for: the
page that asks first says that it is being made, and after that the last one is shown while the next is made.
The process keeps what it read, so that another period or site of the same archive costs a fraction.
"""

import multiprocessing
import os
import threading
from collections import OrderedDict
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from crawler.model.period import ZONE
from crawler.operations.archive.read import Archive
from crawler.operations.dedup.report import Holdings
from crawler.settings import Settings
from crawler.web.scope import Scope

KEPT: Final = 12
"""Reports kept, the last that were looked at: some MB each."""
WAITING: Final = 3
"""Reports in the making at a time: who asks for more asks again, as the page does by itself."""


@dataclass(frozen=True, slots=True)
class Made:
    """A report: its pages by language, their Content-Security-Policy, its JSON, and the archive it is of."""

    pages: dict[str, str]
    policy: str
    json: str
    generation: int
    day: date


class Reports:
    """Makes reports and keeps those that were last looked at.

    Args:
        archive: What they are about.
        seeds: Folder of the seeds, for names.
    """

    def __init__(self, archive: Archive, seeds: Path) -> None:
        self._archive = archive
        self._seeds = seeds
        self._made: OrderedDict[Scope, Made] = OrderedDict()
        self._making: dict[Scope, Future[Made]] = {}
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def get(self, scope: Scope) -> Made | None:
        """The latest report of what was asked for; None while the first is being made.

        Raises:
            StoreUnavailableError: It could not be made; the next call tries again.
        """
        generation, today = self._archive.lists.generation()[0], datetime.now(ZONE).date()
        with self._lock:
            self._collect(scope)
            made = self._made.get(scope)
            if made is not None:
                self._made.move_to_end(scope)
            fresh = made is not None and (made.generation, made.day) == (generation, today)
            if not fresh and scope not in self._making and len(self._making) < WAITING:
                self._making[scope] = self._start(scope, generation, today)
            return made

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None

    def _collect(self, asked: Scope) -> None:
        """Take what has been made; what failed is told to who asks for it."""
        for scope in [scope for scope, making in self._making.items() if making.done()]:
            making = self._making.pop(scope)
            if making.exception() is None:
                self._made[scope] = making.result()
                self._made.move_to_end(scope)
                if len(self._made) > KEPT:
                    self._made.popitem(last=False)
            elif scope == asked:
                making.result()

    def _start(self, scope: Scope, generation: int, today: date) -> "Future[Made]":
        if self._pool is None:
            # Forking a process with threads may copy a lock that nobody will open.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_end_with_parent)
        return self._pool.submit(make, self._archive.settings, self._seeds, scope, generation, today)


def _end_with_parent() -> None:
    """End this process when its parent does, however that happens: nobody would ask it for anything again."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, name="khabar-parent", daemon=True).start()


_held: tuple[int, Holdings] | None = None
"""What this process last read, and of which generation of the archive it was."""


def make(settings: Settings, seeds: Path, scope: Scope, generation: int, today: date) -> Made:
    """Make a report from the stores; runs in the process of its own."""
    global _held
    from pymongo.errors import PyMongoError
    from redis.exceptions import RedisError

    from crawler.errors import StoreUnavailableError
    from crawler.model.seeds import load_sites
    from crawler.operations.dedup.report import read_holdings, report_of
    from crawler.report.json_csv import render_json
    from crawler.report.page import page_policy, render_html
    from crawler.storage.connect import open_stores
    from crawler.web.served import served

    sites = load_sites(seeds) if seeds.is_dir() else {}
    try:
        with open_stores(settings) as stores:
            if _held is None or _held[0] != generation:
                _held = generation, read_holdings(stores, sites)
            held = _held[1]
            report = report_of(stores, held, period=scope.bounds(), site=scope.site or None)
    except PyMongoError as error:
        raise StoreUnavailableError(f"MongoDB did not answer: {str(error).splitlines()[0]}") from None
    except RedisError as error:
        raise StoreUnavailableError(f"Redis did not answer: {str(error).splitlines()[0]}") from None
    pages = {
        lang: render_html(report, lang=lang, served=served(scope, held.site_names, lang))
        for lang in ("ar", "en")
    }
    return Made(pages, page_policy(served=True), render_json(report), generation, today)
