import os
import socket
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pymongo
import pytest
import redis
from pymongo.errors import OperationFailure

from crawler.errors import StoreUnavailableError
from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.connect import open_stores
from crawler.storage.embedded import MongoServer, RedisServer, server, valkey
from crawler.storage.embedded.lock import holders, take
from crawler.storage.embedded.state import Endpoint, State

ATTACH = """
import sys
from pathlib import Path
from crawler.settings import Settings
from crawler.storage.connect import open_stores
with open_stores(Settings(data_dir=Path(sys.argv[1]))) as stores:
    stores.db.seen.insert_one({})
    print(stores.mongo.admin.command("serverStatus")["pid"], stores.redis.info("server")["process_id"])
"""


def test_servers_run_on_are_found_again_and_keep_their_data(own: Settings) -> None:
    first = embedded.start(own)
    with open_stores(own) as stores:
        stores.db.articles.insert_one({"_id": "a", "title": "خبر"})
        stores.redis.set("khabar:a", "خبر")
    again = embedded.start(own)
    assert [one.pid for one in again] == [one.pid for one in first]
    assert all(one.running and one.memory and one.disk and one.uptime is not None for one in again)
    assert [one.store for one in again] == ["MongoDB", "Redis"]

    stopped = embedded.stop(own)
    assert all(one.ran and one.cleanly for one in stopped)
    assert [one.status().running for one in embedded.servers(own)] == [False, False]
    with open_stores(own) as stores:
        assert stores.db.articles.find_one() == {"_id": "a", "title": "خبر"}
        assert stores.redis.get("khabar:a") == "خبر".encode()
    assert [one.status().address for one in embedded.servers(own)] == [one.address for one in first]


def test_no_write_is_one_that_the_server_has_to_remember(own: Settings) -> None:
    class Listener(pymongo.monitoring.CommandListener):
        def started(self, event: pymongo.monitoring.CommandStartedEvent) -> None:
            commands.append(event.command)

        def succeeded(self, event: pymongo.monitoring.CommandSucceededEvent) -> None:
            pass

        failed = succeeded  # type: ignore[assignment]

    commands: list[Mapping[str, Any]] = []
    one = MongoServer(own.data_dir)
    client: pymongo.MongoClient[Any]
    with pymongo.MongoClient(one.uri(one.ensure()), event_listeners=[Listener()]) as client:
        client.khabar.seen.update_one({"_id": "a"}, {"$set": {"title": "خبر"}}, upsert=True)
    written = [command for command in commands if "update" in command]
    assert written
    assert not any("txnNumber" in command for command in written)


def test_stop_with_nothing_running(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir / "never")
    assert [one.ran for one in embedded.stop(settings)] == [False, False]
    assert not (data_dir / "never").exists()


def test_processes_that_start_at_once_share_one_server_each(own: Settings) -> None:
    for _ in range(2):
        starters = [
            subprocess.Popen([sys.executable, "-c", ATTACH, str(own.data_dir)], stdout=subprocess.PIPE)
            for _ in range(3)
        ]
        told = {starter.communicate(timeout=100)[0] for starter in starters}
        assert [starter.returncode for starter in starters] == [0] * 3
        assert len(told) == 1
        for one in embedded.servers(own):
            assert holders(one.folder / "alive.lock") == [one.status().pid]
        embedded.stop(own)
    with open_stores(own) as stores:
        assert stores.db.seen.count_documents({}) == 6


