"""All engines find the same candidates, and so the same stories."""

from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.batch.candidates import neighbours
from dedup.batch.cluster import cluster_documents
from dedup.batch.duckdb_join import DuckDB
from dedup.errors import JoinError
from tests.support.copies import DAY, rows
from tests.support.texts import sentences


def test_duckdb_finds_what_sorted_arrays_find(tmp_path: Path) -> None:
    expected = cluster_documents(rows())
    with ProcessPoolExecutor(1, get_context("spawn")) as workers:
        found = cluster_documents(
            rows(),
            engine=DuckDB(tmp_path, memory=64 << 20, threads=2),
            folder=tmp_path,
            workers=workers,
        )
    assert found == expected
    assert list(found.seconds) == ["reading", "candidates", "comparing", "stories"]
    assert expected.candidates > 20
    assert list(expected.stories.values()).count("round-up") == 1
    assert 30 < len(set(expected.stories.values())) < len(expected.stories)
    assert set(expected.verdicts) == {id_ for id_, story in expected.stories.items() if id_ != story}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), max_size=30))
def test_the_statement_means_what_the_arrays_mean(keys: list[list[int]]) -> None:
    import tempfile

    array = np.array(keys, np.uint32).reshape(-1, 2)
    ((later, earlier),) = neighbours(array)
    with tempfile.TemporaryDirectory() as folder:
        blocks = list(DuckDB(Path(folder), memory=64 << 20, threads=1)(array))
    found = [pair for block in blocks for pair in zip(block[0].tolist(), block[1].tolist(), strict=True)]
    assert found == list(zip(later.tolist(), earlier.tolist(), strict=True))


def test_a_join_that_cannot_be_done_says_what_to_do(tmp_path: Path) -> None:
    engine = DuckDB(tmp_path / "nowhere", memory=64 << 20, threads=1)
    with pytest.raises(JoinError, match=r"(?s)band keys in .* failed: .*--memory"):
        list(engine(np.zeros((2, 2), np.uint32)))


def test_an_empty_archive(tmp_path: Path) -> None:
    found = cluster_documents([], engine=DuckDB(tmp_path, memory=64 << 20, threads=1), folder=tmp_path)
    assert (found.stories, found.candidates, found.near_misses) == ({}, 0, [])
    assert cluster_documents([("a", "", None, None)], folder=None).stories == {"a": "a"}


def test_pairs_marked_apart_stay_apart_and_others_do_not() -> None:
    lines = sentences(1, 12)
    three = [
        (name, " ".join(lines[: 12 - at]), DAY + timedelta(hours=at), None) for at, name in enumerate("abc")
    ]
    assert set(cluster_documents(three).stories.values()) == {"a"}
    assert cluster_documents(three, apart=[("c", "b"), ("b", "nobody")]).stories == {
        "a": "a",
        "b": "a",
        "c": "c",
    }
    like_b = [*three[:2], ("c", three[1][1], three[2][2], None)]
    assert cluster_documents(like_b, apart=[("a", "b")]).stories == {"a": "a", "b": "b", "c": "b"}


def test_near_misses_are_what_a_person_should_judge() -> None:
    lines = sentences(1, 20)
    at = DAY + timedelta(hours=1)
    almost = [("a", " ".join(lines), DAY, "x"), ("b", " ".join([*lines[:14], *sentences(2, 6)]), at, "x")]
    (miss,) = cluster_documents(almost).near_misses
    assert (miss.id, miss.other_id, miss.verdict.duplicate) == ("b", "a", False)
    assert 0.65 < miss.verdict.containment < 0.75  # within one source more is asked of a copy
    far = [("a", " ".join(lines), DAY, "x"), ("b", " ".join([*lines[:4], *sentences(2, 16)]), at, "x")]
    assert cluster_documents(far).near_misses == []
    copies = [("a", " ".join(lines), DAY, "x"), ("b", " ".join(lines[:18]), at, "x")]
    assert cluster_documents(copies).near_misses == []
    report = "سجل سعر الصرف اليوم {} ليرة للشراء و {} للمبيع وفي حلب {} وفي حمص {} وفي درعا {} . " + " ".join(
        lines[:6]
    )
    days = [
        (str(day), report.format(*range(day * 10, day * 10 + 5)), DAY + timedelta(days=day), "x")
        for day in (1, 2)
    ]
    assert cluster_documents(days).near_misses == []
    assert len(set(cluster_documents(days).stories.values())) == 2
