"""Settled stories are those of an archive pass, in whatever order and batches the articles came."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import redis

from benchmarks.corpus import Planted, generate
from benchmarks.settling import SettledIndex, documents
from dedup import Index
from dedup.batch.cluster import cluster_documents
from dedup.stories.clusters import agreement
from tests.support.texts import sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)


def test_any_order_gives_the_stories_of_an_archive_pass(client: "redis.Redis") -> None:
    corpus = generate(130, 11)
    settled = SettledIndex(Index(client, basename="test"), corpus)
    order = sorted(one.id for one in corpus)
    random.Random(40).shuffle(order)
    moved = 0
    for at in range(0, len(order), 40):
        settled.insert(order[at : at + 40])
        moved += len(settled.settle(order[at : at + 40]).changes)
    assert moved, "this order says nothing: the index had the pass's stories at once"
    reference = cluster_documents(documents(corpus, settled.stories)).stories
    assert agreement(settled.stories, reference).f1 == 1
    # Again, as after a crash: there is nothing left to change.
    assert not settled.settle(order[-40:]).changes


def settled_one_by_one(
    client: "redis.Redis", corpus: Sequence[Planted], order: Sequence[str]
) -> Mapping[str, str]:
    """The story of each article where all were settled as they came."""
    index = Index(client, basename="test")
    index.clear()
    settled = SettledIndex(index, corpus)
    for name in order:
        settled.insert([name])
        settled.settle([name])
    return settled.stories


def test_two_halves_and_the_whole_become_one_story_in_any_order(client: "redis.Redis") -> None:
    lines = sentences(1, 12)
    texts = {"first": lines[:6], "second": ["(وكالات)", *lines[6:]], "whole": lines}
    for order in permutations(texts):
        corpus = [
            Planted(name, "\n".join(texts[name]), NOON + timedelta(hours=at), NOON, name, 1, "half")
            for at, name in enumerate(sorted(texts))
        ]
        assert len(set(settled_one_by_one(client, corpus, order).values())) == 1, order


def test_two_reports_and_what_printed_both_after_them_stay_three_in_any_order(client: "redis.Redis") -> None:
    lines = sentences(1, 12)
    texts = {"first": lines[:6], "first again": lines[:6], "second": lines[6:], "second again": lines[6:]}
    texts |= {"whole": lines}
    corpus = [
        Planted(name, "\n".join(texts[name]), NOON + timedelta(hours=at), NOON, name, 1, "half")
        for at, name in enumerate(texts)
    ]
    for order in random.Random(5).sample(list(permutations(texts)), 12):
        stories = settled_one_by_one(client, corpus, order)
        assert len(set(stories.values())) == 3, order
        assert stories["first"] == stories["first again"] != stories["whole"], order
