"""The web server: serves the pages until it is stopped, and keeps the index up to date meanwhile.

Several processes may answer at one address (docs/decisions/0070-several-web-processes.md).
"""

import contextlib
import logging
import multiprocessing
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Final

import uvicorn

from crawler.errors import KhabarError
from crawler.model.site import Site, names_of
from crawler.operations.archive.read import Archive
from crawler.settings import Settings
from crawler.storage.search import BusyIndexError
from crawler.web.access import OPEN, Access
from crawler.web.app import create_app
from crawler.web.reports import Reports, end_with_parent
from crawler.web.security import LOOPBACK, is_loopback

LOOK_EVERY: Final = 15.0
"""Seconds between two looks for crawls that ended: 60 small queries each."""

PATIENCE: Final = 5.0
"""Seconds that a process has for what it is answering when it is to end."""
WATCH_EVERY: Final = 1.0
"""Seconds between two looks at the processes; one that cannot start is not started more often."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Serving:
    """What every process that answers has to know.

    Attributes:
        settings: Where the archive is.
        sites: The seeds.
        seeds: Their folder.
        hosts: Names that requests may be for.
        access: What a reader has to show.
        corrects: Whether readers may correct stories.
    """

    settings: Settings
    sites: Mapping[str, Site]
    seeds: Path
    hosts: frozenset[str]
    access: Access = OPEN
    corrects: bool = False


def serve(
    serving: Serving,
    *,
    host: str,
    port: int,
    workers: int = 1,
    ready: Callable[[str], None],
    notice: Callable[[str], None],
) -> None:
    """Serve the archive until interrupted.

    Args:
        serving: What is served, and to whom.
        host: Address to listen at.
        port: TCP port; 0 for any free one.
        workers: Processes that answer, this one among them, which alone keeps the index up to date.
        ready: Called with the URL of the first page once it is served.
        notice: Called with a sentence on what goes wrong meanwhile.

    Raises:
        KhabarError: The address cannot be listened at, or a store cannot be reached.
    """
    listener = _listen(host, port)
    workers_beside = Workers(workers - 1, answer_beside, (listener, serving), notice)
    try:
        with _answering(serving, partial(_keep_fresh, notice=notice)) as server:
            workers_beside.start()
            shown = f"[{host}]" if ":" in host else host
            # uvicorn raises the signal that ended it once more: this way what follows here is still done.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            ready(f"http://{shown}:{listener.getsockname()[1]}/")
            server.run(sockets=[listener])
    finally:
        workers_beside.stop()
        listener.close()


def answer_beside(listener: socket.socket, serving: Serving) -> None:
    """Answer at an address beside the process that was started; runs in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the first process ends the others
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _answering(serving, _follow_index) as server:
        server.run(sockets=[listener])


@contextlib.contextmanager
def _answering(
    serving: Serving, keep: Callable[[Archive, threading.Event], None]
) -> Iterator[uvicorn.Server]:
    """A server of the archive that does not run yet; `keep` runs beside it in a thread."""
    archive = Archive(serving.settings, names_of(serving.sites))
    reports = Reports(archive, serving.seeds)
    stopping = threading.Event()
    keeper = threading.Thread(target=keep, args=(archive, stopping), name="khabar-index", daemon=True)
    try:
        archive.stores()
        app = create_app(
            archive, serving.sites, reports, serving.hosts, serving.access, corrects=serving.corrects
        )
        keeper.start()
        yield uvicorn.Server(
            uvicorn.Config(
                app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2
            )
        )
    finally:
        stopping.set()
        if keeper.ident is not None:
            keeper.join(timeout=10)
        reports.close()
        archive.close()


def host_names(host: str, names: Sequence[str]) -> frozenset[str]:
    """The names that requests may be for: this machine's, the address listened at, and further ones."""
    own = {f"[{host}]" if ":" in host else host} - {"0.0.0.0", "[::]"}  # noqa: S104  # not bound here
    return frozenset({*LOOPBACK, *own, *names})


def may_correct(host: str, names: Sequence[str], access: Access) -> bool:
    """Whether readers may correct: those who show a token, or else those on this machine alone.

    Further names are a proxy's, behind which others read.
    """
    return bool(access.tokens) or (access.is_open and is_loopback(host) and not names)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()  # a client that has the URL may ask at once
    except (OSError, OverflowError) as error:
        listener.close()
        why = getattr(error, "strerror", None) or str(error)
        raise KhabarError(f"{host}:{port}: cannot listen there: {why}; choose another --port") from None
    return listener


def _keep_fresh(archive: Archive, stopping: threading.Event, notice: Callable[[str], None]) -> None:
    last_notice = ""
    while not stopping.is_set():
        try:
            archive.refresh()
            archive.lists.facets.follow()
            archive.kept.follow()
            last_notice = ""
        except BusyIndexError:
            pass  # another process brings it up to date
        except KhabarError as error:
            if str(error) != last_notice:  # once, not every time
                last_notice = str(error)
                notice(last_notice)
        except Exception:  # the pages go on showing what the index holds
            logger.exception("The search index could not be brought up to date")
        stopping.wait(LOOK_EVERY)


def _follow_index(archive: Archive, stopping: threading.Event) -> None:
    """Read what another process brought up to date, so that no search has to."""
    while not stopping.is_set():
        with contextlib.suppress(KhabarError):  # whoever asks for a page is told
            archive.lists.facets.follow()
        stopping.wait(LOOK_EVERY)


class Workers:
    """Processes that do one thing.

    Args:
        number: How many; with 0 nothing happens.
        work: What each does; a function of a module.
        values: What it is given.
        notice: Called with a sentence where one ended and is replaced.
    """

    def __init__(
        self, number: int, work: Callable[..., None], values: tuple[Any, ...], notice: Callable[[str], None]
    ) -> None:
        # Forking a process with threads may copy a lock that is never released.
        self._context = multiprocessing.get_context("spawn")
        self._number = number
        self._work = work
        self._values = values
        self._notice = notice
        self._stopping = threading.Event()
        self._processes: list[SpawnProcess] = []
        self._watch = threading.Thread(target=self._replace_ended, name="khabar-workers", daemon=True)

    def start(self) -> None:
        """Start them."""
        if self._number:
            self._processes = [self._started() for _ in range(self._number)]
            self._watch.start()

    def stop(self) -> None:
        """End them; what they are answering is answered first."""
        self._stopping.set()
        if self._watch.ident is not None:
            self._watch.join()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()

    def _started(self) -> SpawnProcess:
        process = self._context.Process(target=_work_beside, args=(self._work, self._values))
        process.start()
        return process

    def _replace_ended(self) -> None:
        while not self._stopping.wait(WATCH_EVERY):
            for place, process in enumerate(self._processes):
                if not process.is_alive():
                    self._notice(f"process {process.pid} ended ({process.exitcode}) and is replaced")
                    process.close()
                    self._processes[place] = self._started()


def _work_beside(work: Callable[..., None], values: tuple[Any, ...]) -> None:
    end_with_parent()
    work(*values)
