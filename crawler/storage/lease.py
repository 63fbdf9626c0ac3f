"""The lease of a site: who may crawl it now.

One document of `sites` per site holds it. The token grows with every change of hands, so that what an
earlier holder does can be told from what the present one does (a fencing token, after M. Kleppmann,
"How to do distributed locking", 2016). Whoever takes a lease that was not given back keeps its last holder
from writing: a process of this machine is ended, and the pages that wait are marked with the new token, which
the store compares in each write (`crawler.storage.frontier`).
"""

import os
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from crawler.errors import KhabarError
from crawler.html.sentences import sentence
from crawler.storage.clock import waits_until
from crawler.storage.schema import Document

LEASE_SECONDS = 60.0
"""A holder that died is replaced after this; a living one renews every third of it."""


CRAWL_PROCESS = b"crawler.spiders.process"
"""What the command line of a crawl's process contains; nothing else is ever ended."""

DEATH_TAKES = 5.0
"""Seconds a killed process may take to vanish: the system has to free its memory."""


class LeaseHeldError(KhabarError):
    """Another process crawls this site at the moment."""


class LeaseLostError(KhabarError):
    """The lease ran out or went to somebody else: nothing more may be written."""


def taken_over(site: str, url: str) -> LeaseLostError:
    """The error of a holder whose page a later one has marked as its own."""
    return LeaseLostError(sentence("page_taken_over", site=site, url=url))


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a lease: host, process id, and when that process started (opaque text)."""

    host: str
    pid: int
    started: str

    def alive(self) -> bool:
        """Tell whether the process still runs; a process of another host counts as alive."""
        if self.host != socket.gethostname():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return not self.started or process_start(self.pid) in ("", self.started)

    def end(self) -> bool:
        """Kill the process if it is a crawl of this machine; returns whether it certainly writes no more.

        It may be frozen, or cut off from the store, and would go on with what it was about to write.
        """
        if not self.alive():
            return True
        if self.host != socket.gethostname() or not self.started or self.pid == os.getpid():
            return False
        try:
            command = Path(f"/proc/{self.pid}/cmdline").read_bytes()
            if CRAWL_PROCESS not in command:
                return False
            os.kill(self.pid, signal.SIGKILL)
        except OSError:
            return not self.alive()
        deadline = time.monotonic() + DEATH_TAKES
        while _runs(self.pid) and self.alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        return not (_runs(self.pid) and self.alive())


def holder_lives(holder: Mapping[str, Any] | None) -> bool:
    """Tell whether the holder that a lease names still runs, as far as this machine can tell."""
    return holder is not None and Holder(**holder).alive()


def _runs(pid: int) -> bool:
    """Whether a process is more than a dead one whose parent has not asked how it ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def process_start(pid: int) -> str:
    """When a process started, as an opaque text; empty where the system does not tell.

    A process id is used again after a while: only with the time of its start does it name a process.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]  # field 22 of proc(5): starttime; two stand before the ")"


class Lease:
    """The lease of one site, taken by this process.

    `taken_over` says that its last holder did not give it back, may still run, and may not know that it has
    lost it.

    Raises:
        LeaseHeldError: A living process holds it; the message says which.
    """

    def __init__(self, db: Database[Document], site: str) -> None:
        self.site = site
        self._me = {"host": socket.gethostname(), "pid": os.getpid(), "started": process_start(os.getpid())}
        self.taken_over = False
        self.token = self._take(db)

    def _take(self, db: Database[Document]) -> int:
        begun = time.monotonic()
        now = datetime.now(UTC)
        claim = {"holder": self._me, "expires_at": now + timedelta(seconds=LEASE_SECONDS)}
        try:
            db.sites.insert_one({"_id": self.site, "token": 1, **claim})
            token = 1
        except DuplicateKeyError:
            current = db.sites.find_one({"_id": self.site}) or {}
            self._refuse_if_taken(current, now)
            holder = current.get("holder")
            token = int(current.get("token", 0)) + 1
            taken = db.sites.update_one(
                {"_id": self.site, "token": current.get("token")}, {"$set": {"token": token, **claim}}
            )
            if taken.modified_count != 1:
                self._refuse_if_taken(db.sites.find_one({"_id": self.site}) or {}, now)
                raise LeaseHeldError(sentence("lease_taken_now", site=self.site)) from None
            # Our own name stands there after a lost answer: what was to follow may not have been done.
            if holder:
                self.taken_over = holder == self._me or not Holder(**holder).end()
        self._valid_until = begun + LEASE_SECONDS
        return token

    def _refuse_if_taken(self, current: Document, now: datetime) -> None:
        holder = current.get("holder")
        # Our own name stands there when the answer to an earlier attempt to take it was lost.
        if not holder or holder == self._me:
            return
        valid = waits_until(current["expires_at"], now, timedelta(seconds=LEASE_SECONDS))
        if valid is None or not Holder(**holder).alive():
            return
        raise LeaseHeldError(
            sentence(
                "lease_is_held",
                site=self.site,
                pid=holder["pid"],
                host=holder["host"],
                until=f"{current['expires_at']:%H:%M:%S}",
            )
        )

    def renew(self, db: Database[Document]) -> None:
        """Hold the lease for another `LEASE_SECONDS`.

        Raises:
            LeaseLostError: It went to somebody else.
        """
        begun = time.monotonic()
        renewed = db.sites.update_one(
            {"_id": self.site, "token": self.token},
            {"$set": {"expires_at": datetime.now(UTC) + timedelta(seconds=LEASE_SECONDS)}},
        )
        if renewed.matched_count != 1:
            self._valid_until = 0.0
            self.check()
        self._valid_until = begun + LEASE_SECONDS

    def check(self) -> None:
        """Make sure that this process may still write.

        Raises:
            LeaseLostError: The lease ran out, for example while the process was frozen.
        """
        if time.monotonic() >= self._valid_until:
            raise LeaseLostError(sentence("lease_ran_out", site=self.site))

    def release(self, db: Database[Document]) -> None:
        """Give the lease back, if it is still ours."""
        db.sites.update_one(
            {"_id": self.site, "token": self.token},
            {"$set": {"holder": None, "expires_at": datetime.now(UTC)}},
        )
