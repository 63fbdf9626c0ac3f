"""Passages that articles share without being copies are found, told apart and placed in their texts."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from dedup import DocumentError, PassageKind, cluster, find_passages
from dedup.passages.matching import FINGERPRINT, LEAST_WORDS, RUN, links_of
from tests.support.texts import WORDS, sentences

NOON = datetime(2024, 12, 4, 12, tzinfo=UTC)
dice = random.Random(4711)
STATEMENT = " ".join(dice.choices(WORDS, k=24))
PARAGRAPH = " ".join(dice.choices(WORDS, k=40))


def text(seed: int, *passages: str) -> str:
    lines = sentences(seed, 12)
    return "\n".join([*lines[:6], *passages, *lines[6:]])


def rows(*texts: str) -> list[tuple[str, str, datetime, str]]:
    return [(f"a{at}", each, NOON + timedelta(hours=at), f"s{at}") for at, each in enumerate(texts)]


def test_a_shared_paragraph_is_placed_in_both_texts() -> None:
    documents = rows(text(1, PARAGRAPH + "."), text(2), text(3, "قيل: " + PARAGRAPH + "، كما نشر."))
    (passage,) = find_passages(reversed(documents))
    assert (passage.kind, passage.text, passage.words, passage.stories) == ("reused", PARAGRAPH + ".", 40, 2)
    assert [one.id for one in passage.occurrences] == ["a0", "a2"]
    for one in passage.occurrences:
        whole = documents[int(one.id[1])][1]
        assert whole[one.begin : one.end].strip(".،") == PARAGRAPH


def test_any_run_of_sixteen_words_is_found_whatever_is_around() -> None:
    words = PARAGRAPH.split()
    for first in range(0, 40 - LEAST_WORDS, 5):
        passage = " ".join(words[first : first + LEAST_WORDS])
        assert len(find_passages(rows(text(first, passage), text(first + 100, passage)))) == 1
    short = " ".join(words[: RUN - 1])
    assert find_passages(rows(text(1, short), text(2, short))) == []


def test_a_paragraph_said_over_and_over_is_one_passage_and_is_not_compared_for_each_time() -> None:
    (passage,) = find_passages(rows(text(1, *[PARAGRAPH] * 30), text(2, *[PARAGRAPH] * 20)))
    assert passage.words > 15 * 40
    said = np.array([(7, place // 500, place) for place in range(1000)], FINGERPRINT)
    assert len(links_of(said, np.arange(2, dtype=np.int32))) < 10


def test_an_edited_passage_is_one_passage() -> None:
    words = PARAGRAPH.split()
    edited = " ".join([*words[:12], "كلمة", *words[13:24], "زيادة", *words[24:33], *words[34:]])
    (passage,) = find_passages(rows(text(1, PARAGRAPH), text(2, edited)))
    assert passage.words == 40


@pytest.mark.parametrize(
    ("frames", "kind"),
    [
        (["وقال الوزير: «{}»."] * 2, PassageKind.QUOTATION),
        (['"{}"', "“{}”"] * 4, PassageKind.QUOTATION),
        (["وأضاف المتحدث أن {}."] * 2, PassageKind.QUOTATION),
        (["According to the ministry {}."] * 2, PassageKind.QUOTATION),
        (["{}."] * 6, PassageKind.BACKGROUND),
        (["وذكرت الوكالة أن {}."] * 6, PassageKind.BACKGROUND),
        (["قال أحدهم شيئا. {}."] * 2, PassageKind.REUSED),
        (["«{}»", "{}", "{}"], PassageKind.REUSED),
    ],
)
def test_quotations_and_background_are_told_apart(frames: list[str], kind: PassageKind) -> None:
    texts = [text(at, frame.format(STATEMENT)) for at, frame in enumerate(frames)]
    (passage,) = find_passages(rows(*texts))
    assert (passage.kind, passage.stories) == (kind, len(frames))


def test_copies_are_not_passages_of_each_other() -> None:
    wire = text(1, PARAGRAPH)
    documents = rows(wire, wire + "\nوكالات", text(2, PARAGRAPH))
    stories = cluster(documents)
    (passage,) = find_passages(documents, stories=stories)
    assert (passage.text, passage.stories) == (PARAGRAPH, 2)
    assert {one.story_id for one in passage.occurrences} == {"a0", "a2"}
    assert find_passages(documents[:2], stories=stories) == []


def test_files_give_the_same_as_memory_and_nothing_gives_nothing(tmp_path: Path) -> None:
    documents = [*rows(*(text(at, PARAGRAPH if at % 3 else STATEMENT) for at in range(9))), ("", "", None)]
    kept = find_passages(documents)
    assert len(kept) == 2
    assert find_passages(documents, folder=tmp_path) == kept
    assert find_passages([]) == []
    (tmp_path / "empty").mkdir()
    assert find_passages([("a", "", None)], folder=tmp_path / "empty") == []


def test_the_later_text_of_an_id_counts() -> None:
    first, second = rows(text(1, PARAGRAPH), text(2, PARAGRAPH))
    assert find_passages([first, second, ("a1", text(3), None)]) == []


def test_a_passage_is_placed_where_words_are_broken_or_marks_stand_alone() -> None:
    odd = "مـ ـقـ ـتـ ـل ثلاثة - في م.ق.ت.ل 12,500 ١٢٫٥ - :\n" * 9
    documents = rows(odd + PARAGRAPH + "\n" + odd, text(2, PARAGRAPH))
    (passage,) = find_passages(documents)
    one = passage.occurrences[0]
    assert documents[0][1][one.begin : one.end] == PARAGRAPH


def test_bad_input_is_told() -> None:
    with pytest.raises(DocumentError, match="document 1: has 2 values"):
        find_passages([("a", "b")])
    with pytest.raises(ValueError, match="min_words is 3"):
        find_passages([], min_words=3)
