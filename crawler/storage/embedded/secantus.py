"""The embedded MongoDB: secantusdb, a server that speaks MongoDB's protocol and stores in WiredTiger.

It only ever runs as a process of its own and is never imported. It has no Unix socket, so any user of
the machine can reach its port: it is started with authentication, a user and a random password.
"""

import os
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from crawler.errors import StoreUnavailableError
from crawler.html.sentences import sentence
from crawler.storage.embedded.server import EmbeddedServer
from crawler.storage.embedded.state import Endpoint, State, write_private

USER = "khabar"
_OPTIONS = (
    # Without it, writes that were acknowledged with journal=true are lost at a kill -9.
    "--sync-on-commit",
    # Room for the indexes of some hundred thousand articles; the default is 1 GB.
    "--cache-size", "256M",
    # Khabar reads no change streams, which are what the log of operations is for; the default is 100,000.
    "--oplog-max-entries", "2000",
    "--log-level", "WARNING",
)  # fmt: skip
_AUTHENTICATION_FAILED = 18
_USER_EXISTS = 51003


class MongoServer(EmbeddedServer):
    """The embedded MongoDB of a data folder."""

    store = "MongoDB"
    folder_name = "mongodb"
    package = "secantusdb"
    variable = "KHABAR_MONGODB_URI"
    remedy = "remedy_mongodb"

    def __init__(self, data_dir: Path):
        super().__init__(data_dir)
        self._password = self.folder / "password"
        self._data_version = self.folder / "data-version"

    def command(self, endpoint: Endpoint) -> list[str]:
        """The command line, with authentication."""
        return [*self._open_command(endpoint), "--auth"]

    def uri(self, endpoint: Endpoint) -> str:
        """The address with user name and password.

        Raises:
            StoreUnavailableError: The password cannot be read: the data belongs to another user.
        """
        try:
            password = self._password.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            raise StoreUnavailableError(
                sentence("password_unreadable", store="MongoDB", path=str(self._password), why=str(error))
            ) from None
        return f"mongodb://{USER}:{quote(password, safe='')}@{_place(endpoint)}&authSource=admin"

    def answers(self, endpoint: Endpoint) -> bool:
        """Whether the server lets us in.

        Raises:
            StoreUnavailableError: It does not know our password.
        """
        if not _listens(endpoint):
            return False
        try:
            with _client(self.uri(endpoint)) as client:
                client.admin.command("ping")
        except OperationFailure as error:
            if error.code != _AUTHENTICATION_FAILED:
                return False
            raise StoreUnavailableError(sentence("password_refused", path=str(self._password))) from None
        except PyMongoError:
            return False
        return True

    def environment(self) -> Mapping[str, str]:
        """Ours, without the variables that would change the server's configuration."""
        return {name: value for name, value in os.environ.items() if not name.startswith("SECANTUS_")}

    def is_deaf(self, state: State | None) -> bool:
        """Whether the server still accepts connections.

        Its Python process may miss a signal that comes while it begins to wait for one. And one that
        has noticed waits for two seconds for its accepting thread, unless somebody connects.
        """
        return state is not None and _listens(state.endpoint)

    def check_data(self) -> None:
        """Refuse data of another minor version: a server opens only its own.

        Raises:
            StoreUnavailableError: Another one wrote it; the message says how to bring it over.
        """
        if not self._data_version.exists():
            return
        written, installed = self._data_version.read_text().strip(), self.installed_version
        if _minor(written) != _minor(installed):
            raise StoreUnavailableError(
                sentence(
                    "data_of_another_version", folder=str(self.folder), written=written, installed=installed
                )
            )

    def bring_up(self, endpoint: Endpoint) -> State:
        """Start the server; the first time, start it once before that to make the user."""
        is_new = not (self._password.exists() and self._password.read_bytes().strip())
        if is_new:
            self._make_user(endpoint)
        state = self.launch(endpoint, self.command(endpoint), self.answers)
        if is_new:
            self._dismiss_strangers(endpoint)
        if not self._data_version.exists() or self._data_version.read_text().strip() != state.version:
            write_private(self._data_version, state.version + "\n")
        return state

    def _open_command(self, endpoint: Endpoint) -> list[str]:
        """The command line without authentication."""
        # Where no configuration is named, the server looks for one in the home and system folders.
        config = self.folder / "empty.toml"
        write_private(config, "")
        # -P: a folder named "secantus" in the working directory is not the server.
        return [
            sys.executable, "-P", "-m", "secantus", "--config", str(config), "--host", "127.0.0.1",
            "--port", str(endpoint.port), "--storage-path", str(self.folder / "data"), *_OPTIONS,
        ]  # fmt: skip

    def _make_user(self, endpoint: Endpoint) -> None:
        """Give our user a new password, on a server without authentication that then ends.

        secantusdb knows no exception for the first user, as MongoDB does. The file of the password is
        written last: should we be killed before, the next start does all of it again.
        """
        self.launch(endpoint, self._open_command(endpoint), _listens)
        password = secrets.token_urlsafe(32)
        with _client(f"mongodb://{_place(endpoint)}") as client:
            try:
                client.admin.command("createUser", USER, pwd=password, roles=["root"])
            except OperationFailure as error:
                if error.code != _USER_EXISTS:
                    raise
                client.admin.command("updateUser", USER, pwd=password, roles=["root"])
        self.end()
        write_private(self._password, password)

    def _dismiss_strangers(self, endpoint: Endpoint) -> None:
        """Remove users that someone else on this machine may have made while the door was open."""
        with _client(self.uri(endpoint)) as client:
            for user in client.admin.command("usersInfo", {"forAllDBs": True})["users"]:
                if (user["user"], user["db"]) != (USER, "admin"):
                    client[user["db"]].command("dropUser", user["user"])


def _place(endpoint: Endpoint) -> str:
    # A direct connection asks nobody for other members. Polling holds no connection open to watch for
    # a change of primary. The server hangs up on connections that were idle for 300 seconds. It remembers
    # 10,000 retryable writes for 30 minutes, not over a restart, and looks through them all at each: after
    # some thousand writes that took more than all else. Our writes can be repeated as they are.
    options = "directConnection=true&serverMonitoringMode=poll&maxIdleTimeMS=240000&retryWrites=false"
    return f"127.0.0.1:{endpoint.port}/?{options}"


def _client(uri: str) -> pymongo.MongoClient[dict[str, Any]]:
    return pymongo.MongoClient(uri, timeoutMS=10_000)


def _listens(endpoint: Endpoint) -> bool:
    """Whether anything accepts connections there."""
    try:
        socket.create_connection(("127.0.0.1", endpoint.port or 0), timeout=1).close()
    except OSError:
        return False
    return True


def _minor(version: str) -> str:
    """The part of a version that decides about the form of the data: 0.7 of 0.7.0b3."""
    return ".".join(version.split(".")[:2])
