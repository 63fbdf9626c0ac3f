import random
from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np
import pytest

from dedup import cluster
from dedup.batch.candidates import more_bands, neighbours
from dedup.parameters import Parameters
from dedup.signature import band_keys
from tests.support.copies import DAY
from tests.support.texts import article, sentences


def groups(found: dict[str, str]) -> set[frozenset[str]]:
    members = defaultdict(set)
    for id_, story in found.items():
        members[story].add(id_)
    return {frozenset(ids) for ids in members.values()}


def newsroom() -> list[tuple[str, str, datetime | None]]:
    documents: list[tuple[str, str, datetime | None]] = []
    for story in range(40):
        lines = sentences(story, 12)
        for copy, kept in enumerate((lines, lines[:8], [*sentences(900 + story, 2), *lines])[: story % 4]):
            documents.append((f"{story}-{copy}", " ".join(kept), DAY + timedelta(hours=story + copy)))
    return documents


def test_copies_meet_in_stories_called_by_the_earliest() -> None:
    documents = newsroom()
    assert cluster(documents) == {id_: id_.split("-")[0] + "-0" for id_, _, _ in documents}


def test_the_order_of_documents_does_not_matter() -> None:
    documents = newsroom()
    expected = cluster(documents)
    for seed in range(4):
        random.Random(seed).shuffle(documents)
        found = cluster(documents)
        assert found == expected
        assert list(found) == [id_ for id_, _, _ in documents]


def test_without_times_the_smaller_id_goes_first_and_a_time_goes_before_none() -> None:
    text = article(1)
    assert cluster([("b", text, None), ("a", text, None)]) == {"a": "a", "b": "a"}
    assert cluster([("b", text, DAY), ("a", text, None)]) == {"a": "b", "b": "b"}
    assert cluster([("b", text, DAY), ("a", text, DAY)]) == {"a": "a", "b": "a"}


def test_times_without_a_zone_are_taken_for_utc() -> None:
    text = article(1)
    naive = (DAY + timedelta(hours=1)).replace(tzinfo=None)
    assert set(cluster([("a", text, naive), ("b", text, DAY)]).values()) == {"b"}


def test_a_generator_an_empty_one_and_an_id_twice() -> None:
    assert cluster(iter([])) == {}
    assert cluster((str(n), article(n), None) for n in range(3)) == {"0": "0", "1": "1", "2": "2"}
    twice = [("a", article(1), DAY), ("b", article(2), DAY), ("a", article(2), DAY)]
    assert cluster(twice) == {"a": "a", "b": "a"}


@pytest.mark.parametrize("text", ["", "؟!", "َُِّ"])
def test_texts_without_words_stay_alone(text: str) -> None:
    assert cluster([("a", text, None), ("b", text, None), ("c", article(1), None)]) == {
        "a": "a",
        "b": "b",
        "c": "c",
    }


def test_odd_ids_and_texts_pass() -> None:
    text = article(3)
    ids = ["", "\0", "\ud800", "معرف", "a\nb"]
    assert set(cluster([(id_, f"{text}\ud800", None) for id_ in ids]).values()) == {""}


def test_a_chain_of_updates_does_not_become_one_story() -> None:
    lines = sentences(8, 60)
    updates = [
        (f"{at:02}", " ".join(lines[3 * at : 3 * at + 12]), DAY + timedelta(minutes=at)) for at in range(16)
    ]
    found = cluster(updates)
    assert len(groups(found)) >= 5
    assert found["01"] == "00"


def test_copies_of_one_text_by_the_hundred() -> None:
    text = article(4)
    found = cluster([(f"{at:03}", text, None) for at in range(300)])
    assert set(found.values()) == {"000"}


def test_candidates_are_each_pair_once_the_later_row_first() -> None:
    values = np.zeros((6, 64), np.uint32)
    values[5] = np.arange(1, 65)
    ((later, earlier),) = neighbours(band_keys(values, more_bands(Parameters())))
    pairs = set(zip(later.tolist(), earlier.tolist(), strict=True))
    assert len(pairs) == len(later)
    assert pairs == {(a, b) for a in range(1, 5) for b in (0, a - 1)}
    ((none, _),) = neighbours(np.empty((0, 32), np.uint32))
    assert none.size == 0
