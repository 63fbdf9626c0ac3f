"""A real Valkey (or the server named in KHABAR_TEST_REDIS_URL) for the tests of the index."""

import os
from collections.abc import Iterator

import pytest
import redis

from tests.support.servers import running_valkey


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