def test_a_server_that_is_being_started_does_not_pass_for_the_last_one(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = RedisServer(own.data_dir)
    one.ensure()
    one.stop()
    seen = []

    def take_and_look(descriptor: int, patience: float) -> bool:
        taken = take(descriptor, patience)
        seen.append(one.running())
        return taken

    monkeypatch.setattr(server, "take", take_and_look)
    one.ensure()
    assert seen == [None]


def test_only_this_user_can_reach_the_servers(own: Settings) -> None:
    embedded.start(own)
    for one in embedded.servers(own):
        assert stat.S_IMODE(one.folder.stat().st_mode) == 0o700
        private = [one.folder / "state.json", *one.folder.glob("password"), *one.folder.glob("*.conf")]
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in private)
        # A session of its own: a Ctrl-C in the terminal ends the command, not the servers.
        assert os.getsid(one.status().pid or 0) != os.getsid(0)
    address = MongoServer(own.data_dir).status().address
    with (
        pymongo.MongoClient[dict[str, object]](f"mongodb://{address}") as stranger,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        stranger.khabar.articles.find_one()


def test_a_deep_folder_gets_a_port_with_a_password(data_dir: Path) -> None:
    deep = data_dir / ("مجلد" * 10) / ("x" * 60) / "with 'quotes\" and space"
    one = RedisServer(deep)
    endpoint = one.ensure()
    try:
        assert endpoint.socket is None
        assert endpoint.port is not None
        with redis.Redis(port=endpoint.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.get("a")
        with redis.Redis.from_url(one.uri(endpoint)) as client:
            client.set("a", 1)
        assert one.stop().cleanly
        assert one.ensure().port == endpoint.port  # clients that are still open find it again
        with redis.Redis.from_url(one.uri(endpoint)) as client:
            assert client.get("a") == b"1"
    finally:
        one.stop()


def test_a_port_that_was_taken_meanwhile_is_replaced(own: Settings) -> None:
    one = MongoServer(own.data_dir)
    port = one.ensure().port
    one.stop()
    with socket.create_server(("127.0.0.1", port or 0)):
        assert one.ensure().port != port


def test_a_port_taken_at_the_last_moment_is_replaced(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = RedisServer(data_dir / ("x" * 100))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(valkey.RedisServer, "endpoint", _once_then_any(taken.getsockname()[1]))
        endpoint = one.ensure()
        assert endpoint.port != taken.getsockname()[1]
        one.stop()


def _once_then_any(taken: int) -> object:
    ports = [taken]

    def endpoint(self: RedisServer, previous: Endpoint | None) -> Endpoint:
        if ports:
            return Endpoint(port=ports.pop())
        with socket.create_server(("127.0.0.1", 0)) as free:
            return Endpoint(port=free.getsockname()[1])

    return endpoint


@pytest.mark.parametrize("variable", ["SECANTUS_PORT", "SECANTUS_STORAGE_PATH"])
def test_the_server_does_not_see_settings_meant_for_another(
    own: Settings, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    assert variable not in MongoServer(own.data_dir).environment()


def test_not_installed(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MongoServer, "package", "khabar-has-no-such-package")
    with pytest.raises(StoreUnavailableError, match=r"khabar\[embedded\].*KHABAR_MONGODB_URI"):
        open_stores(own)


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(StoreUnavailableError, match=r"KHABAR_DATA_DIR to a folder that you may write to"):
        open_stores(Settings(data_dir=file / "khabar"))


def test_a_full_disk(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LEAST_FREE_BYTES", 2**60)
    with pytest.raises(StoreUnavailableError, match=r"only \d+ MB are free where .*mongodb lies"):
        open_stores(own)


def test_data_of_another_minor_version(own: Settings) -> None:
    (own.data_dir / "mongodb" / "data-version").write_text("0.6.4\n")
    with pytest.raises(StoreUnavailableError, match=r"secantusdb==0\.6\.4 and run `khabar backup FILE`"):
        open_stores(own)


def test_damaged_data(own: Settings) -> None:
    (own.data_dir / "mongodb" / "data" / "WiredTiger.turtle").write_text("damaged")
    with pytest.raises(
        StoreUnavailableError, match=r"corruption.*server\.log.*khabar restore FILE"
    ) as caught:
        open_stores(own)
    assert "\n" not in str(caught.value)


def test_damaged_redis_data(data_dir: Path) -> None:
    one = RedisServer(data_dir)
    one.ensure()
    one.stop()
    next((one.folder / "data").rglob("*.incr.aof")).write_bytes(b"*3\r\nnonsense" * 40)
    with pytest.raises(StoreUnavailableError, match=r"AOF|append only.*khabar dedup rebuild"):
        one.ensure()


def test_a_lost_password_is_replaced(own: Settings) -> None:
    with open_stores(own) as stores:
        stores.db.articles.insert_one({"_id": "a"})
    embedded.stop(own)
    (own.data_dir / "mongodb" / "password").unlink()
    with open_stores(own) as stores:
        assert stores.db.articles.find_one() == {"_id": "a"}


def test_a_wrong_password_is_said(own: Settings) -> None:
    (own.data_dir / "mongodb" / "password").write_text("another")
    with pytest.raises(StoreUnavailableError, match=r"does not accept the password in .*: remove that file"):
        open_stores(own)
    (own.data_dir / "mongodb" / "password").unlink()
    open_stores(own).close()


def test_state_survives_a_round_trip(tmp_path: Path) -> None:
    state = State(Endpoint(port=4000), pid=77, started_at=1.5, version="1", ready=True)
    state.write(tmp_path / "state.json")
    assert State.read(tmp_path / "state.json") == state


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"endpoint": null}',
        b'{"endpoint": {"port": "80"}}',
        b'{"endpoint": {"port": 0}}',
        b'{"endpoint": {"port": 99999}}',
        b'{"endpoint": {"socket": 3}}',
        b'{"endpoint": {"port": 80}, "pid": "1"}',
        b'{"endpoint": {"port": 80}, "pid": -1}',
        b'{"endpoint": {"port": 80}, "colour": "red"}',
        b'{"endpoint": {"port": 80}, "started_at": null}',
    ],
)
def test_a_damaged_state_is_no_state(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.json").write_bytes(content)
    assert State.read(tmp_path / "state.json") is None
