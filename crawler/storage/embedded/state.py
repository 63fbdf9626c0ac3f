"""What is recorded and told of an embedded server: where it listens, which process it is, how it is."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from crawler.files import draft_of


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens: a Unix socket, or else a port of 127.0.0.1."""

    socket: str | None = None
    port: int | None = None

    @property
    def address(self) -> str:
        """For people to read."""
        return f"unix:{self.socket}" if self.socket else f"127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class State:
    """A server as its starter recorded it; `ready` once it has answered.

    `started_at` is seconds since the epoch. The record stays when the server has ended, since the next one
    shall listen at the same place.
    """

    endpoint: Endpoint
    pid: int | None = None
    started_at: float = 0.0
    version: str = ""
    ready: bool = False

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read a record; None when there is none, or none that can be understood."""
        try:
            fields = json.loads(path.read_bytes())
            state = cls(**{**fields, "endpoint": Endpoint(**fields["endpoint"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return state if state._makes_sense() else None

    def _makes_sense(self) -> bool:
        """Whether the values have the types and bounds that they must have."""
        # Any: read from a file, they may be of other types than declared.
        socket: Any = self.endpoint.socket
        port: Any = self.endpoint.port
        pid: Any = self.pid
        started: Any = self.started_at
        reachable = isinstance(socket, str) or (isinstance(port, int) and 0 < port < 65536)
        has_process = pid is None or (isinstance(pid, int) and pid > 1)
        return reachable and has_process and isinstance(started, int | float)

    def write(self, path: Path) -> None:
        """Write the record, all of it or nothing, readable by this user alone."""
        write_private(path, json.dumps(asdict(self), indent=1))


@dataclass(frozen=True, slots=True)
class Status:
    """One embedded server at this moment. Sizes in bytes, `uptime` in seconds."""

    store: str
    running: bool
    folder: Path
    address: str | None = None
    pid: int | None = None
    version: str | None = None
    uptime: float | None = None
    memory: int | None = None
    disk: int = 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """How stopping one server went: it `ran` at all, and whether it ended `cleanly` by itself."""

    store: str
    ran: bool
    cleanly: bool = True
    seconds: float = 0.0


def write_private(path: Path, text: str) -> None:
    """Replace a file's content in one step; only this user may read it.

    Raises:
        OSError: The folder cannot be written, or the disk is full; the old content stays.
    """
    with draft_of(path) as draft:
        draft.write_text(text, encoding="utf-8")
