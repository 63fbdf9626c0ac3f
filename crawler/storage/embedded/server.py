"""The life of an embedded server, the same for both kinds: attach, start, stop, tell.

Three files in the server's folder carry it. ``start.lock`` is held by whoever starts or stops the
server. ``alive.lock`` is held by the server itself, which inherits it from its starter: the kernel
lets go of it the moment the server dies, so "does it run?" has an answer that cannot be stale and
that no reused process id can falsify. ``state.json`` says where it listens.
"""

import os
import shutil
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import ClassVar

from crawler.errors import StoreUnavailableError
from crawler.files import make_private_folder, turn_over
from crawler.html.sentences import sentence
from crawler.storage.embedded import process
from crawler.storage.embedded.lock import exclusive, holders, holds, is_locked, open_lock, take
from crawler.storage.embedded.state import Endpoint, State, Status, Stopped

START_PATIENCE = 180.0
"""Seconds a server may take to answer: after a crash it first reads its log of writes again."""
STOP_PATIENCE = 10.0
"""Seconds a server may take to end when asked, before it is killed. Both are safe to kill."""
LEAST_FREE_BYTES = 64 * 1024 * 1024
"""A server is not started on a disk with less: it would stop in the middle of its first writes."""


class ServerDiedError(Exception):
    """A server ended while it was being started; the argument is what it wrote to its log."""


