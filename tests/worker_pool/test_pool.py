"""Workers are killed, frozen and hang at any moment: each task ends, and one that does so twice fails."""

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from crawler.worker_pool import (
    PoolClosedError,
    TaskTimeoutError,
    WorkerDiedError,
    WorkerPool,
    WorkersUnavailableError,
    pool,
)
from crawler.worker_pool.channel import ChannelTimeoutError, TimeLimit

PATIENCE = 60.0
"""Seconds to wait for a result on a busy machine."""


def _nothing() -> None:
    pass


def _lacks_a_library() -> None:
    import_module("no_such_parser")


def _exit() -> None:
    os._exit(3)


def _pid(delay: float = 0.0, payload: bytes = b"") -> int:
    time.sleep(delay)
    return os.getpid()


def _die_at_first(marker: Path) -> str:
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def _hang_at_first(marker: Path) -> str:
    if not marker.exists():
        marker.touch()
        time.sleep(60)
    return "done"


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _ask_to_end(number: signal.Signals) -> str:
    os.kill(os.getpid(), number)
    return "still here"


@pytest.fixture(scope="module")
def single() -> Iterator[WorkerPool]:
    """A pool of one worker."""
    workers = WorkerPool(1, 30.0, _nothing, 1000)
    yield workers
    workers.close()


def _result(future: "Future[Any]") -> Any:
    return future.result(PATIENCE)


def test_a_task_whose_worker_is_killed_once_is_run_again(single: WorkerPool, tmp_path: Path) -> None:
    assert _result(single.submit(_die_at_first, tmp_path / "marker")) == "done"


def test_a_task_that_kills_its_worker_twice_fails_and_says_how(single: WorkerPool) -> None:
    with pytest.raises(WorkerDiedError, match="was ended by SIGKILL"):
        _result(single.submit(_die))
    assert _result(single.submit(abs, -1)) == 1


def test_an_idle_worker_may_be_killed(single: WorkerPool) -> None:
    for _ in range(2):
        pid = _result(single.submit(_pid))
        os.kill(pid, signal.SIGKILL)
        assert _result(single.submit(_pid)) != pid


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_to_a_whole_terminal_or_service_do_not_end_a_task(
    single: WorkerPool, number: signal.Signals
) -> None:
    assert _result(single.submit(_ask_to_end, number)) == "still here"


def test_a_task_that_hangs_once_is_run_again_and_one_that_hangs_twice_fails(tmp_path: Path) -> None:
    workers = WorkerPool(1, 1.0, _nothing, 1000)
    try:
        assert _result(workers.submit(_hang_at_first, tmp_path / "marker")) == "done"
        with pytest.raises(TaskTimeoutError):
            _result(workers.submit(time.sleep, 60))
        # A frozen worker that has never been given the whole of a large task costs it nothing.
        pid = _result(workers.submit(_pid))
        os.kill(pid, signal.SIGSTOP)
        assert _result(workers.submit(_pid, 0.0, b"." * 5_000_000)) != pid
    finally:
        workers.close()


def test_a_worker_is_replaced_after_its_tasks() -> None:
    workers = WorkerPool(1, 30.0, _nothing, 2)
    try:
        pids = [_result(workers.submit(_pid)) for _ in range(4)]
    finally:
        workers.close()
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_workers_that_cannot_be_started_are_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "STARTS", 2)
    workers = WorkerPool(1, 30.0, _exit, 1000)
    try:
        with pytest.raises(WorkersUnavailableError, match="ended with code 3 while it started"):
            _result(workers.submit(abs, -1))
    finally:
        workers.close()


def test_a_worker_that_cannot_get_ready_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "STARTS", 2)
    workers = WorkerPool(1, 20, _lacks_a_library, 10)
    try:
        with pytest.raises(
            WorkersUnavailableError, match="ModuleNotFoundError: No module named 'no_such_parser'"
        ):
            workers.submit(_pid).result(PATIENCE)
    finally:
        workers.close()


def test_closing_ends_what_runs_and_fails_what_waits() -> None:
    workers = WorkerPool(1, 30.0, _nothing, 1000)
    pid = _result(workers.submit(_pid))
    running, waiting = workers.submit(time.sleep, 25), workers.submit(abs, -1)
    begun = time.monotonic()
    workers.close()
    assert time.monotonic() - begun < 10
    for future in (running, waiting, workers.submit(abs, -2)):
        with pytest.raises(PoolClosedError):
            future.result(0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_no_task_waits_for_ever_while_workers_are_killed_at_random() -> None:
    order = random.Random(11)
    workers = WorkerPool(2, 30.0, _nothing, 1000)
    kills = 0
    try:
        futures = [workers.submit(_pid, 0.003, bytes(order.randrange(300_000))) for _ in range(60)]
        for future in futures:
            assert future.exception(PATIENCE) is None or isinstance(future.exception(), WorkerDiedError)
            running = list(workers._running)
            if running and order.random() < 0.2:
                time.sleep(order.uniform(0.0, 0.003))
                order.choice(running).kill()
                kills += 1
        assert kills > 5
        assert sum(future.exception() is None for future in futures) >= len(futures) - kills // 2
        assert _result(workers.submit(abs, -3)) == 3
    finally:
        workers.close()


def test_time_in_which_this_process_was_stopped_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 76.0, 77.0, 97.0, 98.0, 99.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    limit = TimeLimit(8.0)
    assert limit.next_wait() == 1.0
    assert limit.next_wait() == 1.0  # stopped for 75 s: two of them count
    assert limit.next_wait() == 1.0
    assert limit.next_wait() == 1.0
    assert limit.next_wait() == 1.0
    with pytest.raises(ChannelTimeoutError):
        limit.next_wait()
