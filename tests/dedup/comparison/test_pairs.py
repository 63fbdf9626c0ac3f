"""What is said of a copy is measured against the article that it is called a copy of."""

import pytest

from dedup import Parameters, Reason
from dedup.comparison.pairs import PairFigures, Rule, pair_figures
from dedup.text.shingles import contents
from tests.support.texts import sentences


def measured(copy: str, original: str) -> PairFigures:
    _, (mine, other) = contents([copy, original])
    return pair_figures(mine, other, Parameters().thresholds)


WHOLE = sentences(1, 12)


def test_both_shares_are_told() -> None:
    figures = measured(" ".join(WHOLE[:6]), " ".join(WHOLE))
    assert figures.reason is Reason.CONTAINED
    assert figures.rule is Rule.ALIKE
    assert figures.contained == pytest.approx(1.0)
    assert 0.4 < figures.contains < 0.55
    assert figures.similarity == figures.contained
    mirrored = measured(" ".join(WHOLE), " ".join(WHOLE[:6]))
    assert (mirrored.contained, mirrored.contains) == (figures.contains, figures.contained)


def test_only_equal_texts_are_exact() -> None:
    text = " ".join(WHOLE)
    figures = PairFigures(Reason.EXACT, Rule.EQUAL, 1.0, 1.0, 1.0, passages=1, repeats=True)
    assert measured(text, text.replace("ة", "ه")) == figures
    assert measured(f"{text} خاتمة", text).reason is Reason.NEAR


def test_shared_passages_are_counted() -> None:
    original = " ".join(WHOLE)
    assert measured(" ".join([*WHOLE[:3], *sentences(2, 1), *WHOLE[5:8]]), original).passages == 2
    assert measured(" ".join(sentences(3, 3)), original).passages == 0


def test_copies_of_copies_that_share_little_are_told_so() -> None:
    figures = measured(" ".join([*WHOLE[8:], *sentences(2, 8)]), " ".join(WHOLE))
    assert figures.rule is Rule.CHAINED
    assert figures.similarity < 0.5
