"""The steps of the pass on Spark, without Spark: they find and verify what one machine does."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

from dedup.batch.candidates import bucket_keys, neighbours
from dedup.batch.columns import Columns, join_columns
from dedup.batch.export_files import document_batches
from dedup.batch.reading import Corpus, read_corpus
from dedup.batch.spark import session, steps
from dedup.batch.spark.messages import Group, Message, grouped, unpack
from dedup.batch.verification import VERDICT_ROW, are_roots_alike, count_shared, verify
from dedup.documents import documents_of
from dedup.parameters import Parameters
from tests.support.copies import rows

PARAMETERS = Parameters()
PART = 7
"""Documents of a part."""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    documents = documents_of([*rows(), rows()[3]])  # an id twice
    return read_corpus(document_batches(documents), list, PARAMETERS, None, None, None)


def brought_together(
    messages: Iterable[Message], work: Callable[[Iterator[Group]], Iterable[Message]]
) -> list[Message]:
    """A step, on what Spark makes of messages."""
    return list(work(grouped(sorted(messages, key=lambda message: message[:2]))))


def parts(corpus: Corpus) -> tuple[Columns, list[tuple[Columns, Any]]]:
    """The documents in order of publication, and as they are read with their numbers."""
    order, columns = corpus.by_publication(), corpus.columns
    numbers = np.full(len(corpus.ids), -1, np.int32)
    numbers[order] = np.arange(len(order))
    places = np.split(np.arange(len(numbers)), range(PART, len(numbers), PART))
    return columns.take(order), [(columns.take(some), numbers[some]) for some in places]


@pytest.mark.parametrize(("size", "targets", "piece"), [(1, 40, 1), (10, 3, 1 << 14), (1000, 1, 1 << 22)])
def test_they_verify_each_candidate_once(
    corpus: Corpus, size: int, targets: int, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "_PIECE", piece)
    columns, read = parts(corpus)
    filled = np.flatnonzero(columns.sizes(np.arange(len(columns.published))))
    keys = bucket_keys(columns.arrays["values"][filled], columns.arrays["digests"][filled], PARAMETERS)
    ((later, earlier),) = neighbours(keys)
    places, expected = verify(columns, filled[later], filled[earlier], PARAMETERS.thresholds)
    expected["later"], expected["earlier"] = filled[later][places], filled[earlier][places]

    spread: list[Message] = []
    documents: list[Message] = []
    for some, numbers in read:
        rows_ = np.flatnonzero(some.sizes(np.arange(len(numbers))))
        some_keys = bucket_keys(some.arrays["values"][rows_], some.arrays["digests"][rows_], PARAMETERS)
        spread += steps.spread_keys((rows_, some_keys), numbers, targets)
        documents += steps.spread_documents(some, numbers, size)
    pairs = brought_together(spread, partial(steps.pair_up, size=size))
    requests = brought_together(pairs, partial(steps.request, size=size))
    served = brought_together([*requests, *documents], steps.serve)
    verified = brought_together(served, partial(steps.verify_pairs, parameters=PARAMETERS))
    assert sum(message.payload[0] for message in verified) == len(later)
    verdicts = np.concatenate([np.empty(0, VERDICT_ROW), *(message.payload[1] for message in verified)])
    verdicts = verdicts[np.lexsort((verdicts["earlier"], verdicts["later"]))]
    assert len(verdicts) > 20
    assert list(map(str, verdicts.tolist())) == list(
        map(str, expected.tolist())
    )  # not a number is unlike itself


def test_they_answer_what_is_asked_of_pairs(corpus: Corpus) -> None:
    columns, read = parts(corpus)
    asked = np.array([(9, 2, False), (9, 3, True), (60, 9, False), (2, 1, True)], steps.ASKED)
    groups = asked[:3], asked[3:]
    messages = [Message(target, steps.REQUESTS, some) for target, some in enumerate(groups)]
    wanted = np.array([1, 2, 2, 3, 9, 60]), np.array([1, 0, 1, 0, 0, 0])
    for some, numbers in read:
        messages += steps.pick(some, numbers, wanted)
    answers = brought_together(messages, partial(steps.answer, parameters=PARAMETERS))
    found: dict[Any, Any] = {}
    for message in answers:
        some, values = message.payload
        found |= dict(zip(some.tolist(), values, strict=True))
    assert found == {
        (later, earlier, about_roots): are_roots_alike(columns, later, earlier, PARAMETERS.thresholds)
        if about_roots
        else count_shared(columns, later, earlier)
        for later, earlier, about_roots in asked.tolist()
    }


def test_records_are_read_some_hundred_at_once_and_fewer_where_they_are_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed: make spark")

    def lengths(texts: list[str]) -> list[int]:
        lines = [json.dumps({"id": text[:3], "text": text}).encode() for text in texts]
        batch = arrow.record_batch({"line": lines})
        read = list(session.read_contents([batch], "file", PARAMETERS))
        ids = [unpack(row.column("names")[0].as_buffer())[0] for row in read]
        assert [id_ for some in ids for id_ in some] == [text[:3] for text in texts]
        return list(map(len, ids))

    assert lengths([f"{at:03} نص" for at in range(600)]) == [512, 88]
    monkeypatch.setattr(session, "_BYTES", 1 << 10)
    assert lengths([f"{at:03} {'x ' * 200}" for at in range(5)]) == [2, 2, 1]


def test_columns_come_apart_and_together_again(corpus: Corpus) -> None:
    columns = corpus.columns
    everything = np.arange(len(columns.published))
    joined = join_columns([columns.take(everything[:20]), columns.take(everything[20:])])
    for name, array in columns.arrays.items():
        assert (joined.arrays[name] == array).all()
    assert all((joined.starts[name] == starts).all() for name, starts in columns.starts.items())
    assert (joined.sources == columns.sources).all()
    assert joined.row_bytes(everything).sum() <= sum(array.nbytes for array in columns.arrays.values())
