import pickle
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Prepared, StoredFormError, compare, prepare, prepare_many
from dedup.index.recheck import estimated_evidence
from tests.support.texts import article, sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)


def test_is_the_same_alone_in_a_batch_and_from_another_process() -> None:
    documents = [(f"id {number}", article(number), NOON, "sana") for number in range(5)]
    batch = prepare_many(documents)
    assert batch == [prepare(*document) for document in documents]
    with ProcessPoolExecutor(1) as pool:
        assert list(pool.map(prepare, *zip(*documents, strict=True))) == batch
    assert prepare_many([]) == []


def test_is_small() -> None:
    assert len(pickle.dumps(prepare("0" * 32, article(1, 300)))) < 800


def test_comes_back_from_the_store_without_the_text() -> None:
    one = prepare("a", article(1) + " مقتل 5 في 12 حادثا", NOON, "sana")
    assert Prepared.from_stored("a", one.to_stored(), NOON, "sana") == one
    nothing = prepare("b", "")
    assert Prepared.from_stored("b", nothing.to_stored()) == nothing


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("minhash", None),
        ("size", "12"),
        ("text_hash", b"short"),
        ("figures", b"0" * 17),
        ("figures", b"odd"),
        ("late", b""),
        ("normalisation", 1),
    ],
)
def test_damage_in_the_store_is_named(key: str, value: object) -> None:
    with pytest.raises(StoredFormError, match=f"'a'.*{key}"):
        Prepared.from_stored("a", prepare("a", article(1)).to_stored() | {key: value})


@given(st.integers(0, 14), st.integers(0, 14))
@settings(max_examples=25, deadline=None)
def test_estimates_come_near_the_counted_figures(shared: int, own: int) -> None:
    lines = sentences(1, 30)
    one, other = " ".join(lines[:15]), " ".join(lines[15 - shared : 15] + lines[15 : 15 + own])
    counted = compare(one, other)
    estimated = estimated_evidence(prepare("one", one), prepare("other", other))
    # Four standard deviations of a share seen in 64 draws: 4 * sqrt(0.25 / 64).
    assert estimated.jaccard == pytest.approx(counted.jaccard, abs=0.25)
    assert estimated.same_words == (counted.reason == "exact")


def test_knows_in_which_half_of_the_text_a_value_of_the_signature_stands() -> None:
    text = article(1)
    words = text.split()
    first = prepare("first", " ".join(words[: len(words) // 2 + 2]))
    both = prepare("both", text)
    values = [np.frombuffer(one.signature[-256:], "<u4") for one in (both, first)]
    late = np.unpackbits(np.frombuffer(both.late, np.uint8), bitorder="little").astype(bool)
    assert len(both.late) == 8
    assert (late == (values[0] != values[1])).all()
    assert 16 < late.sum() < 48
    assert prepare("twice", f"{text}\n\n{text}").late == bytes(8)
    assert prepare("nothing", "").late == bytes(8)


def test_the_opening_is_estimated_near_what_is_counted() -> None:
    lines = sentences(1, 40)
    for own in range(0, 20, 3):
        one, other = " ".join(lines[:20]), " ".join([*lines[20 : 20 + own], *lines[:20]])
        counted = compare(one, other).opening
        assert counted is not None
        assert estimated_evidence(prepare("one", one), prepare("other", other)).opening == pytest.approx(
            counted, abs=0.25
        )
