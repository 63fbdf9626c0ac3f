"""Settled stories are those of an archive pass, in whatever order and batches the articles came."""

import random
from collections.abc import Collection, Iterable, Sequence

import redis

from benchmarks.corpus import Planted, generate
from dedup import Document, Index, Prepared, prepare_many
from dedup.batch.cluster import cluster_documents
from dedup.index.settling import Settlement, settle
from dedup.stories.clusters import agreement

CORPUS = generate(130, 11)
TEXTS = {one.id: one.text for one in CORPUS}
PREPARED = {
    each.id: each for each in prepare_many([(one.id, one.text, one.published, one.site) for one in CORPUS])
}


def documents(planted: Iterable[Planted], stories: dict[str, str]) -> list[Document]:
    return [
        Document(one.id, one.text, one.published, one.site, stories[one.id])
        for one in planted
        if one.id in stories
    ]


class Stored:
    """The stories of all articles that an index has by now, kept nowhere else."""

    def __init__(self, index: Index) -> None:
        decisions = index.lookup(list(TEXTS))
        self.stories = {each.id: each.story_id for each in decisions if each is not None}

    def story_ids(self, ids: Collection[str]) -> set[str]:
        return {self.stories[id_] for id_ in ids}

    def members(self, story_ids: Collection[str]) -> Sequence[Document]:
        return documents((one for one in CORPUS if self.stories.get(one.id) in story_ids), self.stories)

    def apart(self) -> list[tuple[str, str]]:
        return []


def settled(index: Index, ids: Sequence[str]) -> Settlement:
    settlement = settle(index, ids, Stored(index))
    for change in settlement.changes:
        assert index.place(change.placements, [PREPARED[placement.id] for placement in change.placements])
    return settlement


def insert(index: Index, batch: Sequence[Prepared]) -> None:
    index.check_and_insert(batch, texts=lambda ids: {id_: TEXTS[id_] for id_ in ids})


def test_any_order_gives_the_stories_of_an_archive_pass(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    order = sorted(TEXTS)
    random.Random(40).shuffle(order)
    moved = 0
    for at in range(0, len(order), 40):
        batch = order[at : at + 40]
        insert(index, [PREPARED[id_] for id_ in batch])
        moved += len(settled(index, batch).changes)
    assert moved, "this order says nothing: the index had the pass's stories at once"
    stories = Stored(index).stories
    reference = cluster_documents(documents(CORPUS, stories)).stories
    assert agreement(stories, reference).f1 == 1
    # Again, as after a crash: there is nothing left to change.
    assert not settled(index, order[-40:]).changes