class EmbeddedServer(ABC):
    """One server process out of a Python wheel, its data in a folder of its own.

    Args:
        data_dir: Khabar's data folder; the server's own is made inside.
    """

    store: ClassVar[str]
    """The store as people call it."""
    folder_name: ClassVar[str]
    package: ClassVar[str]
    """The package that brings the server."""
    variable: ClassVar[str]
    """The environment variable that names a real server instead."""
    remedy: ClassVar[str]
    """What to do when the server refuses its own data; `{folder}` is replaced."""

    def __init__(self, data_dir: Path):
        self.folder = data_dir.absolute() / self.folder_name
        self.log = self.folder / "server.log"
        self._state = self.folder / "state.json"
        self._start_lock = self.folder / "start.lock"
        self._alive_lock = self.folder / "alive.lock"

    # What the kinds of server differ in.

    @abstractmethod
    def command(self, endpoint: Endpoint) -> list[str]:
        """Write the configuration that the server reads, and give its command line."""

    @abstractmethod
    def answers(self, endpoint: Endpoint) -> bool:
        """Ask the server once whether it is ready to work; never wait long."""

    @abstractmethod
    def uri(self, endpoint: Endpoint) -> str:
        """The address for a client, secrets included: not to be shown or logged."""

    def endpoint(self, previous: Endpoint | None) -> Endpoint:
        """Choose where to listen: the previous place where possible, as clients may still know it."""
        port = previous.port if previous and previous.port else 0
        return Endpoint(port=_free_port(port) or _free_port(0))

    def check_data(self) -> None:
        """Refuse data that the installed server could not read; by default none."""
        return

    def is_deaf(self, state: State | None) -> bool:
        """Whether a server that was asked to end has not noticed, so that it should be asked again."""
        del state
        return False

    def bring_up(self, endpoint: Endpoint) -> State:
        """Start the server at a place that has been chosen, and wait until it works."""
        return self.launch(endpoint, self.command(endpoint), self.answers)

    # What they share.

    @property
    def installed_version(self) -> str:
        """The version of the server's package.

        Raises:
            StoreUnavailableError: It is not installed.
        """
        try:
            return metadata.version(self.package)
        except metadata.PackageNotFoundError:
            raise StoreUnavailableError(
                sentence("embedded_missing", store=self.store, variable=self.variable)
            ) from None

    def ensure(self) -> Endpoint:
        """Give the running server's place; start it first when it does not run.

        Raises:
            StoreUnavailableError: It cannot be started; the message says why and what to do.
        """
        state = self.running()
        if state is None:
            _ = self.installed_version
            try:
                make_private_folder(self.folder)
                with exclusive(self._start_lock, START_PATIENCE):
                    state = self.running() or self._start()
            except OSError as error:
                raise StoreUnavailableError(
                    sentence(
                        "data_folder_unusable",
                        folder=str(self.folder.parent),
                        store=self.store,
                        why=error.strerror or str(error),
                    )
                ) from None
        return state.endpoint

    def running(self) -> State | None:
        """The record of the server if it runs and has answered, else None. Takes no lock, asks no server."""
        state = State.read(self._state)
        return state if state and state.ready and is_locked(self._alive_lock) else None

    def stop(self) -> Stopped:
        """End the server and wait until it has ended.

        Raises:
            StoreUnavailableError: It belongs to another user, or somebody keeps starting it.
        """
        if not self.folder.is_dir():
            return Stopped(self.store, ran=False)
        began = time.monotonic()
        try:
            with exclusive(self._start_lock, START_PATIENCE):
                if not is_locked(self._alive_lock):
                    return Stopped(self.store, ran=False)
                cleanly = self.end()
        except PermissionError as error:
            raise StoreUnavailableError(sentence("belongs_to_another", path=str(error.filename))) from None
        return Stopped(self.store, ran=True, cleanly=cleanly, seconds=time.monotonic() - began)

    def status(self) -> Status:
        """What can be told of the server without asking it."""
        disk = _disk_usage(self.folder)
        state = self.running()
        if state is None:
            return Status(self.store, running=False, folder=self.folder, disk=disk)
        return Status(
            self.store,
            running=True,
            folder=self.folder,
            address=state.endpoint.address,
            pid=state.pid,
            version=f"{self.package} {state.version}",
            uptime=max(0.0, time.time() - state.started_at),
            memory=process.memory(state.pid) if state.pid else None,
            disk=disk,
        )

    def launch(self, endpoint: Endpoint, command: list[str], answers: Callable[[Endpoint], bool]) -> State:
        """Start one process and wait until it answers.

        Raises:
            ServerDiedError: It ended instead.
            StoreUnavailableError: It did not answer in time.
        """
        state = State(endpoint, started_at=time.time(), version=self.installed_version)
        turn_over(self.log)
        offset = self.log.stat().st_size if self.log.exists() else 0
        # First of all: beside a lock that is held, the last server's record would pass for this one's.
        state.write(self._state)
        descriptor = open_lock(self._alive_lock)
        try:
            if not take(descriptor, STOP_PATIENCE):
                raise StoreUnavailableError(sentence("held_by_another", path=str(self._alive_lock)))
            pid = process.spawn(
                command, folder=self.folder, log=self.log, lock=descriptor, environment=self.environment()
            )
        finally:
            os.close(descriptor)
        state = replace(state, pid=pid)
        state.write(self._state)
        deadline = time.monotonic() + START_PATIENCE
        while not answers(endpoint):
            if not is_locked(self._alive_lock):
                raise ServerDiedError(*process.written_since(self.log, offset))
            if time.monotonic() > deadline:
                self.end()
                raise StoreUnavailableError(
                    sentence(
                        "embedded_silent",
                        store=self.store,
                        seconds=f"{START_PATIENCE:.0f}",
                        log=str(self.log),
                    )
                )
            time.sleep(0.02)
        return state

    def environment(self) -> Mapping[str, str]:
        """The environment variables of the server."""
        return os.environ

    def _start(self) -> State:
        """Start the server while holding the lock, however the last one ended."""
        if is_locked(self._alive_lock):  # its starter died before the server answered
            self.end()
        self.check_data()
        free = shutil.disk_usage(self.folder).free
        if free < LEAST_FREE_BYTES:
            raise StoreUnavailableError(
                sentence("disk_too_full", free=free // 2**20, folder=str(self.folder), store=self.store)
            )
        previous = State.read(self._state)
        endpoint = self.endpoint(previous.endpoint if previous else None)
        for _ in range(5):
            try:
                state = replace(self.bring_up(endpoint), ready=True)
                state.write(self._state)
            except ServerDiedError as error:
                lines = [str(line) for line in error.args]
                if not any("already in use" in line for line in lines):
                    raise StoreUnavailableError(self._why_it_died(lines)) from None
                endpoint = self.endpoint(None)  # someone took the port between choosing and using it
            else:
                return state
        raise StoreUnavailableError(sentence("no_free_port", store=self.store, log=str(self.log)))

    def _why_it_died(self, lines: list[str]) -> str:
        """One line about a server that ended instead of starting."""
        why = lines[-1][-300:] if lines else sentence("ended_silently")
        if any("No space left" in line for line in lines):
            return sentence("no_space_left", store=self.store, folder=str(self.folder))
        remedy = sentence(self.remedy, folder=str(self.folder))
        return sentence("embedded_not_started", store=self.store, why=why, log=str(self.log), remedy=remedy)

    def end(self) -> bool:
        """End whoever holds the lock of the living; whether all ended when asked."""
        cleanly = True
        deadline = time.monotonic() + 2 * STOP_PATIENCE
        # Again and again: a starter that was killed may leave a shell that is about to start a server.
        while is_locked(self._alive_lock):
            state = State.read(self._state)
            recorded = state.pid if state and state.pid and holds(state.pid, self._alive_lock) else None
            processes = [recorded] if recorded else holders(self._alive_lock)
            for pid in processes:
                cleanly &= process.end(pid, STOP_PATIENCE, partial(self.is_deaf, state))
            if time.monotonic() > deadline:
                raise StoreUnavailableError(
                    sentence("folder_in_use", folder=str(self.folder), lock=str(self._alive_lock))
                )
            time.sleep(0.02)
        return cleanly


def _free_port(preferred: int) -> int | None:
    """A port of 127.0.0.1 that is free now: the wanted one (0: any), or None where that is taken."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return None
        free_port: int = probe.getsockname()[1]
        return free_port


def _disk_usage(folder: Path) -> int:
    """Bytes that a folder's files take on the disk."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(root, name).lstat().st_blocks * 512
            except OSError:  # gone meanwhile
                continue
    return total
