"""What is counted on arrays is what is counted on two texts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.batch.columns import ColumnWriter, read_block
from dedup.batch.verification import (
    evidence,
    shared_bounds,
    shared_shingles,
    verdict_of,
    verify,
    verify_files,
)
from dedup.comparison.pairs import exact_evidence
from dedup.comparison.rule import judge
from dedup.comparison.verdict import Evidence, Reason
from dedup.parameters import Parameters
from dedup.text.shingles import contents
from tests.support.texts import sentences

PARAMETERS = Parameters()
WORDS = st.lists(
    st.sampled_from(["قتل", "12", "13", "ثلاثة", "في", "دمشق", "يوم", "السبت", "الأحد", "قال"]), max_size=25
)


def counted(one: str, other: str, *, enough: float | None = None) -> Evidence:
    with ColumnWriter() as writer:
        writer.add(read_block([one, other, ""], PARAMETERS))
        columns = writer.finish([0.0, 7200.0, 0.0], [0, 1, -1], PARAMETERS.permutations)
    mine, others = np.array([0, 0]), np.array([1, 2])
    shared, late = shared_shingles(columns, mine, others)
    assert (shared_bounds(columns, mine, others) >= shared).all()
    found, _ = evidence(columns, mine, others, shared, late, enough=enough)
    return found


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, st.integers(0, 25))
def test_arrays_count_what_two_texts_have(mine: list[str], other: list[str], kept: int) -> None:
    one, two = " ".join(mine), " ".join(mine[:kept] + other)
    _, (left, right) = contents([one, two], PARAMETERS.shingle_words)
    expected = exact_evidence(left, right, same_source=False, hours_apart=2.0)
    assert counted(one, two) == expected
    # Four of eight may come out as .49999.
    shared = round(expected.containment, 9) >= 0.5 or not min(expected.sizes)
    assert (counted(one, two, enough=0.5).pairs_shared is None) == shared


def test_a_source_or_a_time_that_is_not_known_stays_so() -> None:
    with ColumnWriter() as writer:
        writer.add(read_block(["نص"] * 3, PARAMETERS))
        columns = writer.finish([np.inf, np.inf, 5.0], [0, -1, 0], PARAMETERS.permutations)
    mine, other = np.array([0, 0]), np.array([1, 2])
    first, second = evidence(columns, mine, other, *shared_shingles(columns, mine, other))
    assert (first.same_source, first.hours_apart) == (None, None)
    assert (second.same_source, second.hours_apart) == (True, None)


def test_a_verdict_survives_its_array_and_files_give_the_same(tmp_path: Path) -> None:
    lines = sentences(1, 12)
    texts = [" ".join(lines), " ".join(lines[:9]), " ".join(lines), " ".join(sentences(2, 12))]
    moment = datetime(2024, 12, 4, tzinfo=UTC)
    published = [(moment + timedelta(hours=at)).timestamp() for at in range(4)]
    with ColumnWriter(tmp_path) as writer:
        writer.add(read_block(texts, PARAMETERS))
        columns = writer.finish(published, [0, 1, 2, 3], PARAMETERS.permutations)
    mine, other = np.array([1, 2, 2, 3]), np.array([0, 0, 1, 0])
    at, found = verify(columns, mine, other, PARAMETERS.thresholds)
    assert at.tolist() == [0, 1, 2]
    assert [verdict_of(row).reason for row in found] == [Reason.CONTAINED, Reason.EXACT, Reason.CONTAINS] or (
        [verdict_of(row).reason for row in found] == [Reason.NEAR, Reason.EXACT, Reason.NEAR]
    )
    pairs = evidence(columns, mine, other, *shared_shingles(columns, mine, other), enough=0.65)
    assert [verdict_of(row) for row in found] == [judge(one, PARAMETERS.thresholds) for one in pairs][:3]
    columns.release()
    again_at, again = verify_files(tmp_path, PARAMETERS.permutations, mine, other, PARAMETERS.thresholds)
    assert (again_at.tolist(), again.tolist()) == (at.tolist(), found.tolist())


def test_no_documents_and_no_pairs(tmp_path: Path) -> None:
    with ColumnWriter(tmp_path) as writer:
        columns = writer.finish([], [], PARAMETERS.permutations)
    none = np.empty(0, np.intp)
    at, found = verify(columns, none, none, PARAMETERS.thresholds)
    assert (len(at), len(found)) == (0, 0)
