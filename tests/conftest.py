"""Fixtures for every test that needs stores: real servers, started once a session, empty for each test.

`stores` is what most tests want. The servers are embedded ones in a temporary folder, or those that
``KHABAR_TEST_MONGODB_URI`` and ``KHABAR_TEST_REDIS_URL`` name.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr

from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.connect import Stores, open_redis, open_stores
from tests.support.processes import session_fork_server
from tests.support.servers import (
    Servers,
    forget,
    fresh_settings,
    khabar_environment,
    temporary_data_dir,
)

_OURS = "khabar:test-session"


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the settings of the shell out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("KHABAR_") and not name.startswith(("KHABAR_TEST_", "KHABAR_DATA")):
                patch.delenv(name)
        patch.delenv("KHABAR_DATA_DIR", raising=False)
        # Nor does anybody's own file of settings count.
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The session's servers, the fork server for crawls and extraction among them."""
    session_fork_server()
    mongodb_uri = os.environ.get("KHABAR_TEST_MONGODB_URI")
    redis_url = os.environ.get("KHABAR_TEST_REDIS_URL")
    with temporary_data_dir() as folder:
        mongo, cache = embedded.MongoServer(folder), embedded.RedisServer(folder)
        addresses = Servers(mongodb_uri or mongo.uri(mongo.ensure()), redis_url or cache.uri(cache.ensure()))
        client = open_redis(Settings(data_dir=folder, redis_url=SecretStr(addresses.redis_url)))
        try:
            if redis_url:
                _claim(client)
            yield addresses
            client.flushdb()
        finally:
            client.close()


@pytest.fixture
def settings(servers: Servers, tmp_path: Path) -> Settings:
    """Settings that lead to the session's servers, to a database and a data folder of the test's own."""
    return fresh_settings(servers, tmp_path)


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


@pytest.fixture
def store_environment(settings: Settings) -> dict[str, str]:
    """The environment for a `khabar` process that shall use the same stores as `stores`."""
    return khabar_environment(settings)


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


SLOW = {"cli", "demo", "importing", "operations", "rendering", "scrapy_project", "web", "worker_pool"}
"""Folders whose tests start processes and wait for sites."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, let half of them begin with the slow modules.

    Each begins with a run of tests of its own, as long as the others'. Slow tests wait more than they work:
    with others beside them the processors are busy, and with them at the end one would end the run alone.
    A module stays together, for its fixtures.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    modules: dict[Path, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.path, []).append(item)
    here = Path(__file__).parent
    slow = [path for path in modules if path.relative_to(here).parts[0] in SLOW]
    fast = [path for path in modules if path.relative_to(here).parts[0] not in SLOW]
    with_slow, ordered = max(1, workers // 2), list[pytest.Item]()
    for worker in range(with_slow):
        for path in slow[worker::with_slow]:
            ordered += modules[path]
        while fast and len(ordered) < len(items) * (worker + 1) // workers:
            ordered += modules[fast.pop(0)]
    for path in fast:
        ordered += modules[path]
    items[:] = ordered
