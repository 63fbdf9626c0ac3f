"""The lease: one process a site."""

import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from crawler.storage import lease as lease_module
from crawler.storage.connect import Stores, open_stores
from crawler.storage.lease import Lease, LeaseHeldError, LeaseLostError


def _hold(settings: object, ready: object) -> None:
    with open_stores(settings) as stores:  # type: ignore[arg-type]
        Lease(stores.db, "site")
        ready.set()  # type: ignore[attr-defined]
        time.sleep(60)


def test_a_second_process_is_told_who_holds_it_and_takes_over_once_that_is_dead(stores: Stores) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    holder = context.Process(target=_hold, args=(stores.settings, ready))
    holder.start()
    assert ready.wait(20)
    with pytest.raises(LeaseHeldError, match=f"by process {holder.pid} on"):
        Lease(stores.db, "site")
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    assert Lease(stores.db, "site").token == 2


def test_sites_are_leased_one_by_one_and_a_released_lease_is_free(stores: Stores) -> None:
    first = Lease(stores.db, "a")
    Lease(stores.db, "b")
    first.release(stores.db)
    document = stores.db.sites.find_one({"_id": "a"})
    assert document is not None
    assert document["holder"] is None
    assert Lease(stores.db, "a").token == first.token + 1


def test_a_holder_whose_lease_went_to_another_may_not_write(stores: Stores) -> None:
    mine = Lease(stores.db, "site")
    mine.check()
    stores.db.sites.update_one({"_id": "site"}, {"$inc": {"token": 1}})
    with pytest.raises(LeaseLostError, match="nothing more is written"):
        mine.renew(stores.db)
    with pytest.raises(LeaseLostError):
        mine.check()


def test_a_holder_that_was_frozen_past_its_lease_may_not_write(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "LEASE_SECONDS", 0.05)
    mine = Lease(stores.db, "site")
    time.sleep(0.1)
    with pytest.raises(LeaseLostError):
        mine.check()


def test_a_lease_that_ran_out_is_taken_even_from_a_living_process(stores: Stores) -> None:
    stores.db.sites.insert_one(
        {
            "_id": "site",
            "token": 7,
            "holder": {"host": "elsewhere", "pid": 1, "started": "1"},
            "expires_at": datetime.now(UTC) - timedelta(seconds=1),
        }
    )
    assert Lease(stores.db, "site").token == 8
