"""A store session that several threads share, over the loss of its connections."""

import threading

import pytest

from crawler.errors import KhabarError
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.session import StoreSession


def test_work_whose_connections_another_thread_gave_up_is_done_again(
    settings: Settings, stores: Stores
) -> None:
    """A store that went away is noticed by one thread first, which closes what all of them use."""
    session = StoreSession(settings)
    begun, given_up = threading.Event(), threading.Event()
    attempts: list[int] = []
    failures: list[BaseException] = []

    def work(opened: Stores) -> None:
        attempts.append(1)
        begun.set()
        assert given_up.wait(20)
        opened.db.written.update_one({"_id": 1}, {"$set": {"value": 1}}, upsert=True)
        opened.redis.set("written", 1)

    def in_thread() -> None:
        try:
            session.run(work)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            failures.append(error)

    thread = threading.Thread(target=in_thread)
    thread.start()
    assert begun.wait(20)
    session._reopen_later(session._generation)
    given_up.set()
    thread.join(30)
    session.close()
    assert failures == []
    assert len(attempts) == 2
    assert stores.db.written.count_documents({}) == 1
    assert stores.redis.get("written") == b"1"


def test_what_work_itself_says_is_passed_on(settings: Settings, stores: Stores) -> None:
    session = StoreSession(settings)
    attempts: list[int] = []

    def work(_: Stores) -> None:
        attempts.append(1)
        raise ZeroDivisionError

    def refuse(_: Stores) -> None:
        session._reopen_later(session._generation)
        raise KhabarError("no")

    try:
        with pytest.raises(ZeroDivisionError):
            session.run(work)
        assert len(attempts) == 1
        with pytest.raises(KhabarError, match="no"):
            session.run(refuse)
    finally:
        session.close()
