"""The dedup report for the page: made in a process of its own, kept until the archive changes.

A report of 100,000 articles takes some seconds of a whole core, which no page may wait for: the page that
asks first says that it is being made, and after that the last one is shown while the next is made.
"""

import multiprocessing
import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from crawler.config import Settings
from crawler.operations.archive import Archive

PERIODS: Final[dict[str, int | None]] = {"all": None, "365": 365, "30": 30, "7": 7}
"""Days that a report may reach back, by name."""


@dataclass(frozen=True, slots=True)
class Made:
    """A report: its pages by language, their Content-Security-Policy, its JSON, and the archive it is of."""

    pages: dict[str, str]
    policy: str
    json: str
    generation: int


class Reports:
    """Makes reports and keeps the latest of each period.

    Args:
        archive: What they are about.
        seeds: Folder of the seeds, for names.
    """

    def __init__(self, archive: Archive, seeds: Path) -> None:
        self._archive = archive
        self._seeds = seeds
        self._made: dict[int | None, Made] = {}
        self._making: dict[int | None, Future[Made]] = {}
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def get(self, days: int | None) -> Made | None:
        """The latest report of a period; None while the first is being made.

        Raises:
            StoreUnavailableError: It could not be made; the next call tries again.
        """
        generation = self._archive.lists.generation()[0]
        with self._lock:
            making = self._making.get(days)
            if making is not None and making.done():
                del self._making[days]
                self._made[days] = making.result()
                making = None
            made = self._made.get(days)
            if making is None and (made is None or made.generation != generation):
                self._making[days] = self._start(days, generation)
            return made

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None

    def _start(self, days: int | None, generation: int) -> "Future[Made]":
        if self._pool is None:
            # Forking a process with threads may copy a lock that nobody will open.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_end_with_parent)
        return self._pool.submit(make, self._archive.settings, self._seeds, days, generation)


def _end_with_parent() -> None:
    """End this process when its parent does, however that happens: nobody would ask it for anything again."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, name="khabar-parent", daemon=True).start()


def make(settings: Settings, seeds: Path, days: int | None, generation: int) -> Made:
    """Make a report from the stores; runs in the process of its own."""
    from pymongo.errors import PyMongoError
    from redis.exceptions import RedisError

    from crawler.errors import StoreUnavailableError
    from crawler.operations.report import dedup_report
    from crawler.sites import load_sites
    from crawler.storage.connect import open_stores
    from dedup.report import page_policy, render_html, render_json

    since = None if days is None else datetime.now(UTC) - timedelta(days=days)
    try:
        with open_stores(settings) as stores:
            report = dedup_report(stores, load_sites(seeds) if seeds.is_dir() else {}, since=since)
    except PyMongoError as error:
        raise StoreUnavailableError(f"MongoDB did not answer: {str(error).splitlines()[0]}") from None
    except RedisError as error:
        raise StoreUnavailableError(f"Redis did not answer: {str(error).splitlines()[0]}") from None
    period = "all" if days is None else str(days)
    pages = {
        lang: render_html(report, lang=lang, archive=f"/{lang}/", period=period) for lang in ("ar", "en")
    }
    return Made(pages, page_policy(), render_json(report), generation)
