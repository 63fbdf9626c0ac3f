"""What a crawl leaves with its site: written once, by the holder of the lease alone."""

from datetime import UTC, datetime, timedelta

from bson import ObjectId

from crawler.storage.connect import Stores
from crawler.storage.lease import Lease
from crawler.storage.site_state import (
    MOST_ATTEMPTS,
    Turn,
    claim_changes,
    give_back,
    queue,
    record_turn,
    site_state,
    unqueue,
)

NOW = datetime(2024, 12, 4, 10, 0, tzinfo=UTC)


def _turn(verdict: str = "ok", *, minutes: int = 0, **fields: object) -> Turn:
    at = NOW + timedelta(minutes=minutes)
    return Turn(ObjectId(), at, verdict, None if verdict == "ok" else "why", **fields)  # type: ignore[arg-type]


def test_a_turn_counts_once_however_often_it_is_written(stores: Stores) -> None:
    lease = Lease(stores.db, "site")
    turn = _turn(
        "blocked", counts={"blocked": 3, "stored": 0}, requests=5, interval=timedelta(hours=2), next_at=NOW
    )
    for _ in range(2):
        record_turn(stores.db, "site", lease.token, turn)
    state = site_state(stores.db, "site")
    assert (state.verdict, state.reason, state.since, state.next_at) == ("blocked", "why", NOW, NOW)
    assert state.interval == timedelta(hours=2)
    assert state.totals["crawls"] == 1
    assert state.totals["pages"] == {"blocked": 3}
    assert state.totals["verdicts"] == {"blocked": 1}


def test_who_has_lost_the_lease_leaves_nothing(stores: Stores) -> None:
    lease = Lease(stores.db, "site")
    record_turn(stores.db, "site", lease.token - 1, _turn("blocked"))
    assert site_state(stores.db, "site").verdict is None


def test_since_is_when_the_verdict_changed_and_a_partial_crawl_leaves_the_plan(stores: Stores) -> None:
    token = Lease(stores.db, "site").token
    record_turn(stores.db, "site", token, _turn("blocked", next_at=NOW, interval=timedelta(hours=1)))
    record_turn(stores.db, "site", token, _turn("blocked", minutes=60))
    state = site_state(stores.db, "site")
    assert (state.since, state.checked_at) == (NOW, NOW + timedelta(hours=1))
    assert state.next_at == NOW


def test_a_change_is_told_once(stores: Stores) -> None:
    token = Lease(stores.db, "site").token
    record_turn(stores.db, "site", token, _turn())
    assert claim_changes(stores.db) == []
    record_turn(stores.db, "site", token, _turn("blocked", minutes=1))
    record_turn(stores.db, "site", token, _turn("blocked", minutes=2))
    (change,) = claim_changes(stores.db)
    assert (change.site, change.verdict, change.previous, change.reason) == ("site", "blocked", "ok", "why")
    assert claim_changes(stores.db) == []
    record_turn(stores.db, "site", token, _turn(minutes=3))
    assert [change.verdict for change in claim_changes(stores.db)] == ["ok"]


def test_a_change_that_was_undone_before_anybody_was_told_is_no_news(stores: Stores) -> None:
    token = Lease(stores.db, "site").token
    record_turn(stores.db, "site", token, _turn())
    record_turn(stores.db, "site", token, _turn("blocked", minutes=1))
    record_turn(stores.db, "site", token, _turn(minutes=2))
    assert claim_changes(stores.db) == []


def test_a_change_that_could_not_be_told_is_tried_again_a_few_times(stores: Stores) -> None:
    record_turn(stores.db, "site", Lease(stores.db, "site").token, _turn("blocked"))
    tries = 0
    while changes := claim_changes(stores.db):
        assert changes[0].again is (tries > 0)
        give_back(stores.db, changes[0])
        tries += 1
    assert tries == MOST_ATTEMPTS


def test_a_crawl_is_handed_out_once_and_again_when_nobody_has_acted(stores: Stores) -> None:
    patience = timedelta(minutes=5)
    assert queue(stores.db, "site", NOW, patience)
    assert not queue(stores.db, "site", NOW + timedelta(minutes=4), patience)
    assert queue(stores.db, "site", NOW + timedelta(minutes=5), patience)
    unqueue(stores.db, "site")
    assert queue(stores.db, "site", NOW + timedelta(minutes=6), patience)
    assert Lease(stores.db, "site").token == 1
