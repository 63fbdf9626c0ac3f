"""The exact look: whatever looks like a copy by an estimate is decided by the texts."""

import gzip
import json
import random
from collections.abc import Callable, Sequence

import pytest
import redis

from benchmarks.template_frames import KINDS
from benchmarks.templates import notices
from dedup import Index, Parameters, Prepared, Reason, compare, prepare_many
from dedup.batch.candidates import neighbours
from dedup.comparison.rule import required_containment
from dedup.index.recheck import UNSURE, estimated_evidence, pairs_within
from dedup.signature import band_keys, from_bytes
from tests.support.paths import DATA
from tests.support.texts import hex_id, misjudged, prepared, sentences


@pytest.fixture
def index(client: "redis.Redis") -> Index:
    return Index(client, basename="test:exact")


def articles(*texts: str) -> list[Prepared]:
    return [prepared(number, text, source=f"s{number}") for number, text in enumerate(texts, 1)]


def having(*texts: str) -> Callable[[Sequence[str]], dict[str, str]]:
    known = {hex_id(number): text for number, text in enumerate(texts, 1)}
    return lambda ids: {id_: known[id_] for id_ in ids if id_ in known}


def test_pairs_of_a_batch_are_those_whose_estimates_leave_it_open() -> None:
    batch = [
        prepared(
            at, " ".join([*sentences(at % 6, 14)[: 4 + at % 11], *sentences(99, 3)]), source=f"s{at % 3}"
        )
        for at in range(48)
    ]
    parameters = Parameters()
    keys = band_keys(from_bytes([each.signature for each in batch], parameters), parameters)
    ((later, earlier),) = neighbours(keys, before=1)
    expected = []
    for mine, other in zip(later.tolist(), earlier.tolist(), strict=True):
        evidence = estimated_evidence(batch[mine], batch[other])
        least = required_containment(evidence, parameters.thresholds) - UNSURE
        if evidence.containment >= least and not evidence.same_words:
            expected.append((batch[mine].id, batch[other].id))
    assert 40 < len(expected) < len(later)
    assert [pair.ids for pair in pairs_within(batch, parameters)] == expected


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("size", [1, 2])
def test_texts_decide_what_an_estimate_gets_wrong(index: Index, copy: bool, size: int) -> None:
    texts = misjudged(copy=copy)
    both = articles(*texts)
    estimated = index.check_and_insert(both)[1]
    assert (estimated.duplicate_of is not None) is not copy
    index.clear()
    decisions = []
    for first in range(0, 2, size):
        decisions += index.check_and_insert(both[first : first + size], texts=having(*texts))
    assert decisions[1].duplicate_of == (hex_id(1) if copy else None)
    assert index.stats().stories == (1 if copy else 2)
    # It is what the index holds, too, and later copies are told by it.
    assert index.lookup([hex_id(2)]) == [decisions[1]]
    assert index.check_and_insert(both, texts=having(*texts)) == decisions
    third = prepared(3, texts[1], source="s3")
    assert index.check_and_insert([third])[0].story_id == decisions[1].story_id


def test_words_that_stand_in_another_order_make_no_edition(index: Index) -> None:
    words = " ".join(sentences(1, 14)).split()
    changed = [f"كلمة{at}" if at % 7 == 3 else word for at, word in enumerate(words)]
    half = len(words) // 2
    texts = " ".join(words), " ".join([*changed[half:], *changed[:half]])
    verdict = compare(texts[1], texts[0], same_source=False)
    limits = Parameters().thresholds
    assert not verdict.duplicate
    assert limits.edition < verdict.containment < limits.merge
    assert index.check_and_insert(articles(*texts), texts=having(*texts))[1].duplicate_of is None


@pytest.mark.parametrize("copy", [True, False])
def test_without_a_text_the_estimate_holds(index: Index, copy: bool) -> None:
    texts = misjudged(copy=copy)
    expected = index.check_and_insert(articles(*texts))
    for known in (having(), having(texts[0])):
        index.clear()
        assert index.check_and_insert(articles(*texts), texts=known) == expected


def test_texts_are_asked_for_only_where_something_looks_like_a_copy(index: Index) -> None:
    asked: list[str] = []

    def texts(ids: Sequence[str]) -> dict[str, str]:
        asked.extend(ids)
        return {}

    lines = sentences(1, 14)
    whole, unlike = " ".join(lines), " ".join(sentences(2, 14))
    decisions = index.check_and_insert(articles(whole, unlike, whole), texts=texts)
    assert [one.reason for one in decisions] == [Reason.NEW, Reason.NEW, Reason.EXACT]
    assert asked == []
    (decision,) = index.check_and_insert([prepared(4, " ".join(lines[:13]), source="s4")], texts=texts)
    assert decision.reason is Reason.NEAR  # the estimate holds where no text is to be had
    assert asked == [hex_id(1), hex_id(4)]


def test_copies_of_one_batch_are_looked_at_before_they_are_in(index: Index) -> None:
    texts = misjudged(copy=True)
    three = articles(*texts, texts[1])
    decisions = index.check_and_insert(three, texts=having(*texts))
    assert {decision.story_id for decision in decisions} == {hex_id(1)}
    assert index.stats().stories == 1


@pytest.mark.parametrize("size", [1, 3, 256])
@pytest.mark.parametrize("seed", range(3))
def test_equal_texts_are_one_story_whoever_came_between(index: Index, size: int, seed: int) -> None:
    """Twenty notices from one template share all bands in turn; each comes four times, anywhere."""
    kind = next(kind for kind in KINDS if kind.name == "strike")
    stories = [notice.text for notice in notices(kind, seed, count=20)]
    texts = stories * 4
    random.Random(seed).shuffle(texts)
    batch = articles(*texts)
    decisions = []
    for first in range(0, len(batch), size):
        decisions += index.check_and_insert(batch[first : first + size], texts=having(*texts))
    found = {
        text: {one.story_id for one, own in zip(decisions, texts, strict=True) if own == text}
        for text in stories
    }
    assert all(len(names) == 1 for names in found.values())
    assert index.stats().stories == len(stories)


@pytest.mark.data
def test_labelled_pairs_of_real_news_through_the_index(index: Index) -> None:
    folder = DATA / "texts"
    if not (folder / "pairs.jsonl").exists():
        pytest.skip(f"no labelled pairs in {folder}")
    with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = {row["id"]: row for row in map(json.loads, lines)}
    wrong = []
    for line in (folder / "pairs.jsonl").read_text("utf-8").splitlines():
        pair = json.loads(line)
        if pair["label"] == "partial":
            continue
        index.clear()
        both = [(id_, rows[id_]["text"], None, rows[id_]["outlet"]) for id_ in (pair["a"], pair["b"])]
        told = index.check_and_insert(
            prepare_many(both), texts=lambda ids: {id_: rows[id_]["text"] for id_ in ids}
        )
        if (told[1].duplicate_of is not None) is not (pair["label"] == "copy"):
            wrong.append(pair)
    assert wrong == []
