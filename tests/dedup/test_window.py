"""Articles leave by time, in the order in which they came, and nothing points to them for long."""

from datetime import UTC, datetime, timedelta

import pytest
import redis

from dedup import Index, Parameters
from dedup.index.stats import Counts
from tests.support.texts import article, hex_id, prepared, sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)
DAY = 86400.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def index(client: "redis.Redis", clock: Clock) -> Index:
    return Index(client, basename="test", window=timedelta(days=10), clock=clock)


def test_a_copy_within_the_window_is_known_and_one_after_it_is_new(index: Index, clock: Clock) -> None:
    index.check_and_insert([prepared(1, article(1))])
    clock.now += 10 * DAY
    assert index.check_and_insert([prepared(2, article(1))])[0].duplicate_of == hex_id(1)
    clock.now += 2 * DAY
    # The second came within the window, but its story left with its first article.
    third = index.check_and_insert([prepared(3, article(1))])[0]
    assert (third.story_id, third.duplicate_of) == (hex_id(3), None)
    assert index.lookup([hex_id(1), hex_id(2), hex_id(3)]) == [None, None, third]
    assert index.check_and_insert([prepared(4, article(1))])[0].duplicate_of == hex_id(3)


def test_without_a_window_everything_stays(client: "redis.Redis", clock: Clock) -> None:
    index = Index(client, basename="test", clock=clock)
    index.check_and_insert([prepared(1, article(1))])
    clock.now += 4000 * DAY
    assert index.check_and_insert([prepared(2, article(1))])[0].duplicate_of == hex_id(1)


def test_memory_stays_bounded_and_the_figures_right(
    index: Index, client: "redis.Redis", clock: Clock
) -> None:
    peak = 0
    for day in range(60):
        numbers = range(40 * day, 40 * day + 40)
        index.check_and_insert([(f"article {number}", article(number, 6), None) for number in numbers])
        stats = index.stats()
        if day == 20:
            peak = stats.bytes_estimate or 0
        clock.now += DAY
    assert stats.seen == 2400
    assert stats.documents == stats.stories
    assert 11 * 40 <= stats.documents <= 13 * 40
    assert (stats.bytes_estimate or 0) < 1.5 * peak
    # A chunk or two more than are needed, and hardly a stale entry in the tables.
    assert client.exists("{test}:r:0") == 0
    chunks = sum(1 for _ in client.scan_iter(match="{test}:r:*", count=1000))
    assert chunks <= stats.documents / 33 + 2
    counts = Counts.read(client.hget("{test}:state", "counts"))  # type: ignore[arg-type]  # bytes
    entries = [counts.id_entries, counts.band_entries]
    assert entries[0] < 3 * stats.documents
    assert entries[1] < 2 * Parameters().bands * stats.documents
    keys = client.scan_iter(match="{test}:i:*", count=1000)
    assert sum(client.hlen(key) for key in keys) == entries[0]
    keys = client.scan_iter(match="{test}:b:*", count=1000)
    assert sum(client.strlen(key) for key in keys) == 7 * entries[1]


def test_ids_of_any_kind_leave_and_may_return(index: Index, client: "redis.Redis", clock: Clock) -> None:
    index.check_and_insert([("معرف", article(1), None), ("\ud800", article(1), None)])
    clock.now += 12 * DAY
    again = index.check_and_insert([("معرف", article(1), None)])[0]
    assert (again.story_id, again.duplicate_of) == ("معرف", None)
    assert client.hlen("{test}:names") == 1
    assert index.stats().stories == index.stats().documents == 1


def test_a_clock_that_goes_back_loses_nothing(index: Index, clock: Clock) -> None:
    index.check_and_insert([prepared(1, article(1))])
    clock.now -= 3 * DAY
    index.check_and_insert([prepared(2, article(2))])
    clock.now += 3 * DAY
    lines = sentences(1, 12)
    assert index.check_and_insert([prepared(3, " ".join(lines))])[0].duplicate_of == hex_id(1)


def test_a_window_set_late_removes_a_long_past_by_and_by(client: "redis.Redis", clock: Clock) -> None:
    everything = Index(client, basename="test", clock=clock)
    everything.check_and_insert([prepared(number, article(number, 3)) for number in range(200)])
    clock.now += 400 * DAY
    index = Index(client, basename="test", clock=clock, window=timedelta(days=30))
    index.check_and_insert([prepared(900, article(900))])
    assert index.stats().documents == index.stats().stories == 1
    assert index.stats().seen == 201


def test_a_window_shorter_than_a_day_is_refused(client: "redis.Redis") -> None:
    with pytest.raises(ValueError, match="a day or more"):
        Index(client, window=timedelta(hours=3))
