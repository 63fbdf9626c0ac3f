"""Servers and starters that are killed at the worst moment, again and again."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from pymongo.errors import PyMongoError

from crawler.settings import Settings
from crawler.storage import embedded
from crawler.storage.connect import Stores, open_stores
from crawler.storage.embedded import EmbeddedServer, MongoServer, RedisServer
from crawler.storage.embedded.lock import exclusive, holders, holds, is_locked
from crawler.storage.embedded.state import State

HOLD = """
import sys, time
from pathlib import Path
from crawler.storage.embedded.lock import exclusive
with exclusive(Path(sys.argv[1]), 10):
    print("held", flush=True)
    time.sleep(600)
"""
# Starts a server and is gone, as by kill -9, the moment before it would have asked whether it answers.
START_AND_DIE = """
import os, signal, sys
from pathlib import Path
from crawler.storage import embedded
kind = getattr(embedded, sys.argv[2])
kind.answers = lambda self, endpoint: os.kill(os.getpid(), signal.SIGKILL)
kind(Path(sys.argv[1])).ensure()
"""


def kill(one: EmbeddedServer) -> None:
    pid = one.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while one.running() and time.monotonic() < deadline:
        time.sleep(0.01)


def write_until_it_breaks(write: Callable[[int], object], acknowledged: list[int]) -> None:
    with contextlib.suppress(PyMongoError, redis.RedisError):
        for number in range(100_000):
            write(number)
            acknowledged.append(number)


def test_acknowledged_writes_outlast_kill_9(own: Settings) -> None:
    acknowledged: dict[str, list[int]] = {"MongoDB": [], "Redis": []}
    with open_stores(own.model_copy(update={"store_timeout": 0.5})) as stores:
        collection = stores.db.articles
        writers = [
            threading.Thread(
                target=write_until_it_breaks,
                args=(lambda n: collection.insert_one({"_id": n}), acknowledged["MongoDB"]),
            ),
            threading.Thread(
                target=write_until_it_breaks,
                args=(lambda n: stores.redis.set(f"khabar:{n}", n), acknowledged["Redis"]),
            ),
        ]
        for writer in writers:
            writer.start()
        time.sleep(0.7)
        for one in embedded.servers(own):
            kill(one)
        for writer in writers:
            writer.join(20)
    assert all(len(numbers) > 20 for numbers in acknowledged.values()), acknowledged
    with open_stores(own) as stores:
        kept = {document["_id"] for document in stores.db.articles.find()}
        assert kept >= set(acknowledged["MongoDB"])
        there = stores.redis.mget([f"khabar:{number}" for number in acknowledged["Redis"]])
        assert isinstance(there, list)
        assert None not in there


def test_open_connections_find_a_server_that_was_started_again(own: Settings) -> None:
    with open_stores(own) as stores:
        stores.db.articles.insert_one({"_id": 1})
        stores.redis.set("a", 1)
        for one in embedded.servers(own):
            kill(one)
        embedded.start(own)
        assert stores.db.articles.find_one() == {"_id": 1}
        stores.db.articles.insert_one({"_id": 2})
        assert stores.redis.get("a") == b"1"


def test_a_lock_is_free_when_its_holder_is_killed(data_dir: Path) -> None:
    one = RedisServer(data_dir)
    one.folder.mkdir()
    lock = one.folder / "start.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_locked(lock)
        with lock.open():  # whoever looks at the lock does not hold it
            assert holders(lock) == [holder.pid]
        assert holds(holder.pid, lock)
        assert not holds(os.getpid(), lock)
    finally:
        holder.kill()
        holder.communicate()
    assert not is_locked(lock)
    assert one.ensure() == one.ensure()


def test_a_lock_excludes_threads_and_says_when_it_gives_up(tmp_path: Path) -> None:
    from crawler.errors import StoreUnavailableError

    with (
        exclusive(tmp_path / "lock", 1),
        pytest.raises(StoreUnavailableError, match="another process has been starting"),
        exclusive(tmp_path / "lock", 0.05),
    ):
        pass
    with exclusive(tmp_path / "lock", 0):
        pass


@pytest.mark.parametrize("kind", [MongoServer, RedisServer])
def test_a_starter_killed_in_the_middle_leaves_nothing_behind(
    own: Settings, kind: Callable[[Path], EmbeddedServer]
) -> None:
    one = kind(own.data_dir)
    command = [sys.executable, "-c", START_AND_DIE, str(own.data_dir), one.__class__.__name__]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert is_locked(one.folder / "alive.lock")
    assert one.running() is None
    one.ensure()
    assert len(holders(one.folder / "alive.lock")) == 1
    assert one.answers(one.ensure())


def test_a_first_start_killed_in_the_middle_is_done_again(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    one = MongoServer(data_dir)
    starter = subprocess.Popen([sys.executable, "-c", START_AND_DIE, str(data_dir), "MongoServer"])
    deadline = time.monotonic() + 30
    while not is_locked(one.folder / "alive.lock") and time.monotonic() < deadline:
        time.sleep(0.01)
    starter.kill()  # while the server runs that is to make the user
    starter.wait()
    with open_stores(settings) as stores:
        stores.db.articles.insert_one({"_id": 1})


def test_a_process_that_has_the_servers_old_id_is_left_alone(own: Settings) -> None:
    one = RedisServer(own.data_dir)
    one.ensure()
    kill(one)
    innocent = subprocess.Popen(["/bin/sleep", "600"])
    try:
        path = one.folder / "state.json"
        state = State.read(path)
        assert state is not None
        replace(state, pid=innocent.pid).write(path)
        assert one.running() is None
        assert not one.stop().ran
        one.ensure()

        # And with a server that runs: the one that is ended is the one that holds the lock.
        state = one.running()
        assert state is not None
        replace(state, pid=innocent.pid).write(path)
        assert one.stop().cleanly
        assert not is_locked(one.folder / "alive.lock")
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds the server through /proc")
def test_a_damaged_state_of_a_running_server_is_made_good(own: Settings) -> None:
    one = RedisServer(own.data_dir)
    one.ensure()
    with redis.Redis.from_url(one.uri(one.ensure())) as client:
        client.set("a", 1)
    (one.folder / "state.json").write_text("damaged")
    with redis.Redis.from_url(one.uri(one.ensure())) as client:
        assert client.get("a") == b"1"
    assert len(holders(one.folder / "alive.lock")) == 1


def test_a_server_that_does_not_answer_is_an_error_in_time(own: Settings) -> None:
    settings = own.model_copy(update={"store_timeout": 0.7})

    def ask_mongodb(stores: Stores) -> None:
        stores.db.articles.find_one()

    def ask_redis(stores: Stores) -> None:
        stores.redis.get("a")

    with open_stores(settings) as stores:
        for one, ask in zip(embedded.servers(settings), (ask_mongodb, ask_redis), strict=True):
            ask(stores)
            pid = one.status().pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
            try:
                began = time.monotonic()
                with pytest.raises((PyMongoError, redis.RedisError)):
                    ask(stores)
                assert time.monotonic() - began < 2
            finally:
                os.kill(pid, signal.SIGCONT)
            ask(stores)
