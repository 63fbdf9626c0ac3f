"""Articles leave an index and come back, and stories stay whole."""

import random
from datetime import UTC, datetime, timedelta

import redis

from dedup import Index, Reason, StoryUpdate
from tests.support.texts import article, hex_id, prepared, sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)


def test_what_was_removed_is_the_original_of_nothing(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    index.check_and_insert([prepared(1, article(1)), prepared(2, article(2)), ("a name", article(3), None)])
    assert index.remove([hex_id(1), "a name", hex_id(9)]) == [(), (), None]
    assert index.remove([hex_id(1)]) == [None]
    assert index.lookup([hex_id(1), hex_id(2), "a name"])[0::2] == [None, None]
    assert (index.stats().documents, index.stats().stories) == (1, 1)
    assert index.query([prepared(4, article(1))])[0].reason is Reason.NEW
    assert index.stories() == {hex_id(2): hex_id(2)}
    again, copy = index.check_and_insert([prepared(1, article(1)), prepared(5, article(1))])
    assert (again.duplicate_of, copy.duplicate_of) == (None, hex_id(1))
    assert (index.stats().documents, index.stats().stories) == (3, 2)


def test_a_story_survives_its_first_article(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    lines = sentences(1, 14)
    for number in (1, 2, 3):
        text = " ".join(lines[: 15 - number])
        index.check_and_insert([prepared(number, text, published_at=NOON + timedelta(hours=number))])
    ((update,),) = index.remove([hex_id(1)])  # type: ignore[misc]  # there is one
    assert isinstance(update, StoryUpdate)
    assert (update.story_id, update.canonical_id) == (hex_id(1), hex_id(2))
    second, third = index.lookup([hex_id(2), hex_id(3)])
    assert second is not None
    assert third is not None
    assert (second.story_id, second.duplicate_of) == (hex_id(1), None)
    assert (third.story_id, third.duplicate_of) == (hex_id(1), hex_id(2))
    assert index.members(hex_id(1)) == [hex_id(2), hex_id(3)]
    assert index.check_and_insert([prepared(4, " ".join(lines))])[0].story_id == hex_id(1)
    index.remove([hex_id(2), hex_id(3), hex_id(4)])
    assert (index.stats().documents, index.stats().stories, index.stories()) == (0, 0, {})


def test_stories_are_those_that_lookups_give_whatever_happened(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    dice = random.Random(3)
    names = [hex_id(number) if number % 3 else f"article {number}" for number in range(120)]
    for _ in range(3):
        for name in dice.sample(names, 50):
            text = " ".join(sentences(dice.randrange(12), 14)[: dice.randint(9, 14)])
            index.check_and_insert([(name, text, NOON + timedelta(hours=dice.randrange(99)))])
        index.remove(dice.sample(names, 15))
        decisions = dict(zip(names, index.lookup(names), strict=True))
        expected = {name: decision.story_id for name, decision in decisions.items() if decision}
        assert index.stories() == expected
        assert index.stats().documents == len(expected)
        assert index.stats().stories == len(set(expected.values()))
        canonical = {name for name, decision in decisions.items() if decision and not decision.duplicate_of}
        assert {decision.duplicate_of for decision in decisions.values() if decision} - {None} <= canonical
