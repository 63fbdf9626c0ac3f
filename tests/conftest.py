"""Fixtures for every test that needs stores: real servers, started once a session, empty for each test.

`stores` is what most tests want. The servers are embedded ones in a folder of their own, or those that
``KHABAR_TEST_MONGODB_URI`` and ``KHABAR_TEST_REDIS_URL`` name.
"""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr

from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.connect import Stores, open_redis, open_stores

# Ends the servers of a folder and removes it once the pipe on its standard input closes: also when the
# tests are killed and no fixture gets to do it.
_GUARD = r"""
cat >/dev/null
for state in "$1"/*/state.json; do
    [ -f "$state" ] && kill -9 "$(sed -n 's/.*"pid": *\([0-9][0-9]*\).*/\1/p' "$state")" 2>/dev/null
done
rm -rf "$1"
"""
_OURS = "khabar:test-session"


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


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> Iterator[None]:
    """Keep the settings of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("KHABAR_") and not name.startswith(("KHABAR_TEST_", "KHABAR_DATA")):
                patch.delenv(name)
        patch.delenv("KHABAR_DATA_DIR", raising=False)
        yield


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The session's servers."""
    mongodb_uri = os.environ.get("KHABAR_TEST_MONGODB_URI")
    redis_url = os.environ.get("KHABAR_TEST_REDIS_URL")
    with temporary_data_dir() as folder:
        mongo, cache = embedded.MongoServer(folder), embedded.RedisServer(folder)
        found = Servers(mongodb_uri or mongo.uri(mongo.ensure()), redis_url or cache.uri(cache.ensure()))
        client = open_redis(Settings(data_dir=folder, redis_url=SecretStr(found.redis_url)))
        try:
            if redis_url:
                _claim(client)
            yield found
            client.flushdb()
        finally:
            client.close()


@pytest.fixture
def settings(servers: Servers, tmp_path: Path) -> Settings:
    """Settings that lead to the session's servers, to a database and a data folder of the test's own."""
    return Settings(
        data_dir=tmp_path / "khabar",
        mongodb_uri=SecretStr(servers.mongodb_uri),
        mongodb_database=f"khabar_test_{uuid.uuid4().hex[:12]}",
        redis_url=SecretStr(servers.redis_url),
    )


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    """Open stores, both empty; nobody else uses them during the test."""
    with open_stores(settings) as opened:
        opened.redis.flushdb()
        if "KHABAR_TEST_REDIS_URL" in os.environ:
            opened.redis.set(_OURS, 1)
        try:
            yield opened
        finally:
            forget(opened)


def forget(opened: Stores) -> None:
    """Drop a test's database, unless its server vanishes as a whole: an embedded one takes seconds."""
    if "KHABAR_TEST_MONGODB_URI" in os.environ:
        opened.mongo.drop_database(opened.db.name)


@pytest.fixture
def store_environment(settings: Settings) -> dict[str, str]:
    """The environment for a `khabar` process that shall use the same stores as `stores`."""
    assert settings.mongodb_uri is not None
    assert settings.redis_url is not None
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")},
        "KHABAR_DATA_DIR": str(settings.data_dir),
        "KHABAR_MONGODB_URI": settings.mongodb_uri.get_secret_value(),
        "KHABAR_MONGODB_DATABASE": settings.mongodb_database,
        "KHABAR_REDIS_URL": settings.redis_url.get_secret_value(),
    }


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder for servers of the test's own, with a path short enough for a Unix socket."""
    with temporary_data_dir() as folder:
        yield folder


def _claim(client: redis.Redis) -> None:
    """Refuse a Redis with somebody's data in it: the tests empty it."""
    if client.dbsize() and not client.exists(_OURS):
        pytest.exit("KHABAR_TEST_REDIS_URL names a database that is not empty; name another", returncode=2)
    client.set(_OURS, 1)
