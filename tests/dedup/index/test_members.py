"""The members of a story are read by themselves, and are those that a look at all records gives."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Index, Parameters, Prepared, Thresholds
from dedup.comparison.verdict import Reason
from dedup.signature import to_bytes
from dedup.stories.placements import Placement
from tests.support.texts import hex_id, prepared, sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)
STORIES = 4


def unrelated(number: int) -> Prepared:
    """An article that shares nothing with others, made without a text."""
    dice = np.random.default_rng(number)
    (signature,) = to_bytes(dice.integers(0, 1 << 32, (1, 64), np.uint32), Parameters())
    return Prepared(hex_id(number), signature, 90, dice.bytes(16), b"", bytes(8))


def story(seed: int) -> list[Prepared]:
    """Three copies, the earliest first; their ids begin differently, so each is found at once."""
    return [
        prepared(
            (10 * seed + at) << 100,
            " ".join(sentences(seed, 14 - at)),
            published_at=NOON + timedelta(hours=at),
        )
        for at in range(3)
    ]


def cost(client: "redis.Redis", ask: Callable[[], object]) -> tuple[dict[str, int], int]:
    """How often each command ran, also within the script, and the bytes that the server sent."""
    client.config_resetstat()
    ask()
    sent = client.info("stats")["total_net_output_bytes"]
    statistics: dict[str, Any] = client.info("commandstats")
    return {name: each["calls"] for name, each in statistics.items()}, sent


def test_a_story_of_three_costs_the_same_in_an_index_of_any_size(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    index.check_and_insert([*story(1), *story(2), *(unrelated(n) for n in range(100, 200))])
    costs = []
    for seed in (1, 2):
        ids = [each.id for each in story(seed)]
        asked = cost(client, partial(index.members, ids[0]))
        assert index.members(ids[0]) == ids
        removed = cost(client, partial(index.remove, ids[:1]))
        assert index.members(ids[0]) == ids[1:]
        assert index.query(story(seed)[2:])[0].duplicate_of == ids[1]
        costs.append((asked, removed))
        index.check_and_insert([unrelated(n) for n in range(200, 1400)])
    few, many = costs
    assert many == few
    assert all(sum(calls.values()) < 20 and sent < 1000 for calls, sent in few)


def test_what_hung_on_an_article_that_leaves_by_the_window_stays_in_its_story(client: "redis.Redis") -> None:
    now = [NOON.timestamp()]
    parameters = Parameters(thresholds=Thresholds(containment=0.8, merge=0.35))
    window = timedelta(days=2)
    index = Index(client, basename="test", parameters=parameters, window=window, clock=lambda: now[0])
    lines = sentences(1, 14)
    left, right, both = (" ".join(part) for part in (lines[:10], lines[4:], lines))
    index.check_and_insert([prepared(1, left, published_at=NOON)])
    now[0] += 1.5 * 86400
    later = [(9, left, 1), (2, right, -2), (3, both, 2)]
    for number, text, hours in later:
        index.check_and_insert([prepared(number, text, published_at=NOON + timedelta(hours=hours))])
    # The last made two stories one: the first article's, which its copy hangs on, and that of the second.
    assert index.members(hex_id(2)) == [hex_id(number) for number in (1, 9, 2, 3)]
    now[0] += 1.5 * 86400
    index.check_and_insert([unrelated(7)])
    assert index.lookup([hex_id(1)]) == [None]
    assert index.members(hex_id(2)) == [hex_id(number) for number in (9, 2, 3)]
    (decision,) = index.lookup([hex_id(9)])
    assert decision is not None
    assert decision.story_id == hex_id(2)


class Changing:
    """An index to which anything happens, and what its articles say now."""

    def __init__(self) -> None:
        self.now = NOON.timestamp()
        self.index = Index("memory://", window=timedelta(days=3), clock=lambda: self.now)
        self._articles: dict[str, Prepared] = {}

    def insert(self, dice: random.Random) -> None:
        """Whole reports, cuts, two in one, and other texts for articles that are there."""
        for number in dice.sample(range(16), 5):
            lines = sentences(dice.randrange(4), 12)[: dice.choice([4, 8, 12])]
            if dice.random() < 0.3:
                lines += sentences(dice.randrange(4), 12)[: dice.choice([6, 12])]
            moment = dice.choice([None, NOON + timedelta(hours=dice.randrange(60))])
            source = dice.choice([None, "a", "b"])
            self._articles[hex_id(number)] = prepared(
                number, " ".join(lines), published_at=moment, source=source
            )
            self.index.check_and_insert([self._articles[hex_id(number)]])

    def remove(self, dice: random.Random) -> None:
        self.index.remove(dice.sample(list(self._articles), min(3, len(self._articles))))

    def wait(self, dice: random.Random) -> None:
        self.now += dice.choice([1, 2, 3]) * 86400
        self.index.lookup([hex_id(0)])  # each call lets go of what has left

    def recluster(self, dice: random.Random) -> None:
        """Cluster a story again, of which two articles were marked apart."""
        for members in self._chosen(dice, 1):
            self.index.mark_apart([(members[0], members[-1])] if len(members) > 1 else [])
            self.index.recluster([self._articles[id_] for id_ in members])

    def place(self, dice: random.Random) -> None:
        """Put articles of some stories into others; one may be left out, as if it came meanwhile."""
        chosen = self._chosen(dice, 3)
        ids = [id_ for members in chosen for id_ in members]
        roots = [members[0] for members in chosen[: dice.randint(1, 3)]]
        placements = [Placement(id_, id_, id_, 0, Reason.NEW, 0.0) for id_ in roots]
        for id_ in ids:
            if id_ not in roots and dice.random() < 0.9:
                root = dice.choice(roots)
                placements.append(Placement(id_, root, root, 1, Reason.NEAR, 0.9))
        self.index.place(placements, [self._articles[each.id] for each in placements])

    def _chosen(self, dice: random.Random, most: int) -> list[list[str]]:
        """The articles of some stories that their first article is still in, that first."""
        stories = self.by_scan()
        names = [name for name, members in sorted(stories.items()) if name in members]
        chosen = dice.sample(names, min(most, len(names)))
        return [sorted(stories[name], key=lambda id_: id_ != name) for name in chosen]

    def by_scan(self) -> dict[str, list[str]]:
        """The members of each story, as all records say."""
        members: dict[str, list[str]] = {}
        for id_, name in self.index.stories().items():
            members.setdefault(name, []).append(id_)
        return members


_steps = st.sampled_from(["insert", "insert", "insert", "remove", "recluster", "place", "wait"])


@settings(max_examples=12, deadline=None)
@given(steps=st.lists(_steps, min_size=4, max_size=14), dice=st.randoms(use_true_random=False))
def test_members_are_those_that_all_records_give(steps: list[str], dice: random.Random) -> None:
    pytest.importorskip("lupa", reason="lupa is not installed: pip install 'khabar[memory]'")
    changing = Changing()
    for step in ["insert", *steps]:
        getattr(changing, step)(dice)
        expected = changing.by_scan()
        for number in range(16):
            assert changing.index.members(hex_id(number)) == expected.get(hex_id(number), [])
