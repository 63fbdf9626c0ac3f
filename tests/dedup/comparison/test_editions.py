"""Editions: another outlet's text in which one word in ten or five was changed is a copy."""

import random

import pytest

from dedup import Parameters, Reason, cluster, compare
from dedup.comparison.pairs import Rule, pair_figures
from dedup.stories.roundups import Containments
from dedup.text.shingles import contents
from tests.support.texts import WORDS, sentences


def reworded(text: str, rate: float, seed: int) -> str:
    """A text with so many of its words exchanged for others."""
    dice = random.Random(seed)
    return " ".join(dice.choice(WORDS) if dice.random() < rate else word for word in text.split())


TEXTS = [" ".join(sentences(seed, 20)) for seed in range(40)]


@pytest.mark.parametrize(("rate", "least"), [(0.1, 0.97), (0.15, 0.93), (0.2, 0.9)])
def test_an_edition_in_another_outlet_is_a_copy(rate: float, least: float) -> None:
    verdicts = [
        compare(reworded(text, rate, seed), text, same_source=False) for seed, text in enumerate(TEXTS)
    ]
    assert sum(verdict.duplicate for verdict in verdicts) >= least * len(TEXTS)
    weak = [verdict for verdict in verdicts if verdict.duplicate and verdict.similarity < 0.5]
    assert {verdict.reason for verdict in weak} == {Reason.NEAR}


def test_within_an_outlet_and_of_a_short_text_more_is_asked() -> None:
    copy, short = reworded(TEXTS[1], 0.2, 1), " ".join(sentences(1, 5))
    assert compare(copy, TEXTS[1], same_source=False).duplicate
    assert not compare(copy, TEXTS[1], same_source=True).duplicate
    assert not compare(reworded(short, 0.2, 1), short, same_source=False).duplicate


def test_texts_that_share_a_part_word_for_word_are_no_editions() -> None:
    lines = sentences(3, 20)
    quoting = " ".join([*sentences(4, 12), *lines[:8]])
    assert not compare(quoting, " ".join(lines), same_source=False).duplicate


def test_two_names_in_the_lead_make_another_event_of_a_reworded_text() -> None:
    text = reworded(" ".join(sentences(5, 20)), 0.15, 5)
    lead = "قتل الشاب {} في قرية {} صباحا. "
    verdict = compare(
        lead.format("خالد الحمدان", "تلمنس") + text,
        lead.format("ياسر العبود", "كفرومة") + " ".join(sentences(5, 20)),
        same_source=False,
    )
    assert verdict.reason is Reason.OTHER_PEOPLE
    same = compare(
        lead.format("خالد الحمدان", "تلمنس") + text,
        lead.format("خالد الحمدان", "تلمنس") + " ".join(sentences(5, 20)),
        same_source=False,
    )
    assert same.duplicate


def test_the_figures_beside_an_edition_call_it_near_and_alike() -> None:
    _, (mine, other) = contents([reworded(TEXTS[2], 0.2, 2), TEXTS[2]])
    figures = pair_figures(mine, other, Parameters().thresholds, same_source=False)
    assert (figures.reason, figures.rule) == (Reason.NEAR, Rule.ALIKE)
    assert figures.similarity < 0.5


def test_editions_of_one_text_that_share_little_are_no_parts_of_a_round_up() -> None:
    rows = [
        (f"{number}", reworded(TEXTS[3], rate, number), None, f"s{number}")
        for number, rate in enumerate((0.0, 0.19, 0.19, 0.19))
    ]
    assert len(set(cluster(rows).values())) == 1
    parts = Containments(Parameters().thresholds)
    for edition in (1, 2):
        parts.add(9, edition, Reason.NEAR, 0.2, 0.35, (100, 100))
    assert parts.round_ups(lambda *_: 0, lambda *_: False) == set()
