"""A query decides as an insertion would, and leaves the index as it is."""

import redis

from dedup import Index, Reason, prepare_many
from tests.support.texts import article, hex_id, misjudged, prepared, sentences

TEXT = article(1)


def contents(client: "redis.Redis") -> dict[bytes, bytes | None]:
    return {key: client.dump(key) for key in client.scan_iter(match="{test}*")}


def test_decides_as_an_insertion_would(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    assert [one.reason for one in index.query([prepared(1, TEXT)])] == [Reason.NEW]
    corpus = [
        (hex_id(number), " ".join(sentences(number % 7, 10 + number % 3)), None) for number in range(40)
    ]
    corpus += [("a name", TEXT, None), ("another", TEXT, None)]
    for document in corpus:
        (expected,) = index.query([document])
        (decision,) = index.check_and_insert([document])
        assert (expected.story_id, expected.reason) == (decision.story_id, decision.reason)
        assert (expected.duplicate_of, expected.similarity) == (decision.duplicate_of, decision.similarity)


def test_writes_nothing(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    index.check_and_insert([prepared(1, TEXT), prepared(2, article(2))])
    before = contents(client)
    copy, other, known = index.query([prepared(3, TEXT), prepared(4, article(4)), prepared(1, TEXT)])
    assert (copy.duplicate_of, copy.reason, copy.similarity) == (hex_id(1), Reason.EXACT, 1.0)
    assert (other.story_id, other.duplicate_of) == (hex_id(4), None)
    assert known.story_id == hex_id(1)
    assert contents(client) == before
    assert index.lookup([hex_id(3), hex_id(4)]) == [None, None]


def test_tells_names_that_the_index_has_not(client: "redis.Redis") -> None:
    (decision,) = Index(client, basename="test").query([("a name", TEXT, None)])
    assert (decision.story_id, decision.duplicate_of) == ("a name", None)


def test_compares_exactly_where_texts_are_given(client: "redis.Redis") -> None:
    index = Index(client, basename="test")
    first, second = misjudged(copy=False)
    texts = {hex_id(1): first, hex_id(2): second}
    known, arriving = prepare_many([(id_, text, None, f"s{id_}") for id_, text in texts.items()])
    index.check_and_insert([known])
    assert index.query([arriving])[0].duplicate_of == hex_id(1)
    exact = index.query([arriving], texts=lambda ids: {id_: texts[id_] for id_ in ids})
    assert exact[0].duplicate_of is None


def test_an_index_is_opened_by_a_url(client: "redis.Redis", redis_url: str) -> None:
    Index(redis_url, basename="test").check_and_insert([("a", TEXT, None)])
    assert Index(client, basename="test").query([("b", TEXT, None)])[0].duplicate_of == "a"
