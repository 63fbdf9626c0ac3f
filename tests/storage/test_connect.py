import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import SecretStr

from crawler.errors import StoreUnavailableError
from crawler.settings import Settings
from crawler.storage.connect import Stores, mongodb_address, open_mongodb, open_redis, open_stores
from crawler.storage.embedded import RedisServer
from tests.support.servers import Servers


def test_stores_work(stores: Stores) -> None:
    stores.db.articles.insert_one({"_id": 1})
    assert stores.db.articles.count_documents({}) == 1
    stores.redis.set("a", "ب")
    assert stores.redis.get("a") == "ب".encode()


def test_every_test_begins_with_empty_stores(stores: Stores) -> None:
    assert stores.db.list_collection_names() == []
    assert stores.redis.get("a") is None


def test_times_are_utc_and_writes_are_durable(stores: Stores) -> None:
    damascus = datetime(2024, 12, 4, 10, 30, tzinfo=timezone(timedelta(hours=3)))
    stores.db.articles.insert_one({"_id": 1, "at": damascus})
    found = stores.db.articles.find_one({"_id": 1})
    assert found is not None
    assert found["at"] == damascus
    assert found["at"].tzinfo == UTC
    assert stores.mongo.write_concern.document == {"w": 1, "j": True}


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        (
            "mongodb://khabar:geheim@127.0.0.1:1/",
            r"MongoDB at 127\.0\.0\.1:1 cannot be used: .*refused; is the server",
        ),
        ("mongodb://no-such-host.invalid/", r"MongoDB at no-such-host\.invalid:27017 cannot be used"),
        ("http://127.0.0.1/", "KHABAR_MONGODB_URI cannot be used: Invalid URI scheme"),
        ("mongodb://khabar:ge@heim@127.0.0.1/", "KHABAR_MONGODB_URI cannot be used: .*escaped"),
        ("mongodb://khabar:geheim@127.0.0.1:port/", "KHABAR_MONGODB_URI cannot be used: Port"),
        ("", "KHABAR_MONGODB_URI cannot be used"),
    ],
)
def test_mongodb_that_cannot_be_used(uri: str, why: str) -> None:
    began = time.monotonic()
    with pytest.raises(StoreUnavailableError, match=why) as caught:
        open_mongodb(Settings(mongodb_uri=SecretStr(uri), store_timeout=3))
    assert time.monotonic() - began < 3.5
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (
            "redis://:geheim@127.0.0.1:1/",
            r"Redis at 127\.0\.0\.1:1 cannot be used: .*refused.*; is the server",
        ),
        ("redis://no-such-host.invalid/", r"Redis at no-such-host\.invalid:6379 cannot be used"),
        ("unix:///no/such/socket", r"Redis at unix:/no/such/socket cannot be used: .*No such file"),
        ("http://127.0.0.1/", "KHABAR_REDIS_URL cannot be used: .*schemes"),
        ("redis://:geheim@127.0.0.1:port/", "KHABAR_REDIS_URL cannot be used: Port"),
        ("", "KHABAR_REDIS_URL cannot be used"),
    ],
)
def test_redis_that_cannot_be_used(url: str, why: str) -> None:
    began = time.monotonic()
    with pytest.raises(StoreUnavailableError, match=why) as caught:
        open_redis(Settings(redis_url=SecretStr(url), store_timeout=3))
    assert time.monotonic() - began < 3.5
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_mongodb_with_a_wrong_password(own: Settings) -> None:
    with open_mongodb(own) as client:
        wrong = SecretStr(f"mongodb://khabar:geheim@{mongodb_address(client)}/?authSource=admin")
    with pytest.raises(StoreUnavailableError, match="refuses the user name or password") as caught:
        open_mongodb(Settings(mongodb_uri=wrong))
    assert "geheim" not in str(caught.value)


def test_redis_with_a_wrong_password(data_dir: Path) -> None:
    server = RedisServer(data_dir / ("x" * 100))  # too deep for a socket: a port with a password
    try:
        wrong = SecretStr(f"redis://:geheim@127.0.0.1:{server.ensure().port}")
        with pytest.raises(StoreUnavailableError, match="refuses the user name or password") as caught:
            open_redis(Settings(redis_url=wrong))
        assert "geheim" not in str(caught.value)
    finally:
        server.stop()


def test_a_redis_that_is_missing_leaves_no_connection_open(servers: Servers) -> None:
    settings = Settings(
        mongodb_uri=SecretStr(servers.mongodb_uri),
        redis_url=SecretStr("redis://127.0.0.1:1"),
        store_timeout=3,
    )
    with pytest.raises(StoreUnavailableError, match="Redis at"):
        open_stores(settings)
