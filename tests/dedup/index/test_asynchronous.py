"""The index in an event loop, and decisions applied to a table of one's own."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import redis

from dedup import AsyncIndex, Index, Memberships
from tests.support.texts import article, hex_id, misjudged, sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)


def test_calls_overlap_and_texts_are_fetched_in_the_loop(client: "redis.Redis") -> None:
    first, second = misjudged(copy=False)
    texts = {"a": first, "b": second}
    index = AsyncIndex(Index(client, basename="test"))

    async def fetch(ids: Sequence[str]) -> Mapping[str, str]:
        await asyncio.sleep(0)
        return {id_: texts[id_] for id_ in ids}

    async def run() -> None:
        await index.check_and_insert([("a", first, None, "x")])
        estimated, exact = await asyncio.gather(
            index.query([("b", second, None, "y")]), index.query([("b", second, None, "y")], texts=fetch)
        )
        assert (estimated[0].duplicate_of, exact[0].duplicate_of) == ("a", None)
        rows = [(hex_id(number), article(1), None) for number in range(8)]
        decisions = await asyncio.gather(*(index.check_and_insert([row]) for row in rows))
        assert sum(decision.duplicate_of is None for (decision,) in decisions) == 1
        assert len(await index.members(decisions[0][0].story_id)) == 8
        assert await index.remove(["a"]) == [()]
        assert await index.lookup(["a"]) == [None]
        assert (await index.stats()).documents == 8

    asyncio.run(run())


def test_applied_decisions_are_what_the_index_says(client: "redis.Redis") -> None:
    index, memberships, dice = Index(client, basename="test"), Memberships(), random.Random(5)
    for at in range(12):
        batch = []
        for number in dice.sample(range(60), 10):
            lines = sentences(number % 6, 14)
            text = " ".join(
                lines[: dice.randint(8, 14)] + sentences(number % 6 + 100, 3)[: dice.randint(0, 3)]
            )
            batch.append(
                (f"{at}/{number}", text, NOON + timedelta(hours=dice.randrange(200)), f"s{number % 9}")
            )
        memberships.apply(index.check_and_insert(batch))
        for gone in dice.sample(sorted(memberships), 2):
            memberships.remove(gone)
            memberships.apply(index.remove([gone])[0] or ())
    ids = sorted(memberships)
    assert index.stories() == {id_: memberships[id_].story_id for id_ in index.stories()}
    for id_, decision in zip(ids, index.lookup(ids), strict=True):
        assert decision is not None
        assert (decision.story_id, decision.duplicate_of) == (
            memberships[id_].story_id,
            memberships[id_].duplicate_of,
        )
        assert id_ in memberships.members(decision.story_id)
