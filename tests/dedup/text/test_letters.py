"""Words broken against filters are read as what they are; whatever else has dots, strokes and blanks
stays."""

import random

import pytest

from benchmarks.corpus import Writer
from dedup import compare
from dedup.text.shingles import normalise

BROKEN = (
    "مـ ـقـ ـتـ ـل",
    "مـقـتـل",
    "م.ق.ت.ل",
    "م ق ت ل",
    "م-ق-ت-ل",
    "مـ.ـقـ.ـتـ.ـل",
    "مـ قـ تـ ل",
    "مقـ ـتل",
    "مقـ تل",
    "مق ـتل",
    "مـ\u200b ـقـ ـتل",
    "م\u200cق\u200dت\u2060ل",
    "مقxتل",
    "قـtـتل".replace("ق", "مق", 1),
    "مق*تل",
    "مَـ ـقـْ ـتَـ ـل",
)
LEFT_ALONE = {
    "1446 هـ الموافق": "1446 ه الموافق",
    "١٤٤٦هـ الموافق": "1446ه الموافق",
    "هـ- بند آخر": "ه بند اخر",
    "أ. د. محمد": "ا د محمد",
    "قتل و أصيب": "قتل و اصيب",
    "دمشق/حلب": "دمشق حلب",
    "مجموعة الـPKK هناك": "مجموعه الpkk هناك",
    "#قوات_سوريا": "قوات سوريا",
    "انتهى.وقال": "انتهي وقال",
    "سوريا-لبنان": "سوريا لبنان",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_word_is_read_as_one(broken: str) -> None:
    assert normalise(f"أعلن عن {broken} رجل") == normalise("أعلن عن مقتل رجل")


def test_a_broken_word_may_begin_with_the_letter_of_the_hijri_years() -> None:
    assert normalise("شنّ هـ جـ ـوما على دمشق") == normalise("شن هجوما على دمشق")


@pytest.mark.parametrize("letter", ["ù", "ā", "x"])
def test_a_text_that_was_normalised_stays(letter: str) -> None:
    assert normalise(normalise(f"ا{letter}ا")) == normalise(f"ا{letter}ا") == "اا"


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_not_broken_stays(text: str) -> None:
    assert normalise(text) == LEFT_ALONE[text]


@pytest.mark.parametrize("gap", ["ـ ـ", "ـ", "\u200b", ".", "ـ.ـ", "x"])
def test_a_twin_with_a_third_of_its_words_broken_is_the_same_text(gap: str) -> None:
    dice = random.Random(gap)
    text = " ".join(Writer(5).sentences(12))
    broken = " ".join(
        gap.join(word) if dice.random() < 0.35 and word.isalpha() and len(word) > 2 else word
        for word in text.split()
    )
    assert compare(broken, text).similarity == 1.0


@pytest.mark.parametrize(
    "text", ["ـ " * 20_000, "م." * 20_000, "مـ " * 20_000, "م x" * 20_000, "*م" * 20_000]
)
def test_hostile_text_takes_no_time(text: str) -> None:
    assert len(normalise(text)) <= len(text)
