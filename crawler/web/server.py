"""The web server: serves the pages until it is stopped, and keeps the index up to date meanwhile."""

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import uvicorn

from crawler.errors import KhabarError
from crawler.model.site import Site, names_of
from crawler.operations.archive.read import Archive
from crawler.settings import Settings
from crawler.storage.search import BusyIndexError
from crawler.web.access import OPEN, Access
from crawler.web.app import create_app
from crawler.web.reports import Reports
from crawler.web.security import LOOPBACK, is_loopback

LOOK_EVERY: Final = 15.0
"""Seconds between two looks for crawls that ended: 60 small queries each."""

logger = logging.getLogger(__name__)


def serve(
    settings: Settings,
    sites: Mapping[str, Site],
    seeds: Path,
    *,
    host: str,
    port: int,
    names: Sequence[str] = (),
    access: Access = OPEN,
    ready: Callable[[str], None],
    notice: Callable[[str], None],
) -> None:
    """Serve the archive until interrupted.

    Args:
        settings: Where it is.
        sites: The seeds.
        seeds: Their folder.
        host: Address to listen at.
        port: TCP port; 0 for any free one.
        names: More names that requests may be for, as of a reverse proxy.
        access: What a reader has to show.
        ready: Called with the URL of the first page once it is served.
        notice: Called with a sentence on what goes wrong meanwhile.

    Raises:
        KhabarError: The address cannot be listened at, or a store cannot be reached.
    """
    archive = Archive(settings, names_of(sites))
    reports = Reports(archive, seeds)
    stopping = threading.Event()
    listener = _listen(host, port)
    keeper = None
    try:
        archive.stores()
        app = create_app(
            archive,
            sites,
            reports,
            {*LOOPBACK, *_host_names(host), *names},
            access,
            corrects=may_correct(host, names, access),
        )
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2
            )
        )
        keeper = threading.Thread(
            target=_keep_fresh, args=(archive, stopping, notice), name="khabar-index", daemon=True
        )
        keeper.start()
        shown = f"[{host}]" if ":" in host else host
        # uvicorn raises the signal that ended it once more: this way what follows here is still done.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        ready(f"http://{shown}:{listener.getsockname()[1]}/")
        server.run(sockets=[listener])
    finally:
        stopping.set()
        if keeper is not None:
            keeper.join(timeout=10)
        listener.close()
        reports.close()
        archive.close()


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


def _host_names(host: str) -> set[str]:
    return {f"[{host}]" if ":" in host else host} - {"0.0.0.0", "[::]"}  # noqa: S104  # not bound here


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
