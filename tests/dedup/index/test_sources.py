"""No two sources are taken for one, however many there are: what is asked of a copy depends on it."""

import redis

from dedup import Index, prepare_many
from tests.support.texts import article, sentences

SOURCES = [f"site-{number}" for number in range(600)]
LINES = sentences(3, 14)
ORIGINAL = " ".join(LINES)
COPY = " ".join([*LINES[:8], *sentences(4, 5)])
"""A copy where two outlets published the texts; an update where one did."""


def test_each_of_many_sources_counts_as_itself(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    index.check_and_insert([("original", ORIGINAL, None, SOURCES[0])])
    others = [(source, article(number, 1), None, source) for number, source in enumerate(SOURCES, 100)]
    index.check_and_insert(prepare_many(others))
    decisions = index.query([(f"copy-{source}", COPY, None, source) for source in [*SOURCES, "unseen"]])
    joined = [decision.duplicate_of is not None for decision in decisions]
    assert joined == [False] + [True] * 600


def test_sources_keep_their_numbers(client: "redis.Redis") -> None:
    Index(client, basename="test").check_and_insert(
        [("a", ORIGINAL, None, "x"), ("b", article(1), None, "y")]
    )
    again = Index(client, basename="test")  # as another process would
    assert again.query([("c", COPY, None, "y"), ("d", COPY, None, "x")])[0].duplicate_of == "a"
    assert again.query([("d", COPY, None, "x")])[0].duplicate_of is None
    again.rebuild([])
    assert client.hlen("{test}:sources") == 0
    again.check_and_insert([("b", ORIGINAL, None, "y")])
    assert client.hgetall("{test}:sources") == {b"y": b"1"}
